"""Natural frequencies and damping ratios of the linear structure that records resemble most.

Frequency responses from the base to every sensor are averaged over records (Welch 1967); their
inverse transforms are impulse responses, of which the eigensystem realization algorithm makes a
state space (Juang and Pappa 1985, J. Guid. Control Dyn. 8, 620): with the block Hankel matrices H_0
and H_1 of the impulse responses, one sample apart, and the truncated H_0 = U S V^T,

    A = S^-1/2 U^T H_1 V S^-1/2,     B, C from the first columns of S^1/2 V^T and rows of U S^1/2

whose eigenvalues exp(s dt) have the natural frequency |s| / 2 pi and the damping ratio -Re s / |s|.

It is written here, in a few lines, because the libraries that have it are for output-only records
(pyOMA2) or bring an application with them, and what is needed is a start for a search.
"""

from dataclasses import dataclass

import numpy as np
from scipy import signal

from surrogate.identification.recordings import Recordings

SEGMENT = 512
"""Most samples of a segment of Welch's."""
LEAST_SEGMENT = 64
MOST_DAMPED = 0.5
LEAST_SHARE = 0.02
"""Of the energy of the strongest mode, what a mode has to have to be told from noise."""


@dataclass(frozen=True, eq=False)
class LinearModes:
    """Modes of vibration that records show.

    Attributes
    ----------
    frequencies : ndarray, shape (mode,)
        Hz, ascending.
    damping_ratios : ndarray, shape (mode,)
    shapes : ndarray of complex, shape (channel, mode)
        What each channel sees of a mode, the largest one.
    """

    frequencies: np.ndarray
    damping_ratios: np.ndarray
    shapes: np.ndarray


def linear_modes(recordings: Recordings, modes: int) -> LinearModes:
    """Return at most as many modes as asked for, those of the largest share in the response.

    Parameters
    ----------
    recordings : Recordings
    modes : int

    Raises
    ------
    ValueError
        For records of fewer than 64 samples, and where no mode of vibration is found.
    """
    response = impulse_responses(recordings)
    transition, drive, output = _realization(response, 2 * modes)
    values, vectors = np.linalg.eig(transition)
    shapes = output @ vectors  # (channel, mode)
    shares = np.linalg.solve(vectors, drive.astype(complex))
    rates = np.log(values.astype(complex)) / recordings.interval
    with np.errstate(divide="ignore", invalid="ignore"):
        energy = np.abs(shares) ** 2 * (np.abs(shapes) ** 2).sum(axis=0)
        energy = energy / (1.0 - np.abs(values) ** 2)
        ratios = -rates.real / np.abs(rates)
    vibrates = (rates.imag > 0.0) & (ratios > 0.0) & (ratios < MOST_DAMPED)
    if not vibrates.any():
        raise ValueError(
            "no mode of vibration is found between the base and the sensors: check the sensors, or "
            "give start.stiffness"
        )
    vibrates &= energy >= LEAST_SHARE * energy[vibrates].max()
    chosen = np.flatnonzero(vibrates)
    chosen = chosen[np.argsort(np.abs(rates[chosen]))]
    frequencies = np.abs(rates[chosen]) / (2.0 * np.pi)
    largest = shapes[np.abs(shapes[:, chosen]).argmax(axis=0), chosen]
    return LinearModes(frequencies, ratios[chosen], shapes[:, chosen] / largest)


def impulse_responses(recordings: Recordings) -> np.ndarray:
    """Return the responses to a unit sample of base acceleration: (lag, channel).

    The first is what passes at once, as through the base to an absolute acceleration.
    """
    shortest = int(recordings.counted.sum(axis=1).min())
    if shortest < LEAST_SEGMENT:
        raise ValueError(
            f"records of {shortest} samples are too short to identify: at least {LEAST_SEGMENT}"
        )
    segment = min(SEGMENT, shortest)
    measured = recordings.clocks.on_base(recordings.measured, recordings.base.shape[1])
    cross: np.ndarray = np.zeros((segment // 2 + 1, len(recordings.channels)), dtype=complex)
    own = np.zeros(segment // 2 + 1)
    for base, seen, counted in zip(recordings.base, measured, recordings.counted, strict=True):
        x = base[counted][:, None]
        y = seen[counted]
        cross += signal.csd(x, y, nperseg=segment, axis=0)[1]
        own += signal.welch(base[counted], nperseg=segment)[1]
    # Where the base hardly moves there is nothing to divide by.
    regular = own + 1e-3 * own.mean()
    return np.fft.irfft(cross / regular[:, None], segment, axis=0)


def _realization(response: np.ndarray, order: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A, B and C of the state space of an order."""
    lags, channels = response.shape
    half = lags // 4  # the second half of a circular response is what came before the impulse
    starts = np.arange(half)
    blocks = response[1 + starts[:, None] + starts]  # (row, column, channel)
    later = response[2 + starts[:, None] + starts]
    first = blocks.transpose(0, 2, 1).reshape(half * channels, half)
    second = later.transpose(0, 2, 1).reshape(half * channels, half)
    u, s, vt = np.linalg.svd(first, full_matrices=False)
    order = min(order, int((s > 1e-10 * s[0]).sum()))
    root = np.sqrt(s[:order])
    u = u[:, :order]
    vt = vt[:order]
    transition = (u / root).T @ second @ (vt.T / root)
    return transition, root * vt[:, 0], u[:channels] * root
