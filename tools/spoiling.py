"""Ways to spoil a sound file, each a function of a generator, the sound file and the new path."""

from pathlib import Path
from typing import Any

import numpy as np
import torch

BOMB = "\n".join(
    ["a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
    + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 10)]
)
"""YAML of some 500 bytes whose aliases unfold to 9^10 texts."""
HOSTILE: tuple[Any, ...] = (
    BOMB,
    "1000000000000",
    "os.system",
    "builtins.exec",
    "torch.nn.os.system",
    "../../etc/passwd",
    "/",
    "<script>",
    "\x1b[2J",
    "",
    None,
    -1,
    10**18,
    float("nan"),
    [],
    {"class_path": "os.system", "init_args": {"command": "touch MARKER"}},
)


def spoil_bytes(generator: np.random.Generator, sound: Path, path: Path) -> None:
    """Flip bits, or cut the end off."""
    content = bytearray(sound.read_bytes())
    if generator.random() < 0.2:
        path.write_bytes(content[: generator.integers(len(content))])
        return
    for place in generator.integers(len(content), size=generator.integers(1, 4)):
        content[place] ^= 1 << generator.integers(8)
    path.write_bytes(content)


def spoil_text(generator: np.random.Generator, sound: Path, path: Path) -> None:
    """Replace a word, repeat or leave out a line, or put a hostile one in."""
    lines = sound.read_text().splitlines()
    place = int(generator.integers(len(lines)))
    kind = generator.integers(4)
    if kind == 0:
        lines[place] = lines[place][: generator.integers(len(lines[place]) + 1)]
    elif kind == 1:
        lines.insert(place, lines[int(generator.integers(len(lines)))])
    elif kind == 2:
        key = lines[place].partition(":")[0]
        lines[place] = f"{key}: {HOSTILE[int(generator.integers(len(HOSTILE)))]}"
    else:
        del lines[place]
    path.write_text("\n".join(lines) + "\n")


def spoil_checkpoint(generator: np.random.Generator, sound: Path, path: Path) -> None:
    """Spoil its bytes, or replace one of the values that it holds."""
    if generator.random() < 0.4:
        spoil_bytes(generator, sound, path)
        return
    content = torch.load(sound, weights_only=True)
    holders = list(_holders(content))
    holder, key = holders[int(generator.integers(len(holders)))]
    holder[key] = HOSTILE[int(generator.integers(len(HOSTILE)))]
    torch.save(content, path)


def _holders(value: Any) -> Any:
    """Every place of nested mappings and lists."""
    if isinstance(value, dict | list):
        for key in list(value) if isinstance(value, dict) else range(len(value)):
            yield value, key
            yield from _holders(value[key])
