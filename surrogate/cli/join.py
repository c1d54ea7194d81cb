"""`surrogate join`: a dataset as one file."""

from collections.abc import Sequence

from surrogate.cli.parser import Parser, place


def main(argv: Sequence[str]) -> int:
    """Run the command.

    Errors of the user are raised as ValueError, FileNotFoundError or FileExistsError.
    """
    arguments = _parser().parse_args(argv)
    from datasets import open_dataset, write_dataset
    from datasets.files.disk import check_destination
    from datasets.files.seal import verify_seal
    from datasets.files.store import SUFFIXES, shards

    check_destination(arguments.out, arguments.overwrite, SUFFIXES)
    for file in shards(arguments.path):
        verify_seal(file)  # what is damaged must not get a new seal
    write_dataset(open_dataset(arguments.path), arguments.out, arguments.overwrite)
    print(f"{arguments.out}: joined from {arguments.path}")
    return 0


def _parser() -> Parser:
    parser = Parser("surrogate join", description="copy a dataset into one file")
    parser.add_argument("path", type=place, help="folder of shards, or file")
    parser.add_argument("--out", type=place, required=True, help="file to make, NAME.h5")
    parser.add_argument("--overwrite", action="store_true", help="replace a file that is there")
    return parser
