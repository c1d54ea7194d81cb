"""Where searches for a shear building begin.

The first natural frequency of the records (`surrogate.identification.linear`) gives the stiffness
of a uniform chain, whose circular frequency is 2 sqrt(k / m) sin(pi / (4 n + 2)); its damping ratio
gives dashpots in proportion to the stiffness. The drifts of that elastic chain under the recorded
motions tell what a yield displacement may be. Records that yield look softer than the structure at
rest is, so that several stiffnesses and yield displacements are tried: six of a grid, and where
more are asked for those of a Halton sequence in a wider range of both.
"""

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

import numpy as np
from scipy.stats import qmc

from surrogate.identification.laws import LAWS
from surrogate.identification.linear import linear_modes
from surrogate.identification.model import ShearModel, row
from surrogate.identification.recordings import Recordings, respond
from surrogate.networks.observation import every

STIFFER = (1.0, 1.5)
"""Stiffnesses that are tried, relative to that of the first frequency."""
YIELDS = (0.25, 0.6, 1.5)
"""Yield displacements that are tried, relative to the median of the largest elastic drifts."""
RANGE = ((0.7, 2.5), (0.1, 3.0))
"""Range of both, relative to the same, of starts beyond those."""
DAMPING = (0.01, 0.1)
"""Least and largest damping ratio of a start: what yielding adds is not damping."""


def starts(
    recordings: Recordings,
    storeys: int,
    law: str,
    given: Mapping[str, Any],
    count: int | None = None,
) -> list[ShearModel]:
    """Return models at the places where searches begin.

    Parameters
    ----------
    recordings : Recordings
    storeys : int
    law : str
        A key of `LAWS`.
    given : mapping of str to array_like
        Starts that are known, by the name of the parameter; they are kept in every model.
    count : int, optional
        Of models; by default those of the grid. One alone where neither stiffness nor yield
        displacement is left to try.

    Raises
    ------
    ValueError
        Where no mode of vibration is found and no stiffness is given, a start is unknown, or more
        are asked for than there can be.
    """
    mass = row("mass", given.get("mass", 1.0), storeys)
    first = _linear_start(recordings, storeys, float(mass.mean()), given)
    elastic = ShearModel(storeys, "elastic", {**first, "mass": mass})
    known = {**first, "mass": mass, **given}
    yields = law in LAWS and "yield_displacement" in LAWS[law].parameters
    tried = {
        "stiffness": (1.0,) if "stiffness" in given else STIFFER,
        "yield_displacement": (1.0,) if not yields or "yield_displacement" in given else YIELDS,
    }
    drift = _typical_drift(elastic, recordings) if yields else np.nan
    models = []
    for stiffer, share in _factors(tried, count):
        start = {**known, "stiffness": stiffer * np.asarray(known["stiffness"])}
        if yields:
            start["yield_displacement"] = given.get("yield_displacement", share * drift)
        models.append(ShearModel(storeys, law, start))
    return models


def _factors(tried: Mapping[str, Sequence[float]], count: int | None) -> list[tuple[float, float]]:
    """Factors of both parameters: those of the grid, or as many as asked for."""
    stiffer, shares = tried.values()
    grid = list(product(stiffer, shares))
    if count is None or count <= len(grid):
        return grid[:count]
    if len(grid) == 1:
        raise ValueError(
            f"starts = {count}: what is given leaves one start alone, since searches differ in "
            "stiffness and, where the law yields, in yield displacement; leave --starts out"
        )
    low, high = np.log(RANGE).T
    drawn = np.exp(low + (high - low) * qmc.Halton(2, seed=0).random(count - len(grid)))
    free = [len(values) > 1 for values in tried.values()]
    more = np.where(free, drawn, 1.0)
    return grid + [(float(row[0]), float(row[1])) for row in more]


def _linear_start(
    recordings: Recordings, storeys: int, mass: float, given: Mapping[str, Any]
) -> dict[str, Any]:
    """Stiffness and damping of a uniform chain that has the first frequency of the records."""
    if "stiffness" in given and "damping" in given:
        return {name: given[name] for name in ("stiffness", "damping")}
    modes = linear_modes(recordings, storeys)
    omega = 2.0 * np.pi * modes.frequencies[0]
    stiffness = given.get("stiffness", mass * (omega / (2.0 * _sine(storeys))) ** 2)
    ratio = np.clip(modes.damping_ratios[0], *DAMPING)
    damping = given.get("damping", 2.0 * ratio / omega * np.asarray(stiffness))
    return {"stiffness": stiffness, "damping": damping}


def _sine(storeys: int) -> float:
    return float(np.sin(np.pi / (4 * storeys + 2)))


def _typical_drift(elastic: ShearModel, recordings: Recordings) -> float:
    """Median over records of the largest elastic drift (m)."""
    values = {unknown.name: unknown.start for unknown in elastic.unknowns}
    channels = every("drift", elastic.storeys)
    structure = elastic.structure(values)
    drifts = respond(structure, recordings.base, recordings.interval, channels)[0]
    peaks = np.abs(drifts).max(axis=(1, 2))
    typical = float(np.median(peaks))
    if typical <= 0.0:
        raise ValueError("the base does not move in most records: there is nothing to identify")
    return typical
