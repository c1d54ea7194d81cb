"""Figures of the study."""

from typing import TYPE_CHECKING

import numpy as np
import torch
import xarray as xr

from studies.framework import Picture
from studies.framework.style import COLOURS, new_figure
from studies.optimizers.landscape import loss, lowest

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDE = 200.0


def draw(results: xr.Dataset) -> list[Picture]:
    """Ways of the chapter's settings, the scan, ways of all optimizers; the LSTM."""
    return [
        Picture(
            "chapter",
            "The first 100 steps of the chapter's settings from both starts (blue: (135, 135), "
            "red: (45, 35)); the star is the lowest loss. Below each name: the step from which the "
            "run stays there, or its loss above it.",
            _chapter(results),
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
            "The first 100 steps of every optimizer of torch.optim at its best learning rate of "
            "the scan.",
            _all(results),
        ),
        Picture(
            "lstm",
            "LSTM on the five-storey building, mean square error over variance. Left: on test "
            "records, each optimizer at its best learning rate (filled: median, which is printed, "
            "and range over the seeds) and at torch's (hollow). Middle: validation error by "
            "learning rate. Right: validation error on the way, at the best.",
            _lstm(results),
        ),
    ]


def _chapter(results: xr.Dataset) -> "Figure":
    figure = new_figure(9.5, 5.4)
    for axes, name in zip(
        figure.subplots(2, 5, sharex=True, sharey=True).flat, results.setting.values, strict=True
    ):
        one = results.sel(setting=name)
        _ways(axes, one.way)
        notes = [
            _note(*pair) for pair in zip(one.settled.values, one.last_excess.values, strict=True)
        ]
        method, _, rest = name.partition(", ")
        axes.set_title(f"{method}\n{rest}\n{notes[0]} | {notes[1]}", fontsize=7.5)
    return figure


def _all(results: xr.Dataset) -> "Figure":
    figure = new_figure(9.5, 6.8)
    panels = figure.subplots(-(-results.sizes["optimizer"] // 5), 5, sharex=True, sharey=True).flat
    for axes, name in zip(panels, results.optimizer.values, strict=False):
        one = results.sel(optimizer=name)
        best = one.sel(rate=one.best_rate, method="nearest")
        _ways(axes, one.scan_way)
        notes = [
            _note(*pair)
            for pair in zip(best.scan_settled.values, best.scan_excess.values, strict=True)
        ]
        axes.set_title(
            f"{name}, rate {float(one.best_rate):.3g}\n{notes[0]} | {notes[1]}", fontsize=7.5
        )
    for axes in list(panels):
        axes.set_axis_off()
    for axes in figure.axes[results.sizes["optimizer"] :]:
        axes.set_axis_off()
    return figure


def _note(settled: float, excess: float) -> str:
    return f"+{excess:.3g}" if np.isnan(settled) else f"step {settled:.0f}"


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
            axes.text(
                column, row, f"{settled[row, column]:.0f}", ha="center", va="center", fontsize=6.5
            )
        axes.set_xticks(
            range(results.sizes["rate"]),
            [f"{float(f'{rate:.2g}'):g}" for rate in results.rate.values],
            rotation=60,
        )
        axes.set_yticks(range(results.sizes["optimizer"]), results.optimizer.values)
        axes.set(xlabel="learning rate", title=f"from {start}")
    figure.colorbar(image, ax=panels, label="loss above the lowest at the end", shrink=0.8)
    return figure


def _lstm(results: xr.Dataset) -> "Figure":
    figure = new_figure(11.0, 4.2)
    left, middle, right = figure.subplots(1, 3, width_ratios=(1.2, 1, 1))
    error = results.tuned_error
    order = results.contender.values[np.argsort(error.median("seed").values)]
    labels = [
        f"{name}, rate {float(results.lstm_rate[int(results.best.sel(contender=name))]):.2g}"
        for name in order
    ]
    for place, name in enumerate(order):
        line = ("-", "--")[place // len(COLOURS)]
        colour = COLOURS[place % len(COLOURS)]
        one = results.sel(contender=name)
        left.plot([one.tuned_error.min(), one.tuned_error.max()], [place, place], color=colour)
        left.plot(one.tuned_error.median(), place, "o", color=colour)
        left.plot(one.default_test_error.median("seed"), place, "o", mfc="w", color=colour)
        left.text(
            0.99,
            place,
            f"{float(one.tuned_error.median()):.3f}",
            transform=left.get_yaxis_transform(),
            ha="right",
            va="center",
        )
        middle.loglog(one.lstm_rate, one.validation_error.median("seed"), line, color=colour)
        right.semilogy(
            np.arange(one.sizes["epoch"]) + 1,
            one.curve.median("seed"),
            line,
            color=colour,
            label=name,
        )
    low = 0.8 * float(error.min())
    left.set_yticks(range(len(order)), labels)
    left.invert_yaxis()
    left.set(
        xscale="log", xlim=(low, 2.5), xlabel="test error (-)", title="tuned and as torch makes it"
    )
    middle.set(
        ylim=(low, 2), xlabel="learning rate", ylabel="validation error (-)", title="learning rates"
    )
    right.set(ylim=(low, 2), xlabel="epoch", title="at the best learning rate")
    figure.legend(*right.get_legend_handles_labels(), loc="outside lower center", ncols=7)
    return figure
