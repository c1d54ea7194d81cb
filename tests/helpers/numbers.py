"""Texts that hold numbers, compared by their words and, within rounding, by their numbers."""

import re
from decimal import Decimal

NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?:e[-+]?\d+)?")
LEAST = 0.011
"""Relative step from 1.00 to 1.01: the coarsest that three digits know."""


def assert_same_but_for_rounding(text: str, expected: str) -> None:
    """Assert that two texts have equal words, and numbers within one step of their last digit."""
    for line, wanted in zip(text.splitlines(), expected.splitlines(), strict=True):
        assert NUMBER.sub("#", line) == NUMBER.sub("#", wanted)
        for one, other in zip(NUMBER.findall(line), NUMBER.findall(wanted), strict=True):
            assert _agree(Decimal(one), Decimal(other)), f"{one} for {other} in: {wanted}"


def _agree(one: Decimal, other: Decimal) -> bool:
    """Whether two numbers as printed differ by no more than a rounding of the last digit.

    A number without decimals may be a count, of which a step would be another one.
    """
    decimals = min(_exponent(one), _exponent(other))
    step = Decimal(10) ** decimals if decimals < 0 else Decimal(0)
    return abs(one - other) <= max(step, Decimal(LEAST) * abs(other))


def _exponent(number: Decimal) -> int:
    """Power of ten of the last digit that is printed."""
    power = number.as_tuple().exponent
    assert isinstance(power, int)
    return power
