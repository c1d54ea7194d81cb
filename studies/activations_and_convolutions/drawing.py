"""Figures of the study."""

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from studies.activations_and_convolutions.chapter import BLANK, HEIGHT, SCALE, WIDTH
from studies.framework import Picture
from studies.framework.style import COLOURS, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def draw(results: xr.Dataset) -> list[Picture]:
    """Convolutions on an image, activations, what was measured of convolutions, digits."""
    return [
        Picture(
            "convolutions",
            "The settings of the chapter's Figs. 20 to 24 on a picture of its size, 188 x 257 "
            "pixels (the first colour of layers with a fault; the chapter's geological section is "
            "not public): one map of each, tanh above it. White is where a layer has no value: a "
            "narrow band without padding, half of each side with stride 2, 18 pixels with dilation "
            "5.",
            _convolutions(results),
        ),
        Picture(
            "activations",
            "Activation functions (blue) and their derivatives (red, dashed).",
            _activations(results),
        ),
        Picture(
            "digits",
            "Left: difference between operating on a shifted image and shifting the result. "
            "Middle: receptive fields. Right: accuracy on test digits; points are seeds, bars "
            "their mean.",
            _measured(results),
        ),
    ]


def _convolutions(results: xr.Dataset) -> "Figure":
    figure = new_figure(9.0, 4.6)
    panels = figure.subplots(2, 3, sharex=True, sharey=True)
    for axes, name in zip(panels.flat, results.shown.values, strict=True):
        values = results.feature_map.sel(shown=name).values.astype(float)
        values[values == BLANK] = np.nan
        extent = (0, WIDTH, HEIGHT, 0)
        shown = axes.imshow(values / SCALE, vmin=-1, vmax=1, extent=extent, interpolation="nearest")
        axes.set_title(name)
    for axes in panels[-1]:
        axes.set_xlabel("column (pixels)")
    for axes in panels[:, 0]:
        axes.set_ylabel("row (pixels)")
    figure.colorbar(shown, ax=panels, label="value of the first map (-)", shrink=0.8)
    return figure


def _activations(results: xr.Dataset) -> "Figure":
    figure = new_figure(8.0, 5.6)
    near = results.sel(x=slice(-4.0, 4.0))
    for axes, name in zip(
        figure.subplots(3, 3, sharex=True).flat, results.activation.values, strict=True
    ):
        axes.axhline(0.0, color="0.85", lw=0.7)
        axes.axvline(0.0, color="0.85", lw=0.7)
        axes.plot(near.x, near.value.sel(activation=name), label="g(x)")
        axes.plot(near.x, near.derivative.sel(activation=name), "--", label="g'(x)")
        axes.set_title(name)
        axes.set_ylim(-2.0 if name == "SELU" else -1.3, 2.0)
        if axes.get_subplotspec().is_last_row():
            axes.set_xlabel("x")
    figure.axes[0].legend(loc="upper left")
    return figure


def _measured(results: xr.Dataset) -> "Figure":
    figure = new_figure(9.5, 3.2)
    left, middle, right = figure.subplots(1, 3)
    for marker, operation in zip("osx", results.operation.values, strict=True):
        left.plot(
            results["shift"],
            100 * results.shift_difference.sel(operation=operation),
            f"{marker}-",
            label=operation,
        )
    left.set(
        xlabel="shift of the image (pixels)",
        ylabel="relative difference (%)",
        xticks=results["shift"],
        ylim=(-4, 104),
    )
    left.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2)
    limit = float(results.field_formula.max()) * 1.1
    middle.plot([0, limit], [0, limit], color="0.8")
    middle.plot(results.field_formula, results.field_measured, "o", ms=4, label="random stacks")
    middle.plot(
        results.network_field_formula, results.network_field_measured, "s", ms=5, label="CNN, TCN"
    )
    middle.set(xlabel="receptive field by formula (samples)", ylabel="by gradient (samples)")
    middle.legend()
    _accuracy(right, results)
    return figure


def _accuracy(axes: "Axes", results: xr.Dataset) -> None:
    for number, (network, colour) in enumerate(zip(results.network.values, COLOURS, strict=False)):
        values = 100 * results.accuracy.sel(network=network)
        place = np.arange(results.sizes["digits"]) + 0.4 * number - 0.2
        count = int(results.parameters.sel(network=network).isel(seed=0))
        bars = axes.bar(
            place,
            values.mean("seed"),
            0.36,
            color=colour,
            alpha=0.5,
            label=f"{network}, {count} parameters",
        )
        axes.bar_label(bars, fmt="%.1f", fontsize=7.5, label_type="center")
        for column, digits in zip(place, results.digits.values, strict=True):
            axes.plot(
                np.full(values.sizes["seed"], column),
                values.sel(digits=digits),
                ".",
                ms=4,
                color=colour,
            )
    axes.set_xticks(range(results.sizes["digits"]), results.digits.values)
    axes.set(ylabel="right digits (%)", ylim=(0, 105), yticks=range(0, 101, 20))
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0))
