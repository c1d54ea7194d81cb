"""`surrogate join`: one dataset, or several, as one file."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from surrogate.cli.parser import Parser, place

if TYPE_CHECKING:
    from datasets.files.joining import Joined


def main(argv: Sequence[str]) -> int:
    """Run the command.

    Errors of the user are raised as ValueError, FileNotFoundError or FileExistsError.
    """
    arguments = _parser().parse_args(argv)
    from datasets.files.joining import join

    made = join(
        arguments.paths, arguments.out, arguments.overwrite, compression=arguments.compression
    )
    print(f"{arguments.out}: joined from {', '.join(map(str, arguments.paths))}")
    for line in _lines(made):
        print(line)
    if not arguments.no_card:
        from datasets.inspection.card import write_card

        write_card(arguments.out)
    return 0


def _lines(made: "Joined") -> list[str]:
    """Return how many records of which part each source gave, and what the user should know."""
    from datasets.contract.schema import leading_dim

    if len(made.sources) == 1:
        return []
    counts = " + ".join(str(source.count) for source in made.sources)
    dim = leading_dim(made.dataset)
    parts = [f"{name} {' + '.join(map(str, each))}" for name, each in made.parts.items()]
    divided = ", ".join(parts) or "not divided into parts"
    return [f"{counts} {dim}s: {divided}", *(f"note: {note}" for note in made.notes)]


def _parser() -> Parser:
    text = "copy a dataset, or several with the same variables, one after another into one file"
    parser = Parser("surrogate join", description=text)
    add = parser.add_argument
    add("paths", nargs="+", type=place, metavar="path", help="folder of shards, or file")
    add("--out", type=place, required=True, help="file to make, NAME.h5")
    add("--compression", default="none", choices=("none", "lzf", "gzip"), help="filter of the file")
    add("--overwrite", action="store_true", help="replace a file that is there")
    add("--no-card", action="store_true", help="do not write the card (.card.md and a picture)")
    return parser
