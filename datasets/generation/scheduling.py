"""In which order the tasks of a recipe run, and what becomes of their results as they arrive."""

import itertools
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from pathlib import Path
from typing import Any

import numpy as np

from datasets.files import costs
from datasets.files.store import shard_name
from datasets.generation import pieces
from datasets.generation.executors import InProcess, require_alive
from datasets.generation.progress import Progress
from datasets.generation.sources import sources_hash
from datasets.generation.tasks import Made, make_record, make_shards
from datasets.generation.trust import trusted
from datasets.recipes.recipe import Recipe

IN_FLIGHT = 4  # tasks submitted for each worker: enough to keep all busy, few enough to stop soon
TASKS = 4  # for each worker at least, where a task is several shards: none waits long for the last
TOGETHER = 8  # shards of a task at most
SECONDS_BETWEEN_LOOKS = 5.0  # at what runs the tasks, while none of them ends
Task = tuple[Callable[[str, Any, str, str], list[Made]], int | Sequence[int]]


class Schedule:
    """Tasks of a recipe in a folder, those that take longest first.

    Parameters
    ----------
    recipe : Recipe
    folder : Path
        What `claimed` has given.
    """

    def __init__(self, recipe: Recipe, folder: Path) -> None:
        self.recipe = recipe
        self.folder = folder
        self.expected = recipe.expected_costs()
        self.missing: dict[int, int] = {}
        """Records that each shard lacks, where shards are joined of single records."""

    def run(self, executor: Executor, workers: int) -> None:
        """Make all that is missing."""
        text = self.recipe.to_yaml()
        place = (str(self.folder.absolute()), sources_hash())
        ahead = 1 if isinstance(executor, InProcess) else IN_FLIGHT * workers
        running: set[Future] = set()
        with Progress(self.recipe.records, self.expected) as progress:
            tasks = self._tasks(progress, workers)
            try:
                while True:
                    for task, what in itertools.islice(tasks, ahead - len(running)):
                        running.add(executor.submit(task, text, what, *place))
                    if not running:
                        break
                    done, running = wait(running, SECONDS_BETWEEN_LOOKS, FIRST_COMPLETED)
                    if not done:
                        require_alive(executor)
                    made = itertools.chain.from_iterable(future.result() for future in done)
                    progress.update([self._finished(one) for one in made])
            finally:
                for future in running:
                    future.cancel()
        pieces.tidy(self.folder)

    def _tasks(self, progress: Progress, workers: int) -> Iterator[Task]:
        if self.recipe.unit >= self.recipe.records_per_shard:
            starts = [self.recipe.bounds(number)[0] for number in range(self.recipe.shards)]
            order = self._longest_first(starts)
            together = self._together(workers)
            for first in range(0, len(order), together):
                yield make_shards, list(order[first : first + together])
            return
        for number in range(self.recipe.shards):
            first, count = self.recipe.bounds(number)
            if trusted(self._shard(number), self.recipe, first):
                progress.update([Made(first, count, fresh=False)])
            else:
                self.missing[number] = count
        for record in self._longest_first(range(self.recipe.records)):
            if record // self.recipe.records_per_shard in self.missing:
                yield make_record, record

    def _together(self, workers: int) -> int:
        """Shards of a task: several, so that the next is computed while one is written, unless
        their order by what they cost is to keep all workers busy until the end.
        """
        if self.expected is not None:
            return 1
        return max(1, min(TOGETHER, self.recipe.shards // (TASKS * workers)))

    def _longest_first(self, starts: Sequence[int]) -> Sequence[int]:
        """Return the numbers of tasks, which begin at some records, in the order of their costs."""
        if self.expected is None:
            return range(len(starts))
        sums = np.add.reduceat(self.expected, np.asarray(starts))
        order: list[int] = np.argsort(-sums, kind="stable").tolist()
        return order

    def _finished(self, made: Made) -> Made:
        """Note what a task has cost, and join a shard of which it was the last record."""
        if made.runs:
            costs.add(self.folder / costs.NAME, made.runs)
        if self.missing:
            number = made.first // self.recipe.records_per_shard
            self.missing[number] -= made.count
            if not self.missing[number]:
                pieces.join(self.recipe, self.folder, number)
        return made

    def _shard(self, number: int) -> Path:
        return self.folder / shard_name(number, self.recipe.shards)
