"""What the residuals are made of: noise of each sensor, of the sensor at the base, and forces.

A sensor adds white noise of variance s_c^2. Noise of the base sensor, of variance q^2, drives the
model and comes out coloured, in all channels together. With G(f), the matrix of spectra and
cross-spectra of the channels that white noise of unit variance at the base causes, the residuals
have

    P(f) = diag(s_c^2) + q^2 G(f) + sum_j r_j^2 G_j(f)                                           (1)

where unmeasured forces of variances r_j^2 are asked for (`surrogate.identification.process`). s_c,
q and r_j make their periodograms I(f), matrices as well, most likely: they minimise

    sum_f [ln det P(f) + tr(P(f)^-1 I(f))]                                                       (2)

(Whittle 1953, Ark. Mat. 2, 423). Spectra are scaled so that white noise has its variance at every
frequency. What the model cannot explain looks like either, so that q is an upper bound. A sensor of
a longer sampling interval has the same frequencies, up to half its rate: above, P has a one in its
place and the residuals have nothing.
"""

from dataclasses import dataclass, field

import numpy as np
from scipy import optimize

SMOOTH = 9
"""Frequencies over which a spectrum of simulated noise is averaged, beside all records."""


@dataclass(frozen=True, eq=False)
class Noise:
    """Noise levels, and what makes residuals white that follow from them.

    Attributes
    ----------
    sensors : ndarray, shape (channel,)
        s_c, in the units of the channels.
    base : float
        q (m s-2).
    spectra : ndarray of complex, shape (frequency, channel, channel)
        P.
    lengths : ndarray of int, shape (channel,)
        Samples of each channel, with padding.
    forces : ndarray, shape (source,)
        r_j (N); none unless they were asked for.
    """

    sensors: np.ndarray
    base: float
    spectra: np.ndarray
    lengths: np.ndarray
    forces: np.ndarray = field(default_factory=lambda: np.zeros(0))

    def whitened(self, values: np.ndarray) -> np.ndarray:
        """Return values, shape (..., sample, channel), through the inverse of a root of P."""
        inverse = np.linalg.inv(np.linalg.cholesky(self.spectra))
        white = np.einsum("fij,...fj->...fi", inverse, transform(values, self.lengths))
        return _back(white, self.lengths, values.shape[-2])


