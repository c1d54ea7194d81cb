"""The random walk of what is tracked, and the vector of all that is sought.

The records stand in the order of their time. What is tracked begins where the shared parameters
are and moves from record to record by normal steps,

    x_1 = 0,    x_r - x_(r-1) ~ N(0, diag(q^2)),

q being the standard deviation of a step, of the logarithm where a parameter is positive: 0.05 is a
change by 5 %. The sought vector z is theta, then x_2, x_3, ... The prior of z is that of theta and
that of the steps.
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Walk:
    """How z is made up.

    Parameters
    ----------
    shared : int
        Entries of theta.
    tracked : ndarray of int, shape (track,)
        Those of them that are tracked.
    records : int
    """

    shared: int
    tracked: np.ndarray
    records: int

    @property
    def size(self) -> int:
        """Entries of z."""
        return self.shared + (self.records - 1) * len(self.tracked)

    def course(self, z: np.ndarray) -> np.ndarray:
        """Return x, shape (..., record, track), of z of shape (..., entry)."""
        moved = z[..., self.shared :].reshape(*z.shape[:-1], self.records - 1, len(self.tracked))
        return np.concatenate([np.zeros_like(moved[..., :1, :]), moved], axis=-2)

    def thetas(self, z: np.ndarray) -> np.ndarray:
        """Return the vector of each record, shape (..., record, entry), of z."""
        theta = np.repeat(z[..., None, : self.shared], self.records, axis=-2)
        theta[..., self.tracked] += self.course(z)
        return theta

    def places(self, record: int) -> tuple[np.ndarray, np.ndarray]:
        """Return which entries of theta_r move with which entries of z, as two lists of numbers."""
        own = np.arange(self.shared)
        if record == 0:
            return own, own
        first = self.shared + (record - 1) * len(self.tracked)
        of_course = first + np.arange(len(self.tracked))
        return np.concatenate([own, self.tracked]), np.concatenate([own, of_course])

    def gathered(self, vectors: np.ndarray, record: int) -> np.ndarray:
        """Return derivatives by theta_r, shape (row, entry), as derivatives by z."""
        result = np.zeros((len(vectors), self.size))
        source, target = self.places(record)
        result[:, target] = vectors[:, source]
        return result

    def information(self, matrices: np.ndarray) -> np.ndarray:
        """Return the sum of matrices by theta_r, shape (record, entry, entry), as one by z."""
        result = np.zeros((self.size, self.size))
        for record, matrix in enumerate(matrices):
            source, target = self.places(record)
            result[np.ix_(target, target)] += matrix[np.ix_(source, source)]
        return result

    def precision(self, steps: np.ndarray) -> np.ndarray:
        """Return the inverse covariance of the steps of z.

        Parameters
        ----------
        steps : ndarray, shape (track,)
            q.
        """
        difference = self.differences()
        weights = np.tile(steps**-2.0, self.records - 1)
        return difference.T @ (weights[:, None] * difference)

    def widened(self, matrix: np.ndarray) -> np.ndarray:
        """Return a matrix of theta, shape (entry, entry), as one of z."""
        more = self.size - self.shared
        return np.pad(matrix, ((0, more), (0, more)))

    def differences(self) -> np.ndarray:
        """Return the matrix of the steps x_r - x_(r-1), shape (step of each track, entry of z)."""
        count = len(self.tracked)
        of_course = np.eye((self.records - 1) * count) - np.eye(
            (self.records - 1) * count, k=-count
        )
        return np.concatenate([np.zeros((len(of_course), self.shared)), of_course], axis=1)
