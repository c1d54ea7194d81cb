"""Figures of the study."""

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from studies.framework import Picture
from studies.framework.style import COLOURS, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def draw(results: xr.Dataset) -> list[Picture]:
    """The errors of all unseen buildings, and what they cost."""
    return [
        Picture(
            "buildings",
            "Left: share of the unseen buildings whose NRMSE is below a value, all seeds together. "
            "Right: median NRMSE against the parameters of a network.",
            _buildings(results),
        )
    ]


def _buildings(results: xr.Dataset) -> "Figure":
    figure = new_figure(9.0, 3.6)
    left, right = figure.subplots(1, 2)
    for number, name in enumerate(results.network.values):
        own = results.sel(network=name)
        look = {"color": COLOURS[number % len(COLOURS)]}
        errors = np.sort(own.nrmse.values[own.nrmse.notnull().values])
        share = (1.0 + np.arange(len(errors))) / len(errors)
        left.plot(errors, share, label=str(name), **look)
        right.plot(own.parameters.median(), own.nrmse.median(), "o", ms=5, **look)
    left.set(xlabel="NRMSE (-)", ylabel="share of unseen buildings (-)", xscale="log", ylim=(0, 1))
    right.set(xlabel="parameters (-)", ylabel="median NRMSE (-)", xscale="log", yscale="log")
    figure.legend(*left.get_legend_handles_labels(), loc="outside right center", fontsize=7)
    return figure
