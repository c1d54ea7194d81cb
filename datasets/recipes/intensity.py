"""A spectral acceleration to which recorded motions are scaled."""

from collections.abc import Sequence

import numpy as np
from pydantic import Field

from datasets.recipes.recipe import Description
from simulators.excitation.motion import BaseMotion


class Intensity(Description):
    """Pseudo-acceleration of an oscillator; of two components, their geometric mean.

    Parameters
    ----------
    spectral_acceleration : float
        What records are scaled to (m s-2), before `factors` and `scale`.
    period : float
        Of the oscillator (s).
    damping : float
        Its ratio to critical.
    """

    spectral_acceleration: float = Field(gt=0)
    period: float = Field(gt=0)
    damping: float = Field(0.05, gt=0, lt=1)

    def factor(self, motions: Sequence[BaseMotion]) -> float:
        """Return what brings one motion, or two components together, to this intensity."""
        if len(motions) == 1:
            whole = motions[0].scale_to_spectral_acceleration(
                self.spectral_acceleration, self.period, self.damping
            )
            return whole.peak / motions[0].peak
        levels = [self._level(motion) for motion in motions]
        if min(levels) == 0.0:
            raise ValueError(
                "a component that is zero everywhere cannot be scaled to a spectral_acceleration"
            )
        return self.spectral_acceleration / float(np.exp(np.mean(np.log(levels))))

    @property
    def long_name(self) -> str:
        """In words, for a file."""
        return f"spectral acceleration at {self.period:g} s, {100 * self.damping:g} % damping"

    def _level(self, motion: BaseMotion) -> float:
        spectrum = motion.response_spectrum([self.period], self.damping)
        return float(spectrum["pseudo_acceleration"].item())
