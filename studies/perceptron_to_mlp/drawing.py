"""Figures of the study."""

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from studies.framework import Picture
from studies.framework.style import COLOURS, new_figure
from studies.perceptron_to_mlp.gates import CORNERS, GATES

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def draw(results: xr.Dataset) -> list[Picture]:
    """Boundaries, training on the gates, descent."""
    return [
        Picture(
            "boundaries",
            "Probability of 1 after training (colour) and its boundary at 1/2; filled corners are "
            "to give 1. A line suffices for OR and AND, and no line for XOR.",
            _boundaries(results),
        ),
        Picture(
            "training",
            "Left: Rosenblatt's rule, mean over seeds; on XOR it never ends. Right: share of seeds "
            "for which training finds XOR; two units can represent it, and yet are not always "
            "enough for training.",
            _training(results),
        ),
        Picture(
            "descent",
            "Regression of an exponential. Left: median over seeds of the loss above the least; an "
            "epoch looks once at every sample. Right: the ways of the two parameters for the first "
            "seed, with contours of the true loss.",
            _descent(results),
        ),
    ]


def _boundaries(results: xr.Dataset) -> "Figure":
    figure = new_figure(7.0, 6.2)
    panels = figure.subplots(3, 3, sharex=True, sharey=True)
    for row, gate in zip(panels, results.gate.values, strict=True):
        for axes, learner in zip(row, results.learner.values, strict=True):
            values = results.probability.sel(gate=gate, learner=learner)
            image = axes.pcolormesh(
                results.x1, results.x2, values, vmin=0, vmax=1, cmap="RdBu_r", alpha=0.7
            )
            axes.contour(results.x1, results.x2, values, levels=[0.5], colors="k", linewidths=1.0)
            for corner, target in zip(CORNERS, GATES[gate], strict=True):
                axes.plot(*corner, "o", ms=8, mfc="k" if target else "w", mec="k")
            axes.set_aspect("equal")
            axes.set_title(f"{gate}: {learner}", fontsize=8)
    for axes in panels[-1]:
        axes.set_xlabel("input $x_1$")
    for axes in panels[:, 0]:
        axes.set_ylabel("input $x_2$")
    figure.colorbar(image, ax=panels, shrink=0.4, label="probability of 1")
    return figure


def _training(results: xr.Dataset) -> "Figure":
    figure = new_figure(8.0, 3.0)
    left, right = figure.subplots(1, 2)
    wrong = results.perceptron_wrong.isel(round=slice(0, 30)).mean("seed")
    for gate in results.gate.values:
        left.plot(np.arange(wrong.sizes["round"]) + 1, wrong.sel(gate=gate), ".-", label=gate)
    left.set(
        xlabel="pass over the four corners", ylabel="wrong corners, mean over seeds", ylim=(-0.1, 3)
    )
    left.legend()
    learned = (results.mlp_wrong == 0).mean("seed")
    positions = np.arange(learned.sizes["width"])
    bars = right.bar(positions, 100 * learned, width=0.6)
    right.bar_label(bars, fmt="%.0f %%", fontsize=7.5)
    right.set_xticks(positions, results.width.values)
    seeds = results.sizes["seed"]
    right.set(
        xlabel="hidden units (tanh)",
        ylabel=f"trained networks that are right on XOR\n(%, {seeds} seeds)",
        ylim=(0, 112),
    )
    return figure


def _descent(results: xr.Dataset) -> "Figure":
    figure = new_figure(9.0, 3.6)
    left, right = figure.subplots(1, 2)
    excess = results.excess_loss.median("seed").clip(1e-12)
    for variant, colour in zip(results.variant.values, COLOURS, strict=False):
        left.semilogy(results.epoch, excess.sel(variant=variant), color=colour, label=variant)
        way = results.way.isel(seed=0).sel(variant=variant)
        right.plot(*way.values.T, ".-", ms=2, lw=0.8, alpha=0.8, color=colour)
    left.set(xlabel="epoch", ylabel="excess loss / variance of the noise (-)", ylim=(1e-7, None))
    left.legend(loc="upper right", ncols=2)
    _contours(right, results.isel(seed=0))
    return figure


def _contours(axes: "Axes", results: xr.Dataset) -> None:
    """The loss for the truth exp(x) on uniform x in (-1, 1), and the point of least squares."""
    amplitude, rate = np.meshgrid(np.linspace(0.0, 2.2, 111), np.linspace(0.0, 1.8, 81))
    x = np.linspace(-1.0, 1.0, 101)
    values = ((amplitude[..., None] * np.exp(rate[..., None] * x) - np.exp(x)) ** 2).mean(axis=-1)
    axes.contour(
        amplitude, rate, values, levels=np.geomspace(1e-3, 3.0, 12), colors="0.75", linewidths=0.6
    )
    axes.plot(*results.least_squares, "k+", ms=9, label="least squares")
    axes.set(xlabel="amplitude (-)", ylabel="rate (-)", xlim=(0.0, 2.2), ylim=(0.0, 1.8))
    axes.legend(loc="upper right")
