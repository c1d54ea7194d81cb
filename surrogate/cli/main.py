"""The command `surrogate`: finds the module of a command and runs it, and imports nothing that
another needs.

`surrogate generate` never loads torch.
"""

import sys
import warnings
from collections.abc import Sequence
from importlib import import_module
from importlib.metadata import entry_points
from typing import TextIO

from simulators.moved import MovedName
from surrogate.cli import interrupts
from surrogate.cli.errors import reported

ENTRY_POINTS = "surrogate.commands"


COMMANDS = {  # name: module, line in the list of all
    "generate": ("surrogate.cli.generate", "make a dataset from a recipe"),
    "import": ("surrogate.cli.import_records", "bring measured data into the dataset contract"),
    "inspect": ("surrogate.cli.inspect", "show what is in a dataset: table and picture"),
    "check": ("surrogate.cli.check", "check a dataset against the contract"),
    "join": ("surrogate.cli.join", "join datasets, or the shards of one, into one file"),
    "benchmark-data": (
        "surrogate.cli.benchmark_data",
        "bring the data of a published problem into the contract",
    ),
    "fit": ("surrogate.cli.fit", "train a surrogate"),
    "identify": (
        "surrogate.cli.identify",
        "identify a building from records of a few sensors: model, bounds, checkpoint",
    ),
    "sweep": (
        "surrogate.cli.sweep",
        "search for the best settings of fit: many trainings, resumable",
    ),
    "crossvalidate": (
        "surrogate.cli.crossvalidate",
        "score a configuration on records held out fold by fold, resumable",
    ),
    "validate": ("surrogate.cli.validate", "score a checkpoint on the validation records"),
    "test": ("surrogate.cli.test", "score a checkpoint on the test records: metrics and figures"),
    "predict": ("surrogate.cli.predict", "write the predictions for the test records"),
    "respond": (
        "surrogate.cli.respond",
        "predict the responses to accelerograms or force histories",
    ),
    "ensemble": (
        "surrogate.cli.ensemble",
        "put surrogates of several seeds into one, with calibrated bands",
    ),
    "card": (
        "surrogate.cli.card",
        "write the card of a surrogate, or verify it: what it is, how good, for what",
    ),
    "ida": (
        "surrogate.cli.ida",
        "incremental dynamic analysis, by the simulator or by surrogates",
    ),
    "fragility": (
        "surrogate.cli.fragility",
        "fragility curves with confidence, from an analysis or a dataset",
    ),
    "probability": (
        "surrogate.cli.probability",
        "probability of a rare response, from few runs and many answers",
    ),
    "design": (
        "surrogate.cli.design",
        "which records to run next, where surrogates disagree",
    ),
    "design-loop": (
        "surrogate.cli.design_loop",
        "run what decides, train, estimate, until a standard error is reached",
    ),
    "export": (
        "surrogate.cli.export",
        "write a surrogate as ONNX, as a program of torch.export, or small",
    ),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code, 2 for an unknown command."""
    if argv is None:  # the process is the command
        interrupts.take_over()
    words = list(sys.argv[1:] if argv is None else argv)
    if not words or words[0] in ("-h", "--help"):
        print(usage())
        return 0 if words else 2
    if argv is None and words[0] == "fit":
        interrupts.remember_warning()
    with warnings.catch_warnings():
        warnings.showwarning = _show
        return _run(*words)


def _run(name: str, *words: str) -> int:
    if name in COMMANDS:
        module, _ = COMMANDS[name]
        return reported(lambda: import_module(module).main(words))
    added = entry_points(group=ENTRY_POINTS)
    if name not in added.names:
        known = ", ".join([*COMMANDS, *sorted(added.names)])
        print(f"error: command = {name!r}: expected one of {known}", file=sys.stderr)
        return 2
    return reported(lambda: added[name].load()(words))


def _show(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    """Print a warning that is for the user in one line, any other with its place in the code."""
    text = warnings.formatwarning(message, category, filename, lineno, line)
    if issubclass(category, MovedName):
        text = f"warning: {message}\n"
    print(text, end="", file=file or sys.stderr)


def usage() -> str:
    """All commands, a line each; that of an added command is the first line of its function's
    docstring.
    """
    summaries = {name: summary for name, (_, summary) in COMMANDS.items()}
    for point in entry_points(group=ENTRY_POINTS):
        summaries[point.name] = point.load().__doc__.splitlines()[0]
    width = max(map(len, summaries))
    lines = [f"  {name:<{width}}  {summary}" for name, summary in summaries.items()]
    return "\n".join(
        ["usage: surrogate COMMAND ...   (surrogate COMMAND --help tells more)", "", *lines]
    )
