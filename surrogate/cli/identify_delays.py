"""`surrogate identify --delay`: sensors whose clocks are late, by a known or an unknown time."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

SOUGHT = "sought"
"""What a file of settings says of a delay that is not known."""


def given(words: Sequence[str], of_file: Mapping[Any, Any]) -> dict[str, float | None]:
    """Return the delay of each sensor that is named (s), None where it is sought.

    Parameters
    ----------
    words : sequence of str
        Of the option: ``NAME=SECONDS``, or ``NAME``.
    of_file : mapping
        Of the file of settings: seconds, or ``sought``, by the name of the sensor.

    Raises
    ------
    ValueError
        For a delay that is no number, and a sensor that is named twice.
    """
    found = {str(name): _known(str(name), value) for name, value in of_file.items()}
    own: dict[str, float | None] = {}
    for word in words:
        name, equals, value = word.strip().partition("=")
        if name in own:
            raise ValueError(f"--delay names {name} twice")
        own[name] = _known(name, value) if equals else None
    return {**found, **own}


def _known(name: str, value: Any) -> float | None:
    if value == SOUGHT:
        return None
    try:
        seconds = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        seconds = math.nan
    if not math.isfinite(seconds):
        raise ValueError(
            f"delay of {name} = {value!r}: must be seconds, or {SOUGHT} (--delay {name})"
        )
    return seconds


def of_channels(
    delays: Mapping[str, float | None], sensors: Sequence[Any], recordings: Any
) -> dict[Any, float | None]:
    """Return delays by channel.

    Parameters
    ----------
    delays : mapping of str to float or None
        By the word that names a sensor: one of --sensors, or such as ``acceleration:3``.
    sensors : sequence of Sensors
    recordings : Recordings
        Of these sensors.

    Raises
    ------
    ValueError
        For the base, and a word that names none of the sensors, or one that is named already.
    """
    from surrogate.identification.clocks import delay_of
    from surrogate.identification.reading import BASE

    words = [word for own in sensors for word in own.words if word != BASE]
    named = dict(zip(words, recordings.channels, strict=True))
    named |= {f"{each.quantity}:{each.place}": each for each in recordings.channels}
    found: dict[Any, float | None] = {}
    for word, delay in delays.items():
        if word == BASE:
            raise ValueError(
                "delay of base: the other clocks are told against it; name the sensors that are "
                "early instead, with a minus sign"
            )
        if word not in named:
            raise ValueError(f"delay: {word!r} is no sensor here, choose from {', '.join(words)}")
        if named[word] in found:
            raise ValueError(f"delay: '{named[word]}' is named twice")
        found[named[word]] = delay
    delay_of(recordings.channels, found)
    return found
