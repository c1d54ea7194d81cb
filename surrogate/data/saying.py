"""Lines for the user while data are opened and a training begins."""

import sys

from lightning.pytorch.utilities import rank_zero_only


@rank_zero_only
def say(line: str) -> None:
    """Print a line on stderr, in one process of a distributed training."""
    print(line, file=sys.stderr, flush=True)
