"""Figures of the study."""

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from studies.framework import Picture
from studies.framework.style import COLOURS, new_figure
from studies.vanishing_gradient_in_time.training import forgetting

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LINES = {"not clipped": ":", "clipped": "-"}
"""In the order of the limits: infinite, and one."""


def draw(results: xr.Dataset) -> list[Picture]:
    """The norms against the lag, what training makes of them, clipping."""
    return [
        Picture(
            "memory",
            "Norm of the Jacobian of the state by the state t - tau samples before, untrained "
            "networks of 32 units; median and range over seeds. Left: Elman networks by their "
            "spectral radius, dotted without g. Right: gated networks beside the Elman network "
            "that torch makes.",
            _memory(results),
        ),
        Picture(
            "training",
            "Left: the same norm before (dotted) and after training (lines) on the first storey's "
            "drift, samples of 0.08 s, medians over seeds. Right: error on test records against "
            "what the trained networks forget.",
            _training(results),
        ),
        Picture(
            "clipping",
            "Elman networks that explode, stochastic gradient descent. Left: norm of the gradient "
            "on the way at the learning rate 0.1, before clipping, first seed. Right: error at the "
            "end by learning rate, median and range over the seeds; what is not drawn is not a "
            "number, or far above.",
            _clipping(results),
        ),
    ]


def _memory(results: xr.Dataset) -> "Figure":
    figure = new_figure(9.5, 3.8)
    left, right = figure.subplots(1, 2)
    scaled = [name for name in results.network.values if name.startswith("Elman, radius")]
    for axes, names in (
        (left, scaled),
        (right, [name for name in results.network.values if name not in scaled]),
    ):
        for colour, name in zip(COLOURS, names, strict=False):
            norms = results.log_norm.sel(network=name)
            axes.fill_between(
                results.lag, norms.min("seed"), norms.max("seed"), color=colour, alpha=0.15, lw=0
            )
            axes.plot(results.lag, norms.median("seed"), color=colour, label=name)
        axes.axhline(0.0, color="0.8", lw=0.8, zorder=0)
        axes.set(
            xlabel=r"$t - \tau$ (samples)",
            ylabel=r"log10 of $\|\partial h_t / \partial h_\tau\|$ (-)",
        )
        axes.legend(fontsize=7)
    for colour, name in zip(COLOURS, scaled, strict=False):
        left.plot(
            results.lag,
            results.log_linear.sel(network=name).median("seed"),
            ":",
            lw=0.9,
            color=colour,
        )
    left.set_ylim(-30, 12)
    right.set_ylim(bottom=max(-40.0, float(np.nanmin(results.log_norm.sel(network="Elman")))))
    return figure


def _training(results: xr.Dataset) -> "Figure":
    figure = new_figure(9.5, 4.0)
    left, right = figure.subplots(1, 2)
    lost = forgetting(results).sel(state="trained")
    for colour, name in zip(COLOURS, results.learner.values, strict=False):
        norms = results.trained_log_norm.sel(learner=name).median("seed")
        left.plot(results.trained_lag, norms.sel(state="untrained"), ":", color=colour)
        left.plot(results.trained_lag, norms.sel(state="trained"), color=colour)
        error = results.error.sel(learner=name)
        right.plot(lost.sel(learner=name), error, "o", ms=4, color=colour, label=name)
    left.plot([], [], "k:", label="untrained")
    left.plot([], [], "k-", label="trained")
    left.axhline(0.0, color="0.8", lw=0.8, zorder=0)
    left.set(
        xlabel=r"$t - \tau$ (samples)",
        ylabel=r"log10 of $\|\partial h_t / \partial h_\tau\|$ (-)",
        ylim=(-12, 2),
    )
    left.legend(loc="lower left")
    right.set(xlabel="decades lost a sample, trained", ylabel="mean square error / variance (-)")
    figure.legend(*right.get_legend_handles_labels(), loc="outside lower center", ncols=7)
    return figure


def _clipping(results: xr.Dataset) -> "Figure":
    figure = new_figure(10.0, 3.4)
    *norms, errors = figure.subplots(1, 1 + results.sizes["kind"])
    for axes, kind, colour in zip(norms, results.kind.values, COLOURS, strict=False):
        gradient = results.gradient.sel(kind=kind).sel(rate=0.1, method="nearest")
        _norms(axes, gradient, colour)
        axes.set(title=kind, xlabel="step", ylim=(0.2, 20.0))
        for limit, line in zip(results.limit.values, LINES, strict=True):
            _error(errors, results.clipped_error.sel(kind=kind, limit=limit), line, colour)
    norms[0].set_ylabel("norm of the gradient (-)")
    errors.set(
        xlabel="learning rate (-)",
        ylabel="mean square error / variance (-)",
        title="errors of both",
        ylim=(0.1, 3),
    )
    errors.yaxis.set_minor_formatter("")
    handles = [errors.plot([], [], line, color="k", label=name)[0] for name, line in LINES.items()]
    figure.legend(handles=handles, loc="outside lower center", ncols=2)
    return figure


def _norms(axes: "Axes", gradient: xr.DataArray, colour: str) -> None:
    """The norm at each step, without and with clipping."""
    step = np.arange(gradient.sizes["step"]) + 1
    for limit, line in zip(gradient.limit.values, LINES.values(), strict=True):
        axes.semilogy(step, gradient.sel(limit=limit), line, lw=0.9, color=colour)
    axes.axhline(1.0, color="0.8", lw=0.8, zorder=0)


def _error(axes: "Axes", error: xr.DataArray, line: str, colour: str) -> None:
    """Median and range over the seeds at each learning rate."""
    style = LINES[line]
    axes.loglog(error.rate, error.median("seed"), style, marker=".", color=colour)
    low, high = error.min("seed"), error.max("seed")
    axes.fill_between(error.rate, low, high, color=colour, alpha=0.15, lw=0)
