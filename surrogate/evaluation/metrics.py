"""Engineering metrics of a predicted response, for each record and channel, in physical units.

With reference y and prediction p over the scored samples of a record:

    RMSE         sqrt(mean((p - y)^2))                        unit of y
    NRMSE        RMSE / std(y)                                the reference's own standard deviation
    correlation  cov(p, y) / (std(p) std(y))                  Pearson's coefficient
    peak_error   (max|p| - max|y|) / max|y|            signed; the peak that a design check looks at
    R2           1 - sum((p - y)^2) / sum((y - mean(y))^2)    = 1 - NRMSE^2

and, with the Fourier transforms P and Y of p and y less their means, over the band of frequencies
between 5 % and 95 % of the cumulative energy |Y|^2 of the reference,

    amplitude_error  sqrt(sum (|P| - |Y|)^2 / sum |Y|^2)    are all frequencies there, and as strong
    phase_error      sqrt(sum |Y|^2 (arg(P / Y) / pi)^2 / sum |Y|^2)   and in time: 0 to 1

These two are the envelope and the phase misfit of Kristekova, Kristek, Moczo & Day (2006, Bull.
Seism. Soc. Am. 96:1836-1850) with a Fourier in the place of their wavelet transform; the limits of
the band are those of the significant duration of Trifunac & Brady (1975, Bull. Seism. Soc. Am.
65:581-626).

A reference that does not vary has no NRMSE, correlation, R2 and errors in frequency, one that is
zero no peak error: these are NaN.
"""

import numpy as np

BAND = (0.05, 0.95)
"""Shares of the cumulative energy between which the frequencies count."""
SPECTRAL = ("amplitude_error", "phase_error")


def root_mean_square_error(prediction: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """RMSE of arrays (record, time, channel), shape (record, channel)."""
    return np.sqrt(np.mean((prediction - reference) ** 2, axis=-2))


def normalized_root_mean_square_error(prediction: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """RMSE over the standard deviation of the reference, shape (record, channel)."""
    return _ratio(root_mean_square_error(prediction, reference), reference.std(axis=-2))


def correlation(prediction: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """Pearson's correlation coefficient, shape (record, channel)."""
    p = prediction - prediction.mean(axis=-2, keepdims=True)
    y = reference - reference.mean(axis=-2, keepdims=True)
    return _ratio(np.mean(p * y, axis=-2), p.std(axis=-2) * y.std(axis=-2))


def peak_error(prediction: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """Relative error of the largest absolute value, shape (record, channel)."""
    peak = np.abs(reference).max(axis=-2)
    return _ratio(np.abs(prediction).max(axis=-2) - peak, peak)


def coefficient_of_determination(prediction: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """R2, shape (record, channel)."""
    return 1.0 - normalized_root_mean_square_error(prediction, reference) ** 2


def spectral_errors(prediction: np.ndarray, reference: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Errors of amplitude and of phase in the band that holds the energy.

    Each is of shape (record, channel).
    """
    p = _spectrum(prediction)
    y = _spectrum(reference)
    energy = np.abs(y) ** 2
    share = _ratio(np.cumsum(energy, axis=-2), energy.sum(axis=-2, keepdims=True))
    before = np.concatenate([np.zeros_like(share[..., :1, :]), share[..., :-1, :]], axis=-2)
    # With the frequencies at which the limits are crossed.
    band = (share >= BAND[0]) & (before <= BAND[1])
    total = np.sum(energy, axis=-2, where=band)
    amplitude = np.sum((np.abs(p) - np.abs(y)) ** 2, axis=-2, where=band)
    phase = np.sum(energy * (np.angle(p * y.conj()) / np.pi) ** 2, axis=-2, where=band)
    return np.sqrt(_ratio(amplitude, total)), np.sqrt(_ratio(phase, total))


def evaluate(prediction: np.ndarray, reference: np.ndarray) -> dict[str, np.ndarray]:
    """All metrics.

    Parameters
    ----------
    prediction, reference : ndarray, shape (record, time, channel)
        In the same physical unit; evaluated in double precision.

    Returns
    -------
    dict of str to ndarray, shape (record, channel)
    """
    prediction = np.asarray(prediction, dtype=np.float64)
    reference = np.asarray(reference, dtype=np.float64)
    return {
        "RMSE": root_mean_square_error(prediction, reference),
        "NRMSE": normalized_root_mean_square_error(prediction, reference),
        "correlation": correlation(prediction, reference),
        "peak_error": peak_error(prediction, reference),
        "R2": coefficient_of_determination(prediction, reference),
        **dict(zip(SPECTRAL, spectral_errors(prediction, reference), strict=True)),
    }


def relative_error(prediction: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """Signed error of a positive quantity, such as an energy.

    NaN where the reference is not positive.
    """
    return _ratio(prediction - reference, reference)


def _spectrum(values: np.ndarray) -> np.ndarray:
    """Fourier transform along time at all frequencies but zero."""
    return np.fft.rfft(values, axis=-2)[..., 1:, :]


def _ratio(numerator: np.ndarray, denominator: np.ndarray) -> np.ndarray:
    return np.divide(
        numerator,
        denominator,
        out=np.full_like(numerator, np.nan),
        where=np.broadcast_to(denominator > 0.0, numerator.shape),
    )
