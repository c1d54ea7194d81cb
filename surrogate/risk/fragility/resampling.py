"""Confidence of a fragility curve: the fit repeated on motions drawn again from those run.

A quantile of repeated betas is no bound of beta: few motions scatter less than all motions do, and
a sample of them drawn again less still. What can be carried over is the distance from the truth in
its own standard error (the bootstrap-t, studentised): each repetition, with parameters
theta* = (ln median, ln beta) and their standard errors s*, gives

    t* = (theta* - theta) / s*,     theta - t*_(1 - tail) s < truth < theta - t*_(tail) s       (1)

with s that of the fit itself (`surrogate.risk.fragility.influence`). The band of the curve is (1)
for the argument ln(x / median) / beta of its normal distribution.

A sample of n scatters less than what it was drawn from, by (n - 1) / n: each repetition draws n
from n - 1 of them, which makes good for it (the bootknife).

Motions of one event, or the levels of one scaled motion, are not independent: where `groups` tells
what belongs together, whole groups are drawn. Where only some motions have true runs, `strata`
keeps as many of each kind in every repetition.

References
----------
Efron, B. and Tibshirani, R. J. (1993). An Introduction to the Bootstrap. Chapman & Hall. (Chapter
12, bootstrap-t.)
Hall, P. (1988). Theoretical comparison of bootstrap confidence intervals. Ann. Statist. 16(3),
927-953. (Its error in coverage is an order of n below that of quantiles.)
Hesterberg, T. (2004). Unbiasing the bootstrap: bootknife sampling vs. smoothing. Proc. Section on
Statistics and the Environment, Am. Stat. Assoc., 2924-2930.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import norm

from surrogate.risk.estimation.estimate import checked_count, checked_level
from surrogate.risk.fragility.influence import Fit, Influence, jackknife, logarithms

MOST_FAILED = 0.05
"""Share of repetitions without a curve above which the rest tells no confidence."""
PARAMETERS = ("median", "beta")


@dataclass(frozen=True, eq=False)
class Fitted:
    """A curve with the covariance of its parameters.

    Attributes
    ----------
    logarithms : ndarray, shape (2,)
        ln median and ln beta.
    covariance : ndarray, shape (2, 2)
        Of these.
    """

    logarithms: np.ndarray
    covariance: np.ndarray


@dataclass(frozen=True, eq=False)
class Repetitions:
    """A curve, and the curves of a bootstrap of it.

    Attributes
    ----------
    fitted : Fitted
    repeated : Fitted
        With an axis of the repetitions before the others.
    failed : int
        Repetitions whose motions had no curve, left out.
    """

    fitted: Fitted
    repeated: Fitted
    failed: int

    @property
    def medians(self) -> np.ndarray:
        """Of the repetitions, shape (repetition,)."""
        return np.exp(self.repeated.logarithms[:, 0])

    @property
    def betas(self) -> np.ndarray:
        """Of the repetitions, shape (repetition,)."""
        return np.exp(self.repeated.logarithms[:, 1])

    def interval(self, parameter: str, level: float = 0.9) -> tuple[float, float]:
        """Return the interval (1) of "median" or "beta" with the confidence `level`."""
        if parameter not in PARAMETERS:
            raise ValueError(f"parameter = {parameter!r}: expected median or beta")
        place = PARAMETERS.index(parameter)
        low, high = self._studentised(
            lambda one: one.logarithms[..., place],
            lambda one: np.sqrt(one.covariance[..., place, place]),
            level,
        )
        return float(np.exp(low)), float(np.exp(high))

    def band(self, intensities: npt.ArrayLike, level: float = 0.9) -> np.ndarray:
        """Return the bounds (1) of the probability at intensities, shape (2, intensity)."""
        x = np.log(np.asarray(intensities, dtype=float))

        def argument(one: Fitted) -> np.ndarray:
            own = one.logarithms[..., None]
            return np.asarray((x - own[..., 0, :]) / np.exp(own[..., 1, :]))

        def error(one: Fitted) -> np.ndarray:
            # d argument = -d ln median / beta - argument d ln beta
            z = argument(one)
            beta = np.exp(one.logarithms[..., 1, None])
            square = one.covariance[..., 0, 0, None] / beta**2
            square = square + 2.0 * z * one.covariance[..., 0, 1, None] / beta
            return np.sqrt(square + z**2 * one.covariance[..., 1, 1, None])

        return norm.cdf(np.stack(self._studentised(argument, error, level)))

    def _studentised(
        self,
        value: Callable[[Fitted], np.ndarray],
        error: Callable[[Fitted], np.ndarray],
        level: float,
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the bounds (1) of a number, or an array, that a fit gives with its error."""
        here = value(self.fitted)
        distances = (value(self.repeated) - here) / error(self.repeated)
        low, high = np.quantile(distances, _tails(level), axis=0)
        own = error(self.fitted)
        return here - high * own, here - low * own


