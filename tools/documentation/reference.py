"""Pages of the API: one for each face and one for each room, from the docstrings."""

from pathlib import Path
from pkgutil import iter_modules
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("simulators", "datasets", "surrogate", "studies")
FOLDER = "reference"


def pages() -> dict[str, str]:
    """Markdown of each page by its place in the site."""
    rooms = [room for package in PACKAGES for room in (package, *_rooms(package))]
    return {_place(room): _page(room) for room in rooms}


def navigation() -> list[Any]:
    """A section for each package, its own modules first."""
    return [
        {package: [{package: _place(package)}, *({_short(r): _place(r)} for r in _rooms(package))]}
        for package in PACKAGES
    ]


def _short(room: str) -> str:
    return room.partition(".")[2]


def _place(room: str) -> str:
    return f"{FOLDER}/{room.replace('.', '/')}.md"


def _folder(room: str) -> Path:
    return ROOT / room.replace(".", "/")


def _rooms(package: str) -> list[str]:
    """The packages inside a package, at any depth."""
    found = []
    for folder in sorted(_folder(package).iterdir()):
        if any(folder.glob("*.py")):
            room = f"{package}.{folder.name}"
            found += [room, *_rooms(room)]
    return found


def _modules(room: str) -> list[str]:
    """The public modules of a room."""
    found = iter_modules([str(_folder(room))])
    return [f"{room}.{m.name}" for m in found if not m.ispkg and not m.name.startswith("_")]


def _page(room: str) -> str:
    own = f"# {room}\n\n::: {room}\n    options:\n      members: false\n"
    return own + "".join(f"\n## {module}\n\n::: {module}\n" for module in _modules(room))
