"""What a notebook asks of a trained surrogate: responses as labelled data, in physical units."""

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike

from datasets.contract import units
from simulators.excitation.motion import BaseMotion, ExternalForce
from surrogate.data import channels
from surrogate.data.channels import Interface
from surrogate.data.labelled import as_dataset
from surrogate.inference import excitations, extrapolation, structural_parameters
from surrogate.inference.ensemble import Ensemble
from surrogate.inference.ensemble import load as load_ensemble
from surrogate.training.module import Surrogate

Motion = BaseMotion | ExternalForce


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
    excitation: Motion | Sequence[Motion] | xr.DataArray | np.ndarray | str | Path,
    parameters: Mapping[str, ArrayLike] | None = None,
) -> xr.Dataset:
    """Responses to excitations, from rest.

    Parameters
    ----------
    surrogate : Surrogate or Ensemble
    excitation
        A motion of `simulators` or several of one length, an accelerogram's file, a DataArray along
        `time` or `record` and `time`, or an array of shape (time,) or (record, time) in the unit
        and at the interval of the surrogate; for a surrogate of several histories an array
        (record, time, inputs). Motions, files and DataArrays of another interval are resampled, and
        DataArrays of another unit are converted.
    parameters : mapping, optional
        Structural parameters that the surrogate takes, a value or one for each channel; by default
        the nominal values of the recipe of the training data.

    Returns
    -------
    Dataset
        Excitation and responses under their names along `record` and `time`, with units; of an
        ensemble also the spread of each response, under its name with `_spread`.

    Warns
    -----
    Extrapolation
        For records that are stronger or longer than those of the training, and for parameters far
        from theirs.

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
    interface = members.interface
    if isinstance(excitation, np.ndarray) and excitation.ndim == 3:
        if parameters is not None:
            raise ValueError("an array (record, time, inputs) holds the parameters too: leave them")
        input = _whole_input(excitation, interface)
        source = "an array"
    else:
        motions = _motions(excitation, interface)
        values = structural_parameters.completed(interface, parameters or {})
        for motion in motions:
            for line in extrapolation.warnings(members, motion, values):
                warnings.warn(line, Extrapolation, stacklevel=2)
        input = _stacked(motions, values)
        source = ", ".join(dict.fromkeys(motion.origin for motion in motions))
    mean, spread = members.respond(input)
    response = as_dataset(interface, input, mean, {"source": f"surrogate; {source}"})
    if len(members.members) == 1:
        return response
    apart = as_dataset(interface, input, spread)
    for group in interface.targets:
        variable = apart[group.variable].variable
        variable.attrs["long_name"] += ", standard deviation of the members"
        response[f"{group.variable}_spread"] = variable
    return response


def _whole_input(values: np.ndarray, interface: Interface) -> np.ndarray:
    wanted = channels.count(interface.inputs)
    if values.shape[2] != wanted:
        names = ", ".join(channels.labels(interface.inputs))
        raise ValueError(f"excitation has {values.shape[2]} channels, needs {wanted}: {names}")
    return values.astype(np.float32)


def _motions(
    excitation: Motion | Sequence[Motion] | xr.DataArray | np.ndarray | str | Path,
    interface: Interface,
) -> list[Motion]:
    """The records of an excitation at the interval of the surrogate."""
    wanted = excitations.excitation(interface)
    kind = ExternalForce if wanted.variable == "force" else BaseMotion
    if isinstance(excitation, str | Path):
        record = excitations.read(Path(excitation), interface)
        for note in record.notes:
            warnings.warn(f"{excitation}: {note}", UserWarning, stacklevel=3)
        return [record.motion]
    if isinstance(excitation, xr.DataArray):
        return _labelled(excitation, interface)
    if isinstance(excitation, np.ndarray):
        return _histories(excitation, interface.sampling_interval, interface, "an array")
    given = [excitation] if isinstance(excitation, BaseMotion | ExternalForce) else excitation
    if not isinstance(given, Sequence) or not given:
        raise ValueError(
            f"excitation = {excitation!r}: expected a {kind.__name__}, several, a file, "
            "a DataArray or an array"
        )
    for motion in given:
        if not isinstance(motion, kind):
            raise ValueError(
                f"the surrogate takes {wanted.variable}, a {kind.__name__} or an array; got a "
                f"{type(motion).__name__}"
            )
    return [_resampled(motion, interface) for motion in given]


def _labelled(array: xr.DataArray, interface: Interface) -> list[Motion]:
    """Records of a DataArray, by its own unit and times."""
    if "time" not in array.coords or set(array.dims) not in ({"time"}, {"record", "time"}):
        raise ValueError(
            "excitation must run along time, or record and time, with the coordinate time (s), got "
            f"dimensions {', '.join(map(str, array.dims))}"
        )
    times = array["time"].values
    steps = np.diff(times)
    if len(steps) < 1 or not np.allclose(steps, steps[0], rtol=1e-3):
        raise ValueError("time of the excitation must be even: interpolate it first")
    wanted = excitations.excitation(interface)
    stated = array.attrs.get("units")
    factor = 1.0 if stated is None else units.factor(wanted.variable, str(stated), wanted.units)
    values = array.transpose(..., "time").values * factor
    interval = float(times[-1] - times[0]) / (len(times) - 1)
    return _histories(values, interval, interface, str(array.name or "a DataArray"))


def _histories(
    values: np.ndarray, interval: float, interface: Interface, origin: str
) -> list[Motion]:
    """Records of an array (time,) or (record, time), in the unit of the surrogate."""
    if values.ndim not in (1, 2) or values.size == 0:
        raise ValueError(
            f"excitation must have the shape (time,) or (record, time), got {values.shape}"
        )
    is_force = excitations.excitation(interface).variable == "force"
    motions: list[Motion] = []
    for history in np.atleast_2d(values).astype(float):
        if is_force:
            motions.append(ExternalForce(history, interval, origin=origin))
        else:
            motions.append(BaseMotion(history, interval, origin=origin))
    return [_resampled(motion, interface) for motion in motions]


def _resampled(motion: Motion, interface: Interface) -> Motion:
    interval = interface.sampling_interval
    if np.isclose(motion.interval, interval):
        return motion
    return motion.resample(interval)


def _stacked(motions: Sequence[Motion], values: Mapping[str, np.ndarray]) -> np.ndarray:
    """Input of the surrogate, shape (record, time, inputs)."""
    blocks = [excitations.assembled(motion, values) for motion in motions]
    lengths = {block.shape[1] for block in blocks}
    if len(lengths) > 1:
        raise ValueError(
            f"motions have {min(lengths)} to {max(lengths)} samples: respond to one after another"
        )
    return np.concatenate(blocks)
