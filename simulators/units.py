"""Units as people write them, brought to those of this package.

Dimensions and factors come from pint; what is done here is to read the spellings of this field:
``cm/s^2``, ``cm s-2``, ``cm/sec/sec``, ``CM/SEC**2``, ``cm_s2``, ``m·s⁻²``, ``[g]``, ``g's``,
``%g``.
Case counts in prefixes: mN is a thousandth of a newton and MN a million, Mm is no millimetre.
Capitals are taken for small letters in the words of `_WORDS` alone, so that components of a record
such as NS and EW do not become units.

g is the standard gravity where an acceleration is meant, and a gram everywhere else.
"""

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import pint

STANDARD_GRAVITY = 9.80665
"""Acceleration of free fall (m s-2), exact by definition (CGPM 1901)."""

EXAMPLES = {
    "m": ("m", "cm", "mm", "um", "in", "ft"),
    "m s-1": ("m/s", "cm/s", "mm/s", "in/s", "ft/s", "kine"),
    "m s-2": ("m/s2", "cm/s2", "mm/s2", "in/s2", "ft/s2", "g", "mg", "%g", "Gal"),
    "N": ("N", "kN", "MN", "lbf", "kip", "kgf", "tf"),
    "J": ("J", "kJ", "kN m"),
    "s": ("s", "ms", "us", "min", "h"),
    "Hz": ("Hz", "kHz", "1/s"),
}
"""Units of each quantity as one may write them, by the unit that this package uses."""

# Words that pint does not know, or takes for something else, in small letters; case does not matter
# in them.
_WORDS = {
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), "second"),
    **dict.fromkeys(("msec", "msecs", "millisecond", "milliseconds"), "millisecond"),
    **dict.fromkeys(("usec", "microsecond", "microseconds"), "microsecond"),
    **dict.fromkeys(("minute", "minutes"), "minute"),
    **dict.fromkeys(("hr", "hrs", "hour", "hours"), "hour"),
    **dict.fromkeys(("hz", "hertz"), "hertz"),
    "khz": "kilohertz",
    "sps": "hertz",  # samples a second
    **dict.fromkeys(("m", "meter", "meters", "metre", "metres"), "meter"),
    "cm": "centimeter",
    "km": "kilometer",
    **dict.fromkeys(("in", "inch", "inches"), "inch"),
    **dict.fromkeys(("ft", "foot", "feet"), "foot"),
    "kn": "kilonewton",
    **dict.fromkeys(("kip", "kips"), "kip"),
    "lbf": "force_pound",
    "kgf": "force_kilogram",
    "tf": "metric_ton * standard_gravity",
    "kj": "kilojoule",
    **dict.fromkeys(("gal", "gals"), "galileo"),
    **dict.fromkeys(("kine", "kines"), "centimeter / second"),
}
# Words in which a capital is another prefix. Capitals throughout are those of a file without small
# letters.
_CASED_WORDS = {
    **dict.fromkeys(("mm", "MM"), "millimeter"),
    **dict.fromkeys(("ms", "MS"), "millisecond"),
    **dict.fromkeys(("mgal", "mGal", "MGAL"), "milligalileo"),
}
_GRAVITY_WORDS = {
    **dict.fromkeys(("g", "G", "gs", "GS", "gn"), "standard_gravity"),
    **dict.fromkeys(("mg", "MG"), "millistandard_gravity"),
    "ug": "microstandard_gravity",
    **dict.fromkeys(("%g", "%G"), "percent * standard_gravity"),
}

_AMBIGUOUS_WORDS = ("ton", "tons", "tonf")  # of 1000 kg, of 2000 lb or of 2240 lb

_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
_SIGNS = str.maketrans(
    dict.fromkeys("\u2212\u2013\u2010", "-")  # minus, dash, hyphen
    | dict.fromkeys("·⋅∙\u00d7*._", " ")
    | dict.fromkeys("µμ", "u")
    | dict.fromkeys("{}$\\", "")
)
_FACTOR = re.compile(r"\s*(?:([/()])|([A-Za-z%]+)(?:\^?([-+]?\d+)|\^\(([-+]?\d+)\))?)")
_GLUED = re.compile(r"(mm|cm|m|in|ft)(?:s|sec)(s|sec)?", re.I)


class _Factor(NamedTuple):
    word: str
    power: int


def parse_unit(text: str, dimension: str) -> float:
    """Return the factor from a unit to one of this package.

    Parameters
    ----------
    text : str
        Unit in any usual spelling.
    dimension : str
        Unit of the result as this package spells it: m, m s-1, m s-2, N, J, s, Hz, kg, N m-1, ...

    Raises
    ------
    ValueError
        If the text is no unit, or that of another quantity.

    Examples
    --------
    >>> parse_unit("cm/sec/sec", "m s-2")
    0.01
    >>> parse_unit("%g", "m s-2")
    0.0980665
    """
    if text.strip() == dimension:
        return 1.0
    factor = _factor(text, dimension)
    if factor is None:
        raise ValueError(
            f"{text.strip()!r} is not a unit that can be converted to {dimension}: write one of "
            f"{', '.join(spellings(dimension))}"
        )
    return factor


