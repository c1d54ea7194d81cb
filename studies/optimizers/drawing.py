"""Figures of the study."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import torch
import xarray as xr

from studies.framework import Picture
from studies.framework.style import COLOURS, new_figure
from studies.optimizers import chapter
from studies.optimizers.landscape import START_NAMES, loss, lowest

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDE = 200.0
DARK = 0.02  # excess below which a cell of the scan is dark


PICTURES = {
    "momentum": (
        "Figs 34, 37 and 38: momentum.",
        (chapter.SGD, chapter.NO_MOMENTUM, chapter.MUCH_MOMENTUM, chapter.NESTEROV),
    ),
    "adaptive": (
        "Figs 35, 36 and 41: adaptive rates.",
        (chapter.ADADELTA, chapter.ADAM, chapter.ADAMW),
    ),
    "rmsprop": (
        "Figs 39 and 40: RMSprop.",
        (chapter.RMSPROP_LOW, chapter.RMSPROP_EVEN, chapter.RMSPROP_SLOW),
    ),
}
READING = (
    "The first 100 steps from both starts (dots); the star is the lowest loss. Above each panel "
    "where the runs end: the step from which they stay within 0.1 of the lowest loss, or how far "
    "above it they are."
)
SHOWN = ("SGD", "RMSprop", "Adam", "LBFGS")
PICKED = ("SGD", "Adagrad", "Adam", "Muon", "LBFGS")


def draw(results: xr.Dataset) -> list[Picture]:
    """Ways of the chapter's settings, the scan, ways at the best rates; the LSTM."""
    return [
        *(
            Picture(name, f"{caption} {READING}", _chapter(results, settings))
            for name, (caption, settings) in PICTURES.items()
        ),
        Picture(
            "scan",
            "Every optimizer of torch.optim, other parameters at their defaults: the number is the "
            "step from which the run stays in the lowest hollow, the colour its loss above the "
            "lowest at the end.",
            _scan(results),
        ),
        Picture(
            "optimizers",
            f"Four of them at the best rate of the scan. {READING}",
            _best(results),
        ),
        Picture(
            "lstm",
            "LSTM on the five-storey building, mean square error over variance. Left: on test "
            "records, each optimizer at its best learning rate (filled: median and range over the "
            "seeds) and at torch's (hollow). Right: validation error by learning rate, medians.",
            _lstm(results),
        ),
    ]


def _chapter(results: xr.Dataset, settings: Sequence[str]) -> "Figure":
    figure, panels = _panels(len(settings))
    for axes, name in zip(panels, settings, strict=True):
        one = results.sel(setting=name)
        _ways(axes, one.way)
        method, _, rest = name.partition(", ")
        axes.set_title(f"{method}: {rest}\n{_ends(one.settled, one.last_excess)}")
    return figure


def _best(results: xr.Dataset) -> "Figure":
    figure, panels = _panels(len(SHOWN))
    for axes, name in zip(panels, SHOWN, strict=True):
        one = results.sel(optimizer=name)
        best = one.sel(rate=one.best_rate, method="nearest")
        _ways(axes, one.scan_way)
        ends = _ends(best.scan_settled, best.scan_excess)
        axes.set_title(f"{name}: rate {float(one.best_rate):.3g}\n{ends}")
    return figure


def _panels(number: int) -> tuple["Figure", "Sequence[Axes]"]:
    """A row of panels with one pair of axes, and the legend of both starts."""
    figure = new_figure(2.6 * number + 0.6, 3.5)
    panels = figure.subplots(1, number, sharex=True, sharey=True)
    for colour, start in zip(COLOURS, START_NAMES, strict=False):
        panels[0].plot([], [], "o-", ms=4, color=colour, label=f"from {start}")
    panels[0].plot([], [], "*", ms=8, color="k", ls="none", label="lowest loss")
    figure.legend(loc="outside lower center", ncols=3)
    return figure, panels


def _ends(settled: xr.DataArray, excess: xr.DataArray) -> str:
    """Where the runs from both starts end."""
    return ", ".join(
        _note(float(step), float(above)) for step, above in zip(settled, excess, strict=True)
    )


def _note(settled: float, excess: float) -> str:
    return f"{excess:.2g} above" if np.isnan(settled) else f"there at step {settled:.0f}"


