"""The likelihood of parameters with a noise level in every channel, and its derivatives.

The residual of channel c is white and normal with the unknown variance s_c^2. At its best value,
the mean square of the residuals e_c over the N samples, minus the logarithm of the likelihood is

    L(theta) = N sum_c ln s_c(theta) + sum_j (theta_j - theta0_j)^2 / (2 p_j^2)  +  const        (1)

with the prior in the second sum (Ljung 1999, System identification, section 7.4), or what priors
of one's own make of it (`surrogate.identification.priors`). Its gradient is that of the weighted
least squares sum_c |e_c|^2 / (2 s_c^2), whose weights follow the residuals. Where noise is given
(`surrogate.identification.noise`, `surrogate.identification.kalman`), the residuals are made white
by it, and the first sum is half the sum of their squares. Channels that have fewer samples than
others have an N of their own.

Derivatives of the responses are differences of simulations: those of one parameter are a family of
structures that the batch integrator runs together. Where a storey remembers reversals, a response
jumps at parameters for which it comes to rest without turning. A search is led by differences over
a step, which see the jumps as a slope; for bounds the slope between jumps is meant, so that steps
are short, and of the differences to both sides the smaller one is taken, which crosses none.
"""

from dataclasses import dataclass, replace

import numpy as np

from surrogate.identification.kalman import innovations
from surrogate.identification.model import Model
from surrogate.identification.noise import Noise, estimate, periodogram, smoothed
from surrogate.identification.process import Process
from surrogate.identification.recordings import Recordings
from surrogate.identification.unknowns import STEP, Space

SHORT_STEP = 1e-5
"""Of a difference, in theta, for bounds where responses jump; else it is `STEP`."""
BLOCK = 4_000_000
"""Values of a Jacobian that are in memory at once."""
LEAST_NOISE = 1e-5
"""Noise of a channel relative to what it has seen: simulations are not exact to more."""
TRIAL = 0.02
"""Noise at the base that a spectrum is computed with, relative to its motion."""
CLUSTERS = 8
"""Stretches of the records for each entry, over which scores are summed."""
SHORTEST = 50
"""Samples of a stretch."""


@dataclass(frozen=True, eq=False)
class Derivatives:
    """Gradient and Gauss-Newton matrix of the weighted squares, without the prior.

    Attributes
    ----------
    scores : ndarray, shape (stretch, entry)
        Gradient of each stretch of time of each record.
    information : ndarray, shape (entry, entry)
    """

    scores: np.ndarray
    information: np.ndarray


