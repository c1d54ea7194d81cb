"""Command line of the datasets: ``python -m datasets generate|inspect|import|check|join|benchmark-data``.

What the user can mend is one line on stderr and exit code 2; a stopped run leaves with 130, a failing machine with 1.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from concurrent.futures import BrokenExecutor
from typing import NoReturn

from datasets.command_line import generation, importing, reading


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise ValueError(f"{message} (see {self.prog} --help)")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return the exit code."""
    try:
        arguments = _parse(argv)
        return arguments.run(arguments)
    except (ValueError, FileNotFoundError, FileExistsError) as error:
        return _fail(error, 2)
    except BrokenPipeError:  # whoever read our output has left, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        return _fail(f"{error}; what is complete stays, the same command goes on", 1)
    except BrokenExecutor as error:
        return _fail(error, 1)
    except KeyboardInterrupt:
        return _fail("stopped; the same command goes on", 130)


def _parse(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = _Parser(prog="surrogate", description="Make, import, look at and check datasets.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND", parser_class=_Parser)
    for module in (generation, importing, reading):
        module.add_commands(commands)
    arguments, rest = parser.parse_known_args(argv)
    # argparse does not see that KEY=VALUE words after an option still belong to the list before it.
    if rest and not (hasattr(arguments, "overrides") and all("=" in word and word[0] != "-" for word in rest)):
        raise ValueError(f"unknown argument {rest[0]!r} (see surrogate --help)")
    if rest:
        arguments.overrides += rest
    return arguments


def _fail(error: object, code: int) -> int:
    print(f"error: {' '.join(str(error).split())}", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
