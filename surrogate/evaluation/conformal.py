"""Split-conformal bands: how far a response may lie from its prediction, from records that were not
trained on.

With a prediction m(t) and a width w(t) > 0 that says where it is less certain, the score of a
calibration record is

    s = max over time of |y(t) - m(t)| / w(t)

and the band m(t) +- q w(t) holds the whole history of a new record, peak included, with a
probability of at least `coverage`, where q is the k-th smallest of the n scores, k = ceil((n + 1)
coverage). That holds for any network and any distribution, as long as the new record is drawn like
the calibration records (exchangeable); given the calibration records, the coverage has the
distribution Beta(k, n + 1 - k). Each channel has a band of its own.

References
----------
Vovk, V., Gammerman, A. and Shafer, G. (2005). Algorithmic learning in a random world. Springer.
Lei, J. et al. (2018). Distribution-free predictive inference for regression. J. Am. Stat. Assoc.
113, 1094-1111.
Diquigiovanni, J., Fontana, M. and Vantini, S. (2022). Conformal prediction bands for multivariate
functional data. J. Multivariate Anal. 189, 104879. (The largest residual over time, divided by a
width.)
"""

import math

import numpy as np

from datasets.contract.lengths import filled


def scores(
    reference: np.ndarray,
    prediction: np.ndarray,
    width: np.ndarray,
    samples: np.ndarray | None = None,
) -> np.ndarray:
    """Scores of arrays (record, time, channel), shape (record, channel).

    The maximum is over the `samples` of each record that count, where they differ.
    """
    return np.max(filled(np.abs(reference - prediction) / width, samples), axis=1)


def quantile(scores: np.ndarray, coverage: float) -> np.ndarray:
    """q of each channel for the scores (record, channel) of the calibration records.

    Raises
    ------
    ValueError
        For a coverage that is not between 0 and 1, or that needs more calibration records.
    """
    if not 0.0 < coverage < 1.0:
        raise ValueError(f"coverage must lie between 0 and 1, got {coverage:g}")
    rank = _rank(len(scores), coverage)
    if rank > len(scores):
        needed = next(n for n in range(len(scores), 10**9) if _rank(n, coverage) <= n)
        raise ValueError(
            f"coverage {coverage:g} needs at least {needed} calibration records, got {len(scores)}"
        )
    return np.sort(scores, axis=0)[rank - 1]


def _rank(records: int, coverage: float) -> int:
    # Rounding must not push (n + 1) coverage, a whole number such as 10 * 0.9, over the next one.
    return max(1, math.ceil((records + 1) * coverage * (1.0 - 1e-12)))
