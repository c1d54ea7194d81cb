"""Recorded excitations as the input of a surrogate: accelerograms and force histories.

What belongs here reads records and lays them out as the network takes them; the parameters beside
them are read by `surrogate.inference.structural_parameters`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from datasets.measured.accelerograms import find
from datasets.measured.importing import Reading
from datasets.measured.sources import read_arrays
from simulators.excitation.motion import BaseMotion, ExternalForce
from simulators.excitation.recorded import Given, NotAnAccelerogram, is_generic, read_recording
from surrogate.data.channels import ChannelGroup, Interface


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


def assembled(motion: BaseMotion | ExternalForce, values: Mapping[str, np.ndarray]) -> np.ndarray:
    """Input of the surrogate, shape (1, time, inputs): the record, then the parameters at all
    times.
    """
    constant = np.concatenate([[], *values.values()])
    samples = history(motion)[:, None]
    return np.concatenate([samples, np.tile(constant, (len(samples), 1))], axis=1)[None].astype(
        np.float32
    )


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
