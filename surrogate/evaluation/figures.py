"""Pictures of predicted against reference response: the whole record at the left, its strongest
cycles at the right.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure

REFERENCE = "#1d2733"
PREDICTION = "#d1495b"
ERROR = "#5f7a8a"
CYCLES_IN_DETAIL = 6
WIDTHS = (5, 2)


@dataclass(frozen=True)
class Trace:
    """History of one channel of one record.

    Attributes
    ----------
    label, units : str
        What the channel is.
    time : ndarray, shape (time,)
        s
    reference, prediction : ndarray, shape (time,), or None
        At least one of them.
    title : str
    band : tuple of ndarray, shape (time,), optional
        Lower and upper bound of the prediction.
    """

    label: str
    units: str
    time: np.ndarray
    reference: np.ndarray | None = None
    prediction: np.ndarray | None = None
    title: str = ""
    band: tuple[np.ndarray, np.ndarray] | None = None

    def __post_init__(self) -> None:
        _ = self.best

    @property
    def best(self) -> np.ndarray:
        """The reference, or the prediction where there is no reference."""
        if self.reference is not None:
            return self.reference
        if self.prediction is not None:
            return self.prediction
        raise ValueError(f"the trace of {self.label} needs a reference or a prediction")

    @property
    def error(self) -> np.ndarray:
        """Prediction less reference; ValueError where one of them is missing."""
        if self.prediction is None or self.reference is None:
            raise ValueError(f"the error of {self.label} needs a reference and a prediction")
        return self.prediction - self.reference

    @property
    def display(self) -> tuple[float, str]:
        """Factor and name of the unit that shows these values well: mm for small lengths, kN for
        large forces.
        """
        peak = np.abs(self.best).max()
        if self.units == "m" and peak < 1.0:
            return 1e3, "mm"
        if self.units == "N" and peak > 1e4:
            return 1e-3, "kN"
        return 1.0, self.units.replace(" s-2", "/s²").replace(" s-1", "/s")

    @property
    def detail(self) -> tuple[float, float]:
        """Start and end (s) of a few cycles around the largest value."""
        values = self.best
        crossings = int(np.count_nonzero(np.diff(np.signbit(values - values.mean()))))
        samples = min(len(values) - 1, 2 * CYCLES_IN_DETAIL * len(values) // max(crossings, 1))
        peak = int(np.abs(values).argmax())
        first = min(max(peak - samples // 2, 0), len(self.time) - 1 - samples)
        return self.time[first], self.time[first + samples]


def comparison(traces: Sequence[Trace]) -> "Figure":
    """A panel for each record: reference and prediction, and their difference below."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.0, 0.4 + 2.2 * len(traces)), layout="constrained")
    figure.suptitle(" ", fontsize=8)  # room for the legend
    panels: Sequence[SubFigure] = list(figure.subfigures(len(traces), 1, squeeze=False)[:, 0])
    for panel, trace in zip(panels, traces, strict=True):
        above, below = panel.subplots(
            2, 2, sharex="col", sharey="row", width_ratios=WIDTHS, height_ratios=(3, 1)
        )
        _draw_history(above, trace)
        _draw_error(below, trace)
        _finish(below, trace)
    _legend(figure, panels[0].axes[0])
    return figure


def histories(traces: Sequence[Trace], heading: str) -> "Figure":
    """The channels of one record below one another, in detail around the peak of the last."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.0, 0.7 + 1.35 * len(traces)), layout="constrained")
    figure.suptitle(heading, fontsize=9, x=0.01, ha="left")
    axes = figure.subplots(
        len(traces), 2, squeeze=False, sharex="col", sharey="row", width_ratios=WIDTHS
    )
    for row, trace in zip(axes, traces, strict=True):
        _draw_history(row, trace)
    _finish(axes[-1], traces[-1])
    figure.align_ylabels(axes[:, 0])
    _legend(figure, axes[-1, 0])
    return figure


def spectra(traces: Sequence[Trace]) -> "Figure":
    """Fourier amplitudes of reference and prediction, a panel for each record."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.0, 3.4), layout="constrained")
    panels = figure.subplots(1, len(traces), squeeze=False, sharey=True)[0]
    for axes, trace in zip(panels, traces, strict=True):
        interval = trace.time[1] - trace.time[0]
        frequency = np.fft.rfftfreq(len(trace.time), interval)[1:]
        for values, color, label in (
            (trace.reference, REFERENCE, "reference"),
            (trace.prediction, PREDICTION, "surrogate"),
        ):
            if values is None:
                continue
            amplitude = interval * np.abs(np.fft.rfft(values))[1:]
            axes.loglog(frequency, amplitude, color=color, lw=0.8, label=label)
        axes.set_title(trace.title.partition(":")[0], loc="left", fontsize=9)
        axes.set_xlabel("frequency (Hz)", fontsize=8)
        _bare(axes)
    panels[0].set_ylabel(
        f"Fourier amplitude of {traces[0].label} ({traces[0].units} s)", fontsize=8
    )
    panels[0].legend(frameon=False, fontsize=8)
    return figure


