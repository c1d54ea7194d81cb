"""What all random processes share: amplitude, baseline, and the record that a draw becomes."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

import numpy as np

from simulators.excitation.filtering import remove_polynomial_drift
from simulators.excitation.motion import BaseMotion
from simulators.excitation.synthetic.envelope import Envelope
from simulators.excitation.synthetic.grid import (
    require_generator,
    require_one_amplitude,
    sample_count,
)


@dataclass(frozen=True, kw_only=True)
class RandomProcess:
    """Base acceleration as a random process under an envelope.

    Parameters
    ----------
    root_mean_square : float, optional
        Standard deviation (m s-2) of the stationary process, before the envelope.
    peak : float, optional
        Largest absolute acceleration (m s-2) of every record. Exactly one of the two is given.
    envelope : Envelope, optional
        Multiplies the stationary record.
    correct_baseline : bool
        Take the linear baseline error from each record, so that the base ends at rest
        (`BaseMotion.correct_baseline`).
    """

    root_mean_square: float | None = None
    peak: float | None = None
    envelope: Envelope | None = None
    correct_baseline: bool = False
    _name: ClassVar[str]

    def __post_init__(self) -> None:
        require_one_amplitude(self.root_mean_square, self.peak)
        if self.envelope is not None and not (
            callable(self.envelope) and isinstance(self.envelope, Hashable)
        ):
            raise ValueError(
                f"envelope must be one of simulators.excitation or None, got {self.envelope!r}"
            )
        if not isinstance(self.correct_baseline, bool):
            raise ValueError(
                f"correct_baseline must be True or False, got {self.correct_baseline!r}"
            )

    def sample(
        self, generator: np.random.Generator, duration: float, interval: float
    ) -> BaseMotion:
        """Draw one motion.

        Parameters
        ----------
        generator : numpy.random.Generator
            Source of randomness; the same state gives the same motion.
        duration, interval : float
            Length (s), a whole multiple of the sampling interval (s). Samples lie from zero to
            `duration` inclusive.

        Raises
        ------
        ValueError
            If `duration` is not a whole multiple of `interval`, or the grid cannot carry the
            process.
        """
        return BaseMotion(
            self.sample_accelerations([generator], duration, interval)[0],
            interval,
            origin=self._name,
        )

    def sample_accelerations(
        self, generators: Sequence[np.random.Generator], duration: float, interval: float
    ) -> np.ndarray:
        """Draw one motion from each generator, all at once.

        They are those of `sample`, to the bit, in less time.

        Returns
        -------
        ndarray, shape (record, time)
            Accelerations (m s-2).

        Raises
        ------
        ValueError
            As `sample`.
        """
        for generator in generators:
            require_generator(generator)
        count = sample_count(duration, interval)
        accelerations = self._draw(generators, count, interval)  # (record, time)
        if self.correct_baseline:
            for acceleration in accelerations:
                acceleration[:] = remove_polynomial_drift(acceleration, degree=1)
        if self.peak is not None:
            largest = np.maximum(accelerations.max(axis=1), -accelerations.min(axis=1))
            accelerations *= (self.peak / largest)[:, np.newaxis]
        return accelerations

    @property
    def _scale(self) -> float:
        """Standard deviation to draw with; one of no meaning where every record is scaled to a
        peak.
        """
        return 1.0 if self.root_mean_square is None else self.root_mean_square

    def _draw(
        self, generators: Sequence[np.random.Generator], count: int, interval: float
    ) -> np.ndarray:
        """One record under its envelope from each generator, shape (record, count)."""
        raise NotImplementedError


@lru_cache(maxsize=128)
def window(envelope: Envelope, count: int, interval: float) -> np.ndarray:
    """Factors of an envelope on a grid, shape (count,); remembered, since many records share
    them.
    """
    return envelope(np.arange(count) * interval)
