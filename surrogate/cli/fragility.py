"""`surrogate fragility`: curves with confidence from an analysis of `surrogate ida`, or from the
records of a dataset.
"""

from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from surrogate.cli.parser import Parser, pairs, place

if TYPE_CHECKING:
    from collections.abc import Mapping

    from surrogate.risk.asking.measure import Measure
    from surrogate.risk.fragility.assessment import Assessed
    from surrogate.risk.fragility.evidence import Evidence

FILES = ("fragility.csv", "fragility.png", "fragility.xml")


def main(argv: Sequence[str]) -> int:
    """Run the command.

    Errors of the user are raised as ValueError, FileNotFoundError or FileExistsError.
    """
    options = _parser().parse_args(argv)
    from datasets.files.disk import check_above, check_destination
    from surrogate.risk.estimation.estimate import checked_count, checked_level
    from surrogate.risk.fragility.assessment import with_one_beta

    limits = _limits(options.limits)
    checked_level(options.level)
    checked_count("--repetitions", options.repetitions, 2)
    checked_count("--seed", options.seed, 0)
    check_above(options.out)
    for name in FILES:
        check_destination(options.out / name, options.overwrite)
    evidence, events, measure = _evidence(options, limits)
    assessed = {
        name: _assessed(name, limits[name], one, events, options) for name, one in evidence.items()
    }
    if options.one_beta:
        together = with_one_beta(list(assessed.values()))
        assessed = dict(zip(assessed, together, strict=True))
    _write(assessed, measure, options)
    return 0


def _limits(words: Sequence[str]) -> dict[str, float]:
    found: dict[str, float] = {}
    for name, text in pairs(words, "--limits").items():
        try:
            found[name] = float(text)
        except ValueError:
            raise ValueError(f"--limits {name}={text}: must be a number") from None
    values = list(found.values())
    if min(values) <= 0.0 or values != sorted(set(values)):
        raise ValueError(f"--limits {' '.join(words)}: must be positive and ascend")
    return found


def _evidence(
    options: Namespace, limits: "Mapping[str, float]"
) -> "tuple[dict[str, Evidence], np.ndarray | None, Measure]":
    """What each curve is fitted to, the events of the motions, and the measure."""
    from surrogate.risk.analysis import FILE
    from surrogate.risk.asking.kept import SETUP

    for path in filter(None, (options.source, options.runs)):
        if not path.exists():
            raise FileNotFoundError(f"{path} does not exist")
        if (path / SETUP).is_file() and not (path / FILE).is_file():
            raise ValueError(
                f"{path} holds an analysis that has not finished: the `surrogate ida` that began "
                "it goes on with it"
            )
    is_analysis = (options.source / FILE).is_file() or options.source.suffix == ".nc"
    return (_of_analysis if is_analysis else _of_dataset)(options, limits)


def _of_analysis(
    options: Namespace, limits: "Mapping[str, float]"
) -> "tuple[dict[str, Evidence], np.ndarray | None, Measure]":
    from surrogate.risk import analysis
    from surrogate.risk.asking.measure import Measure
    from surrogate.risk.fragility.evidence import Capacities, Stripes

    for name in ("measure", "quantity", "collapse"):
        if getattr(options, name) is not None:
            raise ValueError(f"--{name} is for a dataset, {options.source} is an analysis with one")
    result = analysis.read(options.source)
    measure = Measure.read(str(result.attrs["measure"]), float(result.attrs["damping"]))
    found: dict[str, Evidence] = {}
    true = None if options.runs is None else analysis.read(options.runs)
    for name, limit in limits.items():
        if true is not None or options.capacities:
            found[name] = Capacities.of(result, limit, true)
        else:
            found[name] = Stripes.of(result, limit)
    if result["beyond"].any():
        share = float(result["beyond"].mean())
        print(f"{share:.0%} of the answers lie beyond the training of the surrogate")
    events = result[analysis.EVENT].values if analysis.EVENT in result else None
    return found, events, measure


