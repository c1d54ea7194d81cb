"""Figures of the study."""

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from studies.depth_vs_width import chapter, widths
from studies.framework import Picture
from studies.framework.style import COLOURS, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ONE = "one layer"
TWO = "two layers"
EQUAL = "one layer, equal parameters"
FUNCTION = "function"
COMBINATION = ("scaling", "learning_rate", "batch")
FOUR = ("none", 1e-3), ("none", 1e-4), ("both", 1e-2), ("both", 1e-3)
"""Scalings and rates whose learning curves are drawn, from the most to the least different."""
ERROR = "squared error / variance (-)"


def ends(error: xr.DataArray) -> xr.DataArray:
    """Mean error of the last tenth of the epochs."""
    last = max(1, error.sizes["epoch"] // 10)
    return error.isel(epoch=slice(-last, None)).mean("epoch")


def draw(results: xr.Dataset) -> list[Picture]:
    """Learning curves, combinations, points, surfaces, fair terms, the law of one layer."""
    return [
        Picture(
            "learning_curves",
            "Training and test error of both networks for four of the combinations, smallest "
            "batch (compare Fig. 14 of the chapter). At the scale of the data the wide network is "
            "unsteady.",
            _learning_curves(results),
        ),
        Picture(
            "combinations",
            "Test error of one layer over that of two at the end, for every combination of what "
            "the chapter leaves open; from 10 on the chapter's statement holds.",
            _combinations(results),
        ),
        Picture(
            "samples",
            "The chapter's 4000 points (compare its Fig. 13) and the values of the function there.",
            _samples(),
        ),
        Picture(
            "surfaces",
            "The function, and both networks trained on the data as they are, rate 1e-3, batches "
            "of 100. The colours are those of the function; what lies beyond them is cut off.",
            _surfaces(results),
        ),
        Picture(
            "fair_terms",
            "Standardised, each network at several learning rates that fall to zero: test error at "
            "the end, medians and range over the seeds; filled: the rate chosen on other points.",
            _fair_terms(results),
        ),
        Picture(
            "widths",
            "Test error of one hidden layer against its units, median and range over the seeds, "
            "with the fitted exponent p; hollow: the loss of some seed still fell at the end. The "
            "law of eq. 15 is p = k / (d - 1).",
            _widths(results),
        ),
    ]


def _learning_curves(results: xr.Dataset) -> "Figure":
    measured = results.learning_rate.values
    shown = [(scaling, rate) for scaling, rate in FOUR if np.isclose(measured, rate).any()]
    shown = shown or [(str(results.scaling[0].item()), float(measured[0]))]
    figure = new_figure(2.6 * len(shown) + 0.4, 3.2)
    panels = figure.subplots(1, len(shown), sharex=True, sharey=True, squeeze=False)[0]
    for axes, (scaling, rate) in zip(panels, shown, strict=True):
        error = (
            results.error.isel(batch=0)
            .sel(scaling=scaling)
            .sel(learning_rate=rate, method="nearest")
        )
        for network, colour in zip((ONE, TWO), COLOURS, strict=False):
            for part, line in (("test", "-"), ("train", ":")):
                values = error.sel(network=network, part=part)
                epoch = np.arange(values.sizes["epoch"]) + 1
                axes.semilogy(epoch, values, line, color=colour, label=f"{network}, {part}")
        axes.axhline(1.0, color="0.7", lw=0.8)
        axes.set(xlabel="epoch", title=f"standardised: {scaling}\nrate {rate:g}")
    panels[0].set_ylabel(ERROR)
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=4)
    return figure


def _combinations(results: xr.Dataset) -> "Figure":
    from matplotlib.colors import LogNorm

    end = ends(results.error).sel(part="test")
    ratio = end.sel(network=ONE) / end.sel(network=TWO)
    figure = new_figure(8.5, 2.9)
    panels = figure.subplots(1, results.sizes["batch"], sharey=True, squeeze=False)[0]
    for axes, batch in zip(panels, results.batch.values, strict=True):
        one = ratio.sel(batch=batch).transpose("scaling", "learning_rate")
        image = axes.imshow(one, norm=LogNorm(0.1, 1000.0), cmap="RdBu_r", aspect="auto")
        for (row, column), value in np.ndenumerate(one.values):
            dark = value > 200.0 or value < 0.3
            colour = "w" if dark else "k"
            axes.text(
                column, row, f"{float(f'{value:.2g}'):g}", ha="center", va="center", color=colour
            )
        axes.set_xticks(
            range(one.sizes["learning_rate"]), [f"{rate:.0e}" for rate in one.learning_rate.values]
        )
        axes.set(xlabel="learning rate (-)", title=f"batches of {batch}")
    panels[0].set_yticks(range(results.sizes["scaling"]), results.scaling.values)
    panels[0].set_ylabel("standardised")
    figure.colorbar(image, ax=panels, label="test error, one over two (-)", extend="both")
    return figure


