"""Figures of the study."""

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from studies.framework import Picture
from studies.framework.style import COLOURS, new_figure
from studies.vanishing_gradient import measures

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.cm import ScalarMappable
    from matplotlib.figure import Figure

LOWEST = -10.0  # lower edge of a logarithm, left
DEEPEST = -60.0  # and right
SHIFT = {"tanh": -0.12, "ReLU": 0.0, "logistic": 0.12}  # of points that would hide one another


def draw(results: xr.Dataset) -> list[Picture]:
    """The listing at its seed and at others, the Jacobians, depth, remedies in training."""
    return [
        Picture(
            "listing",
            "The chapter's listing at its own seed (compare its Fig. 45): cross-entropy above, "
            "below the norm of the gradient by the weights of each layer, mean of an epoch.",
            _listing(results),
        ),
        Picture(
            "seeds",
            "The listing with other seeds, a point each; the ring is the listing's own. Dotted: "
            "what the claims demand. Left: training loss at the end. Right: gradient by the first "
            "layer over that by the output layer, last 50 epochs; that of dead ReLUs is zero.",
            _seeds(results),
        ),
        Picture(
            "jacobians",
            "Untrained classifier: norm of the product of Jacobians from a hidden layer to the "
            "last (points: seeds, each the largest over the flowers) and its bound (lines: "
            "median). Left: the chapter's ten layers. Right: from the first layer to the last, by "
            "their number.",
            _jacobians(results),
        ),
        Picture(
            "depth",
            "Gradient by the first layer's weights over that by the last's, before training, "
            "against the number of layers; medians over seeds. At 0 all layers learn alike.",
            _depth(results),
        ),
        Picture(
            "remedies",
            "Classifiers of many layers of 20 units trained with each remedy. Left: training loss, "
            "medians over seeds. Right: accuracy on the test flowers for each seed; a third is "
            "guessing.",
            _remedies(results),
        ),
    ]


def _listing(results: xr.Dataset) -> "Figure":
    figure = new_figure(8.5, 5.4)
    panels = figure.subplots(2, 2, sharex=True, sharey="row")
    seed = results.isel(seed=0)
    colours = _layer_colours(results)
    for (above, below), name in zip(panels.T, results.listed.values, strict=True):
        one = seed.sel(listed=name)
        for colour, part in zip(COLOURS, one.part.values, strict=False):
            above.plot(one.listed_epoch, one.listed_loss.sel(part=part), color=colour, label=part)
        above.axhline(np.log(3.0), color="0.6", ls=":", label="guessing, ln 3")
        above.set(title=name, ylim=(0, 1.2))
        for layer in results.listed_layer.values:
            norm = one.listed_norm.sel(listed_layer=layer)
            below.semilogy(one.listed_epoch, norm, lw=0.9, color=colours.to_rgba(layer))
        below.set(xlabel="epoch", ylim=(1e-6, 1e2))
    panels[0, 0].set_ylabel("cross-entropy (-)")
    panels[1, 0].set_ylabel("gradient norm (-)")
    panels[0, 1].legend(loc="upper right", bbox_to_anchor=(1.0, 0.9))
    bar = figure.colorbar(colours, ax=panels[1], aspect=12)
    bar.set_ticks([1, len(results.listed_layer) - 1, len(results.listed_layer)])
    bar.set_ticklabels(["first layer", "last hidden", "output"])
    return figure


def _layer_colours(results: xr.Dataset) -> "ScalarMappable":
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize

    return ScalarMappable(Normalize(1, results.sizes["listed_layer"]), "viridis")


def _seeds(results: xr.Dataset) -> "Figure":
    figure = new_figure(8.5, 3.2)
    left, right = figure.subplots(1, 2)
    loss = results.listed_loss.sel(part="train").isel(listed_epoch=-1)
    ratio = results.listed_ratio.isel(listed_layer=0)
    _points(left, loss, (0.01, 2.0))
    _points(right, ratio, (1e-6, 1e2))
    left.axvline(measures.CONVERGED * np.log(3.0), color="0.6", ls=":")
    left.text(np.log(3.0), 1.45, "guessing ", ha="right", fontsize=7.5, color="0.4")
    left.axvline(np.log(3.0), color="0.6", lw=0.8)
    right.axvline(measures.VANISHED, color="0.6", ls=":")
    left.set_xlabel("cross-entropy at the end (-)")
    right.set_xlabel("gradient, first layer over output layer (-)")
    return figure


