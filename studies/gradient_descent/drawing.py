"""Figures of the study."""

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from studies.framework import Picture
from studies.framework.style import COLOURS, new_figure
from studies.gradient_descent.claims import SAMPLING

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SHOWN = {"rate 1/beta": "descent", "momentum of the chapter": "momentum"}
LOWEST = 1e-8  # of a logarithmic axis
HIGHEST = 1e3


def draw(results: xr.Dataset) -> list[Picture]:
    """Bounds of descent, the regression, the neuron."""
    return [
        Picture(
            "bounds",
            "Left: values above the least, over beta R^2 / 2, at the rate 1/beta, under their "
            "bound. Right: steps of descent and of momentum on quadratics; the lines are the "
            "condition number and its root.",
            _bounds(results),
        ),
        Picture(
            "optimizers",
            "The chapter's exponential. Median over seeds of the error above the least squares, in "
            "variances of the noise, at each optimizer's best of the rates; the line is what the "
            "noise itself costs three constants.",
            _optimizers(results),
        ),
        Picture(
            "neuron",
            "The chapter's single neuron, settings as printed: squared error above that of the "
            "line of least squares, over it. Left: squared errors of a batch added, as in the "
            "listings; SGD and Nesterov's momentum leave the neuron off. Right: their mean, as in "
            "Algorithm 2. Momentum 5 diverges in both.",
            _neuron(results),
        ),
    ]


def _bounds(results: xr.Dataset) -> "Figure":
    figure = new_figure(8.6, 3.3)
    left, right = figure.subplots(1, 2)
    for name in results.function.values:
        left.loglog(results.step, 2 * results.gap.sel(function=name), label=name)
    left.loglog(results.step, 4.0 / (results.step + 4), "k--", lw=0.9, label="bound")
    left.set(xlabel="step", ylabel="value above the least (-)", ylim=(LOWEST, 10))
    left.legend(loc="lower left")
    condition = results.condition
    for (method, name), colour in zip(SHOWN.items(), COLOURS, strict=False):
        right.loglog(condition, results.steps.sel(descent=method), "o", color=colour, label=name)
    last = results.steps.isel(condition=-1)
    for method, power, colour in zip(SHOWN, (1.0, 0.5), COLOURS, strict=False):
        line = last.sel(descent=method) * (condition / condition[-1]) ** power
        right.loglog(condition, line, "--", color=colour, lw=0.8)
    right.set(xlabel="condition number (-)", ylabel="steps to a millionth of the distance")
    right.legend(loc="upper left")
    return figure


def _optimizers(results: xr.Dataset) -> "Figure":
    figure = new_figure(6.4, 3.6)
    axes = figure.subplots()
    middle = results.excess.median("seed")
    least = middle.min("learning_rate")
    order = np.argsort(least.values)
    place = np.arange(len(order))
    axes.barh(place, least.values[order], color=COLOURS[0])
    best = middle.argmin("learning_rate")
    rates = results.learning_rate[best].values[order]
    names = [
        f"{name}, rate {rate:.2g}"
        for name, rate in zip(results.optimizer.values[order], rates, strict=True)
    ]
    axes.axvline(SAMPLING, color=COLOURS[1], lw=0.9)
    axes.set_xscale("log")
    axes.set_yticks(place, names)
    axes.invert_yaxis()
    axes.set(xlabel="error above the least squares / variance of the noise (-)", xlim=(1e-4, 100))
    return figure


def _neuron(results: xr.Dataset) -> "Figure":
    figure = new_figure(9.0, 3.3)
    panels = figure.subplots(1, 2, sharey=True)
    for axes, reduction in zip(panels, results.reduction.values, strict=True):
        for listing, colour in zip(results.listing.values, COLOURS, strict=False):
            values = results.neuron_excess.sel(reduction=reduction, listing=listing)
            shown = values.where(values < HIGHEST).clip(1e-5)
            axes.semilogy(results.epoch, shown, color=colour, label=listing)
        axes.set(xlabel="epoch", title=f"{reduction} over the batch")
    panels[0].set_ylabel("squared error over the line's, less 1 (-)")
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside right upper")
    return figure
