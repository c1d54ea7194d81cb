"""`surrogate sweep`: many trainings with settings that Optuna proposes, and a report of what came
out.
"""

import signal
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from simulators.cores import available_cores
from surrogate.cli import interrupts
from surrogate.cli.parser import Parser

SIGNALS = (signal.SIGTERM, getattr(signal, "SIGUSR1", signal.SIGTERM))
"""What schedulers send before they kill; the second asks to come again."""


def main(argv: Sequence[str]) -> int:
    """Run the command.

    Errors of the user are raised as ValueError, FileNotFoundError or FileExistsError.
    """
    options, words = _parser().parse_known_args(argv)
    overrides = further_settings(words, "surrogate sweep")
    if find_spec("optuna") is None:
        raise ValueError("optuna is not installed: pip install 'structural-surrogates[sweep]'")
    from surrogate.sweep.report import write_report
    from surrogate.sweep.run import sweep
    from surrogate.sweep.space import Space
    from surrogate.sweep.trial import Job

    job = Job(options.out, Space.read(options.space), overrides)
    with interrupts.stopped_by(*SIGNALS) as told:
        try:
            study = sweep(
                job,
                options.trials,
                options.processes,
                options.seed,
                options.overwrite,
                options.join,
            )
        except KeyboardInterrupt:
            if told.number == SIGNALS[-1] and _comes_again():
                return 0
            raise
    print(write_report(study, job))
    return 0


def _comes_again() -> bool:
    """Whether SLURM starts this job again, which it has told of the end of its time."""
    from surrogate.training.callbacks.interrupt import is_job, requeue

    if not is_job():
        return False
    refusal = requeue()
    if refusal:
        print(f"warning: the job does not come again: {refusal}", file=sys.stderr)
    return not refusal


def further_settings(words: Sequence[str], command: str) -> dict[str, str]:
    """Options of `surrogate fit` by their dotted key, from words such as --trainer.max_epochs=5."""
    settings: dict[str, str] = {}
    key = ""
    for word in words:
        if word.startswith("--"):
            key, equals, value = word.removeprefix("--").partition("=")
            settings[key] = value if equals else "true"  # a flag, unless a value follows
            key = "" if equals else key
        elif key:
            settings[key] = word
            key = ""
        else:
            raise ValueError(f"unknown argument {word!r} (see `{command} --help`)")
    return settings


def _parser() -> Parser:
    words = (
        "Search settings of `surrogate fit`. A sweep that was stopped continues with the same "
        "command."
    )
    parser = Parser(
        "surrogate sweep",
        allow_abbrev=False,
        description=words,
        epilog="Further options are those of `surrogate fit`.",
    )
    parser.add_argument(
        "space", type=Path, help="YAML file: a configuration, and the keys of it that vary"
    )
    parser.add_argument(
        "--out", required=True, type=Path, help="folder of the sweep: journal, trials, report"
    )
    parser.add_argument(
        "--trials", type=int, default=50, help="trials to finish in all (default: 50)"
    )
    processes = "trainings at a time, which share the cores (default: half the cores)"
    parser.add_argument(
        "--processes", type=int, default=max(1, available_cores() // 2), help=processes
    )
    parser.add_argument("--seed", type=int, default=0, help="of the proposals (default: 0)")
    parser.add_argument(
        "--overwrite", action="store_true", help="start anew over a sweep that is there"
    )
    parser.add_argument(
        "--join",
        action="store_true",
        help="share the sweep of this folder with other processes that join it",
    )
    return parser
