"""Records of others' files as a dataset of the contract, by one call from Python."""

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path

import xarray as xr

from datasets.measured import editing
from datasets.measured.accelerograms import recordings_in, stacked
from datasets.measured.importing import Reading, fingerprint
from simulators.excitation.recorded import Given

Paths = str | Path | Sequence[str | Path]


def import_records(
    paths: Paths,
    names: Mapping[str, str] | None = None,
    *,
    units: Mapping[str, str] | None = None,
    interval: float | None = None,
    order: Sequence[str] | None = None,
    component: str | None = None,
    resample: float | None = None,
    duration: float | None = None,
    segment: int | None = None,
    fractions: Mapping[str, float] | None = None,
    seed: int = 0,
) -> xr.Dataset:
    """Bring measured records into the contract; `datasets.write_dataset` writes them to a file.

    Parameters
    ----------
    paths : path or sequence of paths
        Files of arrays (MAT, HDF5, netCDF, NPZ, CSV) where `names` is given, else accelerograms,
        or folders of them.
    names : mapping, optional
        Variable of the contract to the array in the files, as `surrogate import --map`.
    units : mapping, optional
        Unit of a variable where the files state none.
    interval : float, optional
        Sampling interval (s) where the files state none.
    order : sequence of str, optional
        Order of the axes in the arrays: record, time and floor.
    component : str, optional
        Of accelerograms with several: its name, or "all".
    resample : float, optional
        Interval (s) to which the records are brought.
    duration : float, optional
        Length (s) to which the records are cut; accelerograms are continued by zeros to it. By
        default records of different lengths keep theirs (`datasets.contract.lengths`).
    segment : int, optional
        Samples of the segments into which the records are cut; those of one record stay in one
        part.
    fractions : mapping, optional
        Shares of the parts, such as ``{"train": 0.8, "test": 0.2}``, drawn by record.
    seed : int
        Of that draw.

    Returns
    -------
    Dataset
        Its attribute `read` says in a line for each record or file how it was understood.

    Warns
    -----
    UserWarning
        For what the user should know of a record.

    Raises
    ------
    FileNotFoundError, ValueError
        Naming the file and what it lacks.
    """
    files = [Path(paths)] if isinstance(paths, str | Path) else [Path(path) for path in paths]
    if names is None:
        given = Given(None, component, interval, (units or {}).get("base_acceleration"))
        dataset, lines = _accelerograms(files, given, resample, duration)
    else:
        if component is not None:
            raise ValueError("component is for accelerograms: it goes without names")
        reading = Reading(names, units or {}, interval, order, resample=resample)
        dataset, lines = _arrays(files, reading, resample, duration)
    if fractions:
        parts = editing.drawn_parts(dataset.sizes["record"], fractions, seed)
        dataset = dataset.assign(split=parts)
    if segment is not None:
        dataset = editing.segmented(dataset, segment)
    source = ", ".join(map(fingerprint, files))
    return dataset.assign_attrs(source=source, read="\n".join(lines))


def _arrays(
    files: Sequence[Path], reading: Reading, resample: float | None, duration: float | None
) -> tuple[xr.Dataset, list[str]]:
    pieces = []
    lines = []
    for file in files:
        dataset, line = reading.piece(file)
        lines.append(line)
        pieces.append(editing.brought(dataset, resample, duration))
    return editing.concatenated(pieces), lines


def _accelerograms(
    files: Sequence[Path], given: Given, resample: float | None, duration: float | None
) -> tuple[xr.Dataset, list[str]]:
    recordings = []
    lines = []
    for file in files:
        found, left = recordings_in(file, given)
        recordings += found
        lines += [recording.line for recording in found]
        lines += [f"left: {reason}" for reason in left]
    for recording in recordings:
        for note in recording.notes:
            warnings.warn(f"{recording.file}: {note}", UserWarning, stacklevel=3)
    return stacked(recordings, resample, duration), lines
