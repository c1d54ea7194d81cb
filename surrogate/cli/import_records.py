"""`surrogate import`: the records of others into the contract."""

import argparse
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from surrogate.cli.import_parts import divided, is_number, named
from surrogate.cli.parser import Parser, pairs, place

if TYPE_CHECKING:
    import xarray as xr


def main(argv: Sequence[str]) -> int:
    """Run the command.

    Errors of the user are raised as ValueError, FileNotFoundError or FileExistsError.
    """
    arguments = _parser().parse_args(argv)
    from datasets.files.disk import check_destination
    from datasets.files.store import SUFFIXES, write_dataset
    from datasets.measured import editing

    check_destination(arguments.out, arguments.overwrite, SUFFIXES)
    if arguments.split and arguments.part:
        raise ValueError("give --split or --part, not both")
    split = named(pairs(arguments.split, "--split"))
    fractions = {name: float(value) for name, value in split.items() if is_number(value)}
    if fractions and len(fractions) < len(split):
        raise ValueError(
            f"--split mixes fractions and names of arrays: {' '.join(arguments.split)}"
        )
    pieces = _read(arguments, {} if fractions else split)
    pieces = divided(pieces, arguments, fractions)
    if arguments.segment is not None:  # after the parts, so that those of a record stay together
        pieces = [editing.segmented(piece, arguments.segment) for piece in pieces]
    dataset = editing.concatenated(pieces).assign_attrs(_provenance(arguments))
    write_dataset(dataset, arguments.out, arguments.overwrite, compression=arguments.compression)
    print(f"{arguments.out}: {_size(dataset)}")
    return 0


def _size(dataset: "xr.Dataset") -> str:
    """Return how many records there are, and how long they are."""
    from datasets.contract import lengths

    records = dataset.sizes["record"]
    samples = lengths.of(dataset)
    if samples is None:
        return f"{records} records of {dataset.sizes['time']} samples"
    padding = 1.0 - samples.sum() / (records * dataset.sizes["time"])
    return (
        f"{records} records of {samples.min()} to {samples.max()} samples, each of its own length "
        f"(--duration makes them equal); {padding:.0%} of the series is padding, which "
        "--compression lzf stores in little"
    )


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
    add("--format", metavar="NAME", help="format of accelerograms, if not to be recognised")
    add("--component", metavar="NAME", help="of accelerograms with several: its name, or all")
    add("--pattern", metavar="GLOB", help="accelerograms of a folder, e.g. *.AT2")
    add(
        "--response",
        type=place,
        metavar="STATION.xml",
        help="StationXML with the response of the instrument, for miniSEED and SAC files of counts",
    )
    add("--frequency", type=float, metavar="HZ", help="sampling frequency, instead of --interval")
    add(
        "--order",
        help="order of the axes in the arrays (default: record,time,floor where that is likely)",
    )
    add(
        "--resample",
        type=float,
        metavar="S",
        help="bring the records to this interval, band-limited",
    )
    add(
        "--gap",
        type=float,
        metavar="S",
        help="with --resample: interpolate uneven times over steps of at most this length",
    )
    add("--segment", type=int, metavar="N", help="cut the records into segments of N samples")
    add(
        "--duration",
        type=float,
        metavar="S",
        help="cut the records to this length; accelerograms are continued by zeros to it (default: "
        "each keeps its own)",
    )
    split = (
        "parts: arrays of the file with numbers of records counted from 1 (train=trainInd), or "
        "fractions (train=0.8 test=0.2)"
    )
    add("--split", nargs="+", default=[], metavar=pair, help=split)
    add(
        "--part",
        nargs="+",
        default=[],
        metavar="NAME",
        help="part of all records, of each input, or of each record",
    )
    add("--zero-based", action="store_true", help="numbers in arrays of --split count from 0")
    add("--seed", type=int, default=0, help="of a split by fractions")
    add("--compression", default="none", choices=("none", "lzf", "gzip"), help="filter of the file")
    add("--overwrite", action="store_true", help="replace a file that is there")
    return parser


def _read(arguments: argparse.Namespace, parts: dict[str, str]) -> list["xr.Dataset"]:
    """Return the records of each input."""
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
        for option in ("format", "component", "pattern", "response"):
            if getattr(arguments, option) is not None:
                raise ValueError(f"--{option} is for accelerograms: it goes without --map")
        pieces = _read_arrays(arguments, interval, units, parts)
    return pieces


def _read_arrays(
    arguments: argparse.Namespace,
    interval: float | None,
    units: dict[str, str],
    parts: dict[str, str],
) -> list["xr.Dataset"]:
    """Return the records of files whose arrays are mapped, and print how each was read."""
    from datasets.measured import editing
    from datasets.measured.importing import Reading

    reading = Reading(
        pairs(arguments.map, "--map"),
        units,
        interval,
        arguments.order.split(",") if arguments.order else None,
        parts,
        arguments.zero_based,
        arguments.resample,
        arguments.gap,
    )
    datasets = []
    for path in arguments.inputs:
        dataset, line = reading.piece(path)
        print(line)
        datasets.append(editing.brought(dataset, arguments.resample, arguments.duration))
    if reading.own:
        print(
            f"note: {', '.join(reading.own)} are names of your own: tell fit which are inputs and "
            "which targets, by --data.inputs and --data.targets"
        )
    return datasets


def _read_accelerograms(
    arguments: argparse.Namespace, interval: float | None, units: dict[str, str]
) -> list["xr.Dataset"]:
    """Return the accelerograms of each input, and print how each was read."""
    from datasets.measured.accelerograms import recordings_in, stacked
    from simulators.excitation.recorded import Given

    for option in ("gap", "order", "zero_based"):
        if getattr(arguments, option):
            raise ValueError(
                f"--{option.replace('_', '-')} needs --map: without it the inputs are accelerograms"
            )
    strangers = [name for name in units if name != "base_acceleration"]
    if strangers:
        raise ValueError(
            f"--unit {strangers[0]} needs --map: without it the inputs are accelerograms"
        )
    given = Given(
        arguments.format,
        arguments.component,
        interval,
        units.get("base_acceleration"),
        arguments.response,
    )
    try:
        found = [recordings_in(path, given, arguments.pattern or "*") for path in arguments.inputs]
    except ValueError as error:
        remedies = {
            "no unit": "--unit base_acceleration=g does",
            "is binary": "arrays of MAT and HDF5 files are named by --map",
        }
        hint = next((f" ({remedies[words]})" for words in remedies if words in str(error)), "")
        raise ValueError(f"{error}{hint}") from None
    for recordings, left in found:
        for recording in recordings:
            print(recording.line)
            for note in recording.notes:
                print(f"warning: {recording.file}: {note}", file=sys.stderr)
        for reason in left:
            print(f"left: {reason}")
    among = [recording for recordings, _ in found for recording in recordings]
    return [
        stacked(recordings, arguments.resample, arguments.duration, among)
        for recordings, _ in found
    ]


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


def _words(value: object) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)
