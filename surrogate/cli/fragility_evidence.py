"""What the curves of `surrogate fragility` are fitted to, by its options."""

import math
from argparse import Namespace
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import xarray as xr

    from surrogate.risk.asking.measure import Measure
    from surrogate.risk.fragility.conformal import Calibration, Near
    from surrogate.risk.fragility.evidence import Evidence

    Found = tuple[dict[str, Evidence], np.ndarray | None, Measure]

WINDOW = 1.3
"""Factor of the limit within which the answer of a calibration record lies."""


def evidence_of(options: Namespace, limits: Mapping[str, float]) -> "Found":
    """Return what each curve is fitted to, the events of the motions, and the measure.

    ValueError for options that do not belong together, and for files that are none.
    """
    from surrogate.risk.analysis import FILE
    from surrogate.risk.asking.kept import SETUP

    _require_calibration(options)
    checkpoints = map(Path, options.checkpoint)
    for path in filter(None, (options.source, options.runs, options.calibration, *checkpoints)):
        if not path.exists():
            raise FileNotFoundError(f"{path} does not exist")
        if (path / SETUP).is_file() and not (path / FILE).is_file():
            raise ValueError(
                f"{path} holds an analysis that has not finished: the `surrogate ida` that began "
                "it goes on with it"
            )
    is_analysis = (options.source / FILE).is_file() or options.source.suffix == ".nc"
    return (_of_analysis if is_analysis else _of_dataset)(options, limits)


def _of_analysis(options: Namespace, limits: Mapping[str, float]) -> "Found":
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
    if options.calibration is not None:
        found |= _calibrated(result, measure, limits, options)
    for name, limit in limits.items():
        if name in found:
            continue
        if true is not None or options.capacities:
            found[name] = Capacities.of(result, limit, true)
        else:
            found[name] = Stripes.of(result, limit)
    if result["beyond"].any():
        share = float(result["beyond"].mean())
        print(f"{share:.0%} of the answers lie beyond the training of the surrogate")
    events = result[analysis.EVENT].values if analysis.EVENT in result else None
    return found, events, measure


def _of_dataset(options: Namespace, limits: Mapping[str, float]) -> "Found":
    from surrogate.risk import dataset_cloud
    from surrogate.risk.asking.measure import Measure
    from surrogate.risk.asking.quantity import DRIFT_RATIO, Quantity
    from surrogate.risk.fragility.evidence import Cloud

    if options.measure is None:
        raise ValueError(f"{options.source} is a dataset: give --measure, as in --measure PGA")
    if options.runs is not None or options.capacities or options.calibration is not None:
        raise ValueError(
            "--runs, --capacities and --calibration are for an analysis of `surrogate ida`, "
            f"{options.source} is a dataset"
        )
    measure = Measure.read(options.measure, options.damping)
    quantity = Quantity(options.quantity or DRIFT_RATIO)
    for name, limit in limits.items():
        quantity.require_plausible(name, limit)
    if options.collapse is not None:
        quantity.require_plausible("collapse", options.collapse)
    cloud = dataset_cloud.read(options.source, measure, quantity, options.collapse)
    if cloud.left:
        print(f"left out: {cloud.left} records whose runs failed by the machine's fault")
    if options.collapse is not None and max(limits.values()) > options.collapse:
        raise ValueError(f"--limits: above the collapse {options.collapse:g} no demand is known")
    known = (cloud.intensities, cloud.demands, cloud.collapsed)
    return {name: Cloud(*known, limit) for name, limit in limits.items()}, cloud.events, measure


def groups(events: np.ndarray | None, motions: int) -> np.ndarray | None:
    """Return the events of all motions of an evidence: calibration records come first, each alone.

    Parameters
    ----------
    events : ndarray, shape (motion of the analysis,), or None
    motions : int
        Of the evidence.
    """
    if events is None or len(events) == motions:
        return events
    alone = [f"calibration record {number}" for number in range(motions - len(events))]
    return np.array([*alone, *map(str, events)])


def _calibrated(
    result: "xr.Dataset", measure: "Measure", limits: Mapping[str, float], options: Namespace
) -> "dict[str, Evidence]":
    """Return the evidence that calibration records correct, and tell their bands."""
    from surrogate.risk.fragility.evidence import Capacities

    calibration = _calibration(result, measure, options)
    found: dict[str, Evidence] = {}
    for name, limit in limits.items():
        try:
            near = calibration.near(limit, WINDOW if options.window is None else options.window)
            found[name] = Capacities.calibrated(result, limit, near)
            print(_told(name, near, options.level))
        except ValueError as error:
            raise ValueError(f"{name} = {limit:g}: {error}") from None
    return found


def _calibration(result: "xr.Dataset", measure: "Measure", options: Namespace) -> "Calibration":
    from surrogate.inference import ensemble
    from surrogate.risk import calibration
    from surrogate.risk.asking.answering import SIMULATOR
    from surrogate.risk.asking.kept import RECIPE, digests, setup_of
    from surrogate.risk.asking.predicted import Predicted
    from surrogate.risk.asking.quantity import Quantity

    who = str(result.attrs["answered_by"])
    if SIMULATOR in who:
        raise ValueError(
            f"--calibration is for answers of surrogates alone, {options.source} has those of the "
            f"{who}: ask without --beyond simulate"
        )
    setup = setup_of(options.source)
    recipe = setup.get(RECIPE)
    calibration.require_structure(options.calibration, recipe if isinstance(recipe, str) else None)
    answered = setup.get("surrogates")
    if answered is not None and answered != digests(options.checkpoint):
        raise ValueError(
            f"--checkpoint: other surrogates answered {options.source}: give those, in their order"
        )
    quantity = Quantity(str(result.attrs["quantity"]))
    loaded = ensemble.load(options.checkpoint, options.trust).members
    if len(loaded) != result.sizes["member"]:
        raise ValueError(
            f"--checkpoint has {len(loaded)} surrogates, {result.sizes['member']} answered "
            f"{options.source}"
        )
    members = [Predicted(one, quantity) for one in loaded]
    return calibration.read(options.calibration, measure, members)


def _told(name: str, near: "Near", level: float) -> str:
    q = near.band(level)
    return (
        f"{name}: {len(near.demands)} calibration records about {near.limit:g}; demands lie within "
        f"{np.expm1(-q):+.1%} and {np.expm1(q):+.1%} of the answers, with {level:.0%} coverage"
    )


def _require_calibration(options: Namespace) -> None:
    """Raise ValueError for options of a calibration that do not belong together."""
    if options.calibration is None:
        for name in ("checkpoint", "window"):
            if getattr(options, name):
                raise ValueError(f"--{name} is for --calibration, which is missing")
        return
    if options.window is not None and not 1.0 < options.window < math.inf:
        raise ValueError(f"--window {options.window:g}: must be a factor above 1, such as 1.3")
    if not options.checkpoint:
        raise ValueError("--calibration needs --checkpoint, the surrogates of the analysis")
    if options.runs is not None or options.capacities:
        raise ValueError("--calibration takes the place of --runs and --capacities: give one")
