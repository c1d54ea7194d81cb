"""Figures of the study."""

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from studies.framework import Picture
from studies.framework.style import COLOURS, new_figure
from studies.sequence_models.contenders import CONTENDERS
from studies.sequence_models.table import errors, training_seconds

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure


def draw(results: xr.Dataset) -> list[Picture]:
    """What accuracy costs, other motions, fewer records and physics."""
    return [
        Picture(
            "pareto",
            "Error on the test records against what it costs: steps and seconds of a training "
            "until it has converged, and seconds of a response to one motion (medians over seeds, "
            "bars are their range). Hollow: needs the whole record. The line joins networks that "
            "no other beats in both; dotted: the simulator.",
            _pareto(results),
        ),
        Picture(
            "motions",
            "Error on motions of the strength of the training, twice as strong, and recorded; "
            "medians over records and seeds.",
            _motions(results),
        ),
        Picture(
            "records",
            "Left: error against the number of training records, with equally many steps; medians "
            "and range over seeds. Right: an LSTM that also predicts storey forces, from the "
            "fewest records, with and without the equation of motion and the hysteretic law in its "
            "loss; one line for each seed.",
            _records(results),
        ),
    ]


def _look(name: str) -> dict[str, object]:
    """Colour and marker of a network; hollow where it looks ahead."""
    number = list(CONTENDERS).index(name)
    colour = COLOURS[number % len(COLOURS)]
    marker = "os^"[number // len(COLOURS)]
    return {
        "color": colour,
        "marker": marker,
        "mfc": colour if CONTENDERS[name].causal else "white",
        "ms": 5,
    }


def _pareto(results: xr.Dataset) -> "Figure":
    figure = new_figure(9.8, 3.6)
    left, middle, right = figure.subplots(1, 3, sharey=True)
    error = errors(results)
    costs = {
        left: results.steps.median("seed"),
        middle: training_seconds(results).median("seed"),
        right: 1e3 * results.response_seconds.sel(batch="alone"),
    }
    for name in results.network.values:
        own = error.test.sel(network=name)
        spread = np.abs(np.stack([own.min(), own.max()]) - float(own.median()))[:, None]
        for axes, cost in costs.items():
            axes.errorbar(
                cost.sel(network=name),
                own.median(),
                yerr=spread,
                lw=0.8,
                ls="none",
                label=name,
                **_look(name),
            )
    for axes, cost in costs.items():
        _front(axes, cost.values, error.test.median("seed").values)
    left.set(
        xlabel="steps until converged (-)",
        ylabel="NRMSE on test records (-)",
        xscale="log",
        yscale="log",
    )
    middle.set(xlabel="training (s, one thread)", xscale="log")
    right.set(xlabel="response to one motion (ms, one thread)", xscale="log")
    right.axvline(
        1e3 * float(results.simulator_seconds.sel(batch="alone")), color="0.4", ls=":", lw=0.9
    )
    for axis in (left.yaxis, *(axes.xaxis for axes in (left, middle, right))):
        _label(axis)
    figure.legend(*left.get_legend_handles_labels(), loc="outside right center", fontsize=7)
    return figure


def _label(axis: "Axis") -> None:
    """Ticks at 1, 2 and 5 of every decade, in plain numbers."""
    from matplotlib.ticker import LogLocator, NullLocator

    axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter("{x:g}")


def front(cost: np.ndarray, error: np.ndarray) -> np.ndarray:
    """Numbers of the points that no other beats in cost and error, cheapest first."""
    order = np.lexsort((error, cost))
    lowest = np.minimum.accumulate(error[order])
    return order[np.diff(lowest, prepend=np.inf) < 0.0]


def _front(axes: "Axes", cost: np.ndarray, error: np.ndarray) -> None:
    best = front(cost, error)
    axes.step(cost[best], error[best], where="post", color="0.6", lw=0.9, zorder=0)


def _motions(results: xr.Dataset) -> "Figure":
    figure = new_figure(7.5, 4.0)
    axes = figure.subplots()
    medians = errors(results).median("seed").sortby("test", ascending=False)
    rows = np.arange(medians.sizes["network"])
    words = {"test": "test", "strong": "twice as strong", "earthquakes": "earthquakes"}
    for colour, (name, word) in zip(COLOURS, words.items(), strict=False):
        if name in medians:
            axes.plot(medians[name], rows, "o", color=colour, label=word)
    axes.set_yticks(rows, medians.network.values)
    axes.grid(axis="y", lw=0.4, color="0.9")
    axes.set(xlabel="NRMSE (-)", xlim=(0.0, None))
    axes.legend()
    return figure


def _records(results: xr.Dataset) -> "Figure":
    figure = new_figure(8.5, 3.4)
    left, right = figure.subplots(1, 2, width_ratios=(2, 1))
    few = results.few_nrmse.sel(case="test").median("record")
    for name in results.few_network.values:
        own = few.sel(few_network=name)
        look = _look(str(name))
        left.fill_between(
            own["count"], own.min("seed"), own.max("seed"), color=look["color"], alpha=0.15, lw=0
        )
        left.plot(own["count"], own.median("seed"), label=name, **look)
    left.set(
        xlabel="training records (-)",
        ylabel="NRMSE on test records (-)",
        xscale="log",
        yscale="log",
    )
    _label(left.yaxis)
    left.set_xticks(results["count"].values, results["count"].values)
    left.minorticks_off()
    left.legend()
    if "physics_nrmse" in results:
        physics = (
            results.physics_nrmse.sel(case="test").median("record").transpose("physics", "seed")
        )
        right.plot(physics, "o-", color=COLOURS[0], alpha=0.7)
        right.set_xticks([0, 1], results.physics.values)
        records = int(results["count"][0])
        right.set(
            xlabel="physics in the loss",
            ylabel=f"NRMSE, {records} training records (-)",
            ylim=(0.0, None),
        )
        right.set_title(f"LSTM, factor {float(results.physics_factor):g}")
    return figure