def bootstrap(
    fit: Fit,
    motions: int,
    generator: np.random.Generator,
    repetitions: int = 1000,
    groups: npt.ArrayLike | None = None,
    strata: npt.ArrayLike | None = None,
    influence: Influence | None = None,
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
    strata : array_like of bool, shape (motion,), optional
        Whether a motion is of the kind of which every repetition has as many; a group is where one
        of its motions is.
    influence : callable, optional
        As those of `surrogate.risk.fragility.influence`; by default the jackknife, which takes a
        fit for each motion in each repetition.

    Raises
    ------
    ValueError
        For fewer than two motions or groups, where the motions as they are have no curve, and where
        more than 5 % of the repetitions have none.
    """
    drawing = Drawing.of(motions, groups, strata)
    told = jackknife(fit) if influence is None else influence
    whole = fitted(fit, told, drawing.groups)
    return repeated(whole, lambda: fitted(fit, told, drawing.again(generator)), repetitions)


@dataclass(frozen=True, eq=False)
class Drawing:
    """Groups of motions that are drawn with replacement, as many of each stratum as there are.

    Attributes
    ----------
    groups : list of ndarray of int
        Numbers of the motions of each group.
    strata : list of ndarray of int
        Places among the groups of those of each stratum.
    """

    groups: list[np.ndarray]
    strata: list[np.ndarray]

    @classmethod
    def of(
        cls,
        motions: int,
        groups: npt.ArrayLike | None = None,
        strata: npt.ArrayLike | None = None,
    ) -> "Drawing":
        """Return the drawing of motions; arguments and errors as of `bootstrap`."""
        checked_count("motions", motions, 2)
        members = _members(motions, groups)
        every = np.arange(len(members))
        if strata is None:
            return cls(members, [every])
        flags = np.asarray(strata, bool)
        if flags.shape != (motions,):
            raise ValueError(f"strata have shape {flags.shape}: expected ({motions},)")
        inside = np.array([flags[one].any() for one in members])
        kinds = [every[inside], every[~inside]]
        return cls(members, [kind for kind in kinds if len(kind)])

    def again(self, generator: np.random.Generator) -> list[np.ndarray]:
        """Return groups that are drawn, of each stratum from all but one that is left out."""
        places = [_drawn(kind, generator) for kind in self.strata]
        return [self.groups[place] for place in np.concatenate(places)]


def _drawn(kind: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Return as many places as there are, with replacement from all but one of them."""
    left = kind
    if len(kind) > 2:
        left = np.delete(kind, generator.integers(len(kind)))
    return left[generator.integers(len(left), size=len(kind))]


def fitted(fit: Fit, influence: Influence, members: list[np.ndarray]) -> Fitted:
    """Fit a curve to the motions of some groups, with its covariance.

    ValueError where they have no curve, or all give the same.
    """
    chosen = np.concatenate(members)
    curve = fit(chosen)
    psi = influence(curve, chosen)
    starts = np.cumsum([0, *map(len, members[:-1])])
    sums = np.add.reduceat(psi, starts, axis=0)
    covariance = len(members) / (len(members) - 1) * sums.T @ sums
    if not (np.diag(covariance) > 0.0).all():
        raise ValueError("the motions are all alike: they tell no confidence")
    return Fitted(logarithms(curve), covariance)


def repeated(whole: Fitted, once: Callable[[], Fitted], repetitions: int) -> Repetitions:
    """Return repetitions of a fit, each a call of `once`.

    ValueError where more than 5 % of them say by a ValueError that they have no curve.
    """
    checked_count("repetitions", repetitions, 2)
    found = []
    reason = ""
    for _ in range(repetitions):
        try:
            found.append(once())
        except ValueError as error:
            reason = str(error)
    failed = repetitions - len(found)
    if failed > MOST_FAILED * repetitions:
        raise ValueError(
            f"{failed} of {repetitions} repetitions have no curve: too few motions for a "
            f"confidence; the last said: {reason}"
        )
    logs = np.array([one.logarithms for one in found])
    covariances = np.array([one.covariance for one in found])
    return Repetitions(whole, Fitted(logs, covariances), failed)


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
