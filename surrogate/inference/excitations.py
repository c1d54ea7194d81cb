"""Recorded excitations as the input of a surrogate: accelerograms, force histories, structural
parameters.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from datasets.measured.accelerograms import find
from datasets.measured.importing import Reading
from datasets.measured.sources import read_arrays
from simulators.excitation.motion import BaseMotion, ExternalForce
from simulators.excitation.recorded import Given, NotAnAccelerogram, is_generic, read_recording
from surrogate.data import channels, structures
from surrogate.data.channels import ChannelGroup, Interface
from surrogate.inference.ensemble import Ensemble
from surrogate.training.module import Surrogate

FAR = 2.0
"""Standard deviations of the training records beyond which a parameter counts as an extrapolation
where their bounds are not known: those of a uniform distribution lie at 1.73.
"""
ROUNDING = 1e-6
"""Of parameters that are kept in single precision."""
LONG = 2.0
"""Durations of the training records beyond which a record counts as long."""


def excitation(interface: Interface) -> ChannelGroup:
    """The one input that varies in time; ValueError for a surrogate that takes anything but one
    recorded history.
    """
    dynamic = [signal for signal in interface.inputs if not signal.constant]
    names = ", ".join(signal.variable for signal in dynamic)
    if (
        interface.interval is None
        or names not in ("base_acceleration", "force")
        or dynamic[0].channels != 1
    ):
        raise ValueError(
            f"the surrogate takes {names}; a record gives base_acceleration or force alone"
        )
    return dynamic[0]


@dataclass(frozen=True, eq=False)
class Excitation:
    """A record as the surrogate takes it.

    Parameters
    ----------
    motion : BaseMotion or ExternalForce
        At the sampling interval of the surrogate.
    line : str
        How its file was read, and where each fact stands.
    notes : tuple of str
        What the user should know of the record, each worth a warning.
    """

    motion: BaseMotion | ExternalForce
    line: str
    notes: tuple[str, ...] = ()


def files(paths: Sequence[Path], pattern: str = "*") -> list[Path]:
    """Files among files and folders, sorted within each folder, whose sub-folders count."""
    found = []
    for path in paths:
        found += find(path, pattern) if path.is_dir() else [path]
    return found


def read_all(
    paths: Sequence[Path], interface: Interface, given: Given, peak: float | None = None
) -> tuple[dict[Path, Excitation], list[str]]:
    """Read records, of which those that are no accelerograms are left if there are others.

    Parameters
    ----------
    paths : sequence of Path
        Files, as `files` lists them; one alone must be a record.
    interface, given, peak
        As in `read`.

    Returns
    -------
    excitations : dict
        By path.
    left : list of str
        The other files, each with the reason.

    Raises
    ------
    FileNotFoundError, ValueError
        Naming the file that is damaged, or two records of one name.
    """
    found: dict[Path, Excitation] = {}
    refused: list[ValueError] = []
    left: list[str] = []
    for path in paths:
        try:
            found[path] = read(path, interface, given, peak)
        except NotAnAccelerogram as error:
            refused.append(error)
            left.append(str(error))
        except ValueError as error:
            if len(paths) == 1 or not is_generic(path):
                raise
            refused.append(error)
            left.append(str(error))
    own = [path for path in found if not is_generic(path)]
    if refused and not own:
        raise refused[0]
    names = [path.name for path in found]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice:
        raise ValueError(f"two records are called {twice}: their responses would have one name")
    return found, left


def read(
    path: Path, interface: Interface, given: Given | None = None, peak: float | None = None
) -> Excitation:
    """One record at the sampling interval of the surrogate.

    Parameters
    ----------
    path : Path
        An accelerogram of any format or, for a surrogate of a force, a table with a column `force`
        and either a column `time` or an interval that is given.
    interface : Interface
    given : Given, optional
        What the file leaves open, and the component of several.
    peak : float, optional
        Scale the record to this peak: m s-2 or N.

    Raises
    ------
    FileNotFoundError, ValueError
        Naming the file, as `simulators.excitation.recorded.read_recording`.
    """
    given = given or Given()
    if peak is not None and not (peak > 0.0 and np.isfinite(peak)):
        raise ValueError(f"peak must be a positive number, got {peak:g}")
    motion: BaseMotion | ExternalForce
    notes: tuple[str, ...] = ()
    if excitation(interface).variable == "force":
        motion = _force(path, given.interval, given.unit)
        line = (
            f"{path.name}: table, interval {motion.interval:.6g} s, {motion.force.size} samples, "
            f"peak {motion.peak:.4g} N"
        )
    else:
        recording = read_recording(path, given)
        motion = recording.motion
        line = recording.line
        notes = recording.notes
    if interface.interval is not None and not np.isclose(motion.interval, interface.interval):
        motion = motion.resample(interface.interval)
        line += f", resampled to {interface.interval:g} s"
    if peak is not None:
        motion = _scaled(motion, peak, path)
        line += f", scaled to a peak of {peak:g}"
    return Excitation(motion, line, notes)


def _scaled(
    motion: BaseMotion | ExternalForce, peak: float, path: Path
) -> BaseMotion | ExternalForce:
    if motion.peak == 0.0:
        raise ValueError(f"{path} is zero everywhere and cannot be scaled to a peak of {peak:g}")
    if isinstance(motion, BaseMotion):
        return motion.scale_to_peak(peak)
    return replace(motion, force=motion.force * (peak / motion.peak))


def history(motion: BaseMotion | ExternalForce) -> np.ndarray:
    """Samples of a record, shape (time,)."""
    return motion.acceleration if isinstance(motion, BaseMotion) else motion.force


def parameters(interface: Interface, words: Sequence[str]) -> dict[str, np.ndarray]:
    """Structural parameters that the surrogate takes, in the order of its channels, each of shape
    (channel,).

    Parameters
    ----------
    interface : Interface
    words : sequence of str
        NAME=VALUE, or NAME=VALUE,VALUE,... with a number for each channel. What is not given has
        the nominal value of the recipe of the training data.

    Raises
    ------
    ValueError
        For a word that is none, a parameter that the surrogate does not take, or one without a
        value.
    """
    given: dict[str, ArrayLike] = {}
    for word in words:
        name, equals, text = word.partition("=")
        if not equals:
            raise ValueError(f"--parameter {word!r} must be NAME=VALUE, or NAME=VALUE,VALUE,...")
        try:
            given[name] = [float(number) for number in text.split(",")]
        except ValueError:
            raise ValueError(f"--parameter {word} must hold finite numbers") from None
    return completed(interface, given)


def completed(interface: Interface, given: Mapping[str, ArrayLike]) -> dict[str, np.ndarray]:
    """Structural parameters in the order of the channels, with nominal values where none is given.

    Parameters
    ----------
    interface : Interface
    given : mapping of str to array_like
        A value for all channels of a parameter, or one for each.

    Raises
    ------
    ValueError
        For a parameter that the surrogate does not take, or one without a value.
    """
    groups = {group.variable: group for group in interface.inputs if group.constant}
    for name in given:
        if name not in groups:
            raise ValueError(
                f"the surrogate takes no parameter {name!r}, it takes {', '.join(groups) or 'none'}"
            )
    values = {name: _numbers(groups[name], value) for name, value in given.items()}
    missing = [group for name, group in groups.items() if name not in given]
    if missing:
        values |= _nominal(interface, missing)
    return {name: values[name] for name in groups}  # in the order of the channels


def warnings(
    ensemble: Ensemble, motion: BaseMotion | ExternalForce, values: Mapping[str, np.ndarray]
) -> list[str]:
    """A line for each way in which the surrogate has to extrapolate."""
    member, lines = ensemble.members[0], []
    trained, signal = float(member.input_peak[0]), excitation(ensemble.interface)
    if motion.peak > trained:
        lines.append(
            f"the record's peak of {motion.peak:.3g} {signal.units} is above the {trained:.3g} "
            f"{signal.units} of the "
            "training records: the surrogate extrapolates"
        )
    kept = member.bounds.get("duration")
    usual = structures.duration_of(ensemble.interface.recipe) if kept is None else kept
    if usual is not None and motion.duration > LONG * usual:
        lines.append(
            f"the record's {motion.duration:.4g} s are more than {LONG:g} times the {usual:.4g} s "
            "of the training records: the surrogate extrapolates"
        )
    return [*lines, *_parameters_beyond(member, values)]


def _parameters_beyond(member: Surrogate, values: Mapping[str, np.ndarray]) -> list[str]:
    """A line for each parameter outside the training records; where a checkpoint does not tell
    their bounds, by the standard deviation.
    """
    labels = [label for s in member.interface.inputs if s.constant for label in s.labels]
    flat = np.concatenate([[], *values.values()])
    first = channels.count(member.interface.inputs) - len(flat)  # parameters come last
    if member.bounds:
        low = np.asarray(member.bounds["low"][first:])
        high = np.asarray(member.bounds["high"][first:])
        slack = ROUNDING * np.maximum(np.abs(low), np.abs(high))
        outside = (flat < low - slack) | (flat > high + slack)
        return [
            f"{labels[n]} = {flat[n]:.4g} is outside the {low[n]:.4g} to {high[n]:.4g} of the "
            "training records: the surrogate extrapolates"
            for n in np.flatnonzero(outside)
        ]
    scaling = member.input_scaling
    mean = scaling.mean.numpy()[first:]
    distance = np.abs(flat - mean) / scaling.scale.numpy()[first:]
    return [
        f"{labels[n]} = {flat[n]:.4g} is {distance[n]:.1f} standard deviations from the mean of "
        "the training records: the surrogate extrapolates"
        for n in np.flatnonzero(distance > FAR)
    ]


def assembled(motion: BaseMotion | ExternalForce, values: Mapping[str, np.ndarray]) -> np.ndarray:
    """Input of the surrogate, shape (1, time, inputs): the record, then the parameters at all
    times.
    """
    constant = np.concatenate([[], *values.values()])
    samples = history(motion)[:, None]
    return np.concatenate([samples, np.tile(constant, (len(samples), 1))], axis=1)[None].astype(
        np.float32
    )


def _numbers(group: ChannelGroup, given: ArrayLike) -> np.ndarray:
    values = np.atleast_1d(np.asarray(given, dtype=float))
    if not np.isfinite(values).all():
        words = ",".join(f"{value:g}" for value in values)
        raise ValueError(f"--parameter {group.variable}={words} must hold finite numbers")
    if values.shape not in ((1,), (group.channels,)):
        raise ValueError(
            f"parameter {group.variable} has {group.channels} values ({group.units}), got "
            f"{len(values)}"
        )
    return np.broadcast_to(values, group.channels)


def _nominal(interface: Interface, missing: Sequence[ChannelGroup]) -> dict[str, np.ndarray]:
    nominal = (
        structures.nominal_parameters(structures.recipe_of(interface.recipe))
        if interface.recipe
        else {}
    )
    for signal in missing:
        if signal.variable not in nominal:
            raise ValueError(
                f"parameter {signal.variable} needs a value, the recipe of the training data has "
                "none: give "
                f"--parameter {signal.variable}=... ({signal.channels} x {signal.units})"
            )
    return {signal.variable: nominal[signal.variable] for signal in missing}


def _force(path: Path, interval: float | None, unit: str | None) -> ExternalForce:
    names = ({} if interval else {"time": "time"}) | {"force": "force"}
    try:
        read_arrays(path, names)
    except (
        ValueError
    ) as error:  # an accelerogram, say, of which the reader of tables tells a detail
        columns = "the columns time and force" if "time" in names else "a column force"
        raise ValueError(
            f"expected a table with {columns}, since the surrogate takes a force: {error}"
        ) from None
    table = Reading(names, {"force": unit} if unit else {}, interval).read(path)
    time = table["time"].values
    origin = f"force of {path.name}"
    return ExternalForce(
        table["force"].values[0].astype(float), float(time[-1] / (len(time) - 1)), origin=origin
    )
