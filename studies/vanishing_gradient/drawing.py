"""Figures of the study."""

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from studies.framework import Picture
from studies.framework.style import COLOURS, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SMALLEST = 1e-10  # lower edge
DEEPEST = -60.0  # lower edge of a logarithm


def draw(results: xr.Dataset) -> list[Picture]:
    """Loss and gradients in training, the Jacobians, depth, remedies in training."""
    return [
        Picture(
            "training",
            "Iris, ten hidden layers of 5 units; medians over seeds. Above: torch's default "
            "weights, below: Xavier's (Kaiming's for ReLU). Left: training loss. Then the norm of "
            "the gradient by the weights of each layer.",
            _training(results),
        ),
        Picture(
            "jacobians",
            "Untrained classifier: norm of the product of Jacobians from a hidden layer to the "
            "last (points: seeds; each the largest over the flowers; zeros of dead ReLUs at the "
            "lower edge) and its bound (lines: median). Left: the chapter's ten layers. Right: "
            "from the first layer to the last, by their number.",
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


def _training(results: xr.Dataset) -> "Figure":
    from matplotlib import colormaps

    figure = new_figure(10.5, 5.2)
    panels = figure.subplots(results.sizes["start"], 4, sharex=True)
    loss_of = results.loss.median("seed")
    layers = results.layer.values
    colours = colormaps["viridis"](np.linspace(0.0, 0.95, len(layers)))
    for row, start in zip(panels, results.start.values, strict=True):
        for colour, activation in zip(COLOURS, results.activation.values, strict=False):
            row[0].plot(
                results.epoch,
                loss_of.sel(start=start, activation=activation),
                color=colour,
                label=activation,
            )
        row[0].axhline(np.log(3.0), color="0.7", ls=":", label="guessing, ln 3")
        row[0].set(ylabel="cross-entropy (-)", title=f"{start}: loss", ylim=(0, 1.3))
        for axes, activation in zip(row[1:], results.activation.values, strict=True):
            for colour, layer in zip(colours, layers, strict=True):
                values = results.gradient.sel(start=start, activation=activation, layer=layer).clip(
                    SMALLEST
                )
                axes.semilogy(results.epoch, values, color=colour, lw=0.9, label=f"layer {layer}")
            axes.set(ylim=(SMALLEST / 2, 20), title=f"{activation}: gradient norm (-)")
    for axes in panels[-1]:
        axes.set_xlabel("epoch")
    panels[0, 0].legend()
    handles, labels = panels[0, 1].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=len(layers))
    return figure


def _jacobians(results: xr.Dataset) -> "Figure":
    figure = new_figure(9.5, 3.6)
    left, right = figure.subplots(1, 2)
    layers = np.arange(results.sizes["lower"]) + 1
    for colour, activation in zip(COLOURS, results.activation.values, strict=False):
        one = results.sel(activation=activation)
        left.semilogy(layers, one.bound.median("seed"), color=colour, label=f"{activation}: bound")
        for values in one.jacobian.transpose("seed", "lower").values:
            left.semilogy(layers, np.maximum(values, SMALLEST), ".", ms=4, color=colour)
        right.plot(results.depth, one.deep_bound.median("seed"), color=colour)
        for values in one.deep_jacobian.transpose("seed", "depth").values:
            right.plot(results.depth, np.maximum(values, DEEPEST), ".", ms=4, color=colour)
    left.set(xlabel="hidden layer l", ylabel="norm of dh$_{10}$ / dh$_l$ (-)", xticks=layers)
    right.set(
        xlabel="hidden layers L",
        ylabel="log10 of the norm of dh$_L$ / dh$_1$",
        ylim=(DEEPEST - 2, None),
    )
    left.legend()
    return figure


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
