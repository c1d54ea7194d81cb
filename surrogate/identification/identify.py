"""From records of a base and some sensors to a building: starts, search, noise, bounds.

1   several starts from linear identification, each with one factor a parameter, on a few records
2   the best of them with all free parameters, on those records, then the best on all
3   noise of sensors and base from the residuals, and the search again under it, twice
4   the covariance of what was sought
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from simulators.structures.structure import Structure
from surrogate.identification.bounds import Bounds, bounds
from surrogate.identification.clocks import delay_of
from surrogate.identification.lags import Lags, lags
from surrogate.identification.laws import BUILDING, LAWS
from surrogate.identification.likelihood import LEAST_NOISE, Likelihood
from surrogate.identification.model import Model, ShearModel
from surrogate.identification.noise import Noise
from surrogate.identification.recordings import Recordings
from surrogate.identification.search import Found, search
from surrogate.identification.starts import starts
from surrogate.identification.unknowns import Choice, Space, Unknown
from surrogate.networks.observation import Channel

FEW = 8
"""Records on which starts are compared."""
KEPT = 2
"""Starts of which a search for all free parameters is made."""
COARSE, FINE, LAST = 10, 15, 15
"""Most steps of the searches."""
MASS_DAMPING = "mass_damping"
UNEXPLAINED = 0.05
"""R2 of a channel below which nothing of it counts as explained."""

Say = Callable[[str], None]


@dataclass(frozen=True)
class Settings:
    """What is sought, and how.

    Parameters
    ----------
    storeys : int
    law : str
        A key of `surrogate.identification.laws.LAWS`.
    start : mapping of str to array_like
        Starts that are known, such as masses from drawings, one number or one a storey.
    fixed, tied : sequence of str
        Parameters that keep their start, or share one factor on it. Without any fixed mass the
        first one is, since records of a base motion do not tell the scale of the masses. Damping
        by the masses is one number, sought where it has a start, and absent where it has none.
    prior : mapping of str to float
        Standard deviations about the start, of the logarithm where a parameter is positive; they
        are joined to those of the law.
    base_noise : bool
        Whether the sensor at the base has noise as well.
    delay : mapping of Channel to float or None
        By how much a sensor is late (s), None where it is sought; others are not late.
    """

    storeys: int
    law: str = "bouc_wen"
    start: Mapping[str, Any] = field(default_factory=dict)
    fixed: tuple[str, ...] = ()
    tied: tuple[str, ...] = ()
    prior: Mapping[str, float] = field(default_factory=dict)
    base_noise: bool = True
    delay: Mapping[Channel, float | None] = field(default_factory=dict)

    def require_free(self, names: Sequence[str]) -> None:
        """Raise ValueError for a name of no parameter of the law, or of one that is fixed."""
        own = LAWS[self.law].parameters if self.law in LAWS else {}
        fixed = [*self.fixed, *([] if MASS_DAMPING in self.start else [MASS_DAMPING])]
        free = [name for name in (*BUILDING, *own) if name not in fixed]
        for name in names:
            if name not in free:
                raise ValueError(
                    f"track: {name!r} is no parameter that is free, choose from {', '.join(free)}"
                )

    def unknowns(self, model: Model, channels: Sequence[Channel]) -> tuple[Unknown, ...]:
        """Return the parameters of a model, and the delays of sensors where some are named."""
        if not self.delay:
            return model.unknowns
        return (*model.unknowns, delay_of(channels, self.delay)[0])

    def choice(self, model: ShearModel, channels: Sequence[Channel] = ()) -> Choice:
        """Return what of a model, and of the sensors, is free, tied and fixed."""
        fixed = tuple(self.fixed)
        if self.delay:
            fixed = (*fixed, *delay_of(channels, self.delay)[1])
        if not any(name.split()[0] == "mass" for name in fixed):
            fixed = (*fixed, "mass 1")
        tied = tuple(self.tied)
        if MASS_DAMPING in self.start:
            tied = (*tied, MASS_DAMPING)
        else:
            fixed = (*fixed, MASS_DAMPING)
        usual = {name: own.prior for name, own in LAWS[model.law].parameters.items()}
        return Choice(fixed, tied, {**usual, **self.prior})


@dataclass(frozen=True, eq=False)
class Trial:
    """One start: where it began, and how likely the best was that it led to.

    Attributes
    ----------
    stiffness, yield_displacement : float
        Of the first storey; the latter NaN for a law that does not yield.
    coarse : float
        Residuals relative to what the sensors have seen, root mean square of each channel and the
        geometric mean of them, after the search of one factor a parameter.
    fine : float
        The same with all free parameters; NaN where it was not gone on with.
    """

    stiffness: float
    yield_displacement: float
    coarse: float
    fine: float


@dataclass(frozen=True, eq=False)
class Identification:
    """A building with what is known of it.

    Attributes
    ----------
    model : ShearModel
    channels : tuple of Channel
        The sensors.
    bounds : Bounds
        The parameters that were sought, with their covariance.
    noise : Noise
        Of the sensors and of the base.
    residuals : ndarray, shape (record, time, channel)
    trials : list of Trial
    r2 : ndarray, shape (channel,)
        Share of the variance of each channel that is explained.
    lags : Lags
        What the residuals say of delays that were not sought.
    """

    model: ShearModel
    channels: tuple[Channel, ...]
    bounds: Bounds
    noise: Noise
    residuals: np.ndarray
    trials: list[Trial]
    r2: np.ndarray
    lags: Lags

    @property
    def values(self) -> dict[str, np.ndarray]:
        """The most likely parameters, each of shape (storey,)."""
        return self.bounds.space.values(self.bounds.theta)

    @property
    def structure(self) -> Structure:
        """The most likely structure, with its modes at rest."""
        return self.model.at_rest(self.values)

    def answer(self, base: np.ndarray, interval: float, channels: Sequence[Channel]) -> np.ndarray:
        """Return what channels see of the most likely building: (record, time, channel).

        Parameters
        ----------
        base : ndarray, shape (record, time)
            m s-2.
        interval : float
            s.
        channels : sequence of Channel
        """
        return self.model.answer(self.values, base, interval, channels)[0]

    def seen(self, recordings: Recordings) -> np.ndarray:
        """Return what the sensors of other recordings should see: (record, sample, channel)."""
        rows = {name: np.tile(own, (len(recordings), 1)) for name, own in self.values.items()}
        return self.model.seen(rows, recordings)[0]


def identify(recordings: Recordings, settings: Settings, say: Say | None = None) -> Identification:
    """Return the most likely shear building, and how well it is known.

    Parameters
    ----------
    recordings : Recordings
    settings : Settings
    say : callable, optional
        Told of each stage in a line.

    Raises
    ------
    ValueError
        For settings that do not fit, and records in which no mode of vibration is found.
    """
    say = say or _silent
    models = starts(recordings, settings.storeys, settings.law, settings.start)
    unknowns = settings.unknowns(models[0], recordings.channels)
    settings.choice(models[0], recordings.channels).require_known(unknowns)
    few = recordings.some(_spread(recordings))
    model, space, found, trials = _best_start(models, few, settings, say)
    likelihood = Likelihood(model, space, recordings)
    found = search(likelihood, LAST, found.theta)
    say(f"{len(space)} parameters on {len(recordings)} records: {found.steps} steps")
    likelihood, found, noise = _under_noise(likelihood, found, settings.base_noise)
    residuals = likelihood.residuals(found.theta)
    known = bounds(space, found.theta, likelihood.derivatives(found.theta, residuals))
    explained = r2(recordings, residuals)
    return Identification(
        model,
        tuple(recordings.channels),
        known,
        noise,
        residuals,
        trials,
        explained,
        lags(recordings, residuals),
    )


def r2(recordings: Recordings, residuals: np.ndarray) -> np.ndarray:
    """Return the share of the variance of each channel that is explained, shape (channel,)."""
    total = np.square(recordings.spread()) * recordings.samples
    left = np.square(residuals).sum(axis=(0, 1))
    return 1.0 - left / np.maximum(total, np.finfo(float).tiny)


def _best_start(
    models: list[ShearModel], few: Recordings, settings: Settings, say: Say
) -> tuple[ShearModel, Space, Found, list[Trial]]:
    """Search from every start, go on from the best of them, and return the best of those."""
    begun: list[tuple[ShearModel, Space, Found]] = []
    for model in models:
        unknowns = settings.unknowns(model, few.channels)
        space = Space(unknowns, _coarse(model, settings, few.channels))
        begun.append((model, space, search(Likelihood(model, space, few), COARSE)))
    order = sorted(range(len(begun)), key=lambda place: begun[place][2].value)
    fine: dict[int, tuple[ShearModel, Space, Found]] = {}
    for place in order[:KEPT]:
        model, coarse, found = begun[place]
        space = coarse.moved_to(found.theta, settings.choice(model, few.channels))
        fine[place] = (model, space, search(Likelihood(model, space, few), FINE))
    count = int(few.samples.sum())
    trials = [_trial(begun[p], fine.get(p), count) for p in range(len(begun))]
    for trial in trials:
        say(_described(trial))
    best = min(fine.values(), key=lambda one: one[2].value)
    return (*best, trials)


def _coarse(model: ShearModel, settings: Settings, channels: Sequence[Channel]) -> Choice:
    """All parameters tied but the masses, which are kept, and those that are fixed."""
    names = tuple(unknown.name for unknown in model.unknowns if unknown.name != "mass")
    choice = settings.choice(model, channels)
    return Choice((*choice.fixed, "mass"), names, choice.prior)


def _trial(
    begun: tuple[ShearModel, Space, Found],
    fine: tuple[ShearModel, Space, Found] | None,
    count: int,
) -> Trial:
    start = {unknown.name: float(unknown.start[0]) for unknown in begun[0].unknowns}
    return Trial(
        start["stiffness"],
        start.get("yield_displacement", np.nan),
        _misfit(begun[2], count),
        np.nan if fine is None else _misfit(fine[2], count),
    )


def _misfit(found: Found, count: int) -> float:
    return float(LEAST_NOISE * np.exp(found.value / count))


def _described(trial: Trial) -> str:
    yields = (
        "" if np.isnan(trial.yield_displacement) else f", yield at {trial.yield_displacement:.3g} m"
    )
    later = "" if np.isnan(trial.fine) else f", with all free {trial.fine:.2%}"
    return (
        f"start: stiffness {trial.stiffness:.3g} N/m{yields}: residuals {trial.coarse:.2%}{later}"
    )


def _under_noise(
    likelihood: Likelihood, found: Found, base_noise: bool
) -> tuple[Likelihood, Found, Noise]:
    """Estimate the noise and search under it, twice: each depends on the other."""
    noise = likelihood.noise_of(found.theta, likelihood.residuals(found.theta), base_noise)
    for _ in range(2):
        likelihood = likelihood.with_noise(noise)
        found = search(likelihood, LAST, found.theta)
        noise = likelihood.noise_of(found.theta, likelihood.residuals(found.theta), base_noise)
    return likelihood, found, noise


def _spread(recordings: Recordings) -> np.ndarray:
    """Records of all strengths, at most `FEW`."""
    strength = np.square(recordings.base).sum(axis=1)
    ordered = np.argsort(strength)
    places = np.linspace(0, len(ordered) - 1, min(FEW, len(ordered))).round().astype(int)
    return ordered[places]


def _silent(line: str) -> None:
    """Tell nobody."""
