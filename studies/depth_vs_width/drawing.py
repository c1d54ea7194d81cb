"""Figures of the study."""

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from studies.depth_vs_width import widths
from studies.framework import Picture
from studies.framework.style import COLOURS, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SMOOTHNESS = 2  # k of the line drawn beside: what piecewise linear functions can make use of


def draw(results: xr.Dataset) -> list[Picture]:
    """Learning curves, surfaces, errors against width."""
    return [
        Picture(
            "learning_curves",
            "Left: the comparison as it stands, median and range over the seeds. Right: each "
            "network at several learning rates that fall to zero, test error at the end; the "
            "filled points are the rates chosen.",
            _learning_curves(results),
        ),
        Picture(
            "surfaces",
            "The function and both networks of the comparison as it stands, first seed, in "
            "standard deviations.",
            _surfaces(results),
        ),
        Picture(
            "widths",
            "Test error against the parameters, median and range over the seeds at the best "
            "learning rate, with the fitted exponent p of the number of units and, for one layer, "
            f"k / (d - 1) for k = {SMOOTHNESS}.",
            _widths(results),
        ),
    ]


def _learning_curves(results: xr.Dataset) -> "Figure":
    figure = new_figure(9.0, 3.4)
    left, right = figure.subplots(1, 2)
    epoch = np.arange(results.sizes["epoch"]) + 1
    for network, colour in zip(results.network.values, COLOURS, strict=False):
        for part, style in (("test", "-"), ("train", ":")):
            error = results[f"{part}_error"].sel(network=network)
            left.semilogy(
                epoch, error.median("seed"), style, color=colour, label=f"{network}, {part}"
            )
            left.fill_between(
                epoch, error.min("seed"), error.max("seed"), color=colour, alpha=0.2, lw=0
            )
    left.set(xlabel="epoch", ylabel="mean square error / variance (-)", title="one learning rate")
    left.legend()
    error = results.tuned_test_error
    chosen = widths.best(error, results.tuned_validation_error)
    for contender, colour in zip(results.contender.values, COLOURS, strict=False):
        one = error.sel(contender=contender)
        best = chosen.sel(contender=contender)
        right.loglog(one.rate, one.median("seed"), "o-", mfc="w", color=colour, label=contender)
        bars = [[best.median() - best.min()], [best.max() - best.median()]]
        right.errorbar([best.rate], [best.median()], bars, fmt="o", capsize=3, color=colour)
    right.set(
        xlabel="learning rate at the start",
        ylabel="mean square error / variance (-)",
        title="the best of several",
    )
    right.legend()
    return figure


def _surfaces(results: xr.Dataset) -> "Figure":
    shown = {"function": results.true_surface}
    shown |= {str(name): results.surface.sel(network=name) for name in results.network.values}
    low = float(results.true_surface.min())
    high = float(results.true_surface.max())
    figure = new_figure(9.0, 3.2)
    panels = figure.subplots(1, len(shown), subplot_kw={"projection": "3d"})
    x1, x2 = np.meshgrid(results.x1, results.x2, indexing="ij")
    for axes, (name, values) in zip(panels, shown.items(), strict=True):
        look = {"vmin": low, "vmax": high, "linewidth": 0, "antialiased": False}
        axes.plot_surface(
            x1, x2, values.values, cmap="viridis", rcount=len(x1), ccount=len(x2), **look
        )
        axes.set(title=name, zlim=(low, high), xlabel="$x_1$", ylabel="$x_2$")
    return figure


def _widths(results: xr.Dataset) -> "Figure":
    error = widths.best(results.width_test_error, results.width_validation_error)
    fitted = widths.exponents(results).units.median("seed")
    figure = new_figure(10.0, 3.0)
    panels = figure.subplots(1, results.sizes["dimension"], sharey=True, squeeze=False)[0]
    for axes, dimension in zip(panels, results.dimension.values, strict=True):
        for depth, colour, words in zip(
            results.depth.values, COLOURS, ("one layer", "two layers"), strict=False
        ):
            place = {"dimension": dimension, "depth": depth}
            one = error.sel(place).dropna("width", how="all")
            size = results.parameters.sel(place).dropna("width")
            label = f"{words}, p = {float(fitted.sel(place)):.2f}"
            axes.loglog(size, one.median("seed"), "o-", ms=3, color=colour, label=label)
            axes.fill_between(size, one.min("seed"), one.max("seed"), color=colour, alpha=0.2, lw=0)
        theory = "" if dimension == 1 else f" (k/(d-1) = {SMOOTHNESS / (dimension - 1):.2g})"
        axes.set(title=f"d = {dimension}{theory}", xlabel="parameters")
        axes.legend()
    panels[0].set_ylabel("mean square error / variance (-)")
    return figure
