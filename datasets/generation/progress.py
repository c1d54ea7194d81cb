"""Progress of a long run: a bar with rate and time left on a terminal, a plain line now and then in
a log file.
"""

import shutil
import sys
import time

from tqdm import tqdm

SECONDS_BETWEEN_LINES = 30.0


class Progress:
    """Counts records; a context manager.

    Parameters
    ----------
    total : int
        Number of records.
    """

    def __init__(self, total: int):
        self.total = total
        self.done = 0
        self.bar: tqdm | None = None

    def __enter__(self) -> "Progress":
        self.start = self.last = time.monotonic()
        if sys.stderr.isatty():
            # Asked here, as tqdm draws nothing on a terminal that does not know its size; shutil
            # then says 80 by 24.
            width, height = shutil.get_terminal_size()
            self.bar = tqdm(
                total=self.total,
                unit=" records",
                smoothing=0.1,
                file=sys.stderr,
                ncols=width,
                nrows=height,
            )
        return self

    def __exit__(self, *_: object) -> None:
        if self.bar is not None:
            self.bar.close()

    def update(self, count: int) -> None:
        """Add `count` finished records."""
        self.done += count
        if self.bar is not None:
            self.bar.update(count)
        elif self.done == self.total or time.monotonic() - self.last > SECONDS_BETWEEN_LINES:
            self._line()

    def _line(self) -> None:
        self.last = time.monotonic()
        rate = self.done / max(self.last - self.start, 1e-9)
        left = (self.total - self.done) / rate if rate else float("inf")
        percent = 100 * self.done // self.total
        line = (
            f"{self.done} of {self.total} records ({percent} %), {rate:.0f} a second, "
            f"{left:.0f} s left"
        )
        print(line, file=sys.stderr, flush=True)
