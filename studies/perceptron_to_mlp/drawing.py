"""Figures of the study."""

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from studies.framework import Picture
from studies.framework.style import COLOURS, new_figure
from studies.perceptron_to_mlp.gates import CORNERS, GATES
from studies.perceptron_to_mlp.ridge import WEIGHTS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def draw(results: xr.Dataset) -> list[Picture]:
    """Gates, the plane of the hidden units, one neuron, training on the gates, descent."""
    return [
        Picture(
            "gates",
            "Logistic regression on the gates of the chapter's Fig. 9: probability of 1 and its "
            "boundary at 1/2; filled corners are to give 1. No line does for XOR.",
            _gates(results),
        ),
        Picture(
            "hidden_plane",
            "Two hidden units that training has found for XOR. Left: probability of 1 in the plane "
            "of the inputs. Right: the corners in the plane of the units, where one line separates "
            "them.",
            _hidden_plane(results),
        ),
        Picture(
            "one_neuron",
            "Left: the ridge of a logistic unit; the arrow is its weights, the line its decision "
            "boundary. Right: probit and logistic model, fitted to the same outcomes (first seed).",
            _one_neuron(results),
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


def _gates(results: xr.Dataset) -> "Figure":
    figure = new_figure(10.0, 2.9)
    panels = figure.subplots(1, 4, sharex=True, sharey=True)
    for axes, gate in zip(panels, results.drawn.values, strict=True):
        _plane(axes, results, results.probability.sel(drawn=gate), gate)
        axes.set_title(gate)
    panels[0].set_ylabel("input $x_2$")
    figure.colorbar(panels[-1].collections[0], ax=panels, label="probability of 1")
    return figure


def _plane(axes: "Axes", results: xr.Dataset, values: xr.DataArray, gate: str) -> None:
    """Probability over the plane of the inputs, its boundary, and the corners of a gate."""
    axes.pcolormesh(results.x1, results.x2, values, vmin=0, vmax=1, cmap="RdBu_r", alpha=0.7)
    axes.contour(results.x1, results.x2, values, levels=[0.5], colors="k", linewidths=1.0)
    for corner, target in zip(CORNERS, GATES[gate], strict=True):
        axes.plot(*corner, "o", ms=8, mfc="k" if target else "w", mec="k")
    axes.set(xlabel="input $x_1$", aspect="equal", xticks=[0, 1], yticks=[0, 1])


def _hidden_plane(results: xr.Dataset) -> "Figure":
    figure = new_figure(7.4, 3.2)
    left, right = figure.subplots(1, 2)
    _plane(left, results, results.xor_probability, "XOR")
    left.set_ylabel("input $x_2$")
    figure.colorbar(left.collections[0], ax=left, label="probability of 1")
    places: dict[tuple[float, float], list[str]] = {}
    for corner, unit, target in zip(CORNERS, results.hidden.values, GATES["XOR"], strict=True):
        right.plot(*unit, "o", ms=8, mfc="k" if target else "w", mec="k")
        key = (round(float(unit[0]), 1), round(float(unit[1]), 1))
        places.setdefault(key, []).append(f"({corner[0]:.0f}, {corner[1]:.0f})")
    for (h1, h2), names in places.items():
        side = -1 if h1 > 0 else 1
        right.annotate(
            ", ".join(names),
            (h1, h2),
            xytext=(9 * side, 0),
            textcoords="offset points",
            ha="right" if h1 > 0 else "left",
            va="center",
        )
    w1, w2, b = results.hidden_line.values
    right.axline((-b * w1 / (w1**2 + w2**2), -b * w2 / (w1**2 + w2**2)), slope=-w1 / w2, color="k")
    right.set(xlabel="hidden unit $h_1$ (-)", ylabel="hidden unit $h_2$ (-)", aspect="equal")
    right.set(xlim=(-1.2, 1.2), ylim=(-1.2, 1.2))
    return figure


def _one_neuron(results: xr.Dataset) -> "Figure":
    figure = new_figure(8.4, 3.3)
    left, right = figure.subplots(1, 2)
    levels = np.linspace(0, 1, 21)
    image = left.contourf(results.ridge_x1, results.ridge_x2, results.ridge, levels=levels)
    figure.colorbar(image, ax=left, label="output (-)", ticks=np.linspace(0, 1, 6))
    left.axline((0.0, 0.0), slope=-WEIGHTS[0] / WEIGHTS[1], color="k")
    left.annotate("", WEIGHTS, (0, 0), arrowprops={"arrowstyle": "->", "color": "k", "lw": 1.5})
    left.text(WEIGHTS[0], WEIGHTS[1] - 0.15, "w", color="k", ha="center", va="top")
    left.set(xlabel="input $x_1$", ylabel="input $x_2$", aspect="equal", xlim=(-3, 3), ylim=(-3, 3))
    for link, line in zip(results.link.values, ("-", "--"), strict=True):
        right.plot(results.s, results.chance.sel(link=link), line, label=link)
    right.set(xlabel="feature x", ylabel="probability of 1 (-)")
    right.legend(loc="upper left")
    return figure


def _training(results: xr.Dataset) -> "Figure":
    figure = new_figure(8.0, 3.0)
    left, right = figure.subplots(1, 2)
    wrong = results.perceptron_wrong.isel(round=slice(0, 30)).mean("seed")
    rounds = np.arange(wrong.sizes["round"]) + 1
    for gate in ("OR", "AND", "XOR"):
        left.plot(rounds, wrong.sel(gate=gate), ".-", label=gate)
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
        way = results.way.sel(variant=variant)
        right.plot(*way.values.T, ".-", ms=2, lw=0.8, alpha=0.8, color=colour)
    left.set(xlabel="epoch", ylabel="excess loss / variance of the noise (-)", ylim=(1e-7, None))
    left.legend(loc="upper right", ncols=2)
    _contours(right, results)
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
