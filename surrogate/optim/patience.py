"""Work within one step of an optimizer that may take minutes: how far it is."""

import sys
import time
from collections.abc import Iterator, Sequence
from typing import TypeVar

from lightning.pytorch.utilities import rank_zero_only
from tqdm import tqdm

from surrogate.data.saying import SECONDS_BETWEEN_LINES, say

Piece = TypeVar("Piece")

DELAY = 1.0
"""Seconds before a bar appears."""


def told(pieces: Sequence[Piece], what: str) -> Iterator[Piece]:
    """Yield pieces of work, and tell how many are done once they take long.

    On a terminal that is a bar, below the one of the training; elsewhere a line now and then.

    Parameters
    ----------
    pieces : sequence
    what : str
        What they are, in the plural.
    """
    on_terminal = sys.stderr.isatty()
    bar = tqdm(
        pieces,
        desc=what,
        disable=not on_terminal or getattr(rank_zero_only, "rank", 0) != 0,
        delay=DELAY,
        leave=False,
        dynamic_ncols=True,
        position=1,
    )
    begun = time.monotonic()
    line_at = begun
    for done, piece in enumerate(bar, start=1):
        yield piece
        now = time.monotonic()
        if on_terminal or now - line_at < SECONDS_BETWEEN_LINES or done == len(pieces):
            continue
        line_at = now
        left = (now - begun) / done * (len(pieces) - done)
        say(f"{done} of {len(pieces)} {what}, {left:.0f} s left of this step")