class Likelihood:
    """Of a model on recordings.

    Parameters
    ----------
    model : Model
    space : Space
    recordings : Recordings
    noise : Noise, optional
        Of which the spectra of the residuals follow; by default each channel is white, and its
        level follows the residuals.
    """

    def __init__(
        self, model: Model, space: Space, recordings: Recordings, noise: Noise | None = None
    ) -> None:
        self.model = model
        self.space = space
        self.recordings = recordings
        self.noise = noise
        seen = np.sqrt(self._mean_square(recordings.measured))
        self._least = np.maximum(LEAST_NOISE * seen, np.finfo(float).tiny)

    def with_noise(self, noise: Noise) -> "Likelihood":
        """Return the likelihood of the same model and records under a noise."""
        return Likelihood(self.model, self.space, self.recordings, noise)

    def respond(self, thetas: np.ndarray, records: slice = slice(None)) -> np.ndarray:
        """Return the responses of vectors of shape (row, entry): (row, record, sample, channel)."""
        return self._respond(thetas, self.recordings.some(records))

    def residuals(self, theta: np.ndarray) -> np.ndarray:
        """Return what the model does not explain, zero in padding: (record, sample, channel)."""
        return self.recordings.apart(self.respond(theta[None])[0])

    def levels(self, residuals: np.ndarray) -> np.ndarray:
        """Return the root mean square of each channel, not below what simulations are exact to."""
        return np.maximum(np.sqrt(self._mean_square(residuals)), self._least)

    def value(self, theta: np.ndarray, residuals: np.ndarray) -> float:
        """Return L of (1), without its constant."""
        prior = float(self.space.prior(theta[None])[0])
        if self.noise is not None:
            return float(0.5 * np.square(self._whitened(residuals)).sum() + prior)
        level = np.log(self.levels(residuals) / self._least)
        return float(self.recordings.samples @ level + prior)

    def values(self, thetas: np.ndarray) -> np.ndarray:
        """Return L of (1) of vectors of shape (row, entry); infinite where there is no response."""
        try:
            answers = self.respond(thetas)
        except ValueError:  # the integrator gives up on one of them
            return self._one_by_one(thetas)
        apart = self.recordings.apart(answers)
        found = self.space.prior(thetas)
        if self.noise is not None:
            found += 0.5 * np.square(self._whitened(apart)).sum(axis=(1, 2, 3))
        else:
            squares = np.square(apart).sum(axis=(1, 2)) / self.recordings.samples
            level = np.maximum(np.sqrt(squares), self._least) / self._least
            found += np.log(level) @ self.recordings.samples
        return np.where(np.isfinite(found), found, np.inf)

    def _one_by_one(self, thetas: np.ndarray) -> np.ndarray:
        if len(thetas) == 1:
            return np.array([np.inf])
        return np.concatenate([self.values(theta[None]) for theta in thetas])

    def derivatives(
        self, theta: np.ndarray, residuals: np.ndarray, between_jumps: bool = False
    ) -> Derivatives:
        """Return the derivatives by theta, for the noise levels that the residuals have.

        Parameters
        ----------
        theta : ndarray, shape (entry,)
        residuals : ndarray, shape (record, sample, channel)
        between_jumps : bool
            Whether jumps of the responses are left out, for bounds.
        """
        short = between_jumps and self.model.jumps
        entries = len(theta)
        information = np.zeros((entries, entries))
        levels = self.levels(residuals)
        white = self._whitened(residuals, levels)
        length = self._stretch(entries)
        scores = []
        for records in self._blocks(entries):
            slopes = self._whitened(self._slopes(theta, records, short), levels)
            scores.append(stretches(self.recordings, slopes, white[records], length))
            flat = slopes.reshape(entries, -1)
            information += flat @ flat.T
        return Derivatives(np.concatenate(scores).reshape(-1, entries), information)

    def noise_of(
        self,
        theta: np.ndarray,
        residuals: np.ndarray,
        of_base: bool = True,
        process: Process | None = None,
    ) -> Noise:
        """Return the noise of sensors, base and unmeasured forces that explains residuals best."""
        own = self.recordings
        powers = periodogram(residuals, own.present, own.lengths)
        coloured = self._coloured(theta) if of_base else np.zeros_like(powers)
        if process is None:
            return estimate(powers, coloured[None], self._least, own.lengths)
        sources = np.concatenate([coloured[None], process.spectra(own)])
        first = estimate(powers, sources, self._least, own.lengths)
        return innovations(process, own, residuals, first)

    def process_of(self, theta: np.ndarray, place: str) -> Process:
        """Return the linear structure that unmeasured forces at a place drive."""
        return Process.of(self.model, self.space.values(theta), self.recordings, place)

    def _coloured(self, theta: np.ndarray, seed: int = 0) -> np.ndarray:
        """Spectra that noise of unit variance at the base causes."""
        own = self.recordings
        base = own.base
        size = TRIAL * np.sqrt(np.square(base).sum() / own.counted.sum())
        drawn = size * np.random.default_rng(seed).standard_normal(base.shape)
        trial = replace(own, base=base + np.where(own.counted, drawn, 0.0))
        apart = self._respond(theta[None], trial)[0] - self.respond(theta[None])[0]
        apart = np.where(own.present, apart, 0.0) / size
        return smoothed(periodogram(apart, own.present, own.lengths))

    def _respond(self, thetas: np.ndarray, recordings: Recordings) -> np.ndarray:
        rows = {
            name: np.repeat(values, len(recordings), axis=0)
            for name, values in self.space.values(thetas).items()
        }
        return self.model.seen(rows, recordings)

    def _whitened(self, values: np.ndarray, levels: np.ndarray | None = None) -> np.ndarray:
        """Values, shape (..., sample, channel), over the noise that they stand in."""
        if self.noise is None:
            return values / (self.levels(values) if levels is None else levels)
        return self.noise.whitened(values)

    def _slopes(self, theta: np.ndarray, records: slice, short: bool) -> np.ndarray:
        """Derivatives of the responses by each entry, zero in padding; by short steps to both
        sides, or by one.
        """
        low, high = self.space.limits()
        # A step stays within the limits.
        size = SHORT_STEP if short else STEP
        steps = np.where(theta + size > high, -size, size)
        steps = np.where(theta + steps < low, size, steps)
        slopes = self._differences(theta, steps, records)
        if short:
            inside = (theta - steps >= low) & (theta - steps <= high)
            others = self._differences(theta, np.where(inside, -steps, steps), records)
            slopes = np.where(np.abs(others) < np.abs(slopes), others, slopes)
        return np.where(self.recordings.present[records], slopes, 0.0)

    def _differences(self, theta: np.ndarray, steps: np.ndarray, records: slice) -> np.ndarray:
        responses = self.respond(np.concatenate([theta[None], theta + np.diag(steps)]), records)
        return (responses[1:] - responses[0]) / steps[:, None, None, None]

    def _stretch(self, entries: int) -> int:
        """Samples over which scores are summed: as long as leaves enough stretches to tell their
        covariance.
        """
        records, samples = self.recordings.base.shape
        wanted = -(-CLUSTERS * entries // records)
        return max(SHORTEST, samples // wanted)

    def _blocks(self, entries: int) -> list[slice]:
        samples, channels = self.recordings.measured.shape[1:]
        # What is integrated has all floors, whatever the sensors.
        width = max(channels, 2 * self.model.storeys)
        size = max(1, BLOCK // ((entries + 1) * samples * width))
        return [slice(first, first + size) for first in range(0, len(self.recordings), size)]

    def _mean_square(self, values: np.ndarray) -> np.ndarray:
        return np.square(values).sum(axis=(0, 1)) / self.recordings.samples


def stretches(
    recordings: Recordings, slopes: np.ndarray, white: np.ndarray, length: int
) -> np.ndarray:
    """Return the gradient of each stretch of time of each record: (record, stretch, entry).

    Parameters
    ----------
    recordings : Recordings
    slopes : ndarray, shape (entry, record, sample, channel)
        Derivatives of the responses, over the noise.
    white : ndarray, shape (record, sample, channel)
        Residuals, over the noise.
    length : int
        Of a stretch, in samples of the base.
    """
    samples = recordings.base.shape[1]
    starts = np.arange(0, samples, length)
    total = np.zeros((len(white), len(starts), len(slopes)))
    for channel, count in enumerate(recordings.lengths):
        own = np.s_[..., :count, channel]
        products = -np.einsum("ert,rt->rte", slopes[own], white[own])
        total += np.add.reduceat(products, starts * count // samples, axis=1)
    return total