def _samples() -> "Figure":
    figure = new_figure(8.5, 3.2)
    panels = figure.subplots(1, 2, sharex=True, sharey=True)
    parts = chapter.problem(0).plain()
    low, high = (float(end) for end in parts["train"][1].aminmax())
    for axes, (part, name) in zip(panels, (("train", "training"), ("test", "test")), strict=True):
        x, y = (values.numpy() for values in parts[part])
        look = {"vmin": low, "vmax": high, "cmap": "viridis"}
        points = axes.scatter(*x.T, c=y[:, 0], s=4, lw=0, **look)
        axes.set(xlabel="$x_1$ (-)", title=f"{len(x)} points for {name}", aspect="equal")
    panels[0].set_ylabel("$x_2$ (-)")
    figure.colorbar(points, ax=panels, label="function (-)")
    return figure


def _surfaces(results: xr.Dataset) -> "Figure":
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize

    function = results.surface.sel(shown=FUNCTION)
    low, high = float(function.min()), float(function.max())
    colours = ScalarMappable(Normalize(low, high), "viridis")
    figure = new_figure(10.0, 3.6)
    panels = figure.subplots(1, results.sizes["shown"], subplot_kw={"projection": "3d"})
    x1, x2 = np.meshgrid(results.x1, results.x2, indexing="ij")
    for axes, name in zip(panels, results.shown.values, strict=True):
        values = results.surface.sel(shown=name).clip(low, high).values
        face = colours.to_rgba(values)
        look = {"rcount": len(x1), "ccount": len(x2), "shade": False}
        axes.plot_surface(x1, x2, values, facecolors=face, **look)
        axes.set(title=name, zlim=(low, high), xlabel="$x_1$ (-)", ylabel="$x_2$ (-)")
        axes.set_zticks([0.0, 0.1], [])
        axes.set_xticks([-10, 0, 10])
        axes.set_yticks([-10, 0, 10])
    figure.colorbar(colours, ax=panels, label="value (-)", shrink=0.7, pad=0.08)
    return figure


def _fair_terms(results: xr.Dataset) -> "Figure":
    figure = new_figure(7.0, 3.4)
    axes: Axes = figure.subplots()
    error = results.tuned_test_error.dropna("rate", how="all")
    chosen = widths.best_rate(results.tuned_validation_error.dropna("rate", how="all"))
    for contender, colour in zip(results.contender.values, COLOURS, strict=False):
        one = error.sel(contender=contender)
        middle = one.median("seed")
        axes.loglog(one.rate, middle, "o-", mfc="w", color=colour, label=contender)
        axes.fill_between(one.rate, one.min("seed"), one.max("seed"), color=colour, alpha=0.2, lw=0)
        rate = chosen.sel(contender=contender)
        axes.plot(rate, middle.sel(rate=rate), "o", ms=8, color=colour)
    axes.set(xlabel="learning rate at the start (-)", ylabel=f"test, {ERROR}")
    axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
    return figure


def _widths(results: xr.Dataset) -> "Figure":
    error = results.width_error
    fitted = widths.exponent(error, results.width).median("seed")
    figure = new_figure(7.0, 3.4)
    axes: Axes = figure.subplots()
    for dimension, colour in zip(results.dimension.values, COLOURS, strict=False):
        one = error.sel(dimension=dimension)
        label = f"d = {dimension}, p = {float(fitted.sel(dimension=dimension)):.2f}"
        axes.loglog(one.width, one.median("seed"), "o-", ms=5, color=colour, label=label)
        low, high = one.min("seed"), one.max("seed")
        axes.fill_between(one.width, low, high, color=colour, alpha=0.2, lw=0)
        falling = results.width_converged.sel(dimension=dimension).min("seed") == 0
        hollow = one.median("seed").where(falling)
        axes.plot(one.width, hollow, "o", ms=5, mfc="w", color=colour)
    axes.set_xticks(results.width.values, results.width.values)
    axes.minorticks_off()
    axes.set(xlabel="units of the hidden layer", ylabel=f"test, {ERROR}")
    axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
    return figure
