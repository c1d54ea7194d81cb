"""What each record of a simulator cost: a table beside the data, never in them.

Seconds differ from run to run and from machine to machine, while the files of a dataset are the
same bytes whoever makes them, in any order and after any interruption. So they stand in
``costs.csv`` in a folder of shards, or in ``NAME.h5.costs.csv`` beside a single file: a line for
each run of a record, added when its result arrives. A line that a killed run could not write is
missing, and the record counts as one without a known cost.
"""

import csv
from collections.abc import Iterable
from dataclasses import dataclass, fields
from pathlib import Path

NAME = "costs.csv"
DONE = "done"


@dataclass(frozen=True)
class Run:
    """How one record was computed.

    Parameters
    ----------
    record : int
    seconds : float
        Wall time of all attempts, the start of a process included.
    attempts : int
        1 where the first one gave the response.
    outcome : str
        "done", or the kind of failure (`simulators.external.failure.KINDS`).
    """

    record: int
    seconds: float
    attempts: int
    outcome: str

    @property
    def failed(self) -> bool:
        """Whether there is no response."""
        return self.outcome != DONE


_TITLES = [field.name for field in fields(Run)]


def place(dataset: str | Path) -> Path:
    """Return where the costs of a dataset are written, whether there are any or not."""
    dataset = Path(dataset)
    return dataset / NAME if dataset.is_dir() else dataset.with_name(f"{dataset.name}.{NAME}")


def add(table: Path, runs: Iterable[Run]) -> None:
    """Add lines to a table, which is made if it is missing."""
    is_new = not table.exists()
    with table.open("a", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        if is_new:
            writer.writerow(_TITLES)
        for run in runs:
            writer.writerow([run.record, f"{run.seconds:.3f}", run.attempts, run.outcome])


def read(table: Path) -> list[Run]:
    """Return the lines of a table, [] where there is none; half a line of a killed run is left."""
    if not table.is_file():
        return []
    with table.open(newline="", encoding="utf-8") as file:
        runs = [_run(row) for row in csv.reader(file)]
    return [run for run in runs if run is not None]


def summary(dataset: str | Path) -> str:
    """Return what the records of a dataset cost, in a line; nothing where that is not known."""
    runs = read(place(dataset))
    if not runs:
        return ""
    last = {run.record: run for run in runs}
    seconds = sorted(run.seconds for run in last.values())
    longest = max(last.values(), key=lambda run: run.seconds)
    return (
        f"{sum(run.seconds for run in runs):.4g} s of computing for {len(last)} records, median "
        f"{seconds[len(seconds) // 2]:.3g} s, longest {longest.seconds:.3g} s (record "
        f"{longest.record})"
    )


def _run(row: list[str]) -> Run | None:
    try:
        record, seconds, attempts, outcome = row
        return Run(int(record), float(seconds), int(attempts), outcome)
    except ValueError:
        return None
