"""Records of an xarray.Dataset as a surrogate takes them: inputs and parameters by name, and the
targets where it has them.
"""

from dataclasses import dataclass

import numpy as np
import xarray as xr

from datasets.contract import failures, lengths, partition
from simulators.excitation.sampling import even_interval
from surrogate.data.channels import ChannelGroup, Interface
from surrogate.inference.asking import TIME, Asking
from surrogate.inference.histories import (
    Excitation,
    Series,
    constant,
    dynamic,
    factor,
    is_alike,
    named,
    peaks_in_words,
    side_by_side,
)


@dataclass(frozen=True, eq=False)
class Labelled:
    """Records of a dataset, and what was done to read them.

    Parameters
    ----------
    records : tuple of Excitation
    words : str
        Number, samples and interval of the records, peaks, and what else the dataset states.
    notes : tuple of str
        What the user should know, each worth a warning.
    """

    records: tuple[Excitation, ...]
    words: str
    notes: tuple[str, ...] = ()


def read(dataset: xr.Dataset, interface: Interface, origin: str, asking: Asking) -> Labelled:
    """Records of a dataset at the interval of the surrogate.

    Parameters
    ----------
    dataset : Dataset
        Inputs along (record, time) or (record, time, channel), or points along (sample) or (sample,
        channel). Without the dimension `record` it is one record.
    interface : Interface
    origin : str
        Where it comes from.
    asking : Asking
        Variables of other names, units where the dataset states none, and the part that is meant.

    Raises
    ------
    ValueError
        For an input that is missing, of other dimensions or of another quantity, and a part that
        the dataset does not have.
    """
    leading = ("record", TIME) if interface.interval is not None else ("sample",)
    dataset = _with_names(dataset, asking)
    for group in dynamic(interface):
        if group.variable not in dataset:
            raise ValueError(
                f"{origin} has no variable {group.variable!r}, an input of the surrogate, it has "
                f"{', '.join(map(str, dataset.data_vars))}"
            )
    if leading[0] not in dataset.dims:
        dataset = dataset.expand_dims(leading[0])
    number, notes = _chosen(dataset, leading[0], asking.part, origin)
    dataset = dataset.isel({leading[0]: number})
    interval = _interval(dataset, interface, origin)
    truth, untold = _truth(dataset, interface, interval, leading)
    parameters = _parameters(dataset, interface, origin, asking)
    inputs = {
        group.variable: (_block(dataset, group, leading, origin), _unit(dataset, group, asking))
        for group in dynamic(interface)
    }
    records = []
    for own, samples in enumerate(_samples(dataset, interface)):
        series = {
            name: Series(_one(values, own, samples, interface), interval, unit)
            for name, (values, unit) in inputs.items()
        }
        of_record = {name: values[own] for name, values in parameters.items()}
        known = None if truth is None else _one(truth, own, samples, interface)
        place = origin if dataset.sizes[leading[0]] == 1 else f"{origin}, record {number[own]}"
        records.append(side_by_side(series, interface, place, of_record, known))
    words = _words(records, interface, interval, asking.part, truth is not None)
    return Labelled(tuple(records), words, (*notes, *untold))


def _with_names(dataset: xr.Dataset, asking: Asking) -> xr.Dataset:
    """The dataset with the names of the surrogate for variables that are called otherwise."""
    wanted = {variable: name for name, variable in asking.columns.items()}
    missing = next((variable for variable in wanted if variable not in dataset.variables), None)
    if missing is not None:
        raise ValueError(
            f"--input {wanted[missing]}={missing}: the dataset has "
            f"{', '.join(map(str, dataset.data_vars))}"
        )
    hidden = [name for old, name in wanted.items() if name != old and name in dataset]
    return dataset.drop_vars(hidden).rename(wanted)


def _chosen(
    dataset: xr.Dataset, lead: str, part: str | None, origin: str
) -> tuple[np.ndarray, list[str]]:
    """Numbers of the records that are asked for, and a note on those that have failed."""
    number = np.arange(dataset.sizes[lead])
    if part is not None:
        names = partition.names(dataset)
        if part not in names:
            raise ValueError(f"{origin} has no {part} part, it has {', '.join(names) or 'none'}")
        number = partition.members(dataset, part)
    failed = failures.mask(dataset)[number] if "failed" in dataset else np.zeros(len(number), bool)
    notes = []
    if failed.any():
        notes = [f"{int(failed.sum())} records without a response of the simulator are left out"]
    if failed.all():
        raise ValueError(f"{origin} has no record {f'in its {part} part' if part else ''}".rstrip())
    return number[~failed], notes


