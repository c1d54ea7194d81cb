"""Split-conformal bands of demands, and what they do to a fragility curve.

Calibration records have true demands D and answers A of a surrogate that was not trained on them.
Of those whose answer lies about a limit (the category is made by the answer alone, never by the
truth), the scores |ln D - ln A| give the band

    A exp(-q) < D < A exp(q)                                                                     (1)

that holds the demand of a new record whose answer lies there with a probability of at least the
coverage, whatever the surrogate is worth (`surrogate.evaluation.conformal`).

For a curve each such record, of intensity x, has the capacity c and by the surrogate s. With
u = ln A - ln limit and r = ln D - ln A,

    ln s = ln x - kappa u,      ln c = ln s - (r - gamma u) / k,                                 (2)

kappa and gamma the slopes of ln x and of r over u by least squares, and k = d ln D / d ln x of the
analysis about the limit, by which the small r alone is carried over. (By k in the place of kappa,
what k is off by would scatter c and s alike and hide how little they agree.)

The pairs correct the capacities
of all motions that the surrogate has answered as true runs do (`fragility.capacities`): the mean of
what it is off by moves the median, the scatter enters beta, and, as a bootstrap draws the
calibration records again too, how little is known of both widens the interval.

References
----------
Vovk, V., Gammerman, A. and Shafer, G. (2005). Algorithmic learning in a random world. Springer.
(Section 4.5: categories.)
"""

from dataclasses import dataclass

import numpy as np

from surrogate.evaluation.conformal import quantile, scores

LEAST = 10
"""Calibration records about a limit below which they tell no curve."""


@dataclass(frozen=True, eq=False)
class Calibration:
    """Records with true demands and answers.

    Parameters
    ----------
    intensities : ndarray, shape (record,)
    demands : ndarray, shape (record,)
        True ones; infinite where a simulation failed.
    answers : ndarray, shape (member, record)
        Of the members of an ensemble.
    """

    intensities: np.ndarray
    demands: np.ndarray
    answers: np.ndarray

    def near(self, limit: float, window: float) -> "Near":
        """Return the records whose answers lie within a factor of a limit.

        Raises
        ------
        ValueError
            For a factor that is not above 1, for fewer than 10 such records, and where a simulation
            of one of them failed: how far the surrogate is off there is not known.
        """
        if not 1.0 < window < np.inf:
            raise ValueError(f"--window {window:g}: must be a factor above 1, such as 1.3")
        middle = np.log(self.answers).mean(axis=0)
        inside = np.abs(middle - np.log(limit)) <= np.log(window)
        if inside.sum() < LEAST:
            raise ValueError(
                f"{inside.sum()} calibration records have an answer within a factor of {window:g} "
                f"of the limit, at least {LEAST} are needed: give more records, of such a strength "
                "that they come near it, or a larger --window"
            )
        failed = inside & ~np.isfinite(self.demands)
        if failed.any():
            raise ValueError(
                f"{failed.sum()} calibration records about the limit have no response, so that "
                "nothing tells how far the surrogate is off: ask for a limit below collapse"
            )
        own = (self.intensities[inside], self.demands[inside], self.answers[:, inside])
        return Near(limit, *own)


@dataclass(frozen=True, eq=False)
class Near:
    """Calibration records about a limit.

    Attributes
    ----------
    limit : float
    intensities, demands : ndarray, shape (record,)
    answers : ndarray, shape (member, record)
    """

    limit: float
    intensities: np.ndarray
    demands: np.ndarray
    answers: np.ndarray

    def band(self, coverage: float) -> float:
        """Return q of (1) for the middle of the members.

        ValueError where the records are too few for the coverage.
        """
        true = np.log(self.demands)[:, None, None]  # (record, time, channel)
        middle = np.log(self.answers).mean(axis=0)[:, None, None]
        return float(quantile(scores(true, middle, np.ones_like(true)), coverage)[0])

    def true(self, slope: float) -> np.ndarray:
        """Return c of (2) for k = `slope`, shape (record,)."""
        middle = np.log(self.answers).mean(axis=0)
        u = middle - np.log(self.limit)
        off = np.log(self.demands) - middle
        s = np.log(self.intensities) - self._kappa * u
        return np.asarray(np.exp(s - (off - _over(u, off) * u) / slope))

    def answered(self) -> np.ndarray:
        """Return s of (2), shape (member, record)."""
        u = np.log(self.answers / self.limit)
        return np.asarray(self.intensities * np.exp(-self._kappa * u))

    @property
    def _kappa(self) -> float:
        u = np.log(self.answers).mean(axis=0) - np.log(self.limit)
        return _over(u, np.log(self.intensities))


def _over(u: np.ndarray, values: np.ndarray) -> float:
    """Return the slope of values over u by least squares."""
    deviation = u - u.mean()
    return float(deviation @ values / max(float(deviation @ deviation), np.finfo(float).tiny))
