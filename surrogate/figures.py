"""Pictures of predicted against reference response."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from matplotlib.figure import Figure, SubFigure

REFERENCE, PREDICTION, ERROR = "#222222", "#d1495b", "#5f7a8a"


@dataclass(frozen=True)
class Trace:
    """Reference and prediction of one channel of one record.

    Attributes
    ----------
    title : str
    label, units : str
        What the channel is.
    time : ndarray, shape (time,)
        s
    reference, prediction : ndarray, shape (time,)
    scored : int
        First sample that counts; what comes before it is shaded.
    """

    title: str
    label: str
    units: str
    time: np.ndarray
    reference: np.ndarray
    prediction: np.ndarray
    scored: int = 0


def comparison(traces: Sequence[Trace], heading: str = "") -> "Figure":
    """One panel for each trace: both histories, and their difference below on the same scale."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.2, 0.4 + 2.3 * len(traces)), layout="constrained")
    for panel, trace in zip(np.atleast_1d(figure.subfigures(len(traces), 1)), traces, strict=True):
        _draw(panel, trace)
    if heading:
        figure.suptitle(heading, fontsize=10)
    handles, labels = figure.subfigs[0].axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper right", ncols=3, frameon=False, fontsize=8)
    return figure


def save(figure: "Figure", path: Path) -> None:
    """Write a figure at print resolution."""
    figure.savefig(path, dpi=180)


def _draw(panel: "SubFigure", trace: Trace) -> None:
    factor, units = display_units(trace.units, np.abs(trace.reference).max())
    history, error = panel.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    history.plot(trace.time, factor * trace.reference, color=REFERENCE, lw=1.0, label="reference")
    history.plot(trace.time, factor * trace.prediction, color=PREDICTION, lw=0.9, ls=(0, (4, 1.5)), label="surrogate")
    difference = factor * (trace.prediction - trace.reference)
    error.plot(trace.time, difference, color=ERROR, lw=0.8)
    history.set_title(trace.title, loc="left", fontsize=9)
    history.set_ylabel(f"{trace.label} ({units})", fontsize=8)
    error.set_ylabel("error", fontsize=8)
    error.set_xlabel("time (s)", fontsize=8)
    limit = np.abs(difference).max() * 1.2 or 1.0
    error.set_ylim(-limit, limit)
    for axes in (history, error):
        axes.axhline(0.0, color="0.8", lw=0.6, zorder=0)
        axes.margins(x=0.0)
        axes.tick_params(labelsize=8)
        axes.spines[["top", "right"]].set_visible(False)
        if trace.scored:
            axes.axvspan(trace.time[0], trace.time[trace.scored], color="0.93", lw=0.0, zorder=-1)


def display_units(units: str, peak: float) -> tuple[float, str]:
    """Factor and name of the unit that shows values of this size well: mm for small lengths, kN for large forces."""
    if units == "m" and peak < 1.0:
        return 1e3, "mm"
    if units == "N" and peak > 1e4:
        return 1e-3, "kN"
    return 1.0, units.replace(" s-2", "/s²").replace(" s-1", "/s")
