"""`surrogate design-loop`: run what decides about an estimate, train on it, and estimate, round by
round until a standard error is reached.
"""

import os
from argparse import Namespace
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING

from surrogate.cli import interrupts, risk_options
from surrogate.cli.parser import Parser, add_trust, pairs, place
from surrogate.cli.sweep import SIGNALS

if TYPE_CHECKING:
    from surrogate.design.estimand import Estimand
    from surrogate.design.loop import Loop, Progress, Round
    from surrogate.risk.asking.asked import AskedRecipe

PROBABILITY = "probability"


def main(argv: Sequence[str]) -> int:
    """Run the command.

    Errors of the user are raised as ValueError, FileNotFoundError or FileExistsError.
    """
    options = risk_options.parsed(_parser(), argv)
    from surrogate.design.loop import run

    recipe = risk_options.recipe_of(options)
    loop = _loop(recipe, options)
    rounds: list[Round] = []
    with interrupts.stopped_by(*SIGNALS), ExitStack() as bars:
        for one in run(loop, options.out, _progress(bars), options.overwrite):
            bars.close()
            rounds.append(one)
            _write(loop, rounds, options)
    from surrogate.design import report

    print(report.summary(loop, rounds))
    print(f"written to {options.out}")
    return 0


def _loop(recipe: "AskedRecipe", options: Namespace) -> "Loop":
    from surrogate.design.loop import Loop
    from surrogate.design.members import Members
    from surrogate.design.runs import Runs
    from surrogate.risk.asking.quantity import Quantity

    targets = _shares(options.until)
    runs = Runs(recipe, Quantity(options.quantity), options.out, options.workers)
    members = Members(
        options.config,
        pairs(options.fit, "--fit") if options.fit else {},
        pairs(options.further_fit, "--further-fit") if options.further_fit else {},
        tuple(options.seeds),
        options.trust,
    )
    return Loop(
        runs,
        members,
        options.limit,
        _estimand(recipe, targets, options),
        targets,
        options.start,
        options.step,
        options.runs,
        options.seed,
    )


def _shares(words: Sequence[str]) -> dict[str, float]:
    found: dict[str, float] = {}
    for name, text in pairs(words, "--until").items():
        try:
            found[name] = float(text)
        except ValueError:
            raise ValueError(f"--until {name}={text}: must be a share such as 0.1") from None
    return found


def _estimand(recipe: "AskedRecipe", targets: dict[str, float], options: Namespace) -> "Estimand":
    """What is estimated: the probability, or a curve where --until names its parameters."""
    import numpy as np

    from surrogate.design.estimand import Curve, Probability
    from surrogate.risk.asking.asked import asked, blocks
    from surrogate.risk.asking.measure import Measure

    if PROBABILITY in targets:
        if options.measure is not None:
            raise ValueError(
                "--measure is for a curve, --until median=0.02 beta=0.05: a probability has none"
            )
        return Probability()
    if options.measure is None:
        raise ValueError(
            "--measure is missing, as in --measure PGA: the median and beta are of a curve over an "
            f"intensity; or ask for --until {PROBABILITY}=0.1"
        )
    measure = Measure.read(options.measure, options.damping)
    parts = [asked(recipe, first, count).motions for first, count in blocks(recipe)]
    return Curve(np.concatenate([measure.of(motions) for motions in parts]))


def _progress(bars: ExitStack) -> "Callable[[int, str], Progress]":
    def show(total: int, unit: str) -> "Progress":
        return bars.enter_context(risk_options.progress(total, unit))

    return show


def _write(loop: "Loop", rounds: "Sequence[Round]", options: Namespace) -> None:
    from surrogate.design import report
    from surrogate.evaluation import figures

    print(report.line(rounds[-1]), flush=True)
    parameters = loop.estimand.parameters
    report.write(rounds, parameters, options.out / "path.csv")
    picture = report.draw(rounds, parameters, loop.targets)
    figures.save(picture, options.out / "path.png")


def _parser() -> Parser:
    parser = Parser(
        "surrogate design-loop",
        description="Estimate how likely a limit is exceeded, or a fragility curve, from few runs: "
        "run records of a recipe, train surrogates on them, let these choose the next records, and "
        "so on until the standard error is reached. A loop that was stopped continues with the "
        "same command.",
    )
    risk_options.add_recipe(parser)
    add = parser.add_argument
    add("--limit", required=True, type=float, metavar="DEMAND", help="the limit")
    add(
        "--until",
        required=True,
        nargs="+",
        metavar="NAME=SHARE",
        help="standard errors to reach, as shares: probability=0.1, or median=0.02 beta=0.05 of "
        "the curve over --measure",
    )
    add("--measure", help="of a curve: PGA, PGV, SA(period) or AvgSA(period), period in s")
    add("--damping", type=float, default=0.05, help="of SA and AvgSA (default: 0.05)")
    add("--runs", required=True, type=int, help="runs that may be spent in all")
    add("--start", type=int, default=50, help="runs before the first training (default: 50)")
    add("--step", type=int, default=25, help="runs of every other round (default: 25)")
    add("--seed", type=int, default=0, help="of the choice of runs (default: 0)")
    _add_training(parser)
    add(
        "--workers",
        type=int,
        default=os.cpu_count() or 1,
        help="processes that make runs (default: all cores)",
    )
    add_trust(parser)
    risk_options.add_out(parser)
    return parser


def _add_training(parser: Parser) -> None:
    add = parser.add_argument
    add("--config", required=True, type=place, help="configuration of `surrogate fit`")
    add(
        "--seeds",
        nargs="+",
        type=int,
        default=[1, 2],
        help="of the surrogates, one each (default: 1 2)",
    )
    add(
        "--fit",
        nargs="+",
        default=[],
        metavar="KEY=VALUE",
        help="settings of `surrogate fit` for all trainings, such as trainer.max_epochs=50",
    )
    add(
        "--further-fit",
        nargs="+",
        default=[],
        metavar="KEY=VALUE",
        help="settings for the trainings that go on from the weights of the round before",
    )
