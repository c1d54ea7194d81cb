"""A claim that a number can refute, and the verdict of the measurement."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from studies.framework.sources import origin

HELD = "held"
FAILED = "failed"
PARTLY = "partly"
ROUNDING = 100.0 * float(np.finfo(float).eps)
"""Share of the largest number in sight below which a value is zero but for rounding."""


@dataclass(frozen=True)
class Claim:
    """What is asserted, by whom, and the number that decides.

    Attributes
    ----------
    statement : str
        One sentence.
    source : str
        Who says so (`studies.framework.sources`): a place of the course, another publication, a
        theorem, or `OURS`.
    quantity : str
        What is measured, with its unit where it has one.
    at_least, at_most : float
        The claim holds where the quantity lies between them, both included.
    setting : str
        Where the source measures it; a claim of the course has one.
    """

    statement: str
    source: str
    quantity: str
    at_least: float = -math.inf
    at_most: float = math.inf
    setting: str = ""

    def __post_init__(self) -> None:
        if not self.at_least <= self.at_most or (
            math.isinf(self.at_least) and math.isinf(self.at_most)
        ):
            raise ValueError(
                f"a claim needs bounds that can be missed, got at_least {self.at_least}, "
                f"at_most {self.at_most}"
            )

    def judge(self, values: ArrayLike, over: str = "seeds") -> "Verdict":
        """Compare with what was measured.

        Parameters
        ----------
        values : float or array of float
            One for each seed, or whatever `over` names, or a single one. Those that are zero but
            for rounding, on the scale of all values and bounds, are taken as zero, so that
            every processor gives the same verdict and prints the same number.
        over : str
            What the values differ in.

        Raises
        ------
        ValueError
            When there are no values.
        """
        measured = [float(value) for value in np.ravel(values)]
        if not measured:
            raise ValueError(f"no values to judge the claim {self.statement!r} by")
        smallest = ROUNDING * _largest([*measured, self.at_least, self.at_most])
        return Verdict(self, tuple(0.0 if abs(x) <= smallest else x for x in measured), over)

    def holds_for(self, value: float) -> bool:
        """Whether a value lies within the bounds; what is not a number misses them."""
        return self.at_least <= value <= self.at_most

    @property
    def bounds(self) -> str:
        """The demanded range in words."""
        if self.at_least == self.at_most:
            return f"= {self.at_least:.4g}"
        lower = "" if math.isinf(self.at_least) else f"≥ {self.at_least:.4g}"
        upper = "" if math.isinf(self.at_most) else f"≤ {self.at_most:.4g}"
        return " and ".join(filter(None, (lower, upper)))


@dataclass(frozen=True)
class Verdict:
    """A claim and what was measured, for each seed; a value that is not a number misses every
    bound.
    """

    claim: Claim
    values: tuple[float, ...]
    over: str = "seeds"

    @property
    def holding(self) -> int:
        """Number of values for which the claim holds."""
        return sum(self.claim.holds_for(value) for value in self.values)

    @property
    def holds(self) -> bool:
        """Whether it holds for every seed."""
        return self.holding == len(self.values)

    @property
    def word(self) -> str:
        """`held` for every value, `failed` for every value, `partly` where it depends, as on the
        seed.
        """
        if self.holds:
            return HELD
        return PARTLY if self.holding else FAILED

    @property
    def phrase(self) -> str:
        """The verdict as it is printed: `held`, `failed`, or in how many of the values it held."""
        if self.word != PARTLY:
            return self.word
        return f"held in {self.holding} of {len(self.values)} {self.over}"

    @property
    def measured(self) -> str:
        """Median with the smallest and the largest value over the seeds."""
        middle = f"{np.median(self.values):.3g}"
        if len(self.values) == 1:
            return middle
        spread = f"{min(self.values):.3g} to {max(self.values):.3g}"
        return f"{middle} ({spread}, {len(self.values)} {self.over})"

    def row(self) -> dict[str, str | int]:
        """What a table says about it."""
        return {
            "claim": self.claim.statement,
            "origin": origin(self.claim.source),
            "source": self.claim.source,
            "setting": self.claim.setting,
            "quantity": self.claim.quantity,
            "demanded": self.claim.bounds,
            "measured": self.measured,
            "holding": self.holding,
            "values": len(self.values),
            "over": self.over,
            "verdict": self.phrase,
        }


def _largest(numbers: Iterable[float]) -> float:
    """Largest magnitude among the finite ones, 0 where there is none."""
    return max((abs(number) for number in numbers if math.isfinite(number)), default=0.0)
