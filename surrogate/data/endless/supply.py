"""Blocks of records made in threads ahead of their use, and how long was waited for them.

The integrator runs without Python's lock, as torch does: a thread beside the training takes a core
of its own, and its records cost no copy between processes.
"""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from torch import Tensor

Block = tuple[Tensor, Tensor]
"""Input and target of some records, each of shape (record, time, channel)."""


class Supply:
    """Blocks by their number.

    Parameters
    ----------
    make : callable
        Makes the block of a number; what it raises is raised where the block is asked for.
    threads : int
        Threads that make blocks; with 0 a block is made when it is asked for.
    """

    def __init__(self, make: Callable[[int], Block], threads: int) -> None:
        self._make = make
        self._pool = ThreadPoolExecutor(threads, "records") if threads else None
        self._ahead = threads + 1 if threads else 0
        self._blocks: dict[int, Future] = {}
        self._waited = 0.0
        self._begun: float | None = None
        self._last = 0.0

    def get(self, number: int, oldest: int) -> Block:
        """A block; those before the `oldest` are forgotten, and the next ones are begun."""
        begun = time.perf_counter()
        for known in [known for known in self._blocks if known < oldest]:
            self._blocks.pop(known).cancel()
        for wanted in range(number, number + self._ahead + 1):
            if wanted not in self._blocks:
                self._blocks[wanted] = self._begin(wanted)
        block: Block = self._blocks[number].result()
        self._last = time.perf_counter()
        self._waited += self._last - begun
        self._begun = begun if self._begun is None else self._begun
        return block

    def waiting(self) -> float:
        """Share of the time between the first and the last block that was spent waiting.

        Counted since the last call; 0 where no block was asked for.
        """
        passed = 0.0 if self._begun is None else self._last - self._begun
        share = self._waited / passed if passed else 0.0
        self._waited = 0.0
        self._begun = None
        return share

    def close(self) -> None:
        """Stop the threads after what they are doing; nothing more can be asked for."""
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
        self._blocks.clear()

    def _begin(self, number: int) -> Future:
        if self._pool is not None:
            return self._pool.submit(self._make, number)
        made: Future = Future()
        made.set_result(self._make(number))
        return made
