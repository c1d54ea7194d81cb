"""The figure of the study."""

from typing import TYPE_CHECKING

import xarray as xr

from studies.framework import Picture
from studies.framework.style import COLOURS, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LABELS = {
    "tuned": "from the family",
    "nothing": "from nothing",
    "grey box, tuned": "grey box from the family",
}


def draw(results: xr.Dataset) -> list[Picture]:
    """Error against the number of records."""
    return [
        Picture(
            "records",
            "NRMSE on test records of one building against the number of its training records; a "
            "line for each seed. Dotted: the surrogates of the family, before any tuning.",
            _records(results),
        )
    ]


def _records(results: xr.Dataset) -> "Figure":
    figure = new_figure(5.5, 3.6)
    axes = figure.subplots()
    for number, start in enumerate(results.start.values):
        own = results.nrmse.sel(start=start).transpose("records", "seed")
        lines = axes.plot(results.records, own, "o-", ms=4, color=COLOURS[number])
        lines[0].set_label(LABELS[str(start)])
    for value in results.untuned.values:
        axes.axhline(value, color=COLOURS[0], ls=":", lw=0.9)
    for value in results.grey_untuned.values:
        axes.axhline(value, color=COLOURS[2], ls=":", lw=0.9)
    axes.set(xlabel="training records (-)", ylabel="NRMSE (-)", xscale="log", yscale="log")
    axes.legend()
    return figure
