"""Pages of the API: one for each face and one for each room, from the docstrings."""

import ast
import importlib
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
    own = f"# {room}\n\n::: {room}\n    options:\n      members: {_defined(room)}\n"
    modules = [f"\n## {module}\n\n::: {module}\n" for module in _modules(room)]
    return "".join([own, _face(room), *modules])


def _defined(room: str) -> str:
    """YAML list of what the package itself defines; what it imports is shown where it is from."""
    tree = ast.parse((_folder(room) / "__init__.py").read_text(encoding="utf-8"))
    kinds = (ast.FunctionDef, ast.ClassDef)
    names = [node.name for node in tree.body if isinstance(node, kinds)]
    return f"[{', '.join(name for name in names if not name.startswith('_'))}]"


def _face(room: str) -> str:
    """What a package hands on from its rooms: each name with a link and the first line about it."""
    if room not in PACKAGES:
        return ""
    package = importlib.import_module(room)
    members = {name: getattr(package, name) for name in getattr(package, "__all__", ())}
    lines = [
        f"| [`{name}`][{member.__module__}.{member.__qualname__}] | {_first_line(member)} |"
        for name, member in members.items()
        if hasattr(member, "__qualname__")
    ]
    return "\n".join(["", "| name | what |", "|---|---|", *lines, ""]) if lines else ""


def _first_line(member: Any) -> str:
    text = (member.__doc__ or "").partition("\n\n")[0]
    return " ".join(text.split()).replace("|", "\\|")
