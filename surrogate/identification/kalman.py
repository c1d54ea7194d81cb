"""The prediction-error form: residuals of a simulation through a stationary Kalman filter.

With process noise w (`surrogate.identification.process`), held over a sample, the residuals e of a
simulation obey the linear structure, sampled:

    x_(k+1) = A x_k + B w_k,      e_k = C x_k + D w_k + v_k                                      (1)

where v is the noise of the sensors. x is the motion that nobody has driven on purpose: it starts
from rest, as the records do. With the stationary gain K of its Kalman filter the innovations

    i_k = e_k - C x_k,      x_(k+1) = A x_k + K i_k                                              (2)

are white with the covariance S, and minus the logarithm of the likelihood is

    N / 2 ln det S + 1/2 sum_k i_k^T S^-1 i_k                                                    (3)

(Ljung 1999, System identification, sections 4.3 and 7.4). K comes from the variances of w and v by
the discrete Riccati equation; the variances are those that make (3) least. The filter is causal, so
that a record which ends in motion needs no window.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy import linalg, optimize

from surrogate.identification.noise import Noise
from surrogate.identification.process import Process
from surrogate.identification.recordings import Recordings

STEPS = 40
"""Most steps of the search for the variances."""
SMALLEST = -25.0
"""Lowest logarithm of a variance, over where it begins."""


@dataclass(frozen=True, eq=False)
class Innovations(Noise):
    """Noise with the filter (2).

    Attributes
    ----------
    transition : ndarray, shape (state, state)
        A - K C.
    gain : ndarray, shape (state, channel)
        K.
    output : ndarray, shape (channel, state)
        C.
    root : ndarray, shape (channel, channel)
        Inverse of the lower root of S.
    """

    transition: np.ndarray = None  # type: ignore[assignment]  # `of` gives them
    gain: np.ndarray = None  # type: ignore[assignment]
    output: np.ndarray = None  # type: ignore[assignment]
    root: np.ndarray = None  # type: ignore[assignment]

    @classmethod
    def of(cls, process: Process, recordings: Recordings, levels: np.ndarray) -> Self:
        """Return the filter for levels of noise.

        Parameters
        ----------
        process : Process
        recordings : Recordings
        levels : ndarray, shape (channel + 1 + source,)
            Standard deviations of the sensors, of the base (m s-2), and of the forces (N).

        Raises
        ------
        numpy.linalg.LinAlgError
            Where the Riccati equation has no solution.
        """
        count = len(recordings.channels)
        a, b, c, d = process.sampled(recordings.interval, tuple(recordings.channels))
        variances = np.square(levels[count:])
        across = (b * variances) @ d.T
        white = (d * variances) @ d.T + np.diag(np.square(levels[:count]))
        state = linalg.solve_discrete_are(a.T, c.T, (b * variances) @ b.T, white, s=across)
        covariance = c @ state @ c.T + white
        gain = np.linalg.solve(covariance, (a @ state @ c.T + across).T).T
        root = np.linalg.inv(np.linalg.cholesky(covariance))
        spectra = np.einsum("j,jfcd->fcd", variances[1:], process.spectra(recordings))
        own = np.arange(count)
        spectra[:, own, own] += np.square(levels[:count])
        return cls(
            sensors=levels[:count],
            base=float(levels[count]),
            spectra=spectra,
            lengths=recordings.lengths,
            forces=levels[count + 1 :],
            transition=a - gain @ c,
            gain=gain,
            output=c,
            root=root,
        )

    def whitened(self, values: np.ndarray) -> np.ndarray:
        """Return the innovations of values, shape (..., time, channel), over the root of S.

        After the last value that is not zero they are zero: what follows is padding.
        """
        rows = values.reshape(-1, *values.shape[-2:])
        state = np.zeros((len(rows), len(self.transition)))
        result = np.empty_like(rows)
        for place in range(rows.shape[1]):
            now = rows[:, place]
            result[:, place] = now - state @ self.output.T
            state = state @ self.transition.T + now @ self.gain.T
        after = np.flip(np.cumsum(np.flip(rows != 0.0, axis=1).any(axis=2), axis=1), axis=1) > 0
        white = np.where(after[..., None], result @ self.root.T, 0.0)
        return white.reshape(values.shape)

    def value(self, residuals: np.ndarray, samples: int) -> float:
        """Return (3) of residuals, shape (record, time, channel), of which samples count."""
        white = self.whitened(residuals)
        return float(0.5 * np.square(white).sum() - samples * np.log(np.diag(self.root)).sum())


def innovations(
    process: Process, recordings: Recordings, residuals: np.ndarray, first: Noise
) -> Innovations:
    """Return the filter whose levels of noise make residuals most likely.

    Parameters
    ----------
    process : Process
    recordings : Recordings
        Of one sampling interval, without delays.
    residuals : ndarray, shape (record, time, channel)
    first : Noise
        Levels where the search begins; those that are zero stay zero.
    """
    begin = np.concatenate([first.sensors, [first.base], first.forces])
    free = begin > 0.0
    samples = int(recordings.counted.sum())

    def filter_of(logs: np.ndarray) -> Innovations:
        levels = begin.copy()
        levels[free] = begin[free] * np.exp(0.5 * logs)
        return Innovations.of(process, recordings, levels)

    def objective(logs: np.ndarray) -> float:
        try:
            return filter_of(logs).value(residuals, samples) / samples
        except (np.linalg.LinAlgError, ValueError):
            return np.inf

    limits = [(SMALLEST, -SMALLEST)] * int(free.sum())
    options = {"maxiter": STEPS}
    found = optimize.minimize(
        objective, np.zeros(free.sum()), method="L-BFGS-B", bounds=limits, options=options
    )
    return filter_of(found.x)
