"""Recipes as texts: those of a joined dataset are documents of one YAML text."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

STRUCTURAL = ("structure", "simulator", "storeys", "heights")
"""Keys of a recipe that say whose responses its records are, beside what varies of it."""
_MARK = "---\n"
_BETWEEN = re.compile(r"^---\n", flags=re.MULTILINE)


def joined(texts: Sequence[str]) -> str:
    """Return recipes as one YAML text, a document each."""
    return _MARK.join(text if text.endswith("\n") else text + "\n" for text in texts)


def separate(text: str) -> list[str]:
    """Return the recipes of a text that holds one or several, without those that are empty."""
    return [part for part in _BETWEEN.split(text) if part.strip()]


def structural(content: Mapping[str, Any]) -> dict[str, object]:
    """Return what the content of a recipe says of the structure, how it varies, and which floor an
    external force acts on.
    """
    found: dict[str, object] = {name: content.get(name) for name in STRUCTURAL}
    varied = (content.get("vary") or {}).items()
    found |= {f"vary.{name}": how for name, how in varied if not name.startswith("motion.")}
    motion = content.get("motion")
    floor = motion.get("floor") if isinstance(motion, Mapping) else None
    return found if floor is None else found | {"motion.floor": floor}
