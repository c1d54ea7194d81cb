"""`surrogate probability`: how likely a limit is exceeded, from few runs and many answers of a
surrogate.
"""

from argparse import Namespace
from collections.abc import Sequence
from typing import TYPE_CHECKING

from surrogate.cli import risk_options
from surrogate.cli.parser import Parser

if TYPE_CHECKING:
    from surrogate.risk.asking.kept import Kept
    from surrogate.risk.asking.predicted import Predicted
    from surrogate.risk.probability import Found, Question


def main(argv: Sequence[str]) -> int:
    """Run the command.

    Errors of the user are raised as ValueError, FileNotFoundError or FileExistsError.
    """
    options = risk_options.parsed(_parser(), argv)
    from surrogate.evaluation import figures
    from surrogate.risk import probability_report
    from surrogate.risk.asking.kept import digests, held
    from surrogate.risk.asking.quantity import Quantity
    from surrogate.risk.probability import Question

    recipe = risk_options.recipe_of(options)
    quantity = Quantity(options.quantity)
    runs = recipe.records if options.runs is None else options.runs
    error = options.standard_error
    question = Question(recipe, quantity, options.limit, runs, error, options.seed)
    predicted = _predicted(question, options)
    setup = question.setup() | {"surrogates": digests(options.checkpoint)}
    with held(options.out, setup, options.overwrite) as kept:
        found = _found(question, predicted, kept, options)
        table = options.out / "probability.csv"
        probability_report.write(found, table, quantity.name, options.limit)
        picture = probability_report.draw(found, quantity.label, options.limit)
        figures.save(picture, options.out / "probability.png")
    print(probability_report.told(found))
    print(f"written to {options.out}")
    return 0


def _predicted(question: "Question", options: Namespace) -> "Sequence[Predicted]":
    """Surrogates that answer; ValueError where the numbers of runs and records do not suit them."""
    from surrogate.risk.probability import require_records, require_runs

    predicted = risk_options.predicting(options, question.recipe, question.quantity)
    if predicted and options.runs is None:
        raise ValueError("--checkpoint answers, --runs is missing: how many true runs correct it")
    if predicted:
        require_runs(question)
    else:
        require_records(question)
    return predicted


def _found(
    question: "Question", predicted: "Sequence[Predicted]", kept: "Kept", options: Namespace
) -> "Found":
    from surrogate.risk.asking.simulated import simulated
    from surrogate.risk.probability import by_both, by_simulator

    total = question.runs + question.recipe.records * len(predicted)
    with (
        simulated(question.quantity, options.workers) as simulator,
        risk_options.progress(total, "answers") as done,
    ):
        if not predicted:
            return by_simulator(question, simulator, kept, done)
        members = risk_options.answering(predicted, simulator, is_guarded=False)
        return by_both(question, simulator, members, kept, done)


def _parser() -> Parser:
    parser = Parser(
        "surrogate probability",
        description="Estimate the probability that a record of a recipe exceeds a limit: by its "
        "simulator, or by a surrogate that answers all records and true runs that correct it. A "
        "run that was stopped continues with the same command.",
    )
    risk_options.add_recipe(parser)
    add = parser.add_argument
    add("--limit", required=True, type=float, metavar="DEMAND", help="the limit")
    add(
        "--runs",
        type=int,
        help="true runs at most (default without a surrogate: all records); a fifth of those that "
        "correct a surrogate measure its error",
    )
    add(
        "--standard-error",
        type=float,
        default=0.0,
        metavar="SHARE",
        help="stop at this standard error, as a share of the probability, such as 0.1",
    )
    add("--seed", type=int, default=0, help="of the choice of runs (default: 0)")
    risk_options.add_who(parser)
    risk_options.add_out(parser)
    return parser
