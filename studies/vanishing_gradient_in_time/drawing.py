"""Figure of the study."""

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from studies.frame import Picture
from studies.frame.style import COLOURS, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def draw(results: xr.Dataset) -> list[Picture]:
    """The norms against the lag."""
    return [
        Picture(
            "memory",
            "Norm of the Jacobian of the state by the state t - tau samples before, untrained networks of 32 units; "
            "median and range over seeds. Left: Elman networks by their spectral radius, dotted without g. Right: "
            "gated networks beside the Elman network that torch makes.",
            _memory(results),
        )
    ]


def _memory(results: xr.Dataset) -> "Figure":
    figure = new_figure(9.5, 3.8)
    left, right = figure.subplots(1, 2)
    scaled = [name for name in results.network.values if name.startswith("Elman, radius")]
    for axes, names in ((left, scaled), (right, [name for name in results.network.values if name not in scaled])):
        for colour, name in zip(COLOURS, names, strict=False):
            norms = results.log_norm.sel(network=name)
            axes.fill_between(results.lag, norms.min("seed"), norms.max("seed"), color=colour, alpha=0.15, lw=0)
            axes.plot(results.lag, norms.median("seed"), color=colour, label=name)
        axes.axhline(0.0, color="0.8", lw=0.8, zorder=0)
        axes.set(xlabel=r"$t - \tau$ (samples)", ylabel=r"log10 of $\|\partial h_t / \partial h_\tau\|$ (-)")
        axes.legend(fontsize=7)
    for colour, name in zip(COLOURS, scaled, strict=False):
        left.plot(results.lag, results.log_linear.sel(network=name).median("seed"), ":", lw=0.9, color=colour)
    left.set_ylim(-30, 12)
    right.set_ylim(bottom=max(-40.0, float(np.nanmin(results.log_norm.sel(network="Elman")))))
    return figure
