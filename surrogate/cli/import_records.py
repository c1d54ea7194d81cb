"""`surrogate import`: the records of others into the contract."""

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING

from surrogate.cli.parser import Parser, pairs, place

if TYPE_CHECKING:
    import xarray as xr


def main(argv: Sequence[str]) -> int:
    """Run the command; errors of the user are raised as ValueError, FileNotFoundError or
    FileExistsError.
    """
    arguments = _parser().parse_args(argv)
    from datasets.files.disk import check_destination
    from datasets.files.store import SUFFIXES, write_dataset
    from datasets.measured import editing

    check_destination(arguments.out, arguments.overwrite, SUFFIXES)
    if arguments.split and arguments.part:
        raise ValueError("give --split or --part, not both")
    split = pairs(arguments.split, "--split")
    fractions = {name: float(value) for name, value in split.items() if _is_number(value)}
    if fractions and len(fractions) < len(split):
        raise ValueError(
            f"--split mixes fractions and names of arrays: {' '.join(arguments.split)}"
        )
    pieces = _read(arguments, {} if fractions else split)
    dataset = editing.concatenated(pieces)
    parts = _parts(arguments, [piece.sizes["record"] for piece in pieces], fractions)
    if parts is not None:
        dataset = dataset.assign(split=parts)
    dataset = dataset.assign_attrs(_provenance(arguments))
    write_dataset(dataset, arguments.out, arguments.overwrite, compression=arguments.compression)
    print(f"{arguments.out}: {dataset.sizes['record']} records of {dataset.sizes['time']} samples")
    return 0


def _parser() -> Parser:
    text = "bring measured records (MAT, HDF5, CSV, accelerograms) into the contract"
    parser = Parser("surrogate import", description=text)
    add = parser.add_argument
    add(
        "inputs",
        nargs="+",
        type=place,
        help="files; without --map accelerograms, or folders of them",
    )
    add("--out", type=place, required=True, help="file to make, NAME.h5")
    pair = "NAME=VALUE"
    add(
        "--map",
        nargs="+",
        default=[],
        metavar=pair,
        help="e.g. base_acceleration=input_tf displacement=target_tf",
    )
    add(
        "--unit",
        nargs="+",
        default=[],
        metavar=pair,
        help="unit in the source, e.g. displacement=cm (or =unknown)",
    )
    add("--interval", type=float, metavar="S", help="sampling interval in seconds")
    add("--frequency", type=float, metavar="HZ", help="sampling frequency, instead of --interval")
    add(
        "--order",
        default="record,time,floor",
        help="order of the axes in the arrays (default: %(default)s)",
    )
    add(
        "--resample",
        type=float,
        metavar="S",
        help="bring the records to this interval, band-limited",
    )
    add("--segment", type=int, metavar="N", help="cut the records into segments of N samples")
    add(
        "--duration",
        type=float,
        metavar="S",
        help="cut accelerograms to this length, or continue them by zeros",
    )
    split = (
        "parts: arrays of 1-based numbers in the file (train=trainInd), or fractions "
        "(train=0.8 test=0.2)"
    )
    add("--split", nargs="+", default=[], metavar=pair, help=split)
    add(
        "--part",
        nargs="+",
        default=[],
        metavar="NAME",
        help="part of all records, of each input, or of each record",
    )
    add("--seed", type=int, default=0, help="of a split by fractions")
    add("--compression", default="none", choices=("none", "lzf", "gzip"), help="filter of the file")
    add("--overwrite", action="store_true", help="replace a file that is there")
    return parser


def _read(arguments: argparse.Namespace, parts: dict[str, str]) -> list["xr.Dataset"]:
    """Return the records of each input."""
    from datasets.measured import editing, importing

    interval = arguments.interval
    if arguments.frequency is not None:
        if interval is not None or not arguments.frequency > 0:
            raise ValueError(
                "give one of --interval and --frequency, positive; got frequency "
                f"{arguments.frequency}"
            )
        interval = 1 / arguments.frequency
    units = pairs(arguments.unit, "--unit")
    if not arguments.map:
        if parts:
            raise ValueError(
                "--split by arrays needs --map: without it the inputs are accelerograms"
            )
        pieces = _read_accelerograms(arguments, interval, units)
    else:
        order = arguments.order.split(",")
        reading = importing.Reading(pairs(arguments.map, "--map"), units, interval, order, parts)
        pieces = [reading.read(path) for path in arguments.inputs]
        if arguments.resample is not None:
            pieces = [editing.resampled(piece, arguments.resample) for piece in pieces]
    if arguments.segment is not None:
        pieces = [editing.segmented(piece, arguments.segment) for piece in pieces]
    return pieces


def _read_accelerograms(
    arguments: argparse.Namespace, interval: float | None, units: dict[str, str]
) -> list["xr.Dataset"]:
    from datasets.measured.accelerograms import find, read_motions

    strangers = [name for name in units if name != "base_acceleration"]
    if strangers:
        raise ValueError(
            f"--unit {strangers[0]} needs --map: without it the inputs are accelerograms"
        )
    options = {"interval": interval, "unit": units.get("base_acceleration")}
    options |= {"resample": arguments.resample, "duration": arguments.duration}
    try:
        return [
            read_motions([path] if path.is_file() else find(path), **options)
            for path in arguments.inputs
        ]
    except ValueError as error:
        remedies = {
            "no unit": "--unit base_acceleration=g does",
            "no column of times": "--interval does",
            "is binary": "arrays of MAT and HDF5 files are named by --map",
        }
        hint = next((f" ({remedies[words]})" for words in remedies if words in str(error)), "")
        raise ValueError(f"{error}{hint}") from None


def _parts(
    arguments: argparse.Namespace, counts: list[int], fractions: dict[str, float]
) -> "xr.DataArray | None":
    """Return the parts that the command line states, None where the files state them or there are
    none.
    """
    from datasets.contract import partition

    total, given = sum(counts), arguments.part
    if fractions:
        return partition.label(partition.draw(total, fractions, arguments.seed), list(fractions))
    if not given:
        return None
    if len(given) not in (1, len(counts), total):
        allowed = " or ".join(str(n) for n in sorted({1, len(counts), total}))
        raise ValueError(
            f"--part has {len(given)} names: give {allowed} for {len(counts)} inputs, {total} "
            "records"
        )
    if len(given) == len(counts) != total:
        given = [name for name, count in zip(given, counts, strict=True) for _ in range(count)]
    names = list(dict.fromkeys(given))
    each = [names.index(name) for name in given]
    return partition.label(each * total if len(each) == 1 else each, names)


def _provenance(arguments: argparse.Namespace) -> dict[str, str]:
    """Return the attributes that tell where imported data come from."""
    from datasets.measured import importing

    chosen = {
        name: v
        for name, v in vars(arguments).items()
        if name not in ("inputs", "out", "run", "overwrite")
    }
    how = ", ".join(
        f"{name} {_words(value)}"
        for name, value in chosen.items()
        if value not in (None, [], False)
    )
    return {"source": ", ".join(map(importing.fingerprint, arguments.inputs)), "imported": how}


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _words(value: object) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)