def _ways(axes: "Axes", way: xr.DataArray) -> None:
    """Contours, both ways, the lowest point."""
    grid = torch.linspace(-20.0, WIDE, 111, dtype=torch.float64)
    a, b = torch.meshgrid(grid, grid, indexing="xy")
    axes.contour(
        grid, grid, loss(a, b), levels=np.geomspace(11, 300, 10), colors="0.8", linewidths=0.5
    )
    for colour, points in zip(COLOURS, way.transpose("start", ..., "axis").values, strict=False):
        axes.plot(*points.T, ".-", ms=2, lw=0.5, color=colour)
        axes.plot(*points[0], "o", ms=5, color=colour)
    axes.plot(*lowest()[0], "*", ms=9, color="k")
    axes.set(xlim=(-20, WIDE), ylim=(-20, WIDE))
    place = axes.get_subplotspec()
    if place is not None and place.is_last_row():
        axes.set_xlabel(r"$\theta_1$")
    if place is not None and place.is_first_col():
        axes.set_ylabel(r"$\theta_2$")


def _scan(results: xr.Dataset) -> "Figure":
    from matplotlib.colors import LogNorm

    figure = new_figure(10.0, 4.6)
    panels = figure.subplots(1, results.sizes["start"], sharey=True)
    for axes, start in zip(panels, results.start.values, strict=True):
        excess = (
            results.scan_excess.sel(start=start)
            .transpose("optimizer", "rate")
            .clip(1e-3, 1e3)
            .fillna(1e3)
        )
        image = axes.imshow(
            excess, norm=LogNorm(1e-3, 1e3), cmap="RdYlBu_r", aspect="auto", alpha=0.8
        )
        settled = results.scan_settled.sel(start=start).transpose("optimizer", "rate").values
        for row, column in np.argwhere(np.isfinite(settled)):
            step = f"{settled[row, column]:.0f}"
            colour = "w" if excess.values[row, column] < DARK else "k"
            look = {"ha": "center", "va": "center", "fontsize": 6.5, "color": colour}
            axes.text(column, row, step, **look)
        axes.set_xticks(
            range(results.sizes["rate"]),
            [f"{float(f'{rate:.2g}'):g}" for rate in results.rate.values],
            rotation=60,
        )
        axes.set_yticks(range(results.sizes["optimizer"]), results.optimizer.values)
        axes.set(xlabel="learning rate (-)", title=f"from {start}")
    figure.colorbar(image, ax=panels, label="loss above the lowest at the end", shrink=0.8)
    return figure


def _lstm(results: xr.Dataset) -> "Figure":
    figure = new_figure(10.5, 4.2)
    left, right = figure.subplots(1, 2, width_ratios=(1.2, 1))
    _tuned(left, results)
    _by_rate(right, results)
    return figure


def _tuned(axes: "Axes", results: xr.Dataset) -> None:
    """Test error of each optimizer at its best rate and at torch's, in order."""
    order = results.contender.values[np.argsort(results.tuned_error.median("seed").values)]
    labels = []
    for place, name in enumerate(order):
        one = results.sel(contender=name)
        error = one.tuned_error
        axes.plot([error.min(), error.max()], [place, place], color=COLOURS[0])
        axes.plot(error.median(), place, "o", color=COLOURS[0])
        axes.plot(one.default_test_error.median("seed"), place, "o", mfc="w", color=COLOURS[1])
        labels.append(f"{name} ({float(results.lstm_rate[int(one.best)]):.2g})")
    axes.plot([], [], "o-", color=COLOURS[0], label="best rate (in brackets)")
    axes.plot([], [], "o", mfc="w", color=COLOURS[1], label="torch's rate")
    axes.set_yticks(range(len(order)), labels)
    axes.invert_yaxis()
    axes.set(xscale="log", xlabel="test error, mean square over variance (-)")
    axes.legend(loc="upper center", ncols=2, bbox_to_anchor=(0.5, 1.12))


def _by_rate(axes: "Axes", results: xr.Dataset) -> None:
    """Validation error over the learning rate: some by their names, the others grey."""
    error = results.validation_error.median("seed")
    for name in results.contender.values:
        if name not in PICKED:
            axes.loglog(results.lstm_rate, error.sel(contender=name), color="0.8", lw=0.8)
    for colour, name in zip(COLOURS, PICKED, strict=False):
        axes.loglog(results.lstm_rate, error.sel(contender=name), ".-", color=colour, label=name)
    axes.plot([], [], color="0.8", label="others")
    axes.set(
        ylim=(0.8 * float(error.min()), 2),
        xlabel="learning rate (-)",
        ylabel="validation error, mean square over variance (-)",
    )
    axes.legend(loc="upper center", ncols=3, bbox_to_anchor=(0.5, 1.15))
