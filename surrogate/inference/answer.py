"""The answer to some records: a dataset, a figure and a small table of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from datasets.contract import lengths
from datasets.contract.schema import SAMPLES
from surrogate.data import channels
from surrogate.data.channels import Interface
from surrogate.data.labelled import as_dataset
from surrogate.evaluation import figures, metrics
from surrogate.inference.ensemble import Ensemble
from surrogate.inference.histories import Excitation, dynamic, units_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SCORES = ("NRMSE", "correlation", "peak_error")
"""Metrics of the table, where there is a reference."""


@dataclass(frozen=True, eq=False)
class Answer:
    """The responses of a surrogate to some records, and what they may be compared with.

    Parameters
    ----------
    interface : Interface
        Of the surrogate.
    records : tuple of Excitation
    input : tuple of ndarray, each of shape (time, inputs)
        One a record.
    mean : tuple of ndarray, each of shape (time, targets)
        In physical units.
    spread : tuple of ndarray, each of shape (time, targets), optional
        Standard deviation of the members of an ensemble.
    half_width : tuple of ndarray, each of shape (time, targets), optional
        Of the band with the probability `coverage`.
    coverage : float, optional
    reference : tuple of ndarray, each of shape (time, targets), optional
        Response of the simulator, or targets of the file.
    known : int
        Samples at the start of each record whose response has told the state before them: they do
        not count in the scores.
    """

    interface: Interface
    records: tuple[Excitation, ...]
    input: tuple[np.ndarray, ...]
    mean: tuple[np.ndarray, ...]
    spread: tuple[np.ndarray, ...] | None = None
    half_width: tuple[np.ndarray, ...] | None = None
    coverage: float | None = None
    reference: tuple[np.ndarray, ...] | None = None
    known: int = 0

    def to_dataset(self, source: str) -> xr.Dataset:
        """Excitation and responses under their names, with units; `source` tells what answered."""
        response = self._labelled(self.mean, {"source": source})
        beside: dict[str, Sequence[np.ndarray]] = {}
        if self.spread is not None:
            beside["spread"] = self.spread
        if self.half_width is not None:
            pairs = list(zip(self.mean, self.half_width, strict=True))
            beside["lower"] = [mean - width for mean, width in pairs]
            beside["upper"] = [mean + width for mean, width in pairs]
            response.attrs["coverage"] = self.coverage
        if self.reference is not None:
            beside["reference"] = self.reference
        for word, values in beside.items():
            response = response.assign(self._named(self._labelled(values), word))
        return response

    def figure(self) -> "Figure | None":
        """Histories of the strongest record: inputs and every predicted channel.

        None for points of a function, which have no order.
        """
        if self.interface.interval is None:
            return None
        peaks = [record.peaks[0] for record in self.records]
        number = int(np.argmax(peaks))
        record = self.records[number]
        groups = dynamic(self.interface)
        time = np.arange(record.samples) * self.interface.interval
        traces = []
        for n, label in enumerate(channels.labels(groups)):
            history = record.values[:, n]
            traces.append(
                figures.Trace(label.replace("_", " "), units_of(groups)[n], time, history)
            )
        traces += [self._trace(number, n, time) for n in range(self.mean[0].shape[-1])]
        which = f" (the strongest of {len(peaks)})" if len(peaks) > 1 else ""
        title = f"{record.origin}{which}   peak {peaks[number]:.3g} {units_of(groups)[0]}"
        return figures.histories(traces, title)

    def table(self) -> str:
        """Peak of each channel, with its uncertainty, the reference's and metrics, if any.

        Of several records the largest peak, and the mean magnitude of the metrics.
        """
        columns = self._columns()
        title = f"{len(self.records)} records" if len(self.records) > 1 else ""
        rows = [f"{title:<24}" + "".join(f"{name:>13}" for name in columns)]
        units = units_of(self.interface.targets)
        for channel, label in enumerate(channels.labels(self.interface.targets)):
            values = "".join(f"{column[channel]:>13.4g}" for column in columns.values())
            rows.append(f"{f'{label} ({units[channel]})':<24}{values}")
        return "\n".join(rows)

    def _columns(self) -> dict[str, np.ndarray]:
        if self.interface.classes:
            likeliest = np.concatenate(self.mean).argmax(axis=1)
            return {"points": np.bincount(likeliest, minlength=len(self.interface.classes))}
        magnitude = np.abs(np.concatenate(self.mean))
        at_peak = (magnitude.argmax(axis=0), np.arange(magnitude.shape[1]))
        columns = {"peak": magnitude.max(axis=0)}
        if self.spread is not None:
            columns["spread"] = np.concatenate(self.spread)[at_peak]
        if self.half_width is not None:
            columns["half_width"] = np.concatenate(self.half_width)[at_peak]
        if self.reference is not None:
            columns["reference"] = np.abs(np.concatenate(self.reference)).max(axis=0)
            columns |= self._scores(self.reference)
        return columns

    def _scores(self, reference: Sequence[np.ndarray]) -> dict[str, np.ndarray]:
        """Metrics of each channel: of one record as they are, of several the mean magnitude."""
        pairs = zip(self.mean, reference, strict=True)
        each = [metrics.evaluate(own[self.known :], true[self.known :]) for own, true in pairs]
        if len(each) == 1:
            return {name: each[0][name] for name in SCORES}
        return {
            name: np.nanmean(np.abs([scores[name] for scores in each]), axis=0) for name in SCORES
        }

    def _trace(self, number: int, channel: int, time: np.ndarray) -> figures.Trace:
        own = self.mean[number][:, channel]
        reference = None if self.reference is None else self.reference[number][:, channel]
        band = None
        if self.half_width is not None:
            width = self.half_width[number][:, channel]
            band = (own - width, own + width)
        label = channels.labels(self.interface.targets)[channel]
        unit = units_of(self.interface.targets)[channel]
        return figures.Trace(label, unit, time, reference, own, band=band)

    def _labelled(
        self, values: Sequence[np.ndarray], attrs: Mapping[str, str] | None = None
    ) -> xr.Dataset:
        """Inputs and some values of the targets as a dataset of the contract."""
        if self.interface.interval is None:
            return as_dataset(self.interface, self.input[0], values[0], attrs)
        samples = [record.samples for record in self.records]
        dataset = as_dataset(
            self.interface, lengths.padded(self.input), lengths.padded(values), attrs
        )
        if len(set(samples)) > 1:
            dataset = dataset.assign({SAMPLES: lengths.label(samples)})
        return dataset

    def _named(self, dataset: xr.Dataset, word: str) -> dict[str, xr.Variable]:
        """The targets of a dataset as variables whose names end in `word`."""
        found = {}
        for group in self.interface.targets:
            variable = dataset[group.variable].variable
            name = f"{variable.attrs['long_name']}, {word}"
            variable.attrs = variable.attrs | {"long_name": name}
            found[f"{group.variable}_{word}"] = variable
        return found


def answered(
    members: Ensemble,
    records: Sequence[Excitation],
    values: Mapping[str, np.ndarray],
    coverage: float | None = None,
    known: int = 0,
) -> Answer:
    """Ask a surrogate for its responses to some records, from rest where nothing else is known.

    Parameters
    ----------
    members : Ensemble
        Or a single surrogate as its only member.
    records : sequence of Excitation
        Of any lengths.
    values : mapping of str to ndarray, shape (record, channel)
        Structural parameters, all that the surrogate takes.
    coverage : float, optional
        Of the bands of a calibrated ensemble.
    known : int
        Samples at the start of each record whose response, the truth of the record, tells the state
        before them; see `surrogate.training.known_start`.

    Raises
    ------
    ValueError
        For a band that the ensemble is not calibrated for.
    """
    input = [_input(record, number, values) for number, record in enumerate(records)]
    mean: list[np.ndarray] = []
    spread: list[np.ndarray] = []
    width: list[np.ndarray] = []
    is_function = members.interface.interval is None
    for _, block in groupby(range(len(input)), key=lambda number: len(input[number])):
        numbers = list(block)  # neighbours of one length run at once
        rows = [input[number] for number in numbers]
        alike = np.concatenate(rows) if is_function else np.stack(rows)
        if known:
            found, apart = members.continued(alike, _first(records, numbers, known))
        else:
            found, apart = members.respond(alike)
        mean += [found] if is_function else list(found)
        spread += [apart] if is_function else list(apart)
        if coverage is not None:
            width += list(members.half_width(apart, coverage))
    return Answer(
        members.interface,
        tuple(records),
        tuple(input),
        tuple(mean),
        tuple(spread) if len(members.members) > 1 and not members.interface.classes else None,
        tuple(width) if coverage is not None else None,
        coverage,
        known=known,
    )


def _first(records: Sequence[Excitation], numbers: Sequence[int], known: int) -> np.ndarray:
    """First samples of the responses that some records state, shape (record, known, targets)."""
    truths = [records[number].truth for number in numbers]
    return np.stack([truth[:known] for truth in truths if truth is not None])


def _input(record: Excitation, number: int, values: Mapping[str, np.ndarray]) -> np.ndarray:
    """A record beside its parameters at all times, shape (time, inputs)."""
    constant = np.concatenate([[], *(value[number] for value in values.values())])
    beside = np.tile(constant, (record.samples, 1))
    return np.concatenate([record.values, beside], axis=1).astype(np.float32)
