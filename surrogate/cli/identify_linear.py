"""`surrogate identify --structure matrices` and ``modal``: linear structures of any layout."""

from argparse import Namespace
from collections.abc import Mapping, Sequence
from typing import Any

from datasets.files.disk import make_folder, refuse_to_overwrite

MATRICES = "matrices"
ANSWERS = ["displacement", "acceleration"]
"""What a checkpoint of matrices answers, unless something else is asked for."""
OF_A_SHEAR_BUILDING = (
    "law",
    "mass",
    "tied",
    "settings",
    "starts",
    "chain",
    "delay",
    "step",
    "process_noise",
)
"""Options that mean nothing for linear structures."""
OF_MATRICES = ("start", "fixed", "prior", "matrices")
"""Options that mean nothing for modes."""


def require(options: Namespace) -> None:
    """Raise ValueError for options that do not go with the structure."""
    kind = options.structure
    refused = OF_A_SHEAR_BUILDING if kind == MATRICES else (*OF_A_SHEAR_BUILDING, *OF_MATRICES)
    for name in refused:
        if getattr(options, name):
            raise ValueError(
                f"--{name.replace('_', '-')} is not for --structure {kind}: leave it out"
            )
    if options.bounds != "sandwich":
        raise ValueError(f"--bounds {options.bounds} is not for --structure {kind}: leave it out")
    if kind == MATRICES and options.matrices is None:
        raise ValueError("--structure matrices needs --matrices FILE.yaml")
    if kind == MATRICES and options.modes is not None:
        raise ValueError("--modes is for --structure modal")


def require_tracked(options: Namespace) -> None:
    """Raise ValueError for matrices, which are not followed over records."""
    if options.structure == MATRICES:
        raise ValueError("--track follows a shear building or modes, not matrices")


def run(options: Namespace, sensors: Sequence[Any], model: Any, files: Mapping[str, str]) -> int:
    """Identify a linear structure and write its folder.

    Parameters
    ----------
    options : Namespace
        Of the command.
    sensors : sequence of Sensors
        Of each dataset.
    model : MatrixModel or None
        None for modes.
    files : mapping of str to str
        Names of what is written.
    """
    from surrogate.identification import findings, linear_checkpoint, linear_page
    from surrogate.identification.coverage import coverage
    from surrogate.identification.linear_identification import identify_linear
    from surrogate.identification.modal import modal_model
    from surrogate.identification.reading import read

    for name in files.values():
        refuse_to_overwrite(options.out / name, options.overwrite)
    recordings = read(options.data, sensors)
    if recordings is None:
        raise ValueError(f"{options.data[0]} has no record in its training part")
    others = read(options.data, sensors, "test") or read(options.data, sensors, "validation")
    choice = _choice(options, model)
    if model is None:
        model = modal_model(recordings, options.modes or 1)
    found = identify_linear(recordings, model, choice, not options.exact_base, print)
    make_folder(options.out)
    paths = {key: options.out / name for key, name in files.items()}
    again = options.overwrite
    linear_checkpoint.save(found, recordings, paths, options.answers, again)
    held = None if others is None else coverage(found, others)
    numbers = linear_page.write(found, recordings, paths, others, held, again)
    print(findings.brief(numbers, found))
    for line in findings.notes(found, recordings, held):
        print(f"note: {line}")
    print(f"\nwritten to {options.out}: {', '.join(files.values())}")
    return 0


def model_of(options: Namespace) -> Any:
    """Return the structure of ``--matrices``, with the starts of the command; None for modes."""
    from dataclasses import replace

    from surrogate.cli.parser import pairs
    from surrogate.identification.matrix_file import read_matrices

    if options.structure != MATRICES:
        return None
    model = read_matrices(options.matrices)
    start = {name: _number(text) for name, text in pairs(options.start, "--start").items()}
    return replace(model, start={**model.start, **start})


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ValueError(f"--start {text!r}: must be a number") from None


def _choice(options: Namespace, model: Any) -> Any:
    """What is fixed, and what is known before, about the starts that were given."""
    from surrogate.cli import identify_priors
    from surrogate.identification.priors import LogNormal
    from surrogate.identification.unknowns import Choice

    if model is None:
        return Choice()
    deviations, priors = identify_priors.given(options.prior)
    usual = [LogNormal(name, spread) for name, spread in deviations.items()]
    starts = {unknown.name: unknown.start for unknown in model.unknowns}
    return Choice(fixed=options.fixed, priors=[prior.about(starts) for prior in (*usual, *priors)])
