"""``surrogate generate``: from a recipe to a dataset."""

import argparse
import json
import signal
import sys
from collections.abc import Sequence
from concurrent.futures import BrokenExecutor, Executor
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulators.cores import available_cores
from surrogate.cli import interrupts
from surrogate.cli.parser import Parser, place

if TYPE_CHECKING:
    from datasets.recipes.recipe import Recipe

ATTEMPTS = 5  # pools that a run may lose to dying workers


def main(argv: Sequence[str]) -> int:
    """Run the command.

    Errors of the user are raised as ValueError, FileNotFoundError or FileExistsError.
    """
    arguments = _parse(argv)
    from datasets.files.disk import sweep
    from datasets.generation import generate
    from datasets.generation.claiming import claimed
    from datasets.inspection.card import write_card
    from datasets.recipes import catalogue

    if arguments.json_schema:
        print(catalogue.json_schema())
        return 0
    if arguments.recipe is None:
        raise ValueError(
            f"no recipe given: name a YAML file or one of {', '.join(catalogue.names())}"
        )
    recipe = catalogue.load_recipe(arguments.recipe, arguments.overrides)
    if arguments.print_config:
        print(recipe.to_yaml(), end="")
        return 0
    if arguments.out is None:
        raise ValueError("no --out given: name a folder for shards, or one file NAME.h5")
    _check_place(arguments)
    with interrupts.stopped_by(signal.SIGTERM):
        retry = arguments.retry_failed
        with claimed(arguments.out, recipe, arguments.overwrite, retry) as folder:
            if folder is not None:
                if retry:
                    number = generate.forget_failed(recipe, folder, arguments.out)
                    print(f"{number} records failed before and are run again", file=sys.stderr)
                _run(arguments, recipe, folder)
                generate.finish(recipe, folder, arguments.out)
        sweep(
            arguments.out.parent, f".{arguments.out.name}."
        )  # of a run killed when all was done but tidying up
        if not arguments.no_card:
            write_card(arguments.out)
    print(
        f"{arguments.out}: {recipe.records} records in {recipe.shards} shards, recipe "
        f"{recipe.hash[:12]}"
    )
    return 0


def _parse(argv: Sequence[str]) -> argparse.Namespace:
    arguments, rest = _parser().parse_known_args(argv)
    # argparse does not see that KEY=VALUE words after an option still belong to the list before it.
    for word in rest:
        if "=" not in word or word.startswith("-"):
            raise ValueError(f"unknown argument {word!r} (see `surrogate generate --help`)")
    arguments.overrides += rest
    return arguments


def _parser() -> Parser:
    text = "make the dataset of a recipe; the same command continues it after an interruption"
    parser = Parser("surrogate generate", description=text)
    parser.add_argument("recipe", nargs="?", help="YAML file, or name of a packaged recipe")
    parser.add_argument(
        "overrides", nargs="*", metavar="KEY=VALUE", help="e.g. records=1000 motion.duration=20"
    )
    parser.add_argument("--out", type=place, help="folder for shards, or one file NAME.h5")
    parser.add_argument(
        "--workers", type=int, help="processes (default: all cores that this process may use)"
    )
    parser.add_argument(
        "--cluster", metavar="ADDRESS", help="run on the Dask scheduler at this address"
    )
    parser.add_argument(
        "--slurm", type=int, metavar="JOBS", help="run in so many SLURM jobs (dask-jobqueue)"
    )
    slurm_help = (
        "for dask_jobqueue.SLURMCluster, e.g. queue=short walltime=02:00:00 memory=2GB "
        "cores=4 account=lab"
    )
    parser.add_argument(
        "--slurm-option",
        nargs="+",
        action="extend",
        default=[],
        metavar="KEY=VALUE",
        help=slurm_help,
    )
    parser.add_argument("--overwrite", action="store_true", help="replace a dataset that is there")
    parser.add_argument(
        "--retry-failed", action="store_true", help="run the records that failed again, no other"
    )
    parser.add_argument(
        "--no-card", action="store_true", help="do not write the card (README.md and a picture)"
    )
    parser.add_argument(
        "--print-config", action="store_true", help="print the whole recipe and stop"
    )
    parser.add_argument(
        "--json-schema", action="store_true", help="print the JSON schema of recipes and stop"
    )
    return parser


def _run(arguments: argparse.Namespace, recipe: "Recipe", folder: Path) -> None:
    """Make the shards, and go on with new workers when one dies."""
    from datasets.generation.generate import make_shards

    for attempt in range(1, ATTEMPTS + 1):
        try:
            with _executor(arguments, recipe, again=attempt > 1) as (executor, workers):
                make_shards(recipe, folder, executor, workers)
            return
        except BrokenExecutor as error:
            if attempt == ATTEMPTS:
                raise
            way = _other_way(arguments) if recipe.may_end_its_process else ""
            print(f"a worker died ({error}); continuing with new workers{way}", file=sys.stderr)


def _check_place(arguments: argparse.Namespace) -> None:
    """Raise for options on where to run that contradict one another, before a file is touched."""
    if arguments.cluster and arguments.slurm is not None:
        raise ValueError("give --cluster or --slurm, not both")
    if arguments.retry_failed and arguments.overwrite:
        raise ValueError("give --retry-failed or --overwrite, not both")
    if arguments.slurm_option and arguments.slurm is None:
        raise ValueError("--slurm-option needs --slurm, the number of jobs")
    for option in ("workers", "slurm"):
        number = getattr(arguments, option)
        if number is not None and number < 1:
            raise ValueError(f"--{option} must be at least 1, got {number}")


def _executor(
    arguments: argparse.Namespace, recipe: "Recipe", again: bool
) -> AbstractContextManager[tuple[Executor, int]]:
    """Where the shards are made, at first or `again` after a worker has died."""
    from datasets.generation import clusters, executors
    from datasets.recipes.running import keep_apart

    if arguments.cluster:
        return clusters.dask(arguments.cluster)
    if arguments.slurm is not None:
        return clusters.slurm(arguments.slurm, _options(arguments.slurm_option))
    workers = min(arguments.workers or available_cores(), recipe.shards)
    foreign = recipe.may_end_its_process
    return executors.local(workers, keep_apart if foreign and again else None, apart=foreign)


def _other_way(arguments: argparse.Namespace) -> str:
    """What is done, or is to be done, about a simulator that may have ended its worker."""
    if arguments.cluster or arguments.slurm is not None:
        return "; runs_in_own_process = True in the simulator's class keeps them from such an end"
    return ", each record in a process of its own"


def _options(words: list[str]) -> dict[str, Any]:
    """Return the options of KEY=VALUE words; a value is JSON where it can be, else text."""
    options: dict[str, Any] = {}
    for word in words:
        key, equals, value = word.partition("=")
        if not (key and equals and value):
            raise ValueError(f"--slurm-option {word!r}: write KEY=VALUE")
        try:
            options[key] = json.loads(value)
        except json.JSONDecodeError:
            options[key] = value  # YAML would make seconds of a walltime of 12:00:00
    return options
