"""What one fragility curve is fitted to, under one interface: stripes, capacities, a cloud.

Each has the motions that a bootstrap draws from, the members of an ensemble of which a repetition
takes one at random, the fit to the motions drawn, and the points of the picture.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import xarray as xr

from surrogate.risk.asking.answering import SIMULATOR
from surrogate.risk.fragility import influence
from surrogate.risk.fragility.capacities import (
    capacities,
    fit_capacities,
    fit_corrected,
    slope,
)
from surrogate.risk.fragility.cloud import CloudFragility, fit_cloud
from surrogate.risk.fragility.conformal import Near
from surrogate.risk.fragility.lognormal import Fragility
from surrogate.risk.fragility.stripes import count, fit_stripes
from surrogate.risk.ida import exceeding

Points = tuple[np.ndarray, np.ndarray]
"""Intensities and the share that exceeds the limit there."""


class Evidence(Protocol):
    """What a curve is fitted to."""

    @property
    def motions(self) -> int:
        """Motions that a bootstrap draws from."""

    @property
    def members(self) -> int:
        """Members of an ensemble, each of which answered all motions; 1 without one."""

    def fit(self, chosen: np.ndarray, member: int) -> Fragility:
        """Fit the curve to some motions, by their numbers; ValueError where they have none."""

    @property
    def strata(self) -> np.ndarray | None:
        """Which motions have true runs, as many in every repetition; None without a difference."""

    def influence(self, curve: Fragility, chosen: np.ndarray, member: int) -> np.ndarray:
        """Return what each chosen motion moves the curve by (`fragility.influence`)."""

    def points(self) -> Points:
        """Return the data for the picture."""


@dataclass(frozen=True, eq=False)
class Stripes:
    """Motions at levels of an intensity.

    Parameters
    ----------
    levels : ndarray, shape (level,)
    exceeds : ndarray of bool, shape (member, record, level)
    """

    levels: np.ndarray
    exceeds: np.ndarray

    @classmethod
    def of(cls, analysis: xr.Dataset, limit: float) -> "Stripes":
        """Return those of an analysis (`surrogate.risk.analysis`)."""
        members = range(analysis.sizes["member"])
        rows = [exceeding(analysis.isel(member=member), limit) for member in members]
        return cls(analysis["level"].values, np.stack(rows))

    @property
    def motions(self) -> int:
        return self.exceeds.shape[1]

    @property
    def members(self) -> int:
        return len(self.exceeds)

    def fit(self, chosen: np.ndarray, member: int) -> Fragility:
        counts = self.exceeds[member, chosen].sum(axis=0)
        return fit_stripes(self.levels, counts, np.full(len(self.levels), len(chosen)))

    @property
    def strata(self) -> None:
        return None

    def influence(self, curve: Fragility, chosen: np.ndarray, member: int) -> np.ndarray:
        return influence.of_flags(curve, self.levels, self.exceeds[member, chosen])

    def points(self) -> Points:
        return self.levels, self.exceeds.mean(axis=(0, 1))


@dataclass(frozen=True, eq=False)
class Capacities:
    """Intensities at which motions first exceed the limit.

    Parameters
    ----------
    values : ndarray, shape (member, record)
    true : ndarray, shape (run,), optional
        Those of true runs of the first records, which correct the others.
    """

    values: np.ndarray
    true: np.ndarray | None = None

    @classmethod
    def of(cls, analysis: xr.Dataset, limit: float, true: xr.Dataset | None = None) -> "Capacities":
        """Return those of an analysis, and of the one by true runs that corrects it.

        Raises
        ------
        ValueError
            For analyses of different questions or motions, and as `capacities`.
        """
        members = range(analysis.sizes["member"])
        values = np.stack([capacities(analysis.isel(member=member), limit) for member in members])
        if true is None:
            return cls(values)
        require_same_question(analysis, true)
        return cls(values, capacities(true.isel(member=0), limit))

    @classmethod
    def calibrated(cls, analysis: xr.Dataset, limit: float, near: Near) -> "Capacities":
        """Return those of an analysis, and of calibration records about the limit that correct it.

        ValueError as `capacities`.
        """
        members = [analysis.isel(member=member) for member in range(analysis.sizes["member"])]
        own = np.stack([capacities(member, limit) for member in members])
        rise = float(np.mean([slope(member, limit) for member in members]))
        return cls(np.concatenate([near.answered(), own], axis=1), near.true(rise))

    @property
    def motions(self) -> int:
        return self.values.shape[1]

    @property
    def members(self) -> int:
        return len(self.values)

    def fit(self, chosen: np.ndarray, member: int) -> Fragility:
        own = self.values[member]
        if self.true is None:
            return fit_capacities(own[chosen])
        has_run = chosen < len(self.true)
        pairs = chosen[has_run]
        return fit_corrected(self.true[pairs], own[pairs], own[chosen[~has_run]])

    @property
    def strata(self) -> np.ndarray | None:
        return None if self.true is None else np.arange(self.motions) < len(self.true)

    def influence(self, curve: Fragility, chosen: np.ndarray, member: int) -> np.ndarray:
        own = self.values[member]
        if self.true is None:
            return influence.of_capacities(own[chosen])
        has_run = chosen < len(self.true)
        pairs = chosen[has_run]
        found = np.empty((len(chosen), 2))
        ordered = influence.of_corrected(curve, self.true[pairs], own[pairs], own[chosen[~has_run]])
        found[has_run] = ordered[: len(pairs)]
        found[~has_run] = ordered[len(pairs) :]
        return found

    def points(self) -> Points:
        ordered = np.sort(self.values.ravel() if self.true is None else self.true)
        return ordered, (np.arange(len(ordered)) + 0.5) / len(ordered)


@dataclass(frozen=True, eq=False)
class _Unscaled:
    """Motions at the intensities that they have: one answer each, and none that corrects others."""

    intensities: np.ndarray

    @property
    def motions(self) -> int:
        return len(self.intensities)

    @property
    def members(self) -> int:
        return 1

    @property
    def strata(self) -> None:
        return None


@dataclass(frozen=True, eq=False)
class Cloud(_Unscaled):
    """Demands of motions that are not scaled.

    Parameters
    ----------
    intensities, demands : ndarray, shape (motion,)
    censored : ndarray of bool, shape (motion,)
        Whether a demand is only known to exceed what is given for it.
    limit : float
    """

    demands: np.ndarray
    censored: np.ndarray
    limit: float

    def fit(self, chosen: np.ndarray, member: int) -> CloudFragility:
        own = (self.intensities[chosen], self.demands[chosen])
        return fit_cloud(*own, self.limit, self.censored[chosen])

    def influence(self, curve: Fragility, chosen: np.ndarray, member: int) -> np.ndarray:
        assert isinstance(curve, CloudFragility)
        x = np.log(self.intensities[chosen])
        y = np.log(self.demands[chosen])
        return influence.of_line(curve.line(self.limit), x, y, self.censored[chosen], self.limit)

    def points(self) -> Points:
        return self.intensities, (self.censored | (self.demands > self.limit)).astype(float)


@dataclass(frozen=True, eq=False)
class Flags(_Unscaled):
    """Motions that are not scaled, and whether each exceeds the limit: no line is assumed.

    Parameters
    ----------
    intensities : ndarray, shape (motion,)
    exceeds : ndarray of bool, shape (motion,)
    """

    exceeds: np.ndarray

    def fit(self, chosen: np.ndarray, member: int) -> Fragility:
        return fit_stripes(*count(self.intensities[chosen], self.exceeds[chosen]))

    def influence(self, curve: Fragility, chosen: np.ndarray, member: int) -> np.ndarray:
        return influence.of_flags(curve, self.intensities[chosen, None], self.exceeds[chosen, None])

    def points(self) -> Points:
        return self.intensities, self.exceeds.astype(float)


def require_same_question(analysis: xr.Dataset, true: xr.Dataset) -> None:
    """Raise ValueError unless true runs are those of the first motions of an analysis."""
    who = true.attrs.get("answered_by", SIMULATOR)
    if who != SIMULATOR:
        raise ValueError(f"--runs was answered by the {who}: true runs are those of the simulator")
    for name in ("measure", "damping", "quantity"):
        own = analysis.attrs[name]
        other = true.attrs[name]
        if own != other:
            raise ValueError(f"--runs has {name} {other}, the analysis that it corrects {own}")
    few = true.sizes["record"]
    many = analysis.sizes["record"]
    if few >= many:
        raise ValueError(
            f"--runs has {few} records, the analysis that it corrects {many}: let the surrogate "
            "answer more"
        )
    other = ~np.isclose(true["intensity"], analysis["intensity"][:few], rtol=1e-6)
    if other.any():
        raise ValueError(
            f"--runs has another motion at record {int(other.argmax())} than the analysis that it "
            "corrects: take the recipe and the seed of that one, with fewer records"
        )
