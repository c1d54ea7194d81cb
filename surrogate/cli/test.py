"""`surrogate test`: score a checkpoint on the test records."""

from collections.abc import Sequence

from surrogate.inference.command_line import ScoringLine
from surrogate.training.execution import execute


def main(argv: Sequence[str]) -> int:
    """Run the command.

    Errors of the user are raised as ValueError, FileNotFoundError or FileExistsError.
    """
    execute(["test", *argv], kind=ScoringLine)
    return 0
