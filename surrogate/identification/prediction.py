"""What an identified building answers to a motion, with bands: measured or not.

Buildings are drawn from the distribution of the parameters, and noise of the base sensor is drawn
for each, since the recorded motion is not the true one; so are unmeasured forces, where the
identification has them. The band at a time is

    best answer  +-  z sqrt(mean over draws of (draw - best answer)^2)

with z of the normal distribution. Noise of the sensors is no part of it: it is a band of the truth.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from surrogate.identification.clocks import DELAY
from surrogate.identification.identify import Identified
from surrogate.identification.laws import Values
from surrogate.identification.model import Model
from surrogate.identification.recordings import Recordings
from surrogate.networks.observation import Channel

DRAWS = 60
COVERAGE = 0.9
TRIED = 10
"""Draws that are tried for each that is wanted."""


@dataclass(frozen=True, eq=False)
class Prediction:
    """Answers to motions of the base.

    Attributes
    ----------
    answer : ndarray, shape (record, time, channel)
        Of the most likely building.
    half_width : ndarray, shape (record, time, channel)
        Of the band.
    """

    answer: np.ndarray
    half_width: np.ndarray

    def covers(self, truth: np.ndarray) -> np.ndarray:
        """Return the share of the samples of each channel that lie within the band."""
        inside = np.abs(truth - self.answer) <= self.half_width
        return inside.mean(axis=(0, 1))


def predict(
    identification: Identified,
    base: np.ndarray,
    interval: float,
    channels: Sequence[Channel],
    coverage: float = COVERAGE,
    draws: int = DRAWS,
    seed: int = 0,
    sensors: Recordings | None = None,
) -> Prediction:
    """Return answers with bands.

    Parameters
    ----------
    identification : Identified
    base : ndarray, shape (record, time)
        Recorded acceleration of the base (m s-2), by the sensor of the identification.
    interval : float
        s.
    channels : sequence of Channel
    coverage : float
        Of the band at each time.
    draws : int
    seed : int
        Of the draws.
    sensors : Recordings, optional
        Whose samples are predicted, each sensor by its own clock, in place of channels; those of
        the base by default, without delays.
    """
    if not 0.0 < coverage < 1.0:
        raise ValueError(f"coverage = {coverage}: must lie between 0 and 1")
    space = identification.bounds.space
    best = identification.answer(base, interval, channels)
    best = _sampled(best, identification.values, sensors)
    generator = np.random.default_rng(seed)
    squares = np.zeros_like(best)
    count = 0
    for theta in identification.bounds.sample(TRIED * draws, seed):
        noise = identification.noise.base * generator.standard_normal(base.shape)
        values = space.values(theta)
        drawn = answered(identification.model, values, base + noise, interval, channels)
        if drawn is None:
            continue
        forced = _forced(identification, base.shape, interval, channels, generator)
        squares += np.square(_sampled(drawn + forced, values, sensors) - best)
        count += 1
        if count == draws:
            break
    require_draws(count, draws)
    z = float(stats.norm.ppf(0.5 + 0.5 * coverage))
    return Prediction(best, z * np.sqrt(squares / draws))


def _forced(
    identification: Identified,
    shape: tuple[int, ...],
    interval: float,
    channels: Sequence[Channel],
    generator: np.random.Generator,
) -> np.ndarray | float:
    """What channels see of unmeasured forces as they were found, (record, time, channel)."""
    if identification.process is None:
        return 0.0
    levels = identification.noise.forces
    records, samples = shape
    return identification.process.drawn(
        levels, (records, samples), interval, tuple(channels), generator
    )


def _sampled(
    answer: np.ndarray, values: Mapping[str, np.ndarray], sensors: Recordings | None
) -> np.ndarray:
    """Answers, shape (record, time, channel), as sensors sample them."""
    if sensors is None:
        return answer
    delay = values.get(DELAY, np.zeros(answer.shape[-1]))
    delays = np.broadcast_to(delay, (1, len(answer), len(delay)))
    return sensors.clocks.seen(answer[None], delays)[0]


def require_draws(found: int, wanted: int) -> None:
    """Raise ValueError where too few draws of the parameters are buildings.

    Where records leave a law open, the normal distribution reaches to buildings that no integrator
    follows; others are drawn in their place.
    """
    if found < wanted:
        raise ValueError(
            f"only {found} of {TRIED * wanted} draws of the parameters are buildings that can be "
            "simulated: the records leave too much open; fix or tie some parameters, or give priors"
        )


def answered(
    model: Model,
    values: Values,
    base: np.ndarray,
    interval: float,
    channels: Sequence[Channel],
) -> np.ndarray | None:
    """Return the answers of one building, (record, time, channel), None where it has none."""
    try:
        answer = model.answer(values, base, interval, channels)[0]
    except ValueError:  # the integrator gives up
        return None
    return answer if np.isfinite(answer).all() else None
