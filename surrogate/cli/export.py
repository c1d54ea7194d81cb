"""`surrogate export`: a checkpoint as ONNX, as a program of torch.export, or without the state of
its training.
"""

from collections.abc import Sequence
from pathlib import Path

from surrogate import export
from surrogate.cli.parser import Parser, add_trust


def main(argv: Sequence[str]) -> int:
    """Run the command.

    Errors of the user are raised as ValueError, FileNotFoundError or FileExistsError.
    """
    options = _parser().parse_args(argv)
    deviation = export.write(options.checkpoint, options.out, options.overwrite, options.trust)
    size = options.out.stat().st_size
    print(
        f"{options.out}: {size / 1e3:.0f} kB, {deviation:.1g} standard deviations from the "
        "checkpoint at most"
    )
    return 0


def _parser() -> Parser:
    parser = Parser(
        "surrogate export",
        description="Write a surrogate for other programs, checked against itself.",
    )
    parser.add_argument("--checkpoint", required=True, help="checkpoint of a trained surrogate")
    formats = (
        ".onnx, .pt2 (torch.export), or .ckpt (this package, without the state of the training)"
    )
    parser.add_argument(
        "--out",
        required=True,
        type=Path,
        help=f"file to write; its suffix names the format: {formats}",
    )
    parser.add_argument("--overwrite", action="store_true", help="replace an existing file")
    add_trust(parser)
    return parser
