"""A picture of a dataset: a few records with their input, their response and their hysteresis
loops.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from datasets.contract import failures, lengths
from datasets.contract.schema import inputs, leading_dim, outputs
from datasets.files.disk import new_file
from datasets.inspection.samples_figure import draw_samples
from datasets.inspection.style import FAINT, INK, MUTED, STYLE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_LABELS = 8  # floors or storeys that the legend names
DENSE = 5000  # samples from which thinner lines are needed
CANDIDATES = 200  # records among which the weakest, the median and the strongest are sought


def save(dataset: xr.Dataset, path: str | Path, title: str, overwrite: bool = False) -> None:
    """Write the picture as PNG.

    Parameters
    ----------
    dataset : xarray.Dataset
        Of the contract; only the records shown are read in full.
    path : str or Path
        File to write.
    title : str
        One line above the picture.
    overwrite : bool
        Replace an existing file.
    """
    draw = draw_samples if leading_dim(dataset) == "sample" else draw_records
    with _styled(), new_file(path, overwrite) as temporary:
        draw(dataset, title).savefig(temporary, format="png", dpi=130)


def draw_records(dataset: xr.Dataset, title: str) -> "Figure":
    """Draw the weakest, the median and the strongest record that has a response."""
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    dataset = failures.sound(dataset)
    histories = [*inputs(dataset)[:1], *_response(dataset)]
    records = typical(dataset, histories[0])
    loops = {"drift", "restoring_force"} <= set(dataset.data_vars)
    layout = ConstrainedLayoutEngine(h_pad=0.02, w_pad=0.06, hspace=0.02, wspace=0.02)
    figure = Figure(figsize=(9.6, 0.7 + 1.05 * len(histories) * len(records)), layout=layout)
    figure.suptitle(title, x=0.008, ha="left", fontsize=11, color=INK)
    rows = [1, 1.7][: len(histories)]
    widths = [2.9, 1] if loops else [1]
    grid = figure.add_gridspec(
        len(rows) * len(records),
        len(widths),
        width_ratios=widths,
        height_ratios=rows * len(records),
    )
    for number, (record, rank) in enumerate(records.items()):
        one = lengths.trimmed(dataset.isel(record=record).load())
        first = number * len(rows)
        panels = [figure.add_subplot(grid[first + i, 0]) for i in range(len(rows))]
        for axes, name in zip(panels, histories, strict=True):
            before = f"record {record}, the {rank}    " if axes is panels[0] else ""
            _draw_history(axes, one, name, before)
            axes.tick_params(labelbottom=axes is panels[-1])
        if loops:
            _draw_loops(figure.add_subplot(grid[first : first + len(rows), 1]), one)
    panels[-1].set_xlabel("time (s)")
    handles, labels = panels[-1].get_legend_handles_labels()
    if labels:
        figure.legend(
            handles[::-1],
            labels[::-1],
            loc="outside upper right",
            ncols=len(labels),
            frameon=False,
            handlelength=1.4,
        )
    return figure


def typical(dataset: xr.Dataset, name: str) -> dict[int, str]:
    """Return the records with the weakest, the median and the strongest peak of a variable among
    evenly spread ones.
    """
    chosen = np.unique(np.linspace(0, dataset.sizes["record"] - 1, CANDIDATES).astype(int))
    some = dataset.isel(record=chosen)
    values = lengths.filled(some[name].values, lengths.of(some))
    peaks = np.abs(values).reshape(len(chosen), -1).max(axis=1)
    order = chosen[np.argsort(peaks, kind="stable")]
    if len(order) < 3:
        ranks = ("weaker", "stronger")[-len(order) :]
        return {int(record): rank for record, rank in zip(order, ranks, strict=True)}
    return {
        int(order[0]): "weakest",
        int(order[len(order) // 2]): "median",
        int(order[-1]): "strongest",
    }


def _draw_history(axes: "Axes", record: xr.Dataset, name: str, before: str = "") -> None:
    """Draw one variable over time, its last dimension as a family of lines with the first in
    front.
    """
    factor, unit = _readable(record[name])
    lines = factor * record[name].values.reshape(record.sizes["time"], -1)
    shades = [INK] if lines.shape[1] == 1 else _shades(lines.shape[1])
    width = 0.75 if len(lines) < DENSE else 0.4
    axes.axhline(0, color=FAINT, linewidth=0.6, zorder=0)
    for k in reversed(range(lines.shape[1])):
        label = f"{record[name].dims[-1]} {k + 1}" if 1 < lines.shape[1] <= MOST_LABELS else None
        axes.plot(record["time"].values, lines[:, k], color=shades[k], linewidth=width, label=label)
    axes.set_xlim(record["time"].values[0], record["time"].values[-1])
    axes.set_title(f"{before}{_words(name)} ({unit})", loc="left", fontsize=8.5, color=MUTED)


def _draw_loops(axes: "Axes", record: xr.Dataset) -> None:
    """Draw the hysteresis loops of the first storey."""
    drift = record["drift"][:, 0]
    force = record["restoring_force"][:, 0]
    drift_factor, drift_unit = _readable(drift)
    force_factor, force_unit = _readable(force)
    axes.axhline(0, color=FAINT, linewidth=0.6, zorder=0)
    axes.axvline(0, color=FAINT, linewidth=0.6, zorder=0)
    axes.plot(
        drift_factor * drift.values, force_factor * force.values, color=_shades(2)[0], linewidth=0.6
    )
    axes.set_title(
        f"force ({force_unit}) over drift ({drift_unit}), storey 1",
        loc="left",
        fontsize=8.5,
        color=MUTED,
    )


def _response(dataset: xr.Dataset) -> list[str]:
    """Return the one response to draw, [] for a dataset of motions alone."""
    names = outputs(dataset)
    return [name for name in ("drift", "displacement", *names) if name in names][:1]


def _readable(variable: xr.DataArray) -> tuple[float, str]:
    """Return the factor and the unit in which a person reads the values."""
    units = variable.attrs["units"]
    peak = float(np.abs(variable).max())
    if units == "m" and peak < 1:
        return (1e3, "mm") if peak >= 1e-3 else (1e6, "µm")
    if units == "N" and peak >= 1e3:
        return 1e-3, "kN"
    return 1.0, {"m s-2": "m/s²", "m s-1": "m/s"}.get(units, units)


def _words(name: str) -> str:
    return name.replace("_", " ")


def _shades(count: int) -> list[tuple[float, ...]]:
    from matplotlib import colormaps

    return [colormaps["YlGnBu_r"](0.12 + 0.62 * k / max(4, count - 1)) for k in range(count)]


@contextmanager
def _styled() -> Iterator[None]:
    from matplotlib import rc_context

    with rc_context(STYLE):
        yield
