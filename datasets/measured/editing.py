"""Measured records made to fit: resampled, cut into segments, put one after another."""

from collections.abc import Mapping, Sequence

import numpy as np
import xarray as xr

from datasets.contract import lengths, partition
from datasets.contract.schema import SAMPLES, time_axis
from simulators.excitation.filtering import resample
from simulators.excitation.synthetic.grid import sample_count


def brought(dataset: xr.Dataset, interval: float | None, duration: float | None) -> xr.Dataset:
    """Return the records at a sampling interval (s) and cut to a length (s), where they are given.

    Errors as for `shortened`.
    """
    if interval is not None:
        dataset = resampled(dataset, interval)
    return dataset if duration is None else shortened(dataset, duration)


def drawn_parts(records: int, fractions: Mapping[str, float], seed: int) -> xr.DataArray:
    """Return the part of each record, drawn by shares, under the name that training looks for.

    Raises
    ------
    ValueError
        When two names mean one part, the shares do not add up to 1, or a part would be empty.
    """
    shares = {partition.canonical(name): share for name, share in fractions.items()}
    if len(shares) < len(fractions):
        raise ValueError(f"a part is named twice: {' and '.join(fractions)}")
    drawn = partition.draw(records, shares, seed)
    for number, name in enumerate(shares):
        if number not in drawn:
            raise ValueError(
                f"part {name} would be empty: {shares[name]:g} of {records} records (segments of a "
                "record stay together)"
            )
    return partition.label(drawn, list(shares))


def shortened(dataset: xr.Dataset, duration: float) -> xr.Dataset:
    """Return the first `duration` seconds of the records.

    Raises
    ------
    ValueError
        When the records are shorter: a response cannot be continued by zeros.
    """
    time = dataset["time"].values
    interval = float(time[1] - time[0])
    count = sample_count(duration, interval)
    if count > len(time):
        raise ValueError(
            f"duration must be at most {time[-1]:g} s, the length of the records, got {duration:g}"
        )
    return dataset.isel(time=slice(count))


def resampled(dataset: xr.Dataset, interval: float) -> xr.Dataset:
    """Return the records at another sampling interval (s), band-limited."""
    present = float(dataset["time"][1] - dataset["time"][0])
    if present == interval:
        return dataset
    moved = {}
    for name, variable in dataset.data_vars.items():
        if "time" in variable.dims:
            series = np.moveaxis(variable.values.astype(float), 1, -1)
            rows = [
                resample(row, present, interval) for row in series.reshape(-1, series.shape[-1])
            ]
            values = np.moveaxis(np.reshape(rows, (*series.shape[:-1], -1)), -1, 1).astype(
                np.float32
            )
            moved[name] = (variable.dims, values, variable.attrs)
    count = next(iter(moved.values()))[1].shape[1]
    rest = dataset.drop_dims("time").drop_vars("time", errors="ignore")
    return rest.assign(moved).assign_coords(time=time_axis(count, interval))


def segmented(dataset: xr.Dataset, length: int) -> xr.Dataset:
    """Return the records cut into segments of `length` samples; what is left at the end of a record
    is dropped.

    The segments of a record stay in its part. Each starts at time zero, though not at rest.
    """
    samples = lengths.own(dataset)
    if not 2 <= length <= samples.min():
        of = ", the shortest record" if SAMPLES in dataset else ""
        raise ValueError(f"segment must have from 2 to {samples.min()} samples{of}, got {length}")
    count = samples // length  # segments of each record
    most = int(count.max())
    inside = lengths.counts(count, most)  # (record, segment)
    variables = {}
    for name, variable in dataset.drop_vars(SAMPLES, errors="ignore").data_vars.items():
        if "time" in variable.dims:
            cut = variable.values[:, : most * length]
            values = cut.reshape(len(count), most, length, *variable.shape[2:])[inside]
        else:
            values = np.repeat(variable.values, count, axis=0)
        variables[name] = (variable.dims, values, variable.attrs)
    return xr.Dataset(variables, {"time": dataset["time"][:length]}, dataset.attrs)


def concatenated(datasets: Sequence[xr.Dataset]) -> xr.Dataset:
    """Return the records of all, which must have the same variables, sampling interval and floors.

    Records of different lengths keep theirs (`datasets.contract.lengths`).
    """
    first = datasets[0]
    for other in datasets[1:]:
        for name in ("floor", "storey"):
            if other.sizes.get(name) != first.sizes.get(name):
                raise ValueError(
                    f"inputs differ in {name}: {first.sizes.get(name)} and {other.sizes.get(name)}"
                )
        common = min(first.sizes["time"], other.sizes["time"])
        if not np.allclose(other["time"][:common], first["time"][:common]):
            raise ValueError(
                "inputs differ in their sampling interval: bring them to one by --resample"
            )
    return xr.concat(
        _of_one_length(datasets),
        "record",
        data_vars="minimal",
        coords="minimal",
        compat="override",
        join="override",
    )


def _of_one_length(datasets: Sequence[xr.Dataset]) -> list[xr.Dataset]:
    """Return datasets with the time axis of the longest, each record padded behind its end."""
    longest = max(dataset.sizes["time"] for dataset in datasets)
    if all(SAMPLES not in each and each.sizes["time"] == longest for each in datasets):
        return list(datasets)
    return [lengths.extended(each, longest) for each in datasets]
