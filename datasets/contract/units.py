"""Units of measured data, brought to those of the contract."""

import re

from datasets.contract.schema import UNKNOWN_UNIT

STANDARD_GRAVITY = 9.80665  # m s-2, exact by definition (CGPM 1901)
POUND_FORCE = 4.4482216152605  # N, exact by definition

# Factors to the unit of the contract; units are spelt as `spelling` leaves them.
FACTORS = {
    "m": {"m": 1.0, "cm": 1e-2, "mm": 1e-3, "um": 1e-6, "in": 0.0254, "ft": 0.3048},
    "m s-1": {"ms": 1.0, "cms": 1e-2, "mms": 1e-3, "ins": 0.0254},
    "m s-2": {
        "ms2": 1.0,
        "cms2": 1e-2,
        "mms2": 1e-3,
        "gal": 1e-2,
        "g": STANDARD_GRAVITY,
        "mg": 1e-3 * STANDARD_GRAVITY,
    },
    "N": {"n": 1.0, "kn": 1e3, "mn": 1e6, "lbf": POUND_FORCE, "kip": 1e3 * POUND_FORCE},
    "J": {"j": 1.0, "kj": 1e3},
    "s": {"s": 1.0, "sec": 1.0, "ms": 1e-3},
    "Hz": {"hz": 1.0, "khz": 1e3},
}


def factor(name: str, unit: str, wanted: str) -> float:
    """Return the factor from `unit` to the unit `wanted` of the contract; `name` is the variable,
    for the message.

    Raises
    ------
    ValueError
        When the unit does not measure the same quantity.
    """
    known = FACTORS.get(wanted, {})
    if spelling(unit) not in known:
        raise ValueError(
            f"{name} has the unit {unit!r}: choose from {', '.join(examples(wanted))}, or "
            f"{UNKNOWN_UNIT}"
        )
    return known[spelling(unit)]


def examples(wanted: str) -> list[str]:
    """Return the units that can be converted to the unit `wanted` of the contract, as one writes
    them.
    """
    ending = {"m s-1": ("s", "/s"), "m s-2": ("s2", "/s2")}.get(wanted)
    known = list(FACTORS.get(wanted, {wanted: 1.0}))
    return [
        unit.removesuffix(ending[0]) + ending[1] if ending and unit.endswith(ending[0]) else unit
        for unit in known
    ]


def spelling(unit: str) -> str:
    """Return what is left of a unit without case, blanks and signs: cm/s^2, cm s-2 and cm/sec/sec
    are all cms2.
    """
    text = re.sub(r"\bsec(onds?)?\b", "s", unit.strip().lower().replace("²", "2").replace("µ", "u"))
    text = re.sub(r"\*\*|[\s^./*·\-]", "", text)
    return re.sub(r"ss$", "s2", re.sub(r"s1$", "s", text)) if len(text) > 2 else text