def spellings(unit: str) -> tuple[str, ...]:
    """Units that can be converted to `unit`, as one may write them; it comes first.

    Examples
    --------
    >>> spellings("kN")
    ('kN', 'N', 'MN', 'lbf', 'kip', 'kgf', 'tf')
    """
    alike = [examples for own, examples in EXAMPLES.items() if is_unit(unit, own)]
    return tuple(dict.fromkeys((unit, *(alike[0] if alike else ()))))


def is_unit(text: str, dimension: str) -> bool:
    """Tell whether a text is a unit that `parse_unit` brings to the one of this package."""
    return text.strip() == dimension or _factor(text, dimension) is not None


@lru_cache(maxsize=1024)
def _factor(text: str, dimension: str) -> float | None:
    wanted = _product(_factors(dimension), gravity=False)
    if wanted is None:
        raise ValueError(f"dimension = {dimension!r}: expected a unit such as 'm s-2'")
    gravity = wanted.dimensionality == {"[length]": 1.0, "[time]": -2.0}
    for factors in _readings(text):
        found = _product(factors, gravity)
        # The units, since a radian has no dimension, and rad/s are no Hz.
        if found is not None and found.units == wanted.units:
            # Conversions leave some last bits of a double: a foot would be 0.30479999999999996 m.
            return float(f"{found.magnitude / wanted.magnitude:.15g}")
    return None


def _readings(text: str) -> list[list[_Factor]]:
    """Return what a text may mean, the most literal first.

    Signs are often lost, as in cm_s2 and CMS2: without any, what follows the first unit may be
    divided by.
    """
    literal = _factors(text)
    if not literal:
        return []
    readings = [literal]
    glued = _GLUED.fullmatch(literal[0].word)
    if len(literal) == 1 and glued and abs(literal[0].power) == (1 if glued[2] else 2):
        readings.append([_Factor(glued[1], 1), _Factor("s", -2)])
    if len(literal) > 1 and all(factor.power > 0 for factor in literal):
        rest = [_Factor(word, -power) for word, power in literal[1:]]
        readings.append([literal[0], *rest])
    return readings


def _factors(text: str) -> list[_Factor]:
    """Return the units of a text with their powers, none where it is no product of units."""
    text = _plain(text)
    factors: list[_Factor] = []
    sign = 1
    signs = [1]  # of the brackets that are open
    place = 0
    while place < len(text):
        match = _FACTOR.match(text, place)
        if match is None:
            return []
        place = match.end()
        mark = match[1]
        if mark == "/":
            sign = -signs[-1]
        elif mark == "(":
            signs.append(sign)
        elif mark == ")":
            if len(signs) == 1:
                return []
            signs.pop()
            sign = signs[-1]
        else:
            factors.append(_single(match[2], sign * int(match[3] or match[4] or 1)))
            sign = signs[-1]
    return factors if len(signs) == 1 else []


def _single(word: str, power: int) -> _Factor:
    """Return a unit with its power; ss is a second squared."""
    return _Factor("s", 2 * power) if word.casefold() in ("ss", "secsec") else _Factor(word, power)


def _plain(text: str) -> str:
    """Return a text with one sign for each of division, power and product (a blank)."""
    text = re.sub(r"\\[,;! ]", " ", text)
    text = re.sub("[⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺]+", lambda run: "^" + run[0].translate(_SUPERSCRIPTS), text)
    text = text.strip().rstrip(".,;:").replace("**", "^").translate(_SIGNS)
    text = re.sub(r"['\u2019]s\b", "", text)
    text = re.sub(r"\bper\b", "/", text, flags=re.I)
    text = re.sub(r"(?:%|\bpercent|\bpct)\s*(?:of\s+)?(g)\b", r"%\1", text, flags=re.I)
    text = re.sub(r"\s*\bsquared\b", "^2", text, flags=re.I)
    text = re.sub(r"\bmilli[- ]?g\b", "mg", text, flags=re.I)
    text = re.sub(r"(?<=[a-z])-(?=[a-z])", " ", text, flags=re.I)
    text = re.sub(r"\s*\^\s*", "^", text).replace("-^", "^-")
    text = re.sub(r"^1\s*/", "/", text.strip())
    bracketed = re.fullmatch(r"[\[(<]([^\[\]()<>]*)[\])>]", text)
    return (bracketed[1] if bracketed else text).strip()


def _product(factors: list[_Factor], gravity: bool) -> "pint.Quantity | None":
    """Return the product of units in SI base units, None where one of them is not known."""
    from pint import errors

    total = _registry().Quantity(1.0, "")
    if not factors or any(factor.word.casefold() in _AMBIGUOUS_WORDS for factor in factors):
        return None
    try:
        for word, power in factors:
            total = total * _registry().parse_units(_name(word, gravity)) ** power
        return _registry().Quantity(total.to_base_units())
    except (errors.PintError, ValueError, TypeError, AttributeError):
        return None


def _name(word: str, gravity: bool) -> str:
    """Return what pint calls a unit."""
    if gravity and word in _GRAVITY_WORDS:
        return _GRAVITY_WORDS[word]
    return _CASED_WORDS.get(word) or _WORDS.get(word.casefold()) or word


@lru_cache(maxsize=1)
def _registry() -> "pint.UnitRegistry":
    from pint import UnitRegistry  # half a second, which only conversions need

    return UnitRegistry(cache_folder=None)
