"""`surrogate ensemble`: trained surrogates in one file, with bands calibrated on records that they
have not seen.
"""

from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

import datasets
from datasets.contract import partition
from datasets.files.disk import new_file, refuse_to_overwrite
from surrogate.cli.parser import Parser, add_trust
from surrogate.data import examples
from surrogate.data.examples import Examples
from surrogate.inference import coverage, ensemble
from surrogate.inference.ensemble import Ensemble

SUFFIX = ".ckpt"


def main(argv: Sequence[str]) -> int:
    """Run the command.

    Errors of the user are raised as ValueError, FileNotFoundError or FileExistsError.
    """
    options = _parser().parse_args(argv)
    _require(options)
    members = ensemble.load(options.checkpoint, options.trust)
    part = _calibration(members, options)
    members = members.calibrated(part, options.discard)
    with new_file(options.out, options.overwrite) as temporary:
        ensemble.save(members, options.checkpoint, temporary)
    print(
        f"{len(members.members)} members, calibrated on {len(part.number)} records of the "
        f"{options.part} part"
    )
    if "test" in partition.names(datasets.open_dataset(options.data)) and options.part != "test":
        print(_tested(members, options))
    print(f"\nwritten to {options.out}")
    return 0


def _require(options: Namespace) -> None:
    """Raise an error for options that cannot be, before anything is read."""
    if len(options.checkpoint) < 2:
        raise ValueError(
            f"an ensemble needs at least two checkpoints, got only {options.checkpoint[0]}"
        )
    if options.out.suffix != SUFFIX:
        raise ValueError(f"--out {options.out} must end in {SUFFIX}")
    refuse_to_overwrite(options.out, options.overwrite)
    if options.part == "train":
        raise ValueError(
            "the train part was trained on: it does not show how large the errors on other "
            "records are"
        )
    if options.discard < 0:
        raise ValueError(f"discard must be at least 0 samples, got {options.discard}")


def _calibration(members: Ensemble, options: Namespace) -> Examples:
    """The records that calibrate the bands."""
    if members.interface.interval is None:
        raise ValueError(
            "the checkpoints are of points of a function: bands are for records in time, "
            "`surrogate respond --checkpoint` takes the mean of several"
        )
    part = examples.read_part(members.interface, options.data, options.part)
    if options.discard >= part.shortest:
        raise ValueError(
            f"{options.data} has records of {part.shortest} samples, discard is {options.discard}"
        )
    return part


def _tested(members: Ensemble, options: Namespace) -> str:
    """How often the test records lie within the bands, as a table."""
    test = examples.read_part(members.interface, options.data, "test")
    shares = coverage.within_bands(members, test, options.discard)
    title = f"{len(test.number)} test records within"
    return coverage.table(shares, title, coverage.labels_of(members))


def _parser() -> Parser:
    text = (
        "Put surrogates that differ in their seeds into one file, with bands calibrated on "
        "records they have not seen."
    )
    parser = Parser("surrogate ensemble", description=text)
    add = parser.add_argument
    add(
        "--checkpoint",
        required=True,
        nargs="+",
        help="trained surrogates: `surrogate fit --seed_everything N` for each",
    )
    add(
        "--data",
        required=True,
        type=Path,
        help="dataset with the calibration records; its test part is scored too",
    )
    add(
        "--part",
        default="validation",
        help="part that calibrates (default: validation); all is the whole dataset",
    )
    add(
        "--discard",
        type=int,
        default=0,
        metavar="N",
        help="first samples of each record that do not count",
    )
    add(
        "--out",
        required=True,
        type=Path,
        help=f"ensemble to write ({SUFFIX}), which respond, test, predict, card and export take",
    )
    add("--overwrite", action="store_true", help="replace an existing file")
    add_trust(parser)
    return parser
