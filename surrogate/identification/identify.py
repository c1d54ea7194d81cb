"""From records of a base and some sensors to a building: starts, search, noise, bounds.

1   several starts from linear identification, each with one factor a parameter, on a few records
2   the best of them with all free parameters, on those records, then the best on all
3   noise of sensors and base from the residuals, and the search again under it, twice
4   the covariance of what was sought
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from simulators.structures.structure import Structure
from surrogate.identification.bounds import Bounds, bounds
from surrogate.identification.lags import Lags, lags
from surrogate.identification.likelihood import Likelihood
from surrogate.identification.model import Model, ShearModel
from surrogate.identification.noise import Noise
from surrogate.identification.process import Process
from surrogate.identification.recordings import Recordings
from surrogate.identification.search import Found, search
from surrogate.identification.settings import Settings, require_synchronous
from surrogate.identification.starts import starts
from surrogate.identification.trials import Say, Trial, best_start
from surrogate.identification.unknowns import Space, require_free
from surrogate.networks.observation import Channel

LAST = 15
"""Most steps of a search on all records."""
UNEXPLAINED = 0.05
"""R2 of a channel below which nothing of it counts as explained."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Identified:
    """A structure with what is known of it.

    Attributes
    ----------
    model : Model
    channels : tuple of Channel
        The sensors.
    bounds : Bounds
        The parameters that were sought, with their covariance.
    noise : Noise
        Of the sensors and of the base.
    residuals : ndarray, shape (record, time, channel)
    r2 : ndarray, shape (channel,)
        Share of the variance of each channel that is explained.
    lags : Lags
        What the residuals say of delays that were not sought.
    process : Process, optional
        What unmeasured forces drive, where they were asked for; their sizes are in the noise.
    """

    model: Model
    channels: tuple[Channel, ...]
    bounds: Bounds
    noise: Noise
    residuals: np.ndarray
    r2: np.ndarray
    lags: Lags
    process: Process | None = None

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


@dataclass(frozen=True, eq=False, kw_only=True)
class Identification(Identified):
    """A shear building with what is known of it.

    Attributes
    ----------
    model : ShearModel
    trials : list of Trial
    """

    model: ShearModel
    trials: list[Trial]


def identify(
    recordings: Recordings, settings: Settings, say: Say | None = None, workers: int = 1
) -> Identification:
    """Return the most likely shear building, and how well it is known.

    Parameters
    ----------
    recordings : Recordings
    settings : Settings
    say : callable, optional
        Told of each stage in a line.
    workers : int
        Processes that search from the starts.

    Raises
    ------
    ValueError
        For settings that do not fit, less than one worker, and records in which no mode of
        vibration is found.
    """
    say = say or _silent
    recordings = recordings.within_base(settings.delay)
    models = starts(recordings, settings.storeys, settings.law, settings.start, settings.starts)
    require_synchronous(settings, recordings)
    unknowns = settings.unknowns(models[0], recordings.channels)
    require_free(Space(unknowns, settings.choice(models[0], recordings.channels)))
    best = best_start(models, recordings, settings, workers, say)
    model, space = best.model, best.space
    likelihood = Likelihood(model, space, recordings)
    found = search(likelihood, LAST, best.found.theta)
    say(f"{len(space)} parameters on {len(recordings)} records: {found.steps} steps")
    likelihood, found, noise, process = _under_noise(likelihood, found, settings)
    residuals = likelihood.residuals(found.theta)
    slopes = likelihood.derivatives(found.theta, residuals, between_jumps=True)
    known = bounds(space, found.theta, slopes)
    return Identification(
        model=model,
        channels=tuple(recordings.channels),
        bounds=known,
        noise=noise,
        residuals=residuals,
        r2=r2(recordings, residuals),
        lags=lags(recordings, residuals),
        trials=best.trials,
        process=process,
    )


def r2(recordings: Recordings, residuals: np.ndarray) -> np.ndarray:
    """Return the share of the variance of each channel that is explained, shape (channel,)."""
    total = np.square(recordings.spread()) * recordings.samples
    left = np.square(residuals).sum(axis=(0, 1))
    return 1.0 - left / np.maximum(total, np.finfo(float).tiny)


def _under_noise(
    likelihood: Likelihood, found: Found, settings: Settings
) -> tuple[Likelihood, Found, Noise, Process | None]:
    """Estimate the noise and search under it, twice: each depends on the other.

    Where responses jump, once more, to where the derivatives between jumps vanish: those of bounds.
    """
    noise, process = _noise(likelihood, found, settings)
    for between_jumps in (False, False, True) if likelihood.model.jumps else (False, False):
        likelihood = likelihood.with_noise(noise)
        found = search(likelihood, LAST, found.theta, between_jumps=between_jumps)
        noise, process = _noise(likelihood, found, settings)
    return likelihood, found, noise, process


def _noise(
    likelihood: Likelihood, found: Found, settings: Settings
) -> tuple[Noise, Process | None]:
    """The noise that residuals show, and the structure that unmeasured forces drive."""
    process = None
    if settings.process_noise is not None:
        process = likelihood.process_of(found.theta, settings.process_noise)
    residuals = likelihood.residuals(found.theta)
    noise = likelihood.noise_of(found.theta, residuals, settings.base_noise, process)
    return noise, process


def _silent(line: str) -> None:
    """Tell nobody."""
