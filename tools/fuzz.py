"""Spoilt and hostile files for the commands that read them: what comes of each is counted.

    python -m tools.fuzz FOLDER --count 50 --seed 0

A sound file of each kind is made in the folder, which must be new; each is spoilt in `count` ways,
and a command reads the result. It must succeed, or say one line and end with code 2, start no
program, and touch nothing outside its output.
"""

import argparse
import contextlib
import io
import os
import traceback
from collections import Counter
from pathlib import Path

import numpy as np

from surrogate.cli.main import main as surrogate_main
from tools.fuzz_subjects import Subject, prepare
from tools.tripwire import Tripwire

OUTCOMES = ("sound", "one line", "traceback", "wrong")
OUTPUTS = ("out.h5", "out.png")


def outcome(words: list[str]) -> tuple[str, str]:
    """How a command ends, of `OUTCOMES`, and what it says."""
    said, told = io.StringIO(), io.StringIO()
    try:
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(told):
            code = surrogate_main(words)
    except BaseException:
        return "traceback", traceback.format_exc()
    text = said.getvalue() + told.getvalue()
    if any(not sign.isprintable() and sign not in "\n\t" for sign in text):
        return "wrong", f"control characters are sent: {text!r}"
    errors = [line for line in told.getvalue().splitlines() if not line.startswith("warning: ")]
    if code == 0:
        return "sound", text
    one_line = len(errors) == 1 and errors[0].startswith("error: ")
    return ("one line" if one_line and code == 2 else "wrong"), text


def fuzz(folder: Path, count: int, seed: int, kinds: list[str] | None = None) -> dict[str, Counter]:
    """Counts of the outcomes of each kind of file; what went wrong is printed."""
    subjects = prepare(folder)
    here = Path.cwd()
    os.chdir(folder)
    found = {}
    try:
        for name in kinds or list(subjects):
            generator = np.random.default_rng(seed)
            tripwire = Tripwire(folder)
            found[name] = Counter(
                _one(subjects[name], generator, tripwire, f"{name} {number}")
                for number in range(count)
            )
    finally:
        os.chdir(here)
    return found


def _one(subject: Subject, generator: np.random.Generator, tripwire: Tripwire, label: str) -> str:
    folder = Path.cwd()
    path = folder / f"spoilt{subject.file.suffix}"
    subject.spoil(generator, subject.file, path)
    allowed = {path.name, *OUTPUTS}
    before = _stamps(folder, allowed)
    with tripwire.set():
        result, text = outcome(subject.words(path))
    if _stamps(folder, allowed) != before:
        result, text = "wrong", "a file outside the output was touched"
    if tripwire.events:
        result, text = "wrong", "\n".join(tripwire.events)
    if result in ("traceback", "wrong"):
        print(f"{label}: {result}\n{text}")
        path.rename(folder.parent / f"{label.replace(' ', '_')}{path.suffix}")
    return result


def _stamps(folder: Path, allowed: set[str]) -> dict[str, tuple[int, int]]:
    """Size and time of all files in the folder but the output, and of all beside it."""
    files = [file for file in folder.rglob("*") if file.name not in allowed]
    files += [file for file in folder.parent.iterdir() if file != folder]
    return {str(file): (file.stat().st_size, file.stat().st_mtime_ns) for file in files}


def main() -> None:
    """Print a row of counts for each kind of file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--kinds", nargs="+", help="of the files; all by default")
    options = parser.parse_args()
    found = fuzz(options.folder.absolute() / "work", options.count, options.seed, options.kinds)
    print(f"{'':<12}{'tried':>10}" + "".join(f"{name:>12}" for name in OUTCOMES))
    for name, counts in found.items():
        row = "".join(f"{counts[each]:>12}" for each in OUTCOMES)
        print(f"{name:<12}{options.count:>10}{row}")


if __name__ == "__main__":
    main()
