"""`surrogate design`: which records of a recipe to run next, as a recipe that `generate` runs."""

from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from surrogate.cli import risk_options
from surrogate.cli.parser import Parser, place

if TYPE_CHECKING:
    from surrogate.risk.asking.asked import AskedRecipe

SUFFIXES = (".yaml", ".yml")
LIMIT_NEEDED = "--standard-error is that of the probability of a limit: give --limit"


def main(argv: Sequence[str]) -> int:
    """Run the command.

    Errors of the user are raised as ValueError, FileNotFoundError or FileExistsError.
    """
    options = risk_options.parsed(_parser(), argv)
    from datasets.files.disk import check_destination, new_file
    from datasets.recipes.catalogue import of_places
    from surrogate.risk import design

    check_destination(options.next, options.overwrite, SUFFIXES)
    _require(options)
    recipe = risk_options.recipe_of(options)
    middle, spread = _answers(recipe, options)
    print(f"members disagree by {np.median(spread):.1%} of the demand, median over the records")
    if options.limit is not None:
        expected = design.expected_variation(middle, spread, options.limit, options.for_runs)
        print(
            f"by that, {options.for_runs} true runs of `surrogate probability` would have a "
            f"standard error of {expected:.1%}"
        )
        if expected <= options.standard_error:
            print(f"that is within {options.standard_error:.1%}: nothing to train for, no recipe")
            return 0
    generator = np.random.default_rng(options.seed)
    if options.limit is None:
        proposal = design.by_disagreement(middle, spread, options.runs, generator)
    else:
        proposal = design.by_effect(middle, spread, options.limit, options.runs, generator)
    text = of_places(recipe, proposal.places).to_yaml()
    with new_file(options.next, options.overwrite) as temporary:
        temporary.write_text(text, encoding="utf-8")
    print(
        f"{options.next}: {options.runs} of {recipe.records} records, about which the members "
        f"disagree by {np.median(proposal.spread):.1%}"
    )
    return 0


def _require(options: Namespace) -> None:
    if len(options.checkpoint) < 1:
        raise ValueError("--checkpoint is missing: surrogates of two or more seeds, or an ensemble")
    if options.limit is None and options.standard_error:
        raise ValueError(LIMIT_NEEDED)
    if not 0.0 <= options.standard_error < 1.0:
        raise ValueError(
            f"--standard-error {options.standard_error:g}: must be a share from 0 to 1"
        )
    if options.limit is not None and not 0.0 < options.limit < np.inf:
        raise ValueError(f"--limit {options.limit:g}: must be a positive demand")
    if options.seed < 0:
        raise ValueError(f"--seed {options.seed}: must be a whole number >= 0")
    if options.for_runs < 2:
        raise ValueError(f"--for-runs {options.for_runs}: must be at least 2 true runs")


def _answers(recipe: "AskedRecipe", options: Namespace) -> tuple[np.ndarray, np.ndarray]:
    """Return the middle and the spread of the members' ln D for all records."""
    from surrogate.risk.asking.answering import Answering
    from surrogate.risk.asking.kept import digests, held
    from surrogate.risk.asking.population import answers
    from surrogate.risk.asking.quantity import Quantity
    from surrogate.risk.probability import Question

    if options.limit is not None and options.for_runs >= recipe.records:
        raise ValueError(
            f"--for-runs {options.for_runs}: must be fewer than the {recipe.records} records, as "
            "in records=10000; `surrogate probability` runs some of many that surrogates answer"
        )
    if recipe.chosen:
        raise ValueError("chosen: records are chosen from a recipe that draws them all")
    question = Question(recipe, Quantity(options.quantity), options.limit or 1.0, options.runs)
    predicted = risk_options.predicting(options, recipe, question.quantity)
    if len(predicted) < 2:
        raise ValueError(
            "--checkpoint has one surrogate, which disagrees with nobody: give those of two or "
            "more seeds, or an ensemble"
        )
    setup = question.setup() | {"surrogates": digests(options.checkpoint)}
    members = [Answering(None, one) for one in predicted]
    with (
        held(options.out, setup, options.overwrite) as kept,
        risk_options.progress(recipe.records * len(members), "answers") as done,
    ):
        middle, spread, beyond = answers(recipe, members, kept, done)
    print(f"{beyond.mean():.0%} of the records lie beyond the training of the surrogates")
    return np.log(middle), spread


def _parser() -> Parser:
    parser = Parser(
        "surrogate design",
        description="Choose which records of a recipe to run next, where surrogates of several "
        "seeds disagree, and write them as a recipe that `surrogate generate` runs.",
    )
    risk_options.add_recipe(parser)
    add = parser.add_argument
    add("--runs", required=True, type=int, help="records to run next")
    add(
        "--next",
        required=True,
        type=Path,
        metavar="RECIPE.yaml",
        help="recipe to write; none is written where there is nothing left to train for",
    )
    add(
        "--limit",
        type=float,
        metavar="DEMAND",
        help="choose what decides about the probability of this limit, not what is in doubt at all",
    )
    add(
        "--standard-error",
        type=float,
        default=0.0,
        metavar="SHARE",
        help="write no recipe where true runs can expect this standard error of the probability",
    )
    add(
        "--for-runs",
        type=int,
        default=200,
        help="number of true runs, --runs of `surrogate probability`, whose standard error is told "
        "(default: 200)",
    )
    add("--seed", type=int, default=0, help="of the choice (default: 0)")
    risk_options.add_who(parser)
    add(
        "--out",
        required=True,
        type=place,
        metavar="FOLDER",
        help="folder that keeps the answers; the same command goes on with it",
    )
    add("--overwrite", action="store_true", help="replace the recipe and answers of another setup")
    return parser
