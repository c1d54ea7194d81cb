"""`surrogate crossvalidate`: how well a configuration predicts records that it has not seen."""

from collections.abc import Sequence
from pathlib import Path

from simulators.cores import available_cores
from surrogate.cli import interrupts
from surrogate.cli.parser import Parser, place
from surrogate.cli.sweep import SIGNALS, further_settings

ALL = "all"


def main(argv: Sequence[str]) -> int:
    """Run the command.

    Errors of the user are raised as ValueError, FileNotFoundError or FileExistsError.
    """
    given, words = _parser().parse_known_args(argv)
    overrides = further_settings(words, "surrogate crossvalidate")
    from surrogate.crossvalidation import report
    from surrogate.crossvalidation.plan import Job, plan
    from surrogate.crossvalidation.run import crossvalidate

    job = Job(given.out, str(given.config), overrides)
    planned = plan(job, _folds(given.folds), given.by, given.parts, given.seed)
    for note in planned.notes:
        print(f"note: {note}")
    with interrupts.stopped_by(*SIGNALS):
        found = crossvalidate(job, planned, given.processes, given.overwrite)
    print(report.write(given.out, found, planned))
    return 0


def _folds(text: str) -> int | None:
    """Number of folds that a word means; None for one for each record or event."""
    if text == ALL:
        return None
    if not text.isdigit():
        raise ValueError(f"--folds {text!r}: must be a whole number from 2 on, or {ALL}")
    return int(text)


def _parser() -> Parser:
    words = (
        "Cross-validation of any configuration of `surrogate fit`: every record is predicted once "
        "by a training that has not seen it. One that was stopped continues with the same command."
    )
    parser = Parser(
        "surrogate crossvalidate",
        allow_abbrev=False,
        description=words,
        epilog="Further options are those of `surrogate fit`.",
    )
    add = parser.add_argument
    add("--config", type=place, required=True, help="configuration of `surrogate fit`")
    add(
        "--folds",
        required=True,
        metavar="K",
        help=f"number of folds, or {ALL}: one for each record or event",
    )
    add(
        "--by",
        default="records",
        metavar="NAME",
        help="what stays together: records (each by itself, the default), events (the variable "
        "earthquake or event), or a variable of the dataset with one value a record",
    )
    add("--out", type=Path, required=True, help="folder to write into")
    add(
        "--parts",
        nargs="+",
        default=["train", "validation"],
        metavar="PART",
        help="parts of the dataset that are divided (default: train validation)",
    )
    add("--seed", type=int, default=0, help="of the division into folds (default: 0)")
    processes = "trainings at a time, which share the cores (default: half the cores)"
    add("--processes", type=int, default=max(1, available_cores() // 2), help=processes)
    add("--overwrite", action="store_true", help="start anew over a cross-validation that is there")
    return parser
