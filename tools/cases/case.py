"""A case: the row of the table, what is done, what came out before, and what is right."""

import contextlib
import io
import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from simulators.excitation.recorded import Given, read_recording
from surrogate.cli.main import main

Outcome = Callable[["Place"], str]
"""Does what a row says, and returns what came out in a line."""


@dataclass(frozen=True)
class Case:
    """One input or situation of a row.

    Parameters
    ----------
    row : str
        Its name in the README of the cases, e.g. R3.
    done : str
        What is done, in words.
    before : str
        What came out of it before.
    right : str
        Regular expression that what comes out must match.
    outcome : callable
        Does it, and returns what comes out.
    """

    row: str
    done: str
    before: str
    right: str
    outcome: Outcome

    def now(self, cases: Path) -> str:
        """What comes out now, in a line; an error that no one has caught is named as such."""
        with TemporaryDirectory() as scratch:
            place = Place(cases, Path(scratch))
            try:
                with contextlib.chdir(scratch), warnings.catch_warnings(action="ignore"):
                    found = self.outcome(place)
            except Exception as error:
                found = f"TRACEBACK {type(error).__name__}: {error}"
        return " ".join(found.replace(str(cases), "cases").replace(scratch, ".").split())

    def holds(self, found: str) -> bool:
        """Whether what came out is right."""
        return "TRACEBACK" not in found and re.search(self.right, found) is not None


@dataclass(frozen=True)
class Place:
    """Where a case finds its inputs, and the empty current folder where it may write.

    Parameters
    ----------
    cases : Path
        Folder with `records` and `training`.
    scratch : Path
    """

    cases: Path
    scratch: Path

    def words(self, text: str) -> list[str]:
        """The words of a command line, `R/` and `T/` standing for the folders of the inputs."""
        folders = {"R/": f"{self.cases}/records/", "T/": f"{self.cases}/training/"}
        return [folders.get(word[:2], word[:2]) + word[2:] for word in text.split()]


def command(text: str) -> Outcome:
    """A command line of the package, run in this process: its exit code and what it says."""
    return lambda place: run(place.words(text))


def run(words: list[str]) -> str:
    """Exit code of a command, and what it says: errors and warnings first."""
    said = io.StringIO()
    told = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(told):
        code = main(words)
    return f"exit {code}: {told.getvalue()} {said.getvalue()}"


def reading(name: str, **given: str | float) -> Outcome:
    """An accelerogram, read: the line that tells what was found, with its notes; or the refusal."""

    def outcome(place: Place) -> str:
        try:
            recording = read_recording(place.cases / "records" / name, Given(**given))
        except ValueError as error:
            return f"refused: {error}"
        return "; ".join([recording.line, *recording.notes])

    return outcome
