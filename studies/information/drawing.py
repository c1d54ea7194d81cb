"""Figures of the study."""

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from scipy.stats import norm

from studies.framework import Picture
from studies.framework.style import COLOURS, new_figure
from studies.information.fisher import SIZE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def draw(results: xr.Dataset) -> list[Picture]:
    """Fisher information, likelihood, channels, largest entropy."""
    return [
        Picture(
            "fisher",
            "Left: the log-likelihood of a mean, whose curvature is the Fisher information of 20 "
            "samples. Middle: variances of estimators of a normal mean against the bound. Right: "
            "AdaGrad's accumulator over its steps is the Fisher diagonal with single samples, not "
            "with the whole set.",
            _fisher(results),
        ),
        Picture(
            "likelihood",
            "Negative log-likelihood. Left: a coin; the dashed line is the least for each share of "
            "heads. Right: a normal sample; the cross is its mean and standard deviation.",
            _likelihood(results),
        ),
        Picture(
            "channels",
            "Left: logarithm of the number of arrangements of N channels that give the mean "
            "discharge. Right: the probability of that discharge; it tends to zero, not to one.",
            _channels(results),
        ),
        Picture(
            "largest_entropy",
            "Left: probabilities of a die with mean 4.5, the most uncertain of all and the one of "
            "the exponential family. Right: standardised estimates of a rate from 3 and 100 "
            "samples, with the normal law that they come to.",
            _largest_entropy(results),
        ),
    ]


def _fisher(results: xr.Dataset) -> "Figure":
    figure = new_figure(10.5, 3.3)
    left, middle, right = figure.subplots(1, 3)
    curves = results.log_likelihood
    for deviation, colour in zip(curves.deviation.values, COLOURS, strict=False):
        label = f"information {SIZE / deviation**2:.0f}"
        left.plot(results.centre, curves.sel(deviation=deviation), color=colour, label=label)
    left.set(xlabel="mean (-)", ylabel="log-likelihood above its peak (nats)", ylim=(-12, 2.5))
    left.set_xticks(np.linspace(-1, 1, 5))
    left.legend(loc="upper center", ncols=2)
    _variances(middle, results)
    _diagonals(right, results)
    return figure


def _variances(axes: "Axes", results: xr.Dataset) -> None:
    names = results.estimator.values
    for place in range(len(names)):
        values = results.variance_ratio.isel(estimator=place)
        axes.plot(np.full(values.size, place), values, "o", ms=4, color=COLOURS[0])
    axes.axhline(1.0, color=COLOURS[1], lw=0.9)
    axes.text(len(names) - 0.55, 0.98, "bound", color=COLOURS[1], va="top", ha="right")
    axes.set_xticks(range(len(names)), [name.replace(" ", "\n") for name in names])
    axes.set(ylabel="variance x N x information (-)", ylim=(0.7, None), xlim=(-0.5, 3.5))


def _diagonals(axes: "Axes", results: xr.Dataset) -> None:
    first = results.isel(seed=0)
    bars = {
        "Fisher": first.fisher,
        "Hessian": first.hessian,
        "AdaGrad, one sample": first.accumulator.sel(draw="one sample"),
        "AdaGrad, whole set": first.accumulator.sel(draw="whole set"),
    }
    place = np.arange(results.sizes["weight"])
    for number, (name, values) in enumerate(bars.items()):
        axes.bar(place + 0.2 * (number - 1.5), values, 0.2, label=name, color=COLOURS[number])
    axes.set_yscale("log")
    axes.set_xticks(place, [name.replace("x", "weight ") for name in results.weight.values])
    axes.set(ylabel="diagonal (-)", ylim=(None, 60))
    axes.legend(loc="upper left", ncols=2)


def _likelihood(results: xr.Dataset) -> "Figure":
    figure = new_figure(8.6, 3.4)
    left, right = figure.subplots(1, 2)
    image = left.contourf(
        results.share, results.parameter, results.coin_nll.T, levels=np.linspace(0, 4, 21)
    )
    left.plot(results.share, results.share, "w--")
    left.set(xlabel="share of heads (-)", ylabel="parameter (-)")
    figure.colorbar(image, ax=left, label="NLL / N (nats)")
    surface = results.normal_nll
    levels = np.linspace(0.5, 4.0, 29)
    image = right.contourf(results.location, results.scale, surface.T, levels=levels, extend="max")
    right.plot(*results["sample"], "r+", ms=10, mew=2)
    right.set(xlabel="mean (-)", ylabel="standard deviation (-)")
    figure.colorbar(image, ax=right, label="NLL / N (nats)")
    return figure


def _channels(results: xr.Dataset) -> "Figure":
    figure = new_figure(8.0, 3.0)
    left, right = figure.subplots(1, 2)
    left.semilogx(results.number, results.log_arrangements, "o-", ms=4, label=r"$\ln N_Q / N$")
    left.axhline(float(results.channel_entropy), color=COLOURS[1], label="entropy")
    left.set(xlabel="channels N", ylabel="nats a channel")
    left.legend(loc="lower right")
    right.loglog(results.number, results.composition_probability, "o-", ms=4, label="exact")
    last = results.composition_probability[-1] * results.number[-1]
    right.loglog(results.number, last / results.number, "--", color="0.4", label="$1/N$")
    right.set(xlabel="channels N", ylabel="probability of the mean discharge (-)")
    right.legend(loc="upper right")
    return figure


def _largest_entropy(results: xr.Dataset) -> "Figure":
    figure = new_figure(8.0, 3.0)
    left, right = figure.subplots(1, 2)
    left.bar(results.face, results.die_primal, 0.7, alpha=0.5, label="most uncertain of all")
    left.plot(results.face, results.die, "k.", ms=7, label="exponential family")
    left.set(xlabel="face of the die", ylabel="probability (-)")
    left.legend(loc="upper left")
    density = results.density.mean("seed")
    for size, colour in zip(density["size"].values, COLOURS, strict=False):
        right.step(
            results.bin, density.sel(size=size), where="mid", color=colour, label=f"N = {size}"
        )
    right.plot(results.bin, norm.pdf(results.bin), "k--", lw=0.9, label="N(0, 1)")
    right.set(xlabel=r"$\sqrt{N I}\,(\hat\theta - \theta)$ (-)", ylabel="density (-)")
    right.legend(loc="upper right")
    return figure