def distributions(errors: Mapping[str, np.ndarray], channels: Sequence[str]) -> "Figure":
    """Share of the records whose error is at most a value, a panel for each metric and a line for
    each channel.

    Parameters
    ----------
    errors : mapping of str to ndarray, shape (record, channel)
        Magnitudes in per cent.
    channels : sequence of str
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.0, 3.4), layout="constrained")
    panels = figure.subplots(1, len(errors), squeeze=False, sharey=True)[0]
    for axes, (name, values) in zip(panels, errors.items(), strict=True):
        for channel, label in enumerate(channels):
            own = np.sort(values[:, channel][np.isfinite(values[:, channel])])
            if len(own):
                share_within = 100.0 * np.arange(1, len(own) + 1) / len(own)
                axes.step(own, share_within, where="post", lw=1.0, label=label)
        for share in (50, 90, 95):
            axes.axhline(share, color="0.85", lw=0.6, zorder=0)
        axes.set_xlabel(f"{name} (%)", fontsize=8)
        axes.set_xscale("log" if (values > 0.0).any() else "linear")
        _bare(axes)
    panels[0].set_ylabel("records within (%)", fontsize=8)
    panels[0].legend(frameon=False, fontsize=8)
    return figure


def range_test(rates: np.ndarray, losses: np.ndarray) -> "Figure":
    """Loss of each step against its learning rate, and a running mean over a twentieth of the
    steps.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5.0, 3.2), layout="constrained")
    axes = figure.subplots()
    axes.loglog(rates, losses, color="0.8", lw=0.8, label="each step")
    width = max(1, len(losses) // 20)
    smooth = np.convolve(losses, np.full(width, 1.0 / width), mode="valid")
    axes.loglog(
        rates[width - 1 :], smooth, color=PREDICTION, lw=1.4, label=f"mean of {width} steps"
    )
    axes.set_xlabel("learning rate", fontsize=8)
    axes.set_ylabel("loss", fontsize=8)
    _bare(axes)
    axes.legend(frameon=False, fontsize=8)
    return figure


def save(figure: "Figure", path: Path) -> None:
    """Write a figure at print resolution."""
    figure.savefig(path, dpi=160)


def _draw_history(pair: Sequence["Axes"], trace: Trace) -> None:
    factor, units = trace.display
    for axes in pair:
        if trace.band is not None:
            lower, upper = (factor * side for side in trace.band)
            axes.fill_between(
                trace.time, lower, upper, color=PREDICTION, alpha=0.2, lw=0.0, label="band"
            )
        if trace.reference is not None:
            axes.plot(
                trace.time, factor * trace.reference, color=REFERENCE, lw=1.1, label="reference"
            )
        if trace.prediction is not None:
            style = "-" if trace.reference is None else "--"
            axes.plot(
                trace.time,
                factor * trace.prediction,
                style,
                color=PREDICTION,
                lw=0.9,
                label="surrogate",
            )
        _plain(axes)
    pair[0].set_title(trace.title, loc="left", fontsize=9)
    pair[0].set_ylabel(f"{trace.label}\n({units})", fontsize=8)


def _draw_error(pair: Sequence["Axes"], trace: Trace) -> None:
    error = trace.display[0] * trace.error
    for axes in pair:
        axes.plot(trace.time, error, color=ERROR, lw=0.8)
        _plain(axes)
    limit = 1.15 * np.abs(error).max() or 1.0
    pair[0].set_ylim(-limit, limit)
    pair[0].set_ylabel("error", fontsize=8)


def _finish(pair: Sequence["Axes"], trace: Trace) -> None:
    pair[0].set_xlim(trace.time[0], trace.time[-1])
    pair[1].set_xlim(*trace.detail)
    pair[0].set_xlabel("time (s)", fontsize=8)
    pair[1].set_xlabel("time (s), around the peak", fontsize=8)


def _plain(axes: "Axes") -> None:
    axes.axhline(0.0, color="0.85", lw=0.6, zorder=0)
    _bare(axes)


def _bare(axes: "Axes") -> None:
    axes.tick_params(labelsize=8)
    axes.spines[["top", "right"]].set_visible(False)


def _legend(figure: "Figure", axes: "Axes") -> None:
    handles, labels = axes.get_legend_handles_labels()
    figure.legend(handles, labels, loc="upper right", ncols=3, frameon=False, fontsize=8)
