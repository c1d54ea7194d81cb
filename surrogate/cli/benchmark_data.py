"""`surrogate benchmark-data`: the official signals of the Bouc-Wen benchmark into the contract."""

from collections.abc import Sequence
from pathlib import Path

from surrogate.cli.parser import Parser


def main(argv: Sequence[str]) -> int:
    """Run the command.

    Errors of the user are raised as ValueError, FileNotFoundError or FileExistsError.
    """
    arguments = _parser().parse_args(argv)
    from datasets.files.disk import check_destination
    from datasets.files.store import write_dataset
    from datasets.measured import benchmark

    signals = benchmark.read_signals(arguments.path or benchmark.fetch())
    files = {arguments.out / f"{name}.h5": dataset for name, dataset in signals.items()}
    for path in files:
        check_destination(path, arguments.overwrite)
    for path, dataset in files.items():
        write_dataset(dataset, path, arguments.overwrite)
        print(f"{path}: {dataset.sizes['time']} samples")
    return 0


def _parser() -> Parser:
    text = "bring the official signals of the Bouc-Wen benchmark into the contract"
    parser = Parser("surrogate benchmark-data", description=text)
    parser.add_argument(
        "--path", type=Path, help="folder of a local copy (default: fetch by nonlinear_benchmarks)"
    )
    parser.add_argument("--out", type=Path, required=True, help="folder for one file a signal")
    parser.add_argument("--overwrite", action="store_true", help="replace files that are there")
    return parser
