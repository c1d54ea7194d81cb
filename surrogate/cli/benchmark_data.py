"""`surrogate benchmark-data`: published problems of others into the contract."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from surrogate.cli.parser import Parser

if TYPE_CHECKING:
    import xarray as xr


def main(argv: Sequence[str]) -> int:
    """Run the command.

    Errors of the user are raised as ValueError, FileNotFoundError or FileExistsError.
    """
    arguments = _parser().parse_args(argv)
    from datasets.files.disk import check_destination
    from datasets.files.store import write_dataset

    signals = _read(arguments.problem, arguments.path)
    files = {arguments.out / f"{name}.h5": dataset for name, dataset in signals.items()}
    for path in files:
        check_destination(path, arguments.overwrite)
    for path, dataset in files.items():
        write_dataset(dataset, path, arguments.overwrite)
        print(f"{path}: {_size(dataset)}")
    return 0


def _read(problem: str, folder: Path | None) -> "dict[str, xr.Dataset]":
    """The datasets of a problem by the names of their files."""
    from datasets.measured import benchmark, phycnn

    if problem == "bouc-wen":
        return benchmark.read_signals(folder or benchmark.fetch())
    if folder is None:
        raise ValueError(
            "the data of PhyCNN are at https://github.com/zhry10/PhyCNN: give the folder of "
            f"{phycnn.DATA} by --path"
        )
    return phycnn.read_cases(folder)


def _size(dataset: "xr.Dataset") -> str:
    records = dataset.sizes["record"]
    samples = dataset.sizes["time"]
    return f"{samples} samples" if records == 1 else f"{records} records of {samples} samples"


def _parser() -> Parser:
    text = "bring the data of a published problem into the contract"
    parser = Parser("surrogate benchmark-data", description=text)
    parser.add_argument(
        "--problem",
        choices=("bouc-wen", "phycnn"),
        default="bouc-wen",
        help="signals of Noel and Schoukens 2016 (default), or records of Zhang et al. 2020",
    )
    parser.add_argument(
        "--path",
        type=Path,
        help="folder of a local copy (default for bouc-wen: fetch by nonlinear_benchmarks)",
    )
    parser.add_argument("--out", type=Path, required=True, help="folder for the files")
    parser.add_argument("--overwrite", action="store_true", help="replace files that are there")
    return parser