def _interval(dataset: xr.Dataset, interface: Interface, origin: str) -> float | None:
    if interface.interval is None:
        return None
    if TIME not in dataset.coords:
        raise ValueError(f"{origin} must run along time, with the coordinate time (s)")
    try:
        return even_interval(np.asarray(dataset[TIME].values, dtype=float))
    except ValueError as error:
        raise ValueError(f"{origin}: {error}") from None


def _samples(dataset: xr.Dataset, interface: Interface) -> np.ndarray:
    """Samples of each record that count; points of a function are one record."""
    if interface.interval is None:
        return np.array([dataset.sizes["sample"]])
    return lengths.own(dataset)


def _one(values: np.ndarray, own: int, samples: int, interface: Interface) -> np.ndarray:
    """One record of a block, shape (time, channel)."""
    return values if interface.interval is None else values[own, :samples]


def _block(
    dataset: xr.Dataset, group: ChannelGroup, leading: tuple[str, ...], origin: str
) -> np.ndarray:
    """A variable as (record, time, channel), or (sample, channel)."""
    variable = dataset[group.variable]
    rest = [dim for dim in variable.dims if dim not in leading]
    if len(rest) > 1 or not set(leading) <= set(variable.dims):
        raise ValueError(
            f"{origin}: {group.variable} runs along ({', '.join(map(str, variable.dims))}), must "
            f"run along ({', '.join(leading)}[, channel])"
        )
    values = variable.transpose(*leading, *rest).values
    block = values.reshape(*values.shape[: len(leading)], -1).astype(float)
    if block.shape[-1] != group.channels:
        raise ValueError(
            f"{origin}: {group.variable} has {block.shape[-1]} channels, the surrogate takes "
            f"{group.channels}"
        )
    return block


def _unit(dataset: xr.Dataset, group: ChannelGroup, asking: Asking) -> str | None:
    stated = dataset[group.variable].attrs.get("units")
    return asking.units.get(group.variable, None if stated is None else str(stated))


def _parameters(
    dataset: xr.Dataset, interface: Interface, origin: str, asking: Asking
) -> dict[str, np.ndarray]:
    """Structural parameters that the dataset states, each (record, channel)."""
    return {
        group.variable: _block(dataset, group, ("record",), origin)
        * factor(group, _unit(dataset, group, asking))
        for group in constant(interface)
        if group.variable in dataset
    }


def _truth(
    dataset: xr.Dataset, interface: Interface, interval: float | None, leading: tuple[str, ...]
) -> tuple[np.ndarray | None, list[str]]:
    """All targets side by side where the dataset has them, or else why they are not compared."""
    groups = interface.targets
    there = [group for group in groups if group.variable in dataset]
    if not there:
        return None, []
    if interface.classes:
        return None, ["classes are not compared here: `surrogate test` scores them"]
    told = f"{named(tuple(there))} of the file cannot be compared: "
    if len(there) < len(groups):
        return None, [f"{told}the surrogate gives {named(groups)}"]
    for group in groups:
        unit = dataset[group.variable].attrs.get("units")
        if unit != group.units:
            return None, [f"{told}{group.variable} is in {unit}, the surrogate's in {group.units}"]
    own = interface.interval
    if own is not None and interval is not None and not is_alike(own, interval):
        return None, [f"{told}they are sampled every {interval:g} s, the surrogate's every {own:g}"]
    try:
        blocks = [_block(dataset, group, leading, "the file") for group in groups]
    except ValueError as error:
        return None, [f"{told}{error}"]
    return np.concatenate(blocks, axis=-1), []


def _words(
    records: list[Excitation],
    interface: Interface,
    interval: float | None,
    part: str | None,
    has_truth: bool,
) -> str:
    """How the records were read, in words."""
    samples = {record.samples for record in records}
    extent = f"{min(samples)}" if len(samples) == 1 else f"{min(samples)} to {max(samples)}"
    unit = "points" if interval is None else "samples"
    words = [f"{len(records)} record{'s' if len(records) > 1 else ''} of {extent} {unit}"]
    if part is not None:
        words.append(f"part {part}")
    if interval is not None:
        words.append(f"interval {interval:.6g} s (coordinate time)")
        if interface.interval is not None and not is_alike(interval, interface.interval):
            words.append(f"resampled to {interface.interval:g} s")
    peaks = np.stack([record.peaks for record in records])
    words.append(peaks_in_words(peaks, dynamic(interface)))
    if records[0].parameters:
        words.append(f"with {', '.join(records[0].parameters)}")
    if has_truth:
        words.append(f"compared with {named(interface.targets)} there")
    return ", ".join(words)