def _of_dataset(
    options: Namespace, limits: "Mapping[str, float]"
) -> "tuple[dict[str, Evidence], np.ndarray | None, Measure]":
    from surrogate.risk import dataset_cloud
    from surrogate.risk.asking.measure import Measure
    from surrogate.risk.asking.quantity import DRIFT_RATIO, Quantity
    from surrogate.risk.fragility.evidence import Cloud

    if options.measure is None:
        raise ValueError(f"{options.source} is a dataset: give --measure, as in --measure PGA")
    if options.runs is not None or options.capacities:
        raise ValueError(
            f"--runs and --capacities are for an analysis of `surrogate ida`, {options.source} is "
            "a dataset"
        )
    measure = Measure.read(options.measure, options.damping)
    quantity = Quantity(options.quantity or DRIFT_RATIO)
    cloud = dataset_cloud.read(options.source, measure, quantity, options.collapse)
    if cloud.left:
        print(f"left out: {cloud.left} records whose runs failed by the machine's fault")
    if options.collapse is not None and max(limits.values()) > options.collapse:
        raise ValueError(f"--limits: above the collapse {options.collapse:g} no demand is known")
    known = (cloud.intensities, cloud.demands, cloud.collapsed)
    return {name: Cloud(*known, limit) for name, limit in limits.items()}, cloud.events, measure


def _assessed(
    name: str,
    limit: float,
    evidence: "Evidence",
    events: np.ndarray | None,
    options: Namespace,
) -> "Assessed":
    from surrogate.risk.fragility.assessment import assess

    # Of one seed, so that a repetition draws the same motions for all limits.
    generator = np.random.default_rng(options.seed)
    try:
        return assess(limit, evidence, generator, options.repetitions, events)
    except ValueError as error:
        raise ValueError(f"{name} = {limit:g}: {error}") from None


def _write(assessed: "Mapping[str, Assessed]", measure: "Measure", options: Namespace) -> None:
    from surrogate.evaluation import figures
    from surrogate.risk.fragility import figure, table, write_openquake

    options.out.mkdir(parents=True, exist_ok=True)
    if options.taxonomy is not None:
        curves = {name: one.curve for name, one in assessed.items()}
        largest = options.largest or 3.0 * max(curve.median for curve in curves.values())
        path = options.out / "fragility.xml"
        write_openquake(
            path, options.taxonomy, measure.openquake, curves, largest, options.overwrite
        )
    table.write(assessed, options.out / "fragility.csv", measure.unit, options.level)
    fits = {
        name: figure.Fitted(one.curve, *one.evidence.points(), one.repetitions)
        for name, one in assessed.items()
    }
    picture = figure.draw(fits, measure.label, options.level)
    figures.save(picture, options.out / "fragility.png")
    print(table.told(assessed, measure.unit, options.level))
    print(f"written to {options.out}")


def _parser() -> Parser:
    parser = Parser(
        "surrogate fragility",
        description="Fit lognormal fragility curves, with confidence by a bootstrap over the "
        "motions, or over the earthquakes where they are known.",
    )
    add = parser.add_argument
    add("source", type=Path, help="folder of `surrogate ida`, or a dataset of unscaled motions")
    add(
        "--limits",
        required=True,
        nargs="+",
        metavar="NAME=DEMAND",
        help="damage states, the slightest first",
    )
    add(
        "--runs",
        type=Path,
        metavar="FOLDER",
        help="folder of `surrogate ida` by the simulator for the first of the motions that a "
        "surrogate answered: corrects its capacities",
    )
    add(
        "--capacities",
        action="store_true",
        help="fit to the intensity at which each motion first exceeds, not to stripes",
    )
    _add_of_dataset(parser)
    _add_results(parser)
    return parser


def _add_of_dataset(parser: Parser) -> None:
    add = parser.add_argument
    add("--measure", help="of a dataset: PGA, PGV, SA(period) or AvgSA(period)")
    add("--damping", type=float, default=0.05, help="of SA and AvgSA (default: 0.05)")
    add("--quantity", help="of a dataset (default: drift_ratio)")
    add(
        "--collapse",
        type=float,
        metavar="DEMAND",
        help="of a dataset: demand above which none is believed, and which records without a "
        "response have exceeded",
    )


def _add_results(parser: Parser) -> None:
    add = parser.add_argument
    add("--repetitions", type=int, default=1000, help="of the bootstrap (default: 1000)")
    add("--level", type=float, default=0.9, help="of the intervals (default: 0.9)")
    add("--seed", type=int, default=0, help="of the bootstrap (default: 0)")
    add("--one-beta", action="store_true", help="let all curves share one beta: they do not cross")
    add("--taxonomy", metavar="NAME", help="also write fragility.xml for OpenQuake under this name")
    add(
        "--largest",
        type=float,
        metavar="X",
        help="intensity up to which OpenQuake takes the curves (default: 3 times the last median)",
    )
    add("--out", required=True, type=place, metavar="FOLDER", help="folder of the results")
    add("--overwrite", action="store_true", help="replace results that are there")
