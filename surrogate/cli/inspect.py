"""`surrogate inspect`: what is in a dataset, in a table and a picture."""

from collections.abc import Sequence
from pathlib import Path

from surrogate.cli.parser import Parser, place

READ_WHOLE = 2 * 10**9  # bytes, some seconds


def main(argv: Sequence[str]) -> int:
    """Run the command.

    Errors of the user are raised as ValueError, FileNotFoundError or FileExistsError.
    """
    arguments = _parser().parse_args(argv)
    from datasets import open_dataset
    from datasets.files.disk import check_destination
    from datasets.inspection import figure, summary

    picture = arguments.picture or arguments.path.with_suffix(".png")
    if arguments.picture:
        check_destination(picture, arguments.overwrite, [".png"])
    sealed = _verify(arguments.path)
    print(summary.describe(arguments.path))
    if not sealed:
        print("seal            lost: another program has written to the files, see surrogate check")
    if picture.exists() and not arguments.overwrite:
        print(f"picture         {picture} (was there; --overwrite draws it anew)")
        return 0
    figure.save(
        open_dataset(arguments.path), picture, str(arguments.path.name), arguments.overwrite
    )
    print(f"picture         {picture}")
    return 0


def _verify(path: Path) -> bool:
    """Verify the seals of the first files of a dataset; return whether all have one.

    HDF5 may read a damaged file for ever. Files beyond the first `READ_WHOLE` bytes are left to
    `surrogate check`, as reading them would take minutes.

    Raises
    ------
    ValueError
        For a file that is damaged.
    """
    from datasets.files.seal import verify_seal
    from datasets.files.store import shards

    sealed = True
    total = 0
    for file in shards(path):
        sealed = verify_seal(file) and sealed
        total += file.stat().st_size
        if total > READ_WHOLE:
            break
    return sealed


def _parser() -> Parser:
    parser = Parser(
        "surrogate inspect", description="print what is in a dataset and draw a few of its records"
    )
    parser.add_argument("path", type=place, help="file, or folder of shards")
    parser.add_argument(
        "--picture", type=place, metavar="PNG", help="where to draw (default: beside the data)"
    )
    parser.add_argument(
        "--overwrite", action="store_true", help="draw anew over a picture that is there"
    )
    return parser
