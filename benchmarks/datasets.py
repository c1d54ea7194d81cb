"""Generating, opening and reading datasets beside what bounds them; the last line is a JSON object.

`python -m benchmarks.datasets`; README.md beside this file says what is measured.
"""

import argparse
import json
import tempfile
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from benchmarks import generation, reading


@dataclass(frozen=True)
class Effort:
    """How much is measured.

    Processes that generate, shards that they make and records in each; records of the smaller set
    of the memory test, of which the larger has ten times as many; records that windows are read
    from, and batches of them; shards of the dataset that is opened; rounds.
    """

    processes: int
    shards: int
    records_per_shard: int
    small: int
    read: int
    batches: int
    opened: int
    rounds: int


FULL = Effort(
    2, shards=32, records_per_shard=500, small=10_000, read=2000, batches=200, opened=1000, rounds=5
)
QUICK = Effort(1, shards=1, records_per_shard=16, small=50, read=128, batches=2, opened=3, rounds=1)


def measure(effort):
    """Run all measurements, print them, and return them: dict of str to float."""
    start = perf_counter()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        results = generation.rates(
            folder, effort.processes, effort.shards, effort.records_per_shard, effort.rounds
        )
        results |= generation.peak_memory(folder, effort.processes, effort.small)
        results |= reading.windows(folder, effort.read, effort.batches, effort.rounds)
        results |= reading.opening(folder, effort.processes, effort.opened, effort.rounds)
    print(f"best of {effort.rounds} rounds; {perf_counter() - start:.0f} s in all")
    return {name: float(f"{value:.4g}") for name, value in results.items()}


def main(argv=None):
    """Measure, print a table, and as the last line a JSON object."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.datasets", description=__doc__.split("\n")[0]
    )
    parser.add_argument(
        "--quick", action="store_true", help="seconds: shows that everything runs, measures little"
    )
    print(json.dumps(measure(QUICK if parser.parse_args(argv).quick else FULL)))


if __name__ == "__main__":
    main()
