"""What the kernel has found of both solutions of each record: peak drifts, and their difference."""

import numpy as np

_LEAST_SHARE = 1e-6
"""Share of the largest drift below which that of an element is rounding: a brace between two like
columns, say.
"""
_SINGLE_RANGE = (1e-25, 1e25)
"""Peak drifts (m) of a record between which its velocities, accelerations and rates in steps stay
within the range of single precision, 1e-38 to 3e38, with all their digits.
"""
_FLOAT32_RANGE = (1e-30, 1e30)
"""Peak drifts (m) of a record whose samples float32 holds."""


def compared(found: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Relative difference of the two solutions, infinite where one of them is not finite; sum of
    the drifts up to a storey over that of the storey, for the worst one (`proof.rounding`).

    `found` is of shape (2, element, record), as the kernel fills it.
    """
    peak, gap = found
    with np.errstate(invalid="ignore", divide="ignore"):
        peak = np.maximum(peak, _LEAST_SHARE * peak.max(axis=0))
        ratio = np.where(gap == 0.0, 0.0, gap / peak).max(axis=0)
        over_drift = np.where(peak > 0.0, np.cumsum(peak, axis=0) / peak, 0.0).max(axis=0)
    return np.where(np.isnan(ratio), np.inf, ratio), over_drift


def lost_in_singles(peak: np.ndarray) -> np.ndarray:
    """Whether a response is too large or too small for single precision, shape (record,).

    `peak` is of shape (element, record). One of zero may be what single precision has made of
    another.
    """
    return ~_within(peak, _SINGLE_RANGE)


def require_range(peak: np.ndarray) -> None:
    """Raise ValueError for a response of which float32 loses digits; `peak` is of shape (element,
    record), in double precision.
    """
    wrong = np.flatnonzero(~_within(peak, _FLOAT32_RANGE) & peak.any(axis=0))
    if len(wrong):
        raise ValueError(
            f"record {wrong[0]}: its drifts reach {peak[:, wrong[0]].max():.1e} m, of which "
            f"float32 loses digits: scale the motion, or ask for dtype float64; {len(wrong)} such "
            "records"
        )


def _within(peak: np.ndarray, bounds: tuple[float, float]) -> np.ndarray:
    least, most = bounds
    largest = peak.max(axis=0)
    return (largest > least) & (largest < most)
