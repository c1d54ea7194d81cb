"""Progress of a long run: a bar with rate and time left on a terminal, a plain line now and then in
a log file.

Records that were there already say nothing of how long the others take: rate and time left are
those of the records that this run has computed, weighed by what each was expected to cost.
"""

import shutil
import sys
import time
from collections import Counter
from collections.abc import Sequence

import numpy as np
from tqdm import tqdm

from datasets.generation.tasks import Made

SECONDS_BETWEEN_LINES = 30.0
_BAR = "{l_bar}{bar}| {n_fmt}/{total_fmt} [{elapsed}, {rate_fmt}{postfix}]"


class Progress:
    """Counts records; a context manager.

    Parameters
    ----------
    total : int
        Number of records.
    costs : ndarray, shape (record,), optional
        What each is expected to cost, in any unit; all alike by default.
    """

    def __init__(self, total: int, costs: np.ndarray | None = None):
        self.total = total
        self.costs = costs
        self.done = 0
        self.present = 0
        self.cost_left = self._cost(0, total)
        self.cost_done = 0.0
        self.failed: Counter[str] = Counter()
        self.bar: tqdm | None = None

    def __enter__(self) -> "Progress":
        self.start = self.last = self.now = time.monotonic()
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
                bar_format=_BAR,
            )
        return self

    def __exit__(self, *_: object) -> None:
        if self.bar is not None:
            self.bar.close()

    def update(self, made: Sequence[Made]) -> None:
        """Add what has been done since the last call, which may be nothing: time goes on."""
        self.now = time.monotonic()
        for one in made:
            self._add(one)
        if self.bar is not None:
            self._draw(sum(one.count for one in made))
            return
        is_complete = bool(made) and self.done == self.total
        if is_complete or self.now - self.last >= SECONDS_BETWEEN_LINES:
            self._line()

    def _add(self, made: Made) -> None:
        cost = self._cost(made.first, made.count)
        self.done += made.count
        self.cost_left -= cost
        if made.fresh:
            self.cost_done += cost
        else:
            self.present += made.count
        self.failed.update(run.outcome for run in made.runs if run.failed)

    def _cost(self, first: int, count: int) -> float:
        if self.costs is None:
            return float(count)
        return float(self.costs[first : first + count].sum())

    def _draw(self, count: int) -> None:
        assert self.bar is not None
        self.bar.set_postfix_str(", ".join([*self._failures(), self._left()]), refresh=False)
        self.bar.update(count)

    def _line(self) -> None:
        self.last = self.now
        percent = 100 * self.done // self.total
        words = [f"{self.done} of {self.total} records ({percent} %)", *self._failures()]
        print(", ".join([*words, self._rate(), self._left()]), file=sys.stderr, flush=True)

    def _failures(self) -> list[str]:
        if not self.failed:
            return []
        kinds = ", ".join(f"{number} {kind}" for kind, number in self.failed.most_common())
        return [f"{self.failed.total()} failed ({kinds})"]

    def _rate(self) -> str:
        seconds = max(self.now - self.start, 1e-9)
        fresh = self.done - self.present
        if not fresh:
            return f"none computed after {duration(seconds)}"
        if fresh >= seconds:
            return f"{fresh / seconds:.0f} a second"
        return f"{seconds / fresh:.2g} s a record"

    def _left(self) -> str:
        if not self.cost_done:
            return "time left unknown" if self.cost_left else "0 s left"
        seconds = max(self.now - self.start, 1e-9)
        return f"{duration(seconds * self.cost_left / self.cost_done)} left"


def duration(seconds: float) -> str:
    """Return a time for a person: in seconds, minutes or hours."""
    if seconds < 120:
        return f"{seconds:.0f} s"
    if seconds < 7200:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"
