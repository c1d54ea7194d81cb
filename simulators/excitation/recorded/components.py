"""Names of components: which are vertical, and which a user means."""

import re

from simulators.excitation.recorded.format import Channel

_VERTICAL = {
    *("UD", "UP", "DOWN", "DN", "DWN", "U", "D", "V", "Z", "UPDWN", "UPDOWN", "DWNUP", "DOWNUP"),
    *("VER", "VERT", "VERTICAL", "UD1", "UD2", "VRT", "COMPUP", "COMPZ", "ACCUP", "VERTI"),
}
_CHANNEL_CODE = re.compile(r"[A-Z][NHLG]Z")  # band, instrument, direction of the FDSN
_NAMES = re.compile(
    r"[NSEW]{1,2}[12]?|[NS][-/ ][NS]|[EW][-/ ][EW]|U[-/ ]?D[12]?|UP|DOWN|DWN|VER(T(ICAL)?)?|VRT"
    r"|H[12]?|V|Z|X|Y|R|T|L|[A-Z][NHLG][ENZ123]|[NS]\s*\d{1,2}\s*[EW]|\d{1,3}\s*(deg)?"
    r"|transv?(erse|ersal)?|long(itudinal)?|radial|horiz(ontal)?|(north|south|east|west)"
    r"([-_ ]?(north|south|east|west))?",
    re.I,
)


def is_component(text: str) -> bool:
    """Whether a text is a usual name of a component: "NS", "E-W", "HNZ", "360", "N12E"."""
    return _NAMES.fullmatch(text.strip()) is not None


def is_vertical(component: str) -> bool:
    """Whether a component is vertical by its name: "UP", "U-D", "HNZ", "VERT"."""
    return any(_names_vertical(word) for word in [component, *component.split()])


def chosen(channels: list[Channel], component: str | None) -> Channel:
    """Return the channel that `component` names, by its name or by its number counted from 1.

    Raises
    ------
    ValueError
        If there are several and none is chosen, or if none or several have that name.
    """
    names = ", ".join(channel.component or "no name" for channel in channels)
    if component is None:
        if len(channels) == 1:
            return channels[0]
        raise ValueError(
            f"the file holds {len(channels)} components ({names}): choose one by its name as "
            "component (--component)"
        )
    same = [channel for channel in channels if _bare(channel.component) == _bare(component)]
    if not same and component.strip().isdigit() and 1 <= int(component) <= len(channels):
        same = [channels[int(component) - 1]]
    if len(same) != 1:
        raise ValueError(
            f"component = {component!r}: must be one of {names}, or a number from 1 to "
            f"{len(channels)}"
        )
    return same[0]


def _bare(component: str) -> str:
    """Return a name without case, signs and the word degrees."""
    return re.sub(r"DEG(REES?)?$|[^A-Z0-9]", "", component.upper())


def _names_vertical(component: str) -> bool:
    name = _bare(component)
    if name in _VERTICAL:
        return True
    return _CHANNEL_CODE.fullmatch(name) is not None
