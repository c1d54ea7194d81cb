"""The fields of a structure from a plain nested description, as `Structure.to_dict` writes it."""

from collections.abc import Iterable, Mapping
from typing import Any

from simulators.hysteresis import Law


def fields(description: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments of `Structure`; ValueError for an unknown or missing field."""
    if not isinstance(description, Mapping):
        raise ValueError(f"structure = {description!r}: expected a mapping of its fields")
    given = dict(description)
    required = {"mass", "damping", "incidence", "laws"}
    optional = {"influence", "stiffness"}
    missing = required - set(given)
    unknown = set(given) - required - optional
    wrong = sorted(map(str, missing | unknown))
    if wrong:
        expected = ", ".join(sorted(required | optional))
        raise ValueError(f"structure: {', '.join(wrong)} missing or unknown; expected {expected}")
    laws = given.pop("laws")
    if isinstance(laws, str | Mapping) or not isinstance(laws, Iterable):
        raise ValueError(f"laws = {laws!r}: expected a list of laws")
    given["laws"] = tuple(Law.from_dict(law) for law in laws)
    return given
