"""The quantiles of an incremental dynamic analysis as a table, and its picture."""

import csv
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from datasets.files.disk import new_file
from surrogate.risk.ida import QUANTILES, curves

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_DRAWN = 100
"""Motions that are drawn one by one."""
GREY = "#9aa5b1"
COLOURS = ("#2e86ab", "#1d2733", "#d1495b")


def quantiles(result: xr.Dataset) -> xr.DataArray:
    """Return the quantiles over the motions, and over the members where there are several.

    Shape (quantile, level).
    """
    pooled = result[["demand", "collapsed"]].stack(each=("member", "record"))
    flat = pooled.drop_vars(["each", "member", "record"], errors="ignore").rename(each="record")
    return curves(flat.transpose("record", "level"))


def collapsed(result: xr.Dataset) -> np.ndarray:
    """Return the share of motions that have collapsed at each level, shape (level,)."""
    return np.asarray(result["collapsed"].mean(("member", "record")).values)


def write_table(result: xr.Dataset, path: Path) -> None:
    """Write the quantiles and the share that has collapsed, a row a level."""
    found = quantiles(result).values
    names = [f"demand_{100 * share:.0f}_percent" for share in QUANTILES]
    with new_file(path, overwrite=True) as temporary, temporary.open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow([f"level_{result.attrs['unit']}", *names, "collapsed"])
        for number, level in enumerate(result["level"].values):
            row = [level, *found[:, number], collapsed(result)[number]]
            table.writerow([f"{value:.6g}" for value in row])


def told(result: xr.Dataset) -> str:
    """Return the table as text."""
    found = quantiles(result).values
    heads = [f"{100 * share:.0f} %" for share in QUANTILES]
    rows = ["".join(f"{name:>12}" for name in (result.attrs["measure"], *heads, "collapsed"))]
    for number, level in enumerate(result["level"].values):
        numbers = "".join(f"{value:>12.4g}" for value in (level, *found[:, number]))
        rows.append(f"{numbers}{collapsed(result)[number]:>12.0%}")
    return "\n".join(rows)


def draw(result: xr.Dataset, quantity: str, measure: str) -> "Figure":
    """Return the picture: the curve of each motion, and the quantiles over them."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(4.6, 3.4), layout="constrained")
    axes = figure.subplots()
    levels = np.concatenate([[0.0], result["level"].values])
    largest = result.attrs["collapse"]
    first = result.isel(member=0)
    demands = np.where(first["collapsed"].values, np.nan, first["demand"].values)
    for row in demands[:MOST_DRAWN]:
        axes.plot(np.concatenate([[0.0], row]), levels, color=GREY, lw=0.5)
    for share, row, colour in zip(QUANTILES, quantiles(result).values, COLOURS, strict=True):
        drawn = np.concatenate([[0.0], np.where(np.isfinite(row), row, np.nan)])
        axes.plot(drawn, levels, color=colour, lw=1.6, label=f"{100 * share:.0f} %")
    axes.set(xlabel=quantity, ylabel=measure, xlim=(0, largest), ylim=(0, 1.05 * levels[-1]))
    axes.legend(frameon=False, fontsize=7)
    axes.spines[["top", "right"]].set_visible(False)
    return figure
