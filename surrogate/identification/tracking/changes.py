"""Where and when a building has changed, in words and numbers.

A change is a step between two records that is larger than its standard deviation explains. Since
many steps are looked at, three standard deviations are asked for, and two in a hundred.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from surrogate.identification.tracking.track import Track

SURE = 3.0
"""Standard deviations of a step from which on it counts."""
LEAST = 0.02
"""Of a step that is worth a word: of the logarithm, or of the value itself."""
WITHIN = 1.645
"""Standard deviations either side of an interval of 90 %."""


@dataclass(frozen=True)
class Change:
    """A step of a parameter between two records.

    Attributes
    ----------
    label : str
        Of the parameter.
    record : int
        The first one after the step, from 0.
    step, deviation : float
        Of the logarithm where the parameter is positive.
    positive : bool
    """

    label: str
    record: int
    step: float
    deviation: float
    positive: bool

    @property
    def interval(self) -> tuple[float, float, float]:
        """The change and the ends of its interval of 90 %; relative where it is positive."""
        ends = [self.step, self.step - WITHIN * self.deviation, self.step + WITHIN * self.deviation]
        moved = [float(np.expm1(end)) if self.positive else end for end in ends]
        return moved[0], moved[1], moved[2]

    def sentence(self, names: Sequence[str]) -> str:
        """Return it in a line; `names` are those of the records."""
        change, low, high = self.interval
        when = f"between {names[self.record - 1]} and {names[self.record]}"
        verb = "falls" if change < 0.0 else "rises"
        nearest, farthest = sorted((abs(low), abs(high)))
        if self.positive:
            size = f"{abs(change):.1%} ({nearest:.1%} to {farthest:.1%})"
        else:
            size = f"{abs(change):.3g} ({nearest:.3g} to {farthest:.3g})"
        return f"{self.label} {verb} by {size} {when}"


def changes(found: Track) -> list[Change]:
    """Return the steps that count, in order of time."""
    difference = found.walk.differences()
    steps = (difference @ found.z).reshape(found.walk.records - 1, -1)
    spread = np.einsum("ij,jk,ik->i", difference, found.covariance, difference)
    deviations = np.sqrt(np.maximum(spread, 0.0)).reshape(steps.shape)
    positive = _positive(found)
    result = []
    for record, track in np.argwhere(np.abs(steps) > np.maximum(SURE * deviations, LEAST)):
        one = Change(
            found.labels[track],
            int(record) + 1,
            float(steps[record, track]),
            float(deviations[record, track]),
            positive[track],
        )
        result.append(one)
    return result


def _positive(found: Track) -> list[bool]:
    """Whether each track is of a logarithm."""
    kinds = {unknown.name: unknown.positive for unknown in found.space.unknowns}
    return [kinds[label.split()[0]] for label in found.labels]
