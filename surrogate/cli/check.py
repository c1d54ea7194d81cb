"""`surrogate check`: is a dataset sound."""

import sys
from collections.abc import Sequence

from surrogate.cli.parser import Parser, place


def main(argv: Sequence[str]) -> int:
    """Run the command.

    Errors of the user are raised as ValueError, FileNotFoundError or FileExistsError.
    """
    arguments = _parser().parse_args(argv)
    from datasets.inspection.checking import findings

    files = failures = 0
    for _, problem in findings(arguments.path):
        files += 1
        if problem:
            failures += 1
            print(f"error: {problem}", file=sys.stderr)
    print(f"{arguments.path}: {files - failures} of {files} files are sound")
    return 2 if failures else 0


def _parser() -> Parser:
    parser = Parser(
        "surrogate check",
        description="verify checksums, contract, finite values and integration errors of every "
        "file",
    )
    parser.add_argument("path", type=place, help="file, or folder of shards")
    return parser