def _points(axes: "Axes", values: xr.DataArray, limits: tuple[float, float]) -> None:
    """A row of points for each activation, a point for each seed; what is less lies at the edge."""
    for row, (colour, name) in enumerate(zip(COLOURS, values.listed.values, strict=False)):
        one = values.sel(listed=name).clip(*limits).values
        heights = row + np.linspace(-0.2, 0.2, len(one))
        axes.semilogx(one, heights, "o", ms=5, color=colour, clip_on=False)
        axes.plot(one[0], heights[0], "o", ms=10, mfc="none", color=colour, clip_on=False)
    axes.set_yticks(range(values.sizes["listed"]), values.listed.values)
    axes.set(xlim=limits, ylim=(1.6, -0.6))


def _jacobians(results: xr.Dataset) -> "Figure":
    figure = new_figure(9.5, 3.6)
    left, right = figure.subplots(1, 2)
    layers = np.arange(results.sizes["lower"]) + 1
    for colour, activation in zip(COLOURS, results.activation.values, strict=False):
        one = results.sel(activation=activation)
        norms = np.log10(np.maximum(one.jacobian, 10.0**LOWEST))
        bound = np.log10(one.bound.median("seed"))
        deep_bound = one.deep_bound.median("seed")
        _cloud(left, layers, norms, LOWEST, colour, SHIFT[activation])
        _cloud(right, results.depth.values, one.deep_jacobian, DEEPEST, colour, SHIFT[activation])
        style = "--" if activation == "ReLU" else "-"  # over the line of tanh
        left.plot(layers, bound, style, color=colour, label=f"{activation}: bound")
        left.plot([], [], ".", color=colour, label=f"{activation}: norm")
        right.plot(results.depth, deep_bound, style, color=colour)
    left.set(
        xlabel="hidden layer l", ylabel="log10 of the norm of dh$_{10}$ / dh$_l$", xticks=layers
    )
    right.set(xlabel="hidden layers L", ylabel="log10 of the norm of dh$_L$ / dh$_1$")
    left.plot([], [], "x", color="0.4", label="zero")
    figure.legend(loc="outside lower center", ncols=4)
    return figure


def _cloud(
    axes: "Axes", x: np.ndarray, values: xr.DataArray, edge: float, colour: str, shift: float
) -> None:
    """Logarithms as points, a row for each seed; zeros as crosses at the lower edge."""
    width = shift * float(np.diff(x).max())
    for row in values.transpose("seed", ...).values:
        zero = row <= edge
        axes.plot(x[~zero] + width, row[~zero], ".", ms=4, color=colour)
        axes.plot(x[zero] + width, np.full(zero.sum(), edge), "x", ms=4, color=colour)


def _depth(results: xr.Dataset) -> "Figure":
    figure = new_figure(7.5, 3.8)
    axes = figure.subplots()
    for number, remedy in enumerate(results.remedy.values):
        line = "-" if number < len(COLOURS) else "--"
        colour = COLOURS[number % len(COLOURS)]
        values = results.decades.sel(remedy=remedy).median("seed")
        axes.plot(results.depth, values, line, marker=".", color=colour, label=remedy)
    axes.axhline(0.0, color="0.8", lw=0.8, zorder=0)
    axes.set(
        xlabel="layers",
        ylabel="log10 of the first layer's gradient\nover the last layer's",
        ylim=(-25, 5),
    )
    axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
    return figure


def _remedies(results: xr.Dataset) -> "Figure":
    figure = new_figure(9.5, 3.6)
    left, right = figure.subplots(1, 2)
    for number, remedy in enumerate(results.remedy.values):
        line = "-" if number < len(COLOURS) else "--"
        colour = COLOURS[number % len(COLOURS)]
        one = results.sel(remedy=remedy)
        left.plot(results.remedy_epoch, one.remedy_loss.median("seed"), line, color=colour)
        right.plot(
            one.remedy_accuracy,
            [number] * results.sizes["seed"],
            "o",
            ms=4,
            alpha=0.6,
            color=colour,
        )
    left.axhline(np.log(3.0), color="0.7", ls=":")
    left.set(xlabel="epoch", ylabel="cross-entropy (-)", ylim=(0, 1.5))
    right.axvline(1.0 / 3.0, color="0.7", ls=":")
    right.set_yticks(range(results.sizes["remedy"]), results.remedy.values)
    right.set(xlabel="accuracy (-)", xlim=(0, 1.02))
    right.invert_yaxis()
    for label, colour in zip(right.get_yticklabels(), COLOURS * 2, strict=False):
        label.set_color(colour)
    return figure