def transform(values: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """Return Fourier coefficients over the root of the number of samples, of each channel.

    Parameters
    ----------
    values : ndarray, shape (..., sample, channel)
    lengths : ndarray of int, shape (channel,)
        Samples of each channel.

    Returns
    -------
    ndarray of complex, shape (..., frequency, channel)
        Zero from half the rate of a channel on, where others go further.
    """
    samples = values.shape[-2]
    if (lengths == samples).all():
        return np.fft.rfft(values, axis=-2) / np.sqrt(samples)
    shape = (*values.shape[:-2], samples // 2 + 1, values.shape[-1])
    result = np.zeros(shape, dtype=complex)
    for channel, length in enumerate(lengths):
        own = np.fft.rfft(values[..., :length, channel], axis=-1) / np.sqrt(length)
        kept = _known(int(length), samples)
        result[..., :kept, channel] = own[..., :kept]
    return result


def _back(spectrum: np.ndarray, lengths: np.ndarray, samples: int) -> np.ndarray:
    """The inverse of `transform`."""
    if (lengths == samples).all():
        return np.fft.irfft(spectrum, samples, axis=-2) * np.sqrt(samples)
    result = np.zeros((*spectrum.shape[:-2], samples, spectrum.shape[-1]))
    for channel, length in enumerate(lengths):
        own = spectrum[..., : _known(int(length), samples), channel]
        result[..., :length, channel] = np.fft.irfft(own, length, axis=-1) * np.sqrt(length)
    return result


def _known(length: int, samples: int) -> int:
    """Frequencies that a channel tells of: of one with fewer samples, those below half its rate."""
    return length // 2 + 1 if length == samples else (length + 1) // 2


def known(lengths: np.ndarray) -> np.ndarray:
    """Return which frequencies each channel tells of, shape (frequency, channel)."""
    samples = int(lengths.max())
    numbers = np.arange(samples // 2 + 1)
    return np.stack([numbers < _known(int(length), samples) for length in lengths], axis=1)


def periodogram(values: np.ndarray, present: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """Return the mean periodograms over records, shape (frequency, channel, channel).

    Parameters
    ----------
    values : ndarray, shape (record, sample, channel)
        Zero where they do not count.
    present : ndarray of bool, shape (record, sample, channel)
        Where they do.
    lengths : ndarray of int, shape (channel,)
        Samples of each channel.
    """
    spectrum = transform(values, lengths) * np.sqrt(lengths / present.sum(axis=(0, 1)))
    return np.einsum("rfi,rfj->fij", spectrum, spectrum.conj())


def smoothed(spectra: np.ndarray) -> np.ndarray:
    """Return spectra averaged over neighbouring frequencies, of the same shape."""
    half = min(SMOOTH, len(spectra) - 1) // 2
    padded = np.pad(spectra, ((half, half), (0, 0), (0, 0)), mode="reflect")
    window = np.lib.stride_tricks.sliding_window_view(padded, 2 * half + 1, axis=0)
    return window.mean(axis=-1)


def estimate(
    powers: np.ndarray, coloured: np.ndarray, least: np.ndarray, lengths: np.ndarray
) -> Noise:
    """Return the noise levels that make periodograms most likely.

    Parameters
    ----------
    powers : ndarray of complex, shape (frequency, channel, channel)
        I, of the residuals.
    coloured : ndarray of complex, shape (1 + source, frequency, channel, channel)
        G and then each G_j at the same frequencies; zero where there is no noise of the base.
    least : ndarray, shape (channel,)
        Lowest s_c.
    lengths : ndarray of int, shape (channel,)
        Samples of each channel.
    """
    channels = len(least)
    own = np.arange(channels)
    told = known(lengths)
    white = np.zeros((channels, *powers.shape), dtype=complex)
    white[own, :, own, own] = told.T
    wanted = coloured.any(axis=(1, 2, 3))
    coloured = coloured[wanted]
    unit = np.concatenate([white, coloured])  # P is a sum of these, each times its square
    beyond = np.zeros(powers.shape)
    beyond[:, own, own] = ~told
    counts = told.sum(axis=0)
    variance = np.maximum(powers[:, own, own].real.sum(axis=0) / counts, least**2)
    gain = coloured[:, :, own, own].real.sum(axis=1) / counts
    gain = np.where(gain > 0.0, gain, 1.0)  # of channels that nothing moves
    scale = np.concatenate([variance, np.min(variance / gain, axis=1)])

    def objective(logs: np.ndarray) -> tuple[float, np.ndarray]:
        squares = scale * np.exp(logs)
        spectra = np.einsum("k,kfij->fij", squares, unit) + beyond
        inverse = np.linalg.inv(spectra)
        weighted = inverse @ powers
        value = np.linalg.slogdet(spectra)[1].sum() + np.einsum("fii->", weighted).real
        slope = inverse - weighted @ inverse
        gradient = np.einsum("fij,kfji->k", slope, unit).real
        return float(value), gradient * squares

    lowest = np.concatenate([np.log(least**2 / variance), np.full(len(coloured), -30.0)])
    limits = [(low, 5.0) for low in lowest]
    begin = np.maximum(np.full(len(scale), np.log(0.5)), lowest)
    found = optimize.minimize(objective, begin, jac=True, method="L-BFGS-B", bounds=limits)
    squares = scale * np.exp(found.x)
    spectra = np.einsum("k,kfij->fij", squares, unit) + beyond
    others = np.zeros(wanted.size)
    others[wanted] = np.sqrt(squares[channels:])
    return Noise(np.sqrt(squares[:channels]), float(others[0]), spectra, lengths, forces=others[1:])
