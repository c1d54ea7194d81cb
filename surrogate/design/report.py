"""What a loop tells: a line a stage, a table, and the path of the estimate against the runs."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from datasets.files.disk import new_file
from surrogate.design.loop import Loop, Round
from surrogate.design.stages import Estimated

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LEVEL = 0.9
INK = "#1d2733"
GREY = "#9aa5b1"


def line(one: Round) -> str:
    """Return where the loop stands, in a line."""
    told = _values(one.estimated) if one.estimated is not None else one.reason
    # The error is of a logarithm: a large one is no share of the demand.
    missed = f"{one.error:.1%}" if one.error < 1.0 else f"a factor of {np.exp(one.error):.3g}"
    return f"round {one.number}: {one.runs} runs, {told}; surrogate off by {missed}"


def summary(loop: Loop, rounds: Sequence[Round]) -> str:
    """Return how the loop ended, in lines."""
    last = rounds[-1]
    asked = ", ".join(f"{name} {target:.1%}" for name, target in loop.targets.items())
    if last.is_met:
        lines = [f"reached: standard error of {asked}, from {last.runs} runs"]
    elif last.out_of_reach:
        lines = [
            f"not reached: standard error of {asked}; that of {' and '.join(last.out_of_reach)} "
            f"lies above it with all {loop.runs.recipe.records} records run: give more records"
        ]
    else:
        lines = [
            f"not reached: standard error of {asked}; {last.runs} of {loop.budget} runs are spent, "
            "the same command with more --runs goes on"
        ]
    if last.estimated is not None:
        for name in last.estimated.parameters:
            low, high = last.estimated.interval(name, LEVEL)
            place = last.estimated.parameters.index(name)
            value = last.estimated.values[place]
            lines.append(f"{name} = {value:.4g} ({LEVEL:.0%} interval {low:.4g} to {high:.4g})")
    lines.append(
        f"{last.beyond:.0%} of the records lie beyond the training of the surrogates; among those "
        f"that they call safe up to {last.overlooked:.1%} could exceed unseen"
    )
    return "\n".join(lines)


def write(rounds: Sequence[Round], parameters: Sequence[str], path: Path) -> None:
    """Write the path of the estimates as a table, a row a stage."""
    heads = ["round", "runs"]
    for name in parameters:
        heads += [name, f"{name}_standard_error", f"{name}_low", f"{name}_high"]
    heads += ["surrogate_error", "share_beyond_training", "bound_on_safe"]
    with new_file(path, overwrite=True) as temporary, temporary.open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(heads)
        for one in rounds:
            own = [f"{value:.6g}" for value in (one.error, one.beyond, one.overlooked)]
            table.writerow([one.number, one.runs, *_row(one.estimated, parameters), *own])


def draw(
    rounds: Sequence[Round], parameters: Sequence[str], targets: Mapping[str, float]
) -> "Figure":
    """Return the picture: estimates with their intervals, and standard errors, against the runs."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8.4, 3.0 * len(parameters)), layout="constrained")
    axes = figure.subplots(len(parameters), 2, squeeze=False)
    known = [one for one in rounds if one.estimated is not None]
    for name, (left, right) in zip(parameters, axes, strict=True):
        _draw_values(left, known, name)
        _draw_errors(right, known, name, targets.get(name))
    for one in axes.ravel():
        one.spines[["top", "right"]].set_visible(False)
        one.set_xlabel("true runs")
    return figure


def _values(estimated: Estimated) -> str:
    own = zip(estimated.parameters, estimated.values, estimated.errors, strict=True)
    return ", ".join(f"{name} {value:.4g} +- {error:.1%}" for name, value, error in own)


def _row(estimated: Estimated | None, parameters: Sequence[str]) -> list[str]:
    if estimated is None:
        return [""] * (4 * len(parameters))
    found = []
    for place, name in enumerate(estimated.parameters):
        value = float(estimated.values[place])
        error = value * float(estimated.errors[place])
        found += [f"{one:.6g}" for one in (value, error, *estimated.interval(name, LEVEL))]
    return found


def _draw_values(axes: "Axes", rounds: Sequence[Round], name: str) -> None:
    runs = [one.runs for one in rounds]
    found = [one.estimated for one in rounds if one.estimated is not None]
    values = np.array([one.values[one.parameters.index(name)] for one in found])
    bounds = np.array([one.interval(name, LEVEL) for one in found]).reshape(-1, 2).T
    axes.errorbar(runs, values, np.abs(bounds - values), fmt="o-", ms=4, color=INK, capsize=2)
    axes.set_ylabel(f"{name}, {LEVEL:.0%} interval")


def _draw_errors(axes: "Axes", rounds: Sequence[Round], name: str, target: float | None) -> None:
    runs = [one.runs for one in rounds]
    found = [one.estimated for one in rounds if one.estimated is not None]
    errors = [100.0 * one.errors[one.parameters.index(name)] for one in found]
    axes.plot(runs, errors, "o-", ms=4, color=INK)
    if target is not None:
        axes.axhline(100.0 * target, color=GREY, lw=0.8, ls="--")
    axes.set_ylabel(f"standard error of {name} (%)")
    axes.set_ylim(bottom=0.0)
