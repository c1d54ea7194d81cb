"""Units of measured data, brought to those of the contract."""

from datasets.contract.schema import UNKNOWN_UNIT
from simulators.units import is_unit, parse_unit, spellings


def factor(name: str, unit: str, wanted: str) -> float:
    """Return the factor from `unit` to the unit `wanted` of the contract; `name` is the variable,
    for the message.

    Raises
    ------
    ValueError
        When the unit does not measure the same quantity.
    """
    if not is_unit(unit, wanted):
        raise ValueError(
            f"{name} has the unit {unit!r}: choose from {', '.join(spellings(wanted))}, or "
            f"{UNKNOWN_UNIT}"
        )
    return parse_unit(unit, wanted)


def examples(wanted: str) -> tuple[str, ...]:
    """Return units that can be converted to the unit `wanted` of the contract, as one may write
    them.
    """
    return spellings(wanted)
