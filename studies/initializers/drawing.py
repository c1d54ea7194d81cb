"""Figures of the study."""

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from studies.framework import Picture
from studies.framework.style import COLOURS, new_figure
from studies.initializers import weights

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SHOWN = ("uniform", "normal", "torch default", "Xavier normal", "Kaiming normal", "orthogonal")


def draw(results: xr.Dataset) -> list[Picture]:
    """Signals through the layers, histograms, training."""
    return [
        Picture(
            "signals",
            "Mean square of signals (above) and of gradients (below) in each layer: points are "
            "medians over seeds, lines mean-field theory. A level line is what trains.",
            _signals(results),
        ),
        Picture(
            "histograms",
            "Left: weights of one layer with 100 inputs and 100 outputs, first seed, logarithmic "
            "count (compare Fig. 46 of the chapter). Right: their standard deviation while the "
            "inputs change and the outputs stay 100; points are means over seeds, lines the laws.",
            _histograms(results),
        ),
        Picture(
            "training",
            "Training from each start, means over seeds. Left: perceptron with ten hidden layers "
            "of 32 ReLU units. Middle: LSTM on the drift of the five-storey building. Right: how "
            "much the units of the second hidden layer differ after training; under constant "
            "weights they stay equal.",
            _training(results),
        ),
    ]


def _signals(results: xr.Dataset) -> "Figure":
    figure = new_figure(9.5, 5.2)
    panels = figure.subplots(2, results.sizes["activation"], sharex=True)
    layers = np.arange(results.sizes["layer"]) + 1
    for row, name in zip(panels, ("signal", "gradient"), strict=True):
        for axes, activation in zip(row, results.activation.values, strict=True):
            for colour, initializer in zip(COLOURS, SHOWN, strict=False):
                chosen = results.sel(activation=activation, initializer=initializer)
                measured = chosen[name].median("seed")
                expected = chosen[f"{name}_theory"]
                measured = measured - (measured.isel(layer=-1) if name == "gradient" else 0.0)
                axes.plot(layers[::3], measured[::3], "o", ms=2.5, color=colour, label=initializer)
                axes.plot(layers, expected, color=colour, lw=0.8)
            axes.set_ylim(-20, 20)
            axes.set_title(f"{activation}: {name}")
    for axes in panels[-1]:
        axes.set_xlabel("layer")
    panels[0, 0].set_ylabel("log10 of the mean square signal")
    panels[1, 0].set_ylabel("log10 of the mean square gradient\nover that of the last layer")
    handles, labels = panels[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=len(SHOWN), markerscale=2)
    return figure


def _histograms(results: xr.Dataset) -> "Figure":
    figure = new_figure(9.5, 3.8)
    left, right = figure.subplots(1, 2, width_ratios=(1.4, 1))
    middles = (weights.EDGES[1:] + weights.EDGES[:-1]) / 2
    for colour, name in zip(COLOURS, weights.FIGURE, strict=False):
        count = results["count"].sel(initializer=name).values
        shown = np.where(count > 0, count, np.nan)
        left.semilogy(middles, shown, drawstyle="steps-mid", lw=0.9, color=colour, label=name)
        deviation = results.fan_deviation.sel(drawn=name).mean("seed")
        right.loglog(results.fan_in, deviation, "o", ms=4, color=colour)
        right.loglog(results.fan_in, _law(name, results.fan_in), lw=0.8, color=colour)
    left.set(xlabel="weight (-)", ylabel="weights in a bin of 0.02", xlim=(-3, 3))
    right.set(xlabel="inputs, fan_in", ylabel="standard deviation (-)")
    right.set_xticks(results.fan_in.values, results.fan_in.values)
    right.minorticks_off()
    figure.legend(*left.get_legend_handles_labels(), loc="outside lower center", ncols=6)
    return figure


def _law(name: str, fan_in: xr.DataArray) -> xr.DataArray:
    """Standard deviation by the law of an initialiser."""
    if name.startswith("Kaiming"):
        return (2 / fan_in) ** 0.5
    if name.startswith("Xavier"):
        return (2 / (fan_in + weights.FAN)) ** 0.5
    return weights.LAWS[name] ** 0.5 * xr.ones_like(fan_in, float)


def _training(results: xr.Dataset) -> "Figure":
    figure = new_figure(9.5, 3.3)
    left, middle, right = figure.subplots(1, 3)
    spread = results.unit_spread.mean("training")
    for number, (colour, start) in enumerate(zip(COLOURS, results.start.values, strict=False)):
        chosen = results.sel(start=start).mean("training")
        left.semilogy(
            np.arange(chosen.sizes["epoch"]) + 1, chosen.digits_loss, color=colour, label=start
        )
        middle.semilogy(np.arange(chosen.sizes["step"]) + 1, chosen.lstm_loss, color=colour)
        right.barh(number, max(float(spread.sel(start=start)), 1e-9), color=colour, alpha=0.7)
    left.set(xlabel="epoch", ylabel="cross-entropy (-)", title="perceptron, digits")
    left.legend()
    middle.set(
        xlabel="step", ylabel="squared error / variance (-)", title="LSTM, first storey's drift"
    )
    middle.yaxis.set_minor_formatter("")
    right.set_yticks(range(results.sizes["start"]), results.start.values)
    right.set(
        xscale="log",
        xlim=(1e-9, 10),
        xlabel="spread / largest weight (-)",
        title="units after training",
    )
    right.invert_yaxis()
    return figure
