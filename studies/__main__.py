"""The command `surrogate`: the command lines of all layers under one roof.

It lives in the topmost layer, which alone may import all others, and imports only the layer that a command belongs to:
`surrogate generate` never loads torch.
"""

import sys
from collections.abc import Sequence
from importlib import import_module

DATASETS = {
    "generate": "make a dataset from a recipe",
    "import": "bring measured data into the dataset contract",
    "inspect": "show what is in a dataset: table and picture",
    "check": "check a dataset against the contract",
    "join": "join the shards of a dataset into one file",
    "benchmark-data": "fetch the official Bouc-Wen benchmark, or take a local copy",
}
SURROGATE = {
    "fit": "train a surrogate",
    "sweep": "search for the best settings of fit: many trainings, in parallel processes, resumable",
    "validate": "score a checkpoint on the validation records",
    "test": "score a checkpoint on the test records: metrics and figures",
    "predict": "write the predictions for the test records",
    "respond": "predict the responses to accelerograms or force histories",
    "ensemble": "put surrogates of several seeds into one, with calibrated bands",
    "card": "write the card of a surrogate, or verify it: what it is, how good, for what",
    "export": "write a surrogate as ONNX, as a program of torch.export, or small",
}
STUDIES = {"study": "measure a claim and report whether it held: a study by its name, all, or list"}
COMMANDS = DATASETS | SURROGATE | STUDIES
LAYER = dict.fromkeys(DATASETS, "datasets") | dict.fromkeys(SURROGATE, "surrogate") | {"study": "studies.frame"}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code, 2 for an unknown command."""
    argv = list(sys.argv[1:] if argv is None else argv)
    if not argv or argv[0] in ("-h", "--help"):
        print(usage())
        return 0 if argv else 2
    if argv[0] not in LAYER:
        print(f"error: command = {argv[0]!r}: expected one of {', '.join(LAYER)}", file=sys.stderr)
        return 2
    return import_module(f"{LAYER[argv[0]]}.__main__").main(argv)


def usage() -> str:
    """All commands, a line each."""
    width = max(map(len, LAYER))
    lines = [f"  {name:<{width}}  {words}" for name, words in COMMANDS.items()]
    return "\n".join(["usage: surrogate COMMAND ...   (surrogate COMMAND --help tells more)", "", *lines])


if __name__ == "__main__":
    raise SystemExit(main())
