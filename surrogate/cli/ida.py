"""`surrogate ida`: incremental dynamic analysis of a recipe, by its simulator or by surrogates."""

from argparse import Namespace
from collections.abc import Sequence
from typing import TYPE_CHECKING

from surrogate.cli import risk_options
from surrogate.cli.parser import Parser

if TYPE_CHECKING:
    import xarray as xr

    from surrogate.risk.analysis import Analysis
    from surrogate.risk.asking.kept import Kept
    from surrogate.risk.asking.predicted import Predicted


def main(argv: Sequence[str]) -> int:
    """Run the command.

    Errors of the user are raised as ValueError, FileNotFoundError or FileExistsError.
    """
    options = risk_options.parsed(_parser(), argv)
    from surrogate.evaluation import figures
    from surrogate.risk import analysis, ida_report
    from surrogate.risk.analysis import Analysis
    from surrogate.risk.asking.kept import digests, held
    from surrogate.risk.asking.measure import Measure
    from surrogate.risk.asking.quantity import Quantity

    measure = Measure.read(options.measure, options.damping)
    recipe = risk_options.recipe_of(options)
    quantity = Quantity(options.quantity)
    asked = Analysis(recipe, measure, options.levels, quantity, options.collapse)
    predicted = risk_options.predicting(options, recipe, quantity)
    setup = asked.setup() | {"surrogates": digests(options.checkpoint), "beyond": options.beyond}
    with held(options.out, setup, options.overwrite) as kept:
        result = _result(asked, predicted, kept, options)
        analysis.write(result, options.out / analysis.FILE)
        ida_report.write_table(result, options.out / "curves.csv")
        picture = ida_report.draw(result, quantity.label, measure.label)
        figures.save(picture, options.out / "ida.png")
    print(ida_report.told(result))
    print(f"written to {options.out}")
    return 0


def _result(
    asked: "Analysis", predicted: "Sequence[Predicted]", kept: "Kept", options: Namespace
) -> "xr.Dataset":
    from surrogate.risk import analysis
    from surrogate.risk.asking.simulated import simulated

    total = asked.recipe.records * len(asked.levels) * max(1, len(predicted))
    with (
        simulated(asked.quantity, options.workers) as simulator,
        risk_options.progress(total, "answers") as done,
    ):
        who = risk_options.answering(predicted, simulator, options.beyond == "simulate")
        result = analysis.analyse(asked, who, kept, done)
    if predicted:
        print(_told_beyond(result, options.beyond))
    return result


def _told_beyond(result: "xr.Dataset", beyond: str) -> str:
    flags = result["beyond"].values
    by = "the simulator answered them" if beyond == "simulate" else "the surrogate extrapolates"
    return (
        f"{int(flags.sum())} of {flags.size} answers ({flags.mean():.0%}) lie beyond the training "
        f"of the surrogate" + (f": {by}" if flags.any() else "")
    )


def _parser() -> Parser:
    parser = Parser(
        "surrogate ida",
        description="Scale the motions of a recipe over levels of an intensity and ask for the "
        "demands; a run that was stopped continues with the same command.",
    )
    risk_options.add_recipe(parser)
    add = parser.add_argument
    add("--measure", required=True, help="PGA, PGV, SA(period) or AvgSA(period), period in s")
    add("--damping", type=float, default=0.05, help="of SA and AvgSA (default: 0.05)")
    add(
        "--levels",
        required=True,
        nargs="+",
        type=float,
        metavar="X",
        help="intensities, ascending, in g (PGV: cm/s)",
    )
    add(
        "--collapse",
        required=True,
        type=float,
        metavar="DEMAND",
        help="demand above which a motion has collapsed, and no demand is believed",
    )
    risk_options.add_who(parser)
    add(
        "--beyond",
        choices=("tell", "simulate"),
        default="tell",
        help="answers beyond the training of the surrogate: told (default), or simulated",
    )
    risk_options.add_out(parser)
    return parser
