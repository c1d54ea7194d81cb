"""``surrogate inspect``, ``check`` and ``join``: what is in a dataset, is it sound, make it one file."""

import argparse
import sys
from pathlib import Path


def add_commands(commands: argparse._SubParsersAction) -> None:
    """Add ``inspect``, ``check`` and ``join``."""
    text = "print what is in a dataset and draw a few of its records"
    command = commands.add_parser("inspect", help=text, description=text)
    command.add_argument("path", type=Path, help="file, or folder of shards")
    command.add_argument("--picture", type=Path, metavar="PNG", help="where to draw (default: beside the data)")
    command.add_argument("--overwrite", action="store_true", help="draw anew over a picture that is there")
    command.set_defaults(run=_inspect)

    text = "verify checksums, contract, finite values and integration errors of every file"
    command = commands.add_parser("check", help=text, description=text)
    command.add_argument("path", type=Path, help="file, or folder of shards")
    command.set_defaults(run=_check)

    text = "copy a dataset into one file"
    command = commands.add_parser("join", help=text, description=text)
    command.add_argument("path", type=Path, help="folder of shards, or file")
    command.add_argument("--out", type=Path, required=True, help="file to make, NAME.h5")
    command.add_argument("--overwrite", action="store_true", help="replace a file that is there")
    command.set_defaults(run=_join)


def _inspect(arguments: argparse.Namespace) -> int:
    from datasets import figure, open_dataset, summary
    from datasets.disk import check_destination

    picture = arguments.picture or arguments.path.with_suffix(".png")
    if arguments.picture:
        check_destination(picture, arguments.overwrite, [".png"])
    print(summary.describe(arguments.path))
    if picture.exists() and not arguments.overwrite:
        print(f"picture         {picture} (was there; --overwrite draws it anew)")
        return 0
    figure.save(open_dataset(arguments.path), picture, str(arguments.path.name), arguments.overwrite)
    print(f"picture         {picture}")
    return 0


def _check(arguments: argparse.Namespace) -> int:
    from datasets.checking import findings

    files = failures = 0
    for _, problem in findings(arguments.path):
        files += 1
        if problem:
            failures += 1
            print(f"error: {problem}", file=sys.stderr)
    print(f"{arguments.path}: {files - failures} of {files} files are sound")
    return 2 if failures else 0


def _join(arguments: argparse.Namespace) -> int:
    from datasets import open_dataset, write_dataset
    from datasets.disk import check_destination
    from datasets.seal import verify_seal
    from datasets.store import SUFFIXES, shards

    check_destination(arguments.out, arguments.overwrite, SUFFIXES)
    for file in shards(arguments.path):
        verify_seal(file)  # what is damaged must not get a new seal
    write_dataset(open_dataset(arguments.path), arguments.out, arguments.overwrite)
    print(f"{arguments.out}: joined from {arguments.path}")
    return 0
