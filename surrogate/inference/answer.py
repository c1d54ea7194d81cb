"""The answer to one record: a dataset, a figure and a small table of it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from simulators.excitation.motion import BaseMotion, ExternalForce
from surrogate.data import channels
from surrogate.data.channels import Interface
from surrogate.data.labelled import as_dataset
from surrogate.evaluation import figures, metrics
from surrogate.inference import excitations

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SCORES = ("NRMSE", "correlation", "peak_error")
"""Metrics of the table, where there is a reference."""


@dataclass(frozen=True, eq=False)
class Answer:
    """The response of a surrogate to one record, and what it may be compared with.

    Parameters
    ----------
    interface : Interface
        Of the surrogate.
    motion : BaseMotion or ExternalForce
        The record.
    input : ndarray, shape (1, time, inputs)
    mean : ndarray, shape (1, time, targets)
        In physical units.
    spread : ndarray, shape (1, time, targets), optional
        Standard deviation of the members of an ensemble.
    half_width : ndarray, shape (1, time, targets), optional
        Of the band with the probability `coverage`.
    coverage : float, optional
    reference : Dataset, optional
        Response of the simulator.
    """

    interface: Interface
    motion: BaseMotion | ExternalForce
    input: np.ndarray
    mean: np.ndarray
    spread: np.ndarray | None = None
    half_width: np.ndarray | None = None
    coverage: float | None = None
    reference: xr.Dataset | None = None

    def to_dataset(self, source: str) -> xr.Dataset:
        """Excitation and responses under their names, with units; `source` tells what answered."""
        response = as_dataset(self.interface, self.input, self.mean, {"source": source})
        beside = {}
        if self.spread is not None:
            beside["spread"] = self.spread
        if self.half_width is not None:
            beside["lower"] = self.mean - self.half_width
            beside["upper"] = self.mean + self.half_width
            response.attrs["coverage"] = self.coverage
        for word, values in beside.items():
            labelled = as_dataset(self.interface, self.input, values)
            response = response.assign(self._named(labelled, word))
        if self.reference is None:
            return response
        return response.assign(self._named(self.reference, "reference"))

    def figure(self) -> "Figure":
        """Histories of the excitation and of every predicted channel."""
        group = excitations.excitation(self.interface)
        name = group.variable.replace("_", " ")
        history = excitations.history(self.motion)
        traces = [figures.Trace(name, group.units, self.motion.time, history)]
        traces += [self._trace(channel) for channel in range(self.mean.shape[2])]
        title = f"{self.motion.origin}   peak {self.motion.peak:.3g} {group.units}"
        return figures.histories(traces, title)

    def table(self) -> str:
        """Peak of each channel, with its uncertainty, the reference's and metrics, if any."""
        columns = self._columns()
        rows = [f"{'':<24}" + "".join(f"{name:>13}" for name in columns)]
        units = self._units()
        for channel, label in enumerate(channels.labels(self.interface.targets)):
            values = "".join(f"{column[channel]:>13.4g}" for column in columns.values())
            rows.append(f"{f'{label} ({units[channel]})':<24}{values}")
        return "\n".join(rows)

    def _columns(self) -> dict[str, np.ndarray]:
        magnitude = np.abs(self.mean[0])
        at_peak = (magnitude.argmax(axis=0), np.arange(magnitude.shape[1]))
        columns = {"peak": magnitude.max(axis=0)}
        if self.spread is not None:
            columns["spread"] = self.spread[0][at_peak]
        if self.half_width is not None:
            columns["half_width"] = self.half_width[0][at_peak]
        truth = self._truth()
        if truth is not None:
            columns["reference"] = np.abs(truth).max(axis=0)
            scores = metrics.evaluate(self.mean[0], truth)
            columns |= {name: scores[name] for name in SCORES}
        return columns

    def _trace(self, channel: int) -> figures.Trace:
        own = self.mean[0, :, channel]
        truth = self._truth()
        reference = None if truth is None else truth[:, channel]
        band = None
        if self.half_width is not None:
            width = self.half_width[0, :, channel]
            band = (own - width, own + width)
        label = channels.labels(self.interface.targets)[channel]
        unit = self._units()[channel]
        return figures.Trace(label, unit, self.motion.time, reference, own, band=band)

    def _truth(self) -> np.ndarray | None:
        """Reference as channels, shape (time, target)."""
        if self.reference is None:
            return None
        blocks = [self.reference[group.variable].values[0] for group in self.interface.targets]
        return np.concatenate([block.reshape(len(block), -1) for block in blocks], axis=1)

    def _units(self) -> list[str]:
        """Unit of each target channel."""
        return [group.units for group in self.interface.targets for _ in group.labels]

    def _named(self, dataset: xr.Dataset, word: str) -> dict[str, xr.Variable]:
        """The targets of a dataset as variables whose names end in `word`."""
        found = {}
        for group in self.interface.targets:
            variable = dataset[group.variable].variable
            name = f"{variable.attrs['long_name']}, {word}"
            variable.attrs = variable.attrs | {"long_name": name}
            found[f"{group.variable}_{word}"] = variable
        return found
