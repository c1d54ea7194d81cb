"""Confidence of a fragility curve: the fit repeated on motions drawn again from those run.

Motions of one event, or the levels of one scaled motion, are not independent: where `groups` tells
what belongs together, whole groups are drawn.

References
----------
Efron, B. and Tibshirani, R. J. (1993). An Introduction to the Bootstrap. Chapman & Hall.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from surrogate.risk.estimation.estimate import checked_count, checked_level
from surrogate.risk.fragility.lognormal import Fragility

MOST_FAILED = 0.05
"""Share of repetitions without a curve above which the rest tells no confidence."""

Fit = Callable[[np.ndarray], Fragility]
"""A curve from the numbers of the motions that enter it, repetitions included."""


@dataclass(frozen=True, eq=False)
class Repetitions:
    """Curves of a bootstrap.

    Attributes
    ----------
    medians, betas : ndarray, shape (repetition,)
    failed : int
        Repetitions whose motions had no curve, left out.
    """

    medians: np.ndarray
    betas: np.ndarray
    failed: int

    def interval(self, parameter: str, level: float = 0.9) -> tuple[float, float]:
        """Return the quantiles of "median" or "beta" between which a share `level` lies."""
        values = {"median": self.medians, "beta": self.betas}
        if parameter not in values:
            raise ValueError(f"parameter = {parameter!r}: expected median or beta")
        low, high = np.quantile(values[parameter], _tails(level))
        return float(low), float(high)

    def band(self, intensities: npt.ArrayLike, level: float = 0.9) -> np.ndarray:
        """Return the bounds of the probability at intensities, shape (2, intensity)."""
        curves = [
            Fragility(median, beta).probability(intensities)
            for median, beta in zip(self.medians, self.betas, strict=True)
        ]
        return np.asarray(np.quantile(curves, _tails(level), axis=0))


def bootstrap(
    fit: Fit,
    motions: int,
    generator: np.random.Generator,
    repetitions: int = 1000,
    groups: npt.ArrayLike | None = None,
) -> Repetitions:
    """Repeat a fit on motions drawn with replacement.

    Parameters
    ----------
    fit : callable
        From the numbers of motions, ndarray of int, to a curve. ValueError where they have none.
    motions : int
    generator : numpy.random.Generator
    repetitions : int
    groups : array_like, shape (motion,), optional
        Names of the events (or the scaled records) that the motions belong to.

    Raises
    ------
    ValueError
        For fewer than two motions or groups, and where more than 5 % of the repetitions have no
        curve.
    """
    checked_count("motions", motions, 2)
    checked_count("repetitions", repetitions, 2)
    members = _members(motions, groups)
    medians = []
    betas = []
    reason = ""
    for _ in range(repetitions):
        drawn = generator.integers(len(members), size=len(members))
        try:
            curve = fit(np.concatenate([members[place] for place in drawn]))
        except ValueError as error:
            reason = str(error)
            continue
        medians.append(curve.median)
        betas.append(curve.beta)
    failed = repetitions - len(medians)
    if failed > MOST_FAILED * repetitions:
        raise ValueError(
            f"{failed} of {repetitions} repetitions have no curve: too few motions for a "
            f"confidence; the last said: {reason}"
        )
    return Repetitions(np.array(medians), np.array(betas), failed)


def _members(motions: int, groups: npt.ArrayLike | None) -> list[np.ndarray]:
    """Return the numbers of the motions of each group."""
    if groups is None:
        return [np.array([number]) for number in range(motions)]
    names = np.asarray(groups)
    if names.shape != (motions,):
        raise ValueError(f"groups have shape {names.shape}: expected ({motions},), one a motion")
    members = [np.flatnonzero(names == name) for name in np.unique(names)]
    if len(members) < 2:
        raise ValueError("groups has one name for all motions: at least two events are needed")
    return members


def _tails(level: float) -> list[float]:
    half = 0.5 * (1.0 - checked_level(level))
    return [half, 1.0 - half]
