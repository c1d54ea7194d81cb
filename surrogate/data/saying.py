"""Lines for the user while data are opened, and while a training begins and goes on."""

import sys

from lightning.pytorch.utilities import rank_zero_only

SECONDS_BETWEEN_LINES = 30.0
"""Of the progress of a training where there is no terminal."""


@rank_zero_only
def say(line: str) -> None:
    """Print a line on stderr, in one process of a distributed training."""
    print(line, file=sys.stderr, flush=True)
