"""``surrogate generate``: from a recipe to a dataset."""

import argparse
import contextlib
import os
import signal
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import BrokenExecutor, Executor
from contextlib import AbstractContextManager
from pathlib import Path

ATTEMPTS = 5  # pools that a run may lose to dying workers


def add_commands(commands: argparse._SubParsersAction) -> None:
    """Add ``generate``."""
    text = "make the dataset of a recipe; the same command goes on after an interruption"
    command = commands.add_parser("generate", help=text, description=text)
    command.add_argument("recipe", nargs="?", help="YAML file, or name of a packaged recipe")
    command.add_argument("overrides", nargs="*", metavar="KEY=VALUE", help="e.g. records=1000 motion.duration=20")
    command.add_argument("--out", type=Path, help="folder for shards, or one file NAME.h5")
    command.add_argument("--workers", type=int, default=os.cpu_count(), help="processes (default: all cores)")
    command.add_argument("--cluster", metavar="ADDRESS", help="run on the Dask scheduler at this address")
    command.add_argument("--slurm", type=int, metavar="JOBS", help="run in so many SLURM jobs (dask-jobqueue)")
    slurm_help = "for dask_jobqueue.SLURMCluster, e.g. walltime=02:00:00; may be repeated"
    command.add_argument("--slurm-option", action="append", default=[], metavar="KEY=VALUE", help=slurm_help)
    command.add_argument("--overwrite", action="store_true", help="replace a dataset that is there")
    command.add_argument("--no-card", action="store_true", help="do not write the card (README.md and a picture)")
    command.add_argument("--print-config", action="store_true", help="print the whole recipe and stop")
    command.add_argument("--json-schema", action="store_true", help="print the JSON schema of recipes and stop")
    command.set_defaults(run=_generate)


def _generate(arguments: argparse.Namespace) -> int:
    from datasets import catalogue, generate
    from datasets.card import write_card

    if arguments.json_schema:
        print(catalogue.json_schema())
        return 0
    if arguments.recipe is None:
        raise ValueError(f"no recipe given: name a YAML file or one of {', '.join(catalogue.names())}")
    recipe = catalogue.load_recipe(arguments.recipe, arguments.overrides)
    if arguments.print_config:
        print(recipe.to_yaml(), end="")
        return 0
    if arguments.out is None:
        raise ValueError("no --out given: name a folder for shards, or one file NAME.h5")
    generate.claim(arguments.out, recipe, arguments.overwrite)
    with _stopped_by_sigterm():
        for attempt in range(1, ATTEMPTS + 1):
            try:
                with _executor(arguments, recipe.shards) as (executor, workers):
                    generate.generate(recipe, arguments.out, executor, workers)
                break
            except BrokenExecutor as error:
                if attempt == ATTEMPTS:
                    raise
                print(f"a worker died ({error}); going on with new workers", file=sys.stderr)
    if not arguments.no_card:
        write_card(arguments.out)
    print(f"{arguments.out}: {recipe.records} records in {recipe.shards} shards, recipe {recipe.hash[:12]}")
    return 0


def _executor(arguments: argparse.Namespace, shards: int) -> AbstractContextManager[tuple[Executor, int]]:
    from datasets import executors
    from datasets.recipe import override

    if arguments.cluster and arguments.slurm:
        raise ValueError("give --cluster or --slurm, not both")
    if arguments.cluster:
        return executors.dask(arguments.cluster)
    if arguments.slurm:
        return executors.slurm(arguments.slurm, override({}, arguments.slurm_option))
    return executors.local(min(arguments.workers, shards))


@contextlib.contextmanager
def _stopped_by_sigterm() -> Iterator[None]:
    """Let SIGTERM, which batch systems send before they kill, stop the run as Ctrl-C does."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
