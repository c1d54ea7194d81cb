"""What the commands on risk share: the recipe that is asked, and who answers."""

import os
import sys
from argparse import Namespace
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from surrogate.cli.parser import Parser, add_trust, place

if TYPE_CHECKING:
    from surrogate.risk.asking.answering import Answering
    from surrogate.risk.asking.asked import AskedRecipe
    from surrogate.risk.asking.predicted import Predicted
    from surrogate.risk.asking.quantity import Quantity
    from surrogate.risk.asking.simulated import Simulated

SECONDS_BETWEEN_LINES = 30.0
"""Of the progress in a log file."""


def add_recipe(parser: Parser) -> None:
    """Add what says which records are asked for what."""
    add = parser.add_argument
    add("recipe", help="YAML file, or name of a packaged recipe: structure, motions, records")
    add("overrides", nargs="*", metavar="KEY=VALUE", help="e.g. records=100 heights=3.2")
    add(
        "--accelerograms",
        type=Path,
        metavar="FOLDER",
        help="accelerograms in the place of the recipe's motions, each once, at its interval",
    )
    add(
        "--quantity",
        default="drift_ratio",
        help="drift_ratio (default), or the peak of a history such as drift or acceleration",
    )


def add_who(parser: Parser) -> None:
    """Add who answers."""
    add = parser.add_argument
    add(
        "--checkpoint",
        nargs="+",
        default=[],
        metavar="CHECKPOINT",
        help="surrogate that answers, or several, or an ensemble; the simulator by default",
    )
    add(
        "--workers",
        type=int,
        default=os.cpu_count() or 1,
        help="processes of a simulator that is not ours (default: all cores)",
    )
    add_trust(parser)


def add_out(parser: Parser) -> None:
    """Add where the results go."""
    add = parser.add_argument
    add(
        "--out",
        required=True,
        type=place,
        metavar="FOLDER",
        help="folder of the run; the same command goes on with it",
    )
    add("--overwrite", action="store_true", help="begin anew over a run of another setup")


def parsed(parser: Parser, argv: Sequence[str]) -> Namespace:
    """Parse words among which KEY=VALUE may stand anywhere."""
    options, rest = parser.parse_known_args(argv)
    for word in rest:
        if "=" not in word or word.startswith("-"):
            raise ValueError(f"unknown argument {word!r} (see `{parser.prog} --help`)")
    options.overrides += rest
    if options.workers < 1:
        raise ValueError(f"--workers must be at least 1, got {options.workers}")
    return options


def recipe_of(options: Namespace) -> "AskedRecipe":
    """The recipe that is asked."""
    from surrogate.risk.asking.asked import recipe_to_ask

    return recipe_to_ask(options.recipe, options.overrides, options.accelerograms)


def predicting(
    options: Namespace, recipe: "AskedRecipe", quantity: "Quantity"
) -> "list[Predicted]":
    """The surrogates that are asked, none where the simulator is."""
    if not options.checkpoint:
        return []
    from surrogate.inference import ensemble
    from surrogate.risk.asking.predicted import Predicted

    members = ensemble.load(options.checkpoint, options.trust).members
    found = [Predicted(member, quantity) for member in members]
    found[0].require(recipe)
    return found


def answering(
    predicted: "Sequence[Predicted]", simulated: "Simulated", is_guarded: bool
) -> "list[Answering]":
    """Who answers: the simulator, or each surrogate, with the simulator beyond its training."""
    from surrogate.risk.asking.answering import Answering

    if not predicted:
        return [Answering(simulated)]
    return [Answering(simulated if is_guarded else None, one) for one in predicted]


@contextmanager
def progress(total: int, unit: str) -> Iterator[Callable[[int], None]]:
    """Show a bar on a terminal, and a line now and then in a log file."""
    from tqdm import tqdm

    seconds = 0.1 if sys.stderr.isatty() else SECONDS_BETWEEN_LINES
    with tqdm(total=total, unit=f" {unit}", mininterval=seconds, file=sys.stderr) as bar:

        def done(count: int) -> None:
            bar.update(count)

        yield done
