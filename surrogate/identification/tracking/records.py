"""The likelihood of records that have parameters of their own.

Record r has the vector theta_r = theta + E x_r: what is tracked of it moves by x_r, the rest is the
same in all records. Every sensor has a noise level of its own in every record, since what a model
does not explain grows with the motion. At their best values minus the logarithm of the likelihood
is

    L = sum_r N_r sum_c ln s_rc(theta_r)  +  const,                                              (1)

with the root mean square s_rc of the N_r residuals of channel c. A derivative by a tracked entry of
theta is that by the same entry of x_r, so that one simulation of all records for each entry of
theta gives both.
"""

from dataclasses import dataclass

import numpy as np

from surrogate.identification.likelihood import BLOCK, LEAST_NOISE, SHORTEST, stretches
from surrogate.identification.model import Model
from surrogate.identification.recordings import Recordings
from surrogate.identification.unknowns import STEP, Space

STRETCHES = 20
"""Most stretches of a record, over which scores are summed."""


@dataclass(frozen=True, eq=False)
class RecordDerivatives:
    """Derivatives of (1) by the vector of each record.

    Attributes
    ----------
    scores : ndarray, shape (record, stretch, entry)
        Gradient of each stretch of time.
    information : ndarray, shape (record, entry, entry)
        Gauss-Newton matrix.
    """

    scores: np.ndarray
    information: np.ndarray


@dataclass(frozen=True, eq=False)
class RecordLikelihood:
    """Of a model on recordings, with a vector for each record.

    Parameters
    ----------
    model : Model
    space : Space
    recordings : Recordings
    """

    model: Model
    space: Space
    recordings: Recordings

    def residuals(self, thetas: np.ndarray) -> np.ndarray:
        """Return what is not explained, zero in padding: (record, sample, channel).

        Parameters
        ----------
        thetas : ndarray, shape (record, entry)
        """
        return self.recordings.apart(self._respond(thetas[None], slice(None))[0])

    def levels(self, residuals: np.ndarray) -> np.ndarray:
        """Return the root mean square of each record and channel: (record, channel)."""
        counts = self.recordings.present.sum(axis=1)
        seen = np.sqrt(np.square(self.recordings.measured).sum(axis=1) / counts)
        found = np.sqrt(np.square(residuals).sum(axis=1) / counts)
        return np.maximum(found, np.maximum(LEAST_NOISE * seen, np.finfo(float).tiny))

    def value(self, residuals: np.ndarray) -> float:
        """Return L of (1)."""
        counts = self.recordings.present.sum(axis=1)
        return float((counts * np.log(self.levels(residuals))).sum())

    def derivatives(self, thetas: np.ndarray, residuals: np.ndarray) -> RecordDerivatives:
        """Return the derivatives for the noise levels that the residuals have."""
        levels = self.levels(residuals)[:, None, :]
        white = residuals / levels
        samples = self.recordings.base.shape[1]
        length = max(SHORTEST, -(-samples // STRETCHES))
        scores = []
        information = []
        for records in self._blocks(thetas.shape[1]):
            slopes = self._slopes(thetas, records) / levels[records]  # (entry, record, ...)
            scores.append(stretches(self.recordings, slopes, white[records], length))
            information.append(np.einsum("ertc,frtc->ref", slopes, slopes))
        return RecordDerivatives(np.concatenate(scores), np.concatenate(information))

    def _slopes(self, thetas: np.ndarray, records: slice) -> np.ndarray:
        """Derivatives of the responses by each entry, (entry, record, time, channel)."""
        own = thetas[records]
        low, high = self.space.limits()
        # A step stays within the limits.
        steps = np.where(own + STEP > high, -STEP, STEP)
        steps = np.where(own + steps < low, STEP, steps)
        moved = own + steps.T[:, :, None] * np.eye(own.shape[1])[:, None, :]
        responses = self._respond(np.concatenate([own[None], moved]), records)
        slopes = (responses[1:] - responses[0]) / steps.T[:, :, None, None]
        return np.where(self.recordings.present[records], slopes, 0.0)

    def _respond(self, thetas: np.ndarray, records: slice) -> np.ndarray:
        """Responses to (row, record, entry), shape (row, record, sample, channel)."""
        values = self.space.values(thetas.reshape(-1, thetas.shape[-1]))
        return self.model.seen(values, self.recordings.some(records))

    def _blocks(self, entries: int) -> list[slice]:
        samples, channels = self.recordings.measured.shape[1:]
        width = max(channels, 2 * self.model.storeys)
        size = max(1, BLOCK // ((entries + 1) * samples * width))
        return [slice(first, first + size) for first in range(0, len(self.recordings), size)]
