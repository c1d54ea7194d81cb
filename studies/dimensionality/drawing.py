"""Figures of the study."""

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from studies.framework import Picture
from studies.framework.style import COLOURS, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SIDE = 8  # pixels of a digit


def draw(results: xr.Dataset) -> list[Picture]:
    """Reduction and separation, digits."""
    return [
        Picture(
            "errors",
            "Left: a function of 20 coordinates near a plane, learnt from them and from two "
            "principal components. Middle: drifts of the five-storey building on the first "
            "components of other records. Right: sums of functions of one coordinate, learnt by "
            "one network and by one for each. Points are seeds.",
            _errors(results),
        ),
        Picture(
            "digits",
            "Left: test digits, and what codes of 8 numbers make of them by principal components "
            "and by an autoencoder with hidden layers. Right: errors of reconstruction on the test "
            "part; points are seeds.",
            _digits(results),
        ),
    ]


def _errors(results: xr.Dataset) -> "Figure":
    figure = new_figure(10.5, 3.2)
    left, middle, right = figure.subplots(1, 3)
    for given, colour in zip(results.given.values, COLOURS, strict=False):
        _curve(left, results.reduced_error.sel(given=given), "neurons", given, colour)
    left.set(xscale="log", yscale="log", xlabel="hidden units", ylabel="test error / variance (-)")
    left.set_xticks(results.neurons.values, results.neurons.values, minor=False)
    left.xaxis.minorticks_off()
    left.legend()
    test = results.projection_error.sel(part="test").isel(components=slice(0, -1))
    _curve(middle, test, "components", "", COLOURS[0])
    middle.set(yscale="log", xlabel="components of 5 drifts", ylabel="test error / variance (-)")
    middle.set_xticks(test.components.values)
    _curve(right, results.dense_error, "number", "one network", COLOURS[0])
    _curve(right, results.separate_error, "number", "one for each coordinate", COLOURS[1])
    right.set(xscale="log", yscale="log", xlabel="coordinates", ylabel="test error / variance (-)")
    right.set_xticks(results.number.values, results.number.values, minor=False)
    right.xaxis.minorticks_off()
    right.legend()
    return figure


def _curve(axes: "Axes", values: xr.DataArray, along: str, label: str, colour: str) -> None:
    """Median over seeds as a line, the seeds as points."""
    axes.plot(values[along], values.median("seed"), color=colour, label=label)
    for seed in values.seed.values:
        axes.plot(values[along], values.sel(seed=seed), "o", ms=3, color=colour)


def _digits(results: xr.Dataset) -> "Figure":
    figure = new_figure(9.0, 3.2)
    left, right = figure.subplots(1, 2, width_ratios=[1.6, 1.0])
    pictures = results.digit.values.reshape(*results.digit.shape[:2], SIDE, SIDE)
    framed = np.pad(pictures, ((0, 0), (0, 0), (0, 1), (0, 1)), constant_values=np.nan)
    table = np.concatenate([np.concatenate(list(row), axis=1) for row in framed], axis=0)
    image = left.imshow(table, cmap="Greys", vmin=0, vmax=1, interpolation="nearest")
    left.set_facecolor(COLOURS[5])
    figure.colorbar(image, ax=left, label="grey (-)", shrink=0.8)
    middle = (SIDE + 1) * (np.arange(len(pictures)) + 0.5) - 1
    left.set_yticks(middle, [name.replace(" ", "\n") for name in results.made.values])
    left.set_xticks([])
    left.set_xlabel("six test digits")
    test = results.code_error.sel(part="test")
    place = np.arange(results.sizes["code"])
    methods = results.coder.values
    for number, (method, colour) in enumerate(zip(methods, COLOURS, strict=False)):
        values = test.sel(coder=method)
        offset = place + 0.27 * (number - 1)
        right.bar(offset, values.median("seed"), 0.25, color=colour, alpha=0.5, label=method)
        for seed in values.seed.values:
            right.plot(offset, values.sel(seed=seed), ".", color=colour, ms=4)
    right.set_xticks(place, [f"{code} numbers" for code in results.code.values])
    right.set(ylabel="test error / variance (-)", ylim=(0, 1.0))
    right.legend(loc="upper right")
    return figure
