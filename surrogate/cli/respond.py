"""`surrogate respond`: the responses to recorded excitations, each as a file, a figure and a small
table.
"""

import re
import sys
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import xarray as xr

from datasets.files.disk import refuse_to_overwrite
from datasets.files.store import SUFFIXES, write_dataset
from simulators.excitation.motion import BaseMotion, ExternalForce
from simulators.excitation.recorded import Given
from surrogate.cli.parser import Parser, add_trust
from surrogate.data import examples, structures
from surrogate.data.channels import Interface
from surrogate.evaluation import conformal, figures
from surrogate.inference import ensemble, excitations, extrapolation, structural_parameters
from surrogate.inference.answer import Answer
from surrogate.inference.ensemble import Ensemble

REFERENCE_TOLERANCE = 1e-6


def main(argv: Sequence[str]) -> int:
    """Run the command.

    Errors of the user are raised as ValueError, FileNotFoundError or FileExistsError.
    """
    options = _parser().parse_args(argv)
    outputs = _outputs(options)
    surrogates = _calibrated(ensemble.load(options.checkpoint, options.trust), options)
    interface = surrogates.interface
    if options.reference:
        _check_reference(interface, options.reference)
    values = structural_parameters.from_words(interface, options.parameter)
    given = Given(
        options.format, options.component, options.interval, options.unit, options.response
    )
    # All of them are read before any work.
    records, left = excitations.read_all(list(outputs), interface, given, options.peak)
    for reason in left:
        print(f"left: {reason}")
    for path, record in records.items():
        print(record.line)
        lines = [f"{path.name}: {note}" for note in record.notes]
        lines += extrapolation.warnings(surrogates, record.motion, values)
        for line in lines:
            print(f"warning: {line}", file=sys.stderr)
        _respond(surrogates, record.motion, values, outputs[path], options)
    return 0


def _outputs(options: Namespace) -> dict[Path, Path]:
    """The file that each record's response goes to."""
    records = excitations.files(options.record, options.pattern)
    out = options.out
    single = len(options.record) == 1 and not options.record[0].is_dir()
    if single and out.suffix in SUFFIXES:
        outputs = {records[0]: out}
    elif out.suffix in SUFFIXES:
        raise ValueError(f"--out {out} is one file for several records: name a folder")
    elif re.fullmatch(r"\.[A-Za-z]\w*", out.suffix) and not out.is_dir():
        raise ValueError(f"--out {out} must be a folder, or end in one of {', '.join(SUFFIXES)}")
    else:
        outputs = {path: out / f"{path.name}.h5" for path in records}
    for path in outputs.values():
        for file in (path, path.with_suffix(".png")):
            refuse_to_overwrite(file, options.overwrite)
    return outputs


def _calibrated(surrogates: Ensemble, options: Namespace) -> Ensemble:
    """The ensemble with the scores of the calibration records, where a band is asked for."""
    if options.coverage is None:
        if options.calibration is not None:
            raise ValueError("--calibration is for a band: give --coverage too")
        return surrogates
    if options.calibration is not None:
        part = examples.read_part(surrogates.interface, options.calibration, "validation")
        surrogates = surrogates.calibrated(part)
    elif surrogates.scores is None:
        raise ValueError(
            "--coverage needs calibration records: give --calibration DATASET, or an ensemble of "
            "`surrogate ensemble`"
        )
    # Refuses a coverage that the records do not allow.
    conformal.quantile(surrogates.calibration, options.coverage)
    return surrogates


def _check_reference(interface: Interface, method: str) -> None:
    from simulators.solvers.solve import METHODS  # brings the compiled integrator along

    structures.recipe_of(interface.recipe)
    if method not in METHODS:
        raise ValueError(f"--reference {method}: expected one of {', '.join(METHODS)}")


def _respond(
    surrogates: Ensemble,
    motion: BaseMotion | ExternalForce,
    values: dict[str, np.ndarray],
    out: Path,
    options: Namespace,
) -> None:
    interface = surrogates.interface
    input = excitations.assembled(motion, values)
    mean, spread = surrogates.respond(input)
    half_width = None
    if options.coverage is not None:
        half_width = surrogates.half_width(spread, options.coverage)
    reference = None
    if options.reference:
        reference = _simulated(interface, motion, values, options.reference)
    answer = Answer(
        interface,
        motion,
        input,
        mean,
        spread if len(surrogates.members) > 1 else None,
        half_width,
        options.coverage,
        reference,
    )
    names = ", ".join(Path(path).name for path in options.checkpoint)
    dataset = answer.to_dataset(f"surrogate {names}; {motion.origin}")
    write_dataset(dataset, out, options.overwrite)
    picture = out.with_suffix(".png")
    figures.save(answer.figure(), picture)
    print(f"\n{motion.origin}")
    print(answer.table())
    print(f"written to {out} and {picture}")


def _simulated(
    interface: Interface,
    motion: BaseMotion | ExternalForce,
    values: dict[str, np.ndarray],
    method: str,
) -> xr.Dataset:
    """Response of the structure of the training data, by the simulator."""
    from simulators.solvers.solve import solve  # brings the compiled integrator along

    recipe = structures.recipe_of(interface.recipe)
    if isinstance(motion, ExternalForce):
        motion = replace(motion, floor=int(recipe.motion.floor))
    of_record = {name: value[None] for name, value in values.items()}
    structure = structures.structure_of(recipe, of_record)
    names = [group.variable for group in interface.targets]
    return solve(
        structure,
        motion,
        outputs=names,
        method=method,
        tolerance=REFERENCE_TOLERANCE,
        dtype=np.float32,
    )[names]


def _parser() -> Parser:
    parser = Parser(
        "surrogate respond", description="Predict the responses to recorded excitations."
    )
    add = parser.add_argument
    add(
        "--checkpoint",
        required=True,
        nargs="+",
        help="trained surrogates, of which the mean is taken, or an ensemble",
    )
    add(
        "--record",
        required=True,
        nargs="+",
        type=Path,
        help="accelerograms of any usual format, or folders "
        "of them; for a surrogate of a force, tables with the columns time and force",
    )
    add(
        "--out",
        required=True,
        type=Path,
        help="file to write (.h5), a figure goes beside it (.png); or a folder",
    )
    add(
        "--parameter",
        nargs="+",
        default=[],
        metavar="NAME=VALUE",
        help="structural parameters, a value or one for "
        "each channel parted by commas (default: nominal values of the recipe of the training "
        "data)",
    )
    add("--peak", type=float, help="scale each record to this peak, m s-2 or N")
    add(
        "--interval",
        type=float,
        metavar="S",
        help="sampling interval of files that state none",
    )
    add("--unit", help="unit of files that state none, e.g. g or kN")
    add("--component", metavar="NAME", help="of files with several: its name, or its number")
    add("--format", metavar="NAME", help="format of the records, if not to be recognised")
    add("--pattern", default="*", metavar="GLOB", help="records of a folder, e.g. *.AT2")
    add(
        "--response",
        type=Path,
        metavar="STATION.xml",
        help="StationXML with the response of the instrument, for miniSEED and SAC files of counts",
    )
    add(
        "--coverage",
        type=float,
        help="draw the band that holds whole histories with this probability, e.g. 0.9",
    )
    add("--calibration", type=Path, help="dataset whose validation part calibrates the band")
    words = "simulate the structure too and compare: batch or a method of SciPy (default DOP853)"
    add("--reference", nargs="?", const="DOP853", metavar="METHOD", help=words)
    add("--overwrite", action="store_true", help="replace existing output")
    add_trust(parser)
    return parser
