"""A trained surrogate for other programs: physical input to physical output, any number of records
and of samples.

ONNX is what runtimes of most languages read; a program of torch.export goes to torch's compilers; a
plain checkpoint is what this package needs to predict, without the state of the training. Every
file is checked against the checkpoint before it gets its name: on random records of other numbers
and lengths it may deviate by 1e-5 standard deviations of the targets at most. Of an ensemble a file
gives the mean and the spread, both checked so.
"""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from datasets.files.disk import new_file, refuse_to_overwrite
from surrogate import inference
from surrogate.export import ensembles
from surrogate.export.checkpoint import write_checkpoint
from surrogate.export.onnx_graph import write_onnx
from surrogate.export.program import write_program
from surrogate.inference import ensemble
from surrogate.inference.ensemble import Ensemble
from surrogate.training.module import Surrogate

WRITERS = {".onnx": write_onnx, ".pt2": write_program, ".ckpt": write_checkpoint}
"""Format by suffix; a writer takes the surrogate, its checkpoint and the path, and returns what
runs the file.
"""
ENSEMBLE_WRITERS = {
    ".onnx": ensembles.write_onnx,
    ".pt2": ensembles.write_program,
    ".ckpt": ensembles.write_checkpoint,
}
"""The same for ensembles, whose files give mean and spread."""
Run = Callable[[np.ndarray], Any]
"""Physical input to the response, or to mean and spread of an ensemble."""
LARGEST_DEVIATION = 1e-5
CHECKED_SHAPES = ((1, 37), (3, 8), (4, 101), (2, 1))  # records, samples


def write(
    checkpoint: str | Path,
    path: str | Path,
    overwrite: bool = False,
    trust: Sequence[str] = (),
) -> float:
    """Export a checkpoint in the format that the suffix of `path` names: .onnx, .pt2 (torch.export)
    or .ckpt.

    Parameters
    ----------
    checkpoint, path : str or Path
    overwrite : bool
        Whether the export may replace a file.
    trust : sequence of str
        Modules whose classes the checkpoint may name, see `surrogate.load`.

    Returns
    -------
    float
        Largest deviation from the checkpoint, in standard deviations of the targets.

    Raises
    ------
    FileNotFoundError, FileExistsError
        Without a checkpoint; for a file that exists.
    ValueError
        For a file that is not a checkpoint, another suffix, a network that the format cannot hold,
        or a deviation.
    """
    path = Path(path)
    if path.suffix not in WRITERS:
        raise ValueError(f"{path} must end in one of {', '.join(WRITERS)}, which name the formats")
    refuse_to_overwrite(path, overwrite)
    members = ensemble.load([checkpoint], trust)
    _require_kind(members, path)
    with new_file(path, overwrite) as temporary:
        run = _written(members, Path(checkpoint), temporary, path.suffix)
        return _checked(members, run)


def _require_kind(members: Ensemble, path: Path) -> None:
    """Raise ValueError for a surrogate that the format of a file cannot hold."""
    if path.suffix == ".ckpt":
        return
    if members.interface.pixels:
        raise ValueError(f"a surrogate of images can be exported to .ckpt alone, got {path}")
    if members.interface.classes and len(members.members) > 1:
        raise ValueError(
            f"an ensemble of classifiers can be exported to .ckpt alone, got {path}: export each "
            "of its members, whose probabilities are averaged"
        )


def _written(members: Ensemble, checkpoint: Path, path: Path, suffix: str) -> Run:
    """Write a surrogate, or an ensemble with its spread; returns what runs the file."""
    if len(members.members) == 1:
        return WRITERS[suffix](members.members[0], checkpoint, path)
    return ENSEMBLE_WRITERS[suffix](members, checkpoint, path)


def _checked(members: Ensemble, run: Run) -> float:
    """The deviation of an exported file from its checkpoint.

    Raises
    ------
    ValueError
        For one that is too large, and a file that runs on some records only.
    """
    first = members.members[0]
    kind = type(first.network).__name__
    alone = len(members.members) == 1
    answer: Run = partial(inference.respond, first) if alone else members.respond
    try:
        deviation = _deviation(first, run, answer)
    except Exception:  # of the runtime: shapes of the export's own run, written into the file
        raise ValueError(
            f"the exported {kind} runs only on the number of records and samples that it was "
            "exported with"
        ) from None
    if not deviation <= LARGEST_DEVIATION:
        raise ValueError(
            f"the exported {kind} deviates from its checkpoint by {deviation:.2g} standard "
            f"deviations, at most {LARGEST_DEVIATION:g} is allowed"
        )
    return deviation


def _deviation(surrogate: Surrogate, run: Run, answer: Run) -> float:
    """Largest deviation of `run` from `answer` on random records like those of the training, in
    standard deviations of the targets.
    """
    generator = np.random.default_rng(0)
    pixels = surrogate.interface.pixels
    behind = (-1, *(1 for _ in pixels))  # axes behind that of the channels
    mean = surrogate.input_scaling.mean.numpy().reshape(behind)
    scale = surrogate.input_scaling.scale.numpy().reshape(behind)
    constant = [group.constant for group in surrogate.interface.inputs for _ in group.labels]
    largest = 0.0
    for records, samples in CHECKED_SHAPES:
        sizes = (records,) if surrogate.interface.interval is None else (records, samples)
        values = generator.standard_normal((*sizes, len(mean), *pixels))
        if len(sizes) > 1:  # structural parameters are the same at all times
            values[:, :, constant] = values[:, :1, constant]
        input = (mean + scale * values).astype(np.float32)
        difference = np.asarray(run(input)) - np.asarray(answer(input))
        relative = difference / surrogate.target_scaling.scale.numpy()
        largest = max(largest, float(np.abs(relative).max()))
    return largest
