"""Spoilt and hostile files for the commands that read them: what comes of each is counted.

    python -m tools.fuzz FOLDER --count 50 --seed 0

A sound checkpoint, recipe, card and dataset are made in the folder, which must be new; each is
spoilt in `count` ways, and a command reads the result. It must succeed, or say one line and end
with code 2, and touch nothing outside its output.
"""

import argparse
import contextlib
import io
import os
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch

import datasets
from surrogate import card
from surrogate.card.facts import Set
from surrogate.cli.main import main as surrogate_main
from surrogate.data.datamodule import Records
from surrogate.networks import LSTM
from surrogate.training.module import Surrogate

OUTCOMES = ("sound", "one line", "traceback", "wrong")
HOSTILE: tuple[Any, ...] = (
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
RECIPE = """\
structure: five_storey
motion: {process: KanaiTajimi, peak: 4.0, duration: 1.0, interval: 0.02}
vary: {mass: {distribution: uniform, low: 0.8, high: 1.2}}
records: 10
outputs: [drift]
"""
RECORD = "time,base_acceleration (m/s^2)\n" + "".join(
    f"{0.02 * n:.2f},{np.sin(0.3 * n):.6f}\n" for n in range(60)
)


@dataclass(frozen=True)
class Subject:
    """A kind of file, and the command that reads it.

    Parameters
    ----------
    file : Path
        The sound one.
    spoil : callable
        Makes a spoilt file from the generator, the sound one and the new path.
    words : callable
        The command that reads a path.
    """

    file: Path
    spoil: Callable[[np.random.Generator, Path, Path], None]
    words: Callable[[Path], list[str]]


def prepare(folder: Path) -> dict[str, Subject]:
    """Make the sound files, and say how each is spoilt and read."""
    folder.mkdir(parents=True)
    (folder / "recipe.yaml").write_text(RECIPE)
    datasets.generate(str(folder / "recipe.yaml"), folder / "data.h5")
    (folder / "record.csv").write_text(RECORD)
    _save_checkpoint(folder)
    card.write(folder / "card.md", folder / "a.ckpt", {"test": Set(str(folder / "data.h5"))})
    out = str(folder / "out.h5")
    record = str(folder / "record.csv")
    respond = ["respond", "--record", record, "--out", out, "--overwrite", "--checkpoint"]
    generate = ["generate", "--print-config"]
    return {
        "checkpoint": Subject(
            folder / "a.ckpt", spoil_checkpoint, lambda path: [*respond, str(path)]
        ),
        "recipe": Subject(folder / "recipe.yaml", spoil_text, lambda path: [*generate, str(path)]),
        "card": Subject(
            folder / "card.md", spoil_text, lambda path: ["card", "--verify", str(path)]
        ),
        "dataset": Subject(folder / "data.h5", spoil_bytes, lambda path: ["check", str(path)]),
    }


def _save_checkpoint(folder: Path) -> None:
    records = Records(str(folder / "data.h5"), ["base_acceleration"], ["drift"])
    records.setup("fit")
    torch.manual_seed(0)
    surrogate = Surrogate(partial(LSTM, hidden=4))
    surrogate.build_for(records)
    content = {
        "state_dict": surrogate.state_dict(),
        "hyper_parameters": dict(surrogate.hparams),
        "interface": surrogate.interface.to_dict(),
        "outputs_per_target": 1,
        "progress": None,
    }
    torch.save(content, folder / "a.ckpt")


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


def outcome(words: list[str]) -> tuple[str, str]:
    """How a command ends, of `OUTCOMES`, and what it says."""
    said, told = io.StringIO(), io.StringIO()
    try:
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(told):
            code = surrogate_main(words)
    except BaseException:
        return "traceback", traceback.format_exc()
    errors = [line for line in told.getvalue().splitlines() if not line.startswith("warning: ")]
    if code == 0:
        return "sound", said.getvalue()
    one_line = len(errors) == 1 and errors[0].startswith("error: ")
    return ("one line" if one_line and code == 2 else "wrong"), told.getvalue()


def fuzz(folder: Path, count: int, seed: int) -> dict[str, Counter]:
    """Counts of the outcomes of each kind of file; what went wrong is printed."""
    subjects = prepare(folder)
    here = Path.cwd()
    os.chdir(folder)
    found = {}
    try:
        for name, subject in subjects.items():
            generator = np.random.default_rng(seed)
            found[name] = Counter(
                _one(subject, generator, folder, number, name) for number in range(count)
            )
    finally:
        os.chdir(here)
    return found


def _one(
    subject: Subject, generator: np.random.Generator, folder: Path, number: int, name: str
) -> str:
    path = folder / f"spoilt{subject.file.suffix}"
    subject.spoil(generator, subject.file, path)
    allowed = {path.name, "out.h5", "out.png"}
    before = _stamps(folder, allowed)
    result, text = outcome(subject.words(path))
    if _stamps(folder, allowed) != before:
        result = "wrong"
        text = "a file outside the output was touched"
    if result in ("traceback", "wrong"):
        print(f"{name} {number}: {result}\n{text}")
    return result


def _stamps(folder: Path, allowed: set[str]) -> dict[str, tuple[int, int]]:
    files = [file for file in folder.rglob("*") if file.name not in allowed]
    return {str(file): (file.stat().st_size, file.stat().st_mtime_ns) for file in files}


def main() -> None:
    """Print a row of counts for each kind of file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    found = fuzz(options.folder.absolute(), options.count, options.seed)
    print(f"{'':<12}{'tried':>10}" + "".join(f"{name:>12}" for name in OUTCOMES))
    for name, counts in found.items():
        row = "".join(f"{counts[each]:>12}" for each in OUTCOMES)
        print(f"{name:<12}{options.count:>10}{row}")


if __name__ == "__main__":
    main()
