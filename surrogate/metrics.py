"""Engineering metrics of a predicted response, for each record and channel, in physical units.

With reference y and prediction p over the scored samples of a record:

    RMSE         sqrt(mean((p - y)^2))                        unit of y
    NRMSE        RMSE / std(y)                                the reference's own standard deviation
    correlation  cov(p, y) / (std(p) std(y))                  Pearson's coefficient
    peak_error   (max|p| - max|y|) / max|y|                   signed; the peak that a design check looks at
    R2           1 - sum((p - y)^2) / sum((y - mean(y))^2)    = 1 - NRMSE^2

A reference that does not vary has no NRMSE, correlation or R2, one that is zero no peak error: these are NaN.
"""

import numpy as np


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
    prediction, reference = np.asarray(prediction, dtype=np.float64), np.asarray(reference, dtype=np.float64)
    return {
        "RMSE": root_mean_square_error(prediction, reference),
        "NRMSE": normalized_root_mean_square_error(prediction, reference),
        "correlation": correlation(prediction, reference),
        "peak_error": peak_error(prediction, reference),
        "R2": coefficient_of_determination(prediction, reference),
    }


def _ratio(numerator: np.ndarray, denominator: np.ndarray) -> np.ndarray:
    return np.divide(numerator, denominator, out=np.full_like(numerator, np.nan), where=denominator > 0.0)
