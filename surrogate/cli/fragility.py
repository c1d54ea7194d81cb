"""`surrogate fragility`: curves with confidence from an analysis of `surrogate ida`, or from the
records of a dataset.
"""

import math
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from surrogate.cli.fragility_evidence import WINDOW, evidence_of, groups
from surrogate.cli.parser import Parser, add_trust, pairs, place

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
    if options.largest is not None and not 0.0 < options.largest < np.inf:
        raise ValueError(f"--largest {options.largest:g}: must be a positive intensity")
    check_above(options.out)
    for name in FILES:
        check_destination(options.out / name, options.overwrite)
    evidence, events, measure = evidence_of(options, limits)
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
    if not all(0.0 < value < math.inf for value in values) or values != sorted(set(values)):
        raise ValueError(f"--limits {' '.join(words)}: must be positive, finite and ascend")
    return found


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
        own = groups(events, evidence.motions)
        return assess(limit, evidence, generator, options.repetitions, own)
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
    _add_calibration(parser)
    add(
        "--capacities",
        action="store_true",
        help="fit to the intensity at which each motion first exceeds, not to stripes",
    )
    _add_of_dataset(parser)
    _add_results(parser)
    return parser


def _add_calibration(parser: Parser) -> None:
    add = parser.add_argument
    add(
        "--calibration",
        type=Path,
        metavar="DATASET",
        help="records that the surrogates of the analysis were not trained on: their conformal "
        "bands about each limit correct its capacities and widen its confidence",
    )
    add(
        "--checkpoint",
        nargs="+",
        default=[],
        metavar="CHECKPOINT",
        help="with --calibration: the surrogates that answered the analysis",
    )
    add(
        "--window",
        type=float,
        metavar="FACTOR",
        help="with --calibration: records count whose answer lies within this factor of the limit "
        f"(default: {WINDOW})",
    )
    add_trust(parser)


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
