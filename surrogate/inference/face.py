"""What a notebook asks of a trained surrogate: responses as labelled data, in physical units."""

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike

from surrogate.data.channels import Interface
from surrogate.inference import (
    continuation,
    excitations,
    extrapolation,
    python_objects,
    structural_parameters,
)
from surrogate.inference.answer import answered
from surrogate.inference.ensemble import Ensemble
from surrogate.inference.ensemble import load as load_ensemble
from surrogate.inference.histories import Excitation
from surrogate.inference.python_objects import Motion
from surrogate.training.module import Surrogate

Input = Motion | Sequence[Motion] | xr.DataArray | np.ndarray
"""One input of a surrogate."""
LONGEST = 2000  # letters of an attribute


class Extrapolation(UserWarning):
    """A surrogate is asked for more than its training records show."""


def ensemble(checkpoints: str | Path | Sequence[str | Path], trust: Sequence[str] = ()) -> Ensemble:
    """Surrogates that answer together: the mean of their responses, and its spread.

    Parameters
    ----------
    checkpoints : path or sequence of paths
        Checkpoints of the members, or the file of `surrogate ensemble`.
    trust : sequence of str
        Modules whose classes they may name, see `surrogate.load`.

    Raises
    ------
    FileNotFoundError, ValueError
        As `surrogate.load`; also for members of other channels, or of the same weights.
    """
    paths = [checkpoints] if isinstance(checkpoints, str | Path) else list(checkpoints)
    if not paths:
        raise ValueError("checkpoints is empty: expected at least one path")
    return load_ensemble(paths, trust)


def respond(
    surrogate: Surrogate | Ensemble,
    excitation: Input | Mapping[str, Input] | xr.Dataset | str | Path,
    parameters: Mapping[str, ArrayLike] | None = None,
    known: float | None = None,
) -> xr.Dataset:
    """Responses to excitations, from rest where nothing else is known.

    Parameters
    ----------
    surrogate : Surrogate or Ensemble
    excitation
        Of a surrogate with one input: a motion of `simulators` or several, a DataArray along `time`
        or `record` and `time`, or an array (time,) or (record, time). Of any surrogate: a mapping
        with these by the names of its inputs, a Dataset that has them as variables, or an array
        (record, time, channel) of the inputs that vary in time, or of all. Or a file: an
        accelerogram, a table with a column for each input, or a dataset. Arrays are in the unit and
        at the interval of the surrogate; all else is converted and resampled where it has another
        one. Of a function: points (sample, channel).
    parameters : mapping, optional
        Structural parameters that the surrogate takes: a value, one for each channel, or one for
        each record. By default those that the excitation states, or else the nominal values of the
        recipe of the training data.
    known : float, optional
        Time (s) at the start of each record over which the excitation, a dataset or its file,
        states the response: the state before it is estimated from that. For networks whose state is
        one vector, see `surrogate.training.known_start`.

    Returns
    -------
    Dataset
        Excitation and responses under their names along `record` and `time`, with units; of an
        ensemble also the spread of each response, under its name with `_spread`. Records of unlike
        lengths end in NaN, see `datasets.contract.lengths`.

    Warns
    -----
    Extrapolation
        For records that are stronger or longer than those of the training, and for parameters
        outside theirs, with the share of the records.

    Raises
    ------
    ValueError
        When the excitation is not what the surrogate takes.
    """
    if not isinstance(surrogate, Surrogate | Ensemble):
        raise ValueError(
            f"surrogate = {surrogate!r}: expected a Surrogate or an Ensemble; surrogate.load(path) "
            "makes it from a checkpoint"
        )
    members = surrogate if isinstance(surrogate, Ensemble) else Ensemble((surrogate,))
    records = _records(excitation, members.interface)
    stated = [record.parameters for record in records]
    if isinstance(excitation, np.ndarray) and parameters and any(stated):
        raise ValueError("an array (record, time, inputs) holds the parameters too: leave them")
    values = structural_parameters.completed(members.interface, parameters or {}, stated)
    for line in extrapolation.warnings(members, records, values):
        warnings.warn(line, Extrapolation, stacklevel=2)
    origins = ", ".join(dict.fromkeys(record.origin for record in records))
    first = 0
    if known is not None:
        first = continuation.known_samples(records, known, members.interface.interval)
    answer = answered(members, records, values, known=first)
    return answer.to_dataset(f"surrogate; {origins[:LONGEST]}")


def _records(
    excitation: Input | Mapping[str, Input] | xr.Dataset | str | Path, interface: Interface
) -> tuple[Excitation, ...]:
    """The records of an excitation at the interval of the surrogate."""
    if not isinstance(excitation, str | Path):
        return python_objects.records_of(excitation, interface)
    source = excitations.read(Path(excitation), interface)
    for note in source.notes:
        warnings.warn(f"{excitation}: {note}", UserWarning, stacklevel=3)
    return source.records
