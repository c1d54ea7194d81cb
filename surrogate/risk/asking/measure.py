"""Intensity measures by the names that OpenQuake gives them: PGA, PGV, SA(period), AvgSA(period).

Accelerations are in g, velocities in cm/s, as its fragility models have them. All of them scale
with the motion. `AvgSA` has no period in OpenQuake: there it belongs to the model.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from simulators.excitation import intensity
from simulators.excitation.load import BaseMotions
from simulators.units import STANDARD_GRAVITY

WORDS = "PGA, PGV, SA(period) or AvgSA(period), with a period in s such as SA(0.8)"
CENTIMETRES = 100.0
HIGHEST_ACCELERATION = 20.0
"""Spectral acceleration (g) above which a level is taken for percent or m/s2."""
HIGHEST_VELOCITY = 2000.0
"""Peak ground velocity (cm/s) above which a level is taken for mm/s."""
_PATTERN = re.compile(r"(PGA|PGV)|(SA|AvgSA)\((\d*\.?\d+)\)")


@dataclass(frozen=True)
class Measure:
    """An intensity measure.

    Parameters
    ----------
    kind : {"PGA", "PGV", "SA", "AvgSA"}
    period : float
        Of SA and AvgSA (s).
    damping : float
        Of SA and AvgSA, ratio to critical.
    """

    kind: str
    period: float = 0.0
    damping: float = 0.05

    @classmethod
    def read(cls, word: str, damping: float = 0.05) -> Self:
        """Return the measure of a word; ValueError where it is none."""
        found = _PATTERN.fullmatch(word)
        if found is None or (found[3] and float(found[3]) == 0.0):
            raise ValueError(f"measure = {word!r}: expected {WORDS}")
        if not 0.0 < damping < 1.0:
            raise ValueError(f"damping = {damping:g}: must lie between 0 and 1")
        return cls(found[1] or found[2], float(found[3] or 0.0), damping)

    @property
    def unit(self) -> str:
        """Of its values."""
        return "cm/s" if self.kind == "PGV" else "g"

    @property
    def name(self) -> str:
        """As `read` takes it."""
        return f"{self.kind}({self.period:g})" if self.period else self.kind

    @property
    def label(self) -> str:
        """Its name with its unit."""
        return f"{self.name} ({self.unit})"

    @property
    def openquake(self) -> str:
        """As a fragility model of OpenQuake has it."""
        return "AvgSA" if self.kind == "AvgSA" else self.name

    def require_plausible(self, levels: Sequence[float]) -> None:
        """Raise ValueError for levels that no earthquake has, in the unit of the measure."""
        high = HIGHEST_VELOCITY if self.kind == "PGV" else HIGHEST_ACCELERATION
        remedy = "mm/s over 10" if self.kind == "PGV" else "percent over 100, m/s2 over 9.81"
        if max(levels) > high:
            raise ValueError(
                f"levels = {max(levels):g}: in {self.unit}, and above {high:g} {self.unit} there "
                f"is no earthquake: give {self.unit} ({remedy})"
            )

    def of(self, motions: BaseMotions) -> np.ndarray:
        """Return the intensity of each motion, shape (record,).

        ValueError for a period that the sampling interval or the duration does not resolve.
        """
        values = motions.acceleration
        interval = motions.interval
        if self.kind == "PGV":
            return CENTIMETRES * intensity.peak_ground_velocity(values, interval)
        if self.kind == "PGA":
            found = intensity.peak_ground_acceleration(values)
        elif self.kind == "SA":
            found = intensity.spectral_acceleration(values, interval, self.period, self.damping)
        else:
            found = intensity.average_spectral_acceleration(
                values, interval, self.period, self.damping
            )
        return found / STANDARD_GRAVITY
