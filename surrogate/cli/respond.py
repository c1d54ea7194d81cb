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

from datasets.files.disk import refuse_to_overwrite
from datasets.files.store import SUFFIXES, write_dataset
from simulators.excitation.recorded import Given
from surrogate.cli import respond_options
from surrogate.cli.parser import Parser, pairs
from surrogate.data import examples
from surrogate.data.channels import Interface
from surrogate.evaluation import conformal, figures
from surrogate.inference import (
    continuation,
    ensemble,
    excitations,
    extrapolation,
    parameter_tables,
    reference,
    structural_parameters,
)
from surrogate.inference.answer import answered
from surrogate.inference.asking import Asking, units_from_words
from surrogate.inference.ensemble import Ensemble
from surrogate.inference.given_parameters import GivenParameters
from surrogate.inference.source import Source
from surrogate.training import known_start


def main(argv: Sequence[str]) -> int:
    """Run the command.

    Errors of the user are raised as ValueError, FileNotFoundError or FileExistsError.
    """
    options = _parser().parse_args(argv)
    outputs = _outputs(options)
    _require_together(options)
    surrogates = _calibrated(ensemble.load(options.checkpoint, options.trust), options)
    interface = surrogates.interface
    asking = _asking(interface, options)
    given = _given(interface, asking, options)
    # All of them are read before any work.
    sources, left = excitations.read_all(list(outputs), interface, asking)
    known = {path: _known(source, surrogates, options) for path, source in sources.items()}
    values = given.completed(sources)
    if options.known is None:  # which takes the state from the stated responses
        sources = {path: given.compared(source, values[path]) for path, source in sources.items()}
    if options.reference:
        for source in sources.values():
            reference.require(interface, options.reference, source.records)
    for reason in left:
        print(f"left: {reason}")
    for line in excitations.datasets_apart(options.record, sources):
        print(line)
    for line in given.unused(sources):
        print(f"warning: {line}", file=sys.stderr)
    for path, source in sources.items():
        print("; ".join(filter(None, [source.line, given.told(source)])))
        lines = [f"{path.name}: {note}" for note in source.notes]
        lines += extrapolation.warnings(surrogates, source.records, values[path])
        for line in lines:
            print(f"warning: {line}", file=sys.stderr)
        _respond(surrogates, source, values[path], known[path], outputs[path], options)
    return 0


def _require_together(options: Namespace) -> None:
    """Refuse options that begin at rest beside `--known`."""
    if options.known is None:
        return
    for name in ("coverage", "reference", "peak"):
        if getattr(options, name) is not None:
            raise ValueError(
                f"--known and --{name} do not go together: bands, simulated references and scaled "
                "records begin at rest"
            )


def _known(source: Source, surrogates: Ensemble, options: Namespace) -> int:
    """First samples whose response tells the state of the records of a file."""
    if options.known is None:
        return 0
    for member in surrogates.members:
        known_start.require_state(member.network)
    return continuation.known_samples(source.records, options.known, surrogates.interface.interval)


def _asking(interface: Interface, options: Namespace) -> Asking:
    """How the files are read."""
    given = Given(options.format, options.component, options.interval, None, options.response)
    columns = pairs(options.input, "--input")
    units = units_from_words(interface, options.unit)
    return Asking(given, columns, units, options.part, options.peak)


def _given(interface: Interface, asking: Asking, options: Namespace) -> GivenParameters:
    """Structural parameters that the options give."""
    words = structural_parameters.from_words(interface, options.parameter)
    table = None
    if options.parameters is not None:
        table = parameter_tables.read(options.parameters, interface, asking.units)
    return GivenParameters(interface, words, table)


def _outputs(options: Namespace) -> dict[Path, Path]:
    """The file that each record's response goes to."""
    records = excitations.files(options.record, options.pattern)
    out = options.out
    single = len(records) == 1 and records == options.record
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
    if options.coverage is not None and surrogates.interface.interval is None:
        raise ValueError("--coverage is for records in time, the surrogate is one of a function")
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


def _respond(
    surrogates: Ensemble,
    source: Source,
    values: dict[str, np.ndarray],
    known: int,
    out: Path,
    options: Namespace,
) -> None:
    answer = answered(surrogates, source.records, values, options.coverage, known)
    truths = [record.truth for record in source.records]
    if options.reference:
        truths = reference.simulated(
            surrogates.interface, source.records, values, options.reference
        )
    stated = [truth for truth in truths if truth is not None]
    if len(stated) == len(truths):
        answer = replace(answer, reference=tuple(stated))
    names = ", ".join(Path(path).name for path in options.checkpoint)
    origin = _origin(source)
    dataset = answer.to_dataset(f"surrogate {names}; {origin}")
    write_dataset(dataset, out, options.overwrite)
    written = str(out)
    figure = answer.figure()
    if figure is not None:
        picture = out.with_suffix(".png")
        figures.save(figure, picture)
        written = f"{out} and {picture}"
    print(f"\n{origin}")
    print(answer.table())
    print(f"written to {written}")


def _origin(source: Source) -> str:
    """Where the records of a file come from, in a line."""
    first = source.records[0].origin
    others = len(source.records) - 1
    return f"{first} and {others} more" if others else first


def _parser() -> Parser:
    parser = Parser(
        "surrogate respond", description="Predict the responses to recorded excitations."
    )
    respond_options.add_to(parser)
    return parser
