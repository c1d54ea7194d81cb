"""`surrogate predict`: write the predictions for the test records."""

from collections.abc import Sequence

from surrogate.cli import fit


def main(argv: Sequence[str]) -> int:
    """Run the command; errors of the user are raised as ValueError, FileNotFoundError or
    FileExistsError.
    """
    return fit.run("predict", argv)
