"""Records of an xarray.Dataset as a surrogate takes them: inputs and parameters by name, and the
targets where it has them.
"""

from dataclasses import dataclass

import numpy as np
import xarray as xr

from datasets.contract import failures, lengths, partition
from simulators.excitation.sampling import even_interval
from surrogate.data.channels import Interface
from surrogate.inference import labelled_values
from surrogate.inference.asking import TIME, Asking
from surrogate.inference.histories import (
    Excitation,
    Series,
    dynamic,
    is_alike,
    named,
    not_converted,
    peaks_in_words,
    side_by_side,
)
from surrogate.inference.labelled_values import leading


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
    numbers : tuple of int
        Of the records in the dataset.
    """

    records: tuple[Excitation, ...]
    words: str
    notes: tuple[str, ...]
    numbers: tuple[int, ...]


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
    lead = "record" if interface.interval is not None else "sample"
    dataset = _with_names(dataset, asking)
    _require_inputs(dataset, interface, origin)
    if lead not in dataset.dims:
        dataset = dataset.expand_dims(lead)
    number, notes = _chosen(dataset, lead, asking.part, origin)
    chosen = _Chosen(dataset.isel({lead: number}), interface, origin, asking)
    truth, untold = labelled_values.truth(chosen.dataset, interface, chosen.interval)
    several = lead == "record" and dataset.sizes[lead] > 1
    names = [f"{origin}, record {own}" if several else origin for own in number]
    records = chosen.records(names, truth)
    numbers = tuple(number.tolist()) if lead == "record" else (0,)
    words = _words(records, interface, chosen.interval, asking.part, truth is not None)
    unused = [not_converted(group, chosen.units[group.variable]) for group in dynamic(interface)]
    notes += [note for note in unused if note is not None]
    return Labelled(tuple(records), words, (*notes, *untold), numbers)


class _Chosen:
    """The records of a dataset that are meant, read as a whole and given one by one.

    Parameters
    ----------
    dataset : Dataset
        Of these records alone.
    interface, origin, asking
        As in `read`.
    """

    def __init__(self, dataset: xr.Dataset, interface: Interface, origin: str, asking: Asking):
        self.dataset = dataset
        self.interface = interface
        self.interval = _interval(dataset, interface, origin, asking)
        self.inputs = {
            group.variable: labelled_values.block(dataset, group, leading(interface), origin)
            for group in dynamic(interface)
        }
        self.units = {
            group.variable: labelled_values.unit_of(dataset, group, asking)
            for group in dynamic(interface)
        }
        self.parameters = labelled_values.parameters(dataset, interface, origin, asking)

    def records(self, names: list[str], truth: np.ndarray | None) -> list[Excitation]:
        """Every record, under its name."""
        return [
            self._record(own, samples, names[own], truth)
            for own, samples in enumerate(_samples(self.dataset, self.interface))
        ]

    def _record(self, own: int, samples: int, name: str, truth: np.ndarray | None) -> Excitation:
        series = {
            variable: Series(self._one(values, own, samples), self.interval, self.units[variable])
            for variable, values in self.inputs.items()
        }
        parameters = {variable: values[own] for variable, values in self.parameters.items()}
        known = None if truth is None else self._one(truth, own, samples)
        return side_by_side(series, self.interface, name, parameters, known)

    def _one(self, values: np.ndarray, own: int, samples: int) -> np.ndarray:
        """One record of a block, shape (time, channel)."""
        return values if self.interface.interval is None else values[own, :samples]


def _require_inputs(dataset: xr.Dataset, interface: Interface, origin: str) -> None:
    for group in dynamic(interface):
        if group.variable not in dataset:
            raise ValueError(
                f"{origin} has no variable {group.variable!r}, an input of the surrogate, it has "
                f"{', '.join(map(str, dataset.data_vars))}"
            )


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


def _interval(
    dataset: xr.Dataset, interface: Interface, origin: str, asking: Asking
) -> float | None:
    """Sampling interval (s), none of points of a function."""
    if interface.interval is None:
        return None
    if TIME not in dataset.coords:
        raise ValueError(f"{origin} must run along time, with the coordinate time (s)")
    try:
        found = even_interval(labelled_values.seconds_of(dataset[TIME]))
        asking.require_interval(found, "coordinate time")
    except ValueError as error:
        raise ValueError(f"{origin}: {error}") from None
    return found


def _samples(dataset: xr.Dataset, interface: Interface) -> np.ndarray:
    """Samples of each record that count; points of a function are one record."""
    if interface.interval is None:
        return np.array([dataset.sizes["sample"]])
    return lengths.own(dataset)


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
