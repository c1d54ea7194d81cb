"""The parser of all commands that are not Lightning's."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn


class Parser(argparse.ArgumentParser):
    """A parser whose complaints are errors of the user like all others."""

    def error(self, message: str) -> NoReturn:
        raise ValueError(f"{message} (see `{self.prog} --help`)")


def add_trust(parser: argparse.ArgumentParser) -> None:
    """Add the option of all commands that read checkpoints."""
    parser.add_argument(
        "--trust",
        nargs="+",
        default=[],
        metavar="MODULE",
        help="modules whose classes the checkpoint may name; by default those of this package and "
        "of torch.nn alone, since what it names is run",
    )


def place(text: str) -> Path:
    """Path that a word names; an empty word, as of an unset variable of the shell, is refused.

    It would else be the current folder.
    """
    if not text.strip():
        raise argparse.ArgumentTypeError(f"{text!r} does not name a file or folder")
    return Path(text)


def pairs(words: Sequence[str], option: str) -> dict[str, str]:
    """Names and values of the NAME=VALUE words of an option.

    Raises
    ------
    ValueError
        For a word of another form, and a name that is given twice.
    """
    found: dict[str, str] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not (name and equals and value):
            raise ValueError(f"{option} {word!r}: write NAME=VALUE")
        if name in found:
            raise ValueError(f"{option} names {name} twice")
        found[name] = value
    return found
