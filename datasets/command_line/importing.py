"""``surrogate import`` and ``benchmark-data``: the records of others into the contract."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import xarray as xr


def add_commands(commands: argparse._SubParsersAction) -> None:
    """Add ``import`` and ``benchmark-data``."""
    text = "bring measured records (MAT, HDF5, CSV, accelerograms) into the contract"
    command = commands.add_parser("import", help=text, description=text)
    add = command.add_argument
    add("inputs", nargs="+", type=Path, help="files; without --map accelerograms, or folders of them")
    add("--out", type=Path, required=True, help="file to make, NAME.h5")
    pair = "NAME=VALUE"
    add("--map", nargs="+", default=[], metavar=pair, help="e.g. base_acceleration=input_tf displacement=target_tf")
    add("--unit", nargs="+", default=[], metavar=pair, help="unit in the source, e.g. displacement=cm (or =unknown)")
    add("--interval", type=float, metavar="S", help="sampling interval in seconds")
    add("--frequency", type=float, metavar="HZ", help="sampling frequency, instead of --interval")
    add("--order", default="record,time,floor", help="order of the axes in the arrays (default: %(default)s)")
    add("--resample", type=float, metavar="S", help="bring the records to this interval, band-limited")
    add("--segment", type=int, metavar="N", help="cut the records into segments of N samples")
    add("--duration", type=float, metavar="S", help="cut accelerograms to this length, or continue them by zeros")
    split = "parts: arrays of 1-based numbers in the file (train=trainInd), or fractions (train=0.8 test=0.2)"
    add("--split", nargs="+", default=[], metavar=pair, help=split)
    add("--part", nargs="+", default=[], metavar="NAME", help="part of all records, of each input, or of each record")
    add("--seed", type=int, default=0, help="of a split by fractions")
    add("--compression", default="none", choices=("none", "lzf", "gzip"), help="filter of the file")
    add("--overwrite", action="store_true", help="replace a file that is there")
    command.set_defaults(run=_import)

    text = "bring the official signals of the Bouc-Wen benchmark into the contract"
    command = commands.add_parser("benchmark-data", help=text, description=text)
    command.add_argument("--path", type=Path, help="folder of a local copy (default: fetch by nonlinear_benchmarks)")
    command.add_argument("--out", type=Path, required=True, help="folder for one file a signal")
    command.add_argument("--overwrite", action="store_true", help="replace files that are there")
    command.set_defaults(run=_benchmark_data)


def _import(arguments: argparse.Namespace) -> int:
    from datasets import editing
    from datasets.disk import check_destination
    from datasets.store import SUFFIXES, write_dataset

    check_destination(arguments.out, arguments.overwrite, SUFFIXES)
    if arguments.split and arguments.part:
        raise ValueError("give --split or --part, not both")
    split = _pairs(arguments.split, "--split")
    fractions = {name: float(value) for name, value in split.items() if _is_number(value)}
    if fractions and len(fractions) < len(split):
        raise ValueError(f"--split mixes fractions and names of arrays: {' '.join(arguments.split)}")
    pieces = _read(arguments, {} if fractions else split)
    dataset = editing.concatenated(pieces)
    parts = _parts(arguments, [piece.sizes["record"] for piece in pieces], fractions)
    if parts is not None:
        dataset = dataset.assign(split=parts)
    dataset = dataset.assign_attrs(_provenance(arguments))
    write_dataset(dataset, arguments.out, arguments.overwrite, compression=arguments.compression)
    print(f"{arguments.out}: {dataset.sizes['record']} records of {dataset.sizes['time']} samples")
    return 0


def _benchmark_data(arguments: argparse.Namespace) -> int:
    from datasets import benchmark
    from datasets.disk import check_destination
    from datasets.store import write_dataset

    signals = benchmark.read_signals(arguments.path or benchmark.fetch())
    files = {arguments.out / f"{name}.h5": dataset for name, dataset in signals.items()}
    for path in files:
        check_destination(path, arguments.overwrite)
    for path, dataset in files.items():
        write_dataset(dataset, path, arguments.overwrite)
        print(f"{path}: {dataset.sizes['time']} samples")
    return 0


def _read(arguments: argparse.Namespace, parts: dict[str, str]) -> list["xr.Dataset"]:
    """Return the records of each input."""
    from datasets import editing, measured

    interval = arguments.interval
    if arguments.frequency is not None:
        if interval is not None or not arguments.frequency > 0:
            raise ValueError(f"give one of --interval and --frequency, positive; got frequency {arguments.frequency}")
        interval = 1 / arguments.frequency
    units = _pairs(arguments.unit, "--unit")
    if not arguments.map:
        if parts:
            raise ValueError("--split by arrays needs --map: without it the inputs are accelerograms")
        pieces = _read_accelerograms(arguments, interval, units)
    else:
        order = arguments.order.split(",")
        reading = measured.Reading(_pairs(arguments.map, "--map"), units, interval, order, parts)
        pieces = [reading.read(path) for path in arguments.inputs]
        if arguments.resample is not None:
            pieces = [editing.resampled(piece, arguments.resample) for piece in pieces]
    if arguments.segment is not None:
        pieces = [editing.segmented(piece, arguments.segment) for piece in pieces]
    return pieces


def _read_accelerograms(
    arguments: argparse.Namespace, interval: float | None, units: dict[str, str]
) -> list["xr.Dataset"]:
    from datasets.accelerograms import find, read_motions

    strangers = [name for name in units if name != "base_acceleration"]
    if strangers:
        raise ValueError(f"--unit {strangers[0]} needs --map: without it the inputs are accelerograms")
    options = {"interval": interval, "unit": units.get("base_acceleration")}
    options |= {"resample": arguments.resample, "duration": arguments.duration}
    try:
        return [read_motions([path] if path.is_file() else find(path), **options) for path in arguments.inputs]
    except ValueError as error:
        remedies = {
            "no unit": "--unit base_acceleration=g does",
            "no column of times": "--interval does",
            "is binary": "arrays of MAT and HDF5 files are named by --map",
        }
        hint = next((f" ({remedies[words]})" for words in remedies if words in str(error)), "")
        raise ValueError(f"{error}{hint}") from None


def _parts(arguments: argparse.Namespace, counts: list[int], fractions: dict[str, float]) -> "xr.DataArray | None":
    """Return the parts that the command line states, None where the files state them or there are none."""
    from datasets import partition

    total, given = sum(counts), arguments.part
    if fractions:
        return partition.label(partition.draw(total, fractions, arguments.seed), list(fractions))
    if not given:
        return None
    if len(given) not in (1, len(counts), total):
        allowed = " or ".join(str(n) for n in sorted({1, len(counts), total}))
        raise ValueError(f"--part has {len(given)} names: give {allowed} for {len(counts)} inputs, {total} records")
    if len(given) == len(counts) != total:
        given = [name for name, count in zip(given, counts, strict=True) for _ in range(count)]
    names = list(dict.fromkeys(given))
    each = [names.index(name) for name in given]
    return partition.label(each * total if len(each) == 1 else each, names)


def _provenance(arguments: argparse.Namespace) -> dict[str, str]:
    """Return the attributes that tell where imported data come from."""
    from datasets import measured

    chosen = {name: v for name, v in vars(arguments).items() if name not in ("inputs", "out", "run", "overwrite")}
    how = ", ".join(f"{name} {_words(value)}" for name, value in chosen.items() if value not in (None, [], False))
    return {"source": ", ".join(map(measured.fingerprint, arguments.inputs)), "imported": how}


def _pairs(words: Sequence[str], option: str) -> dict[str, str]:
    pairs = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not (name and equals and value):
            raise ValueError(f"{option} {word!r}: write NAME=VALUE")
        if name in pairs:
            raise ValueError(f"{option} names {name} twice")
        pairs[name] = value
    return pairs


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _words(value: object) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)
