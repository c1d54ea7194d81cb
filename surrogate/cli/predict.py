"""`surrogate predict`: write the predictions for the test records."""

from collections.abc import Sequence

from surrogate.inference.command_line import ScoringLine
from surrogate.training.execution import execute


def main(argv: Sequence[str]) -> int:
    """Run the command.

    Errors of the user are raised as ValueError, FileNotFoundError or FileExistsError.
    """
    execute(["predict", *argv], kind=ScoringLine)
    return 0
