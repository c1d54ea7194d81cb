"""What a probability rests on: a line of numbers, and a picture of the runs and of the tail."""

import csv
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from datasets.files.disk import new_file
from surrogate.risk.estimation.estimate import Estimate
from surrogate.risk.probability import Found

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

TRUE = "#1d2733"
SURROGATE = "#d1495b"
LEVEL = 0.9


def told(found: Found) -> str:
    """Return the estimate, what it cost and what it does not know, in lines."""
    one = found.estimate
    low, high = one.probability_interval(LEVEL)
    lines = [
        f"P = {min(one.value, 1.0):.4g} +- {one.standard_error:.2g} "
        f"({LEVEL:.0%} interval {low:.4g} to {high:.4g}) from {one.runs} runs",
        f"crude Monte Carlo would need {one.crude_runs:.0f} runs for this standard error",
    ]
    if len(found.answers):
        lines += [
            f"{one.cheap_runs} answers of the surrogate, off by {found.error:.1%} near the limit; "
            f"{found.beyond:.0%} of them beyond its training",
            "the runs among records that it calls safe could have met no exceedance although up to "
            f"{found.overlooked:.1%} of these exceed",
        ]
    return "\n".join(lines)


def write(found: Found, path: Path, quantity: str, limit: float) -> None:
    """Write the estimate as a table of one row."""
    one = found.estimate
    low, high = one.probability_interval(LEVEL)
    row = {
        "quantity": quantity,
        "limit": limit,
        "probability": min(one.value, 1.0),
        "standard_error": one.standard_error,
        "low_90_percent": low,
        "high_90_percent": high,
        "runs": one.runs,
        "answers": one.cheap_runs,
        "crude_runs": round(one.crude_runs),
        "surrogate_error": found.error,
        "share_beyond_training": found.beyond,
    }
    with new_file(path, overwrite=True) as temporary, temporary.open("w", newline="") as file:
        table = csv.DictWriter(file, list(row))
        table.writeheader()
        table.writerow(row)


def draw(found: Found, quantity: str, limit: float) -> "Figure":
    """Return the picture: the tail of the demands with the estimate, and runs against answers."""
    from matplotlib.figure import Figure

    panels = 2 if len(found.answers) else 1
    figure = Figure(figsize=(4.2 * panels, 3.3), layout="constrained")
    axes = np.atleast_1d(figure.subplots(1, panels))
    _draw_tail(axes[0], found, quantity, limit)
    if panels == 2:
        _draw_runs(axes[1], found, quantity, limit)
    for one in axes:
        one.spines[["top", "right"]].set_visible(False)
    return figure


def _draw_tail(axes: "Axes", found: Found, quantity: str, limit: float) -> None:
    values = found.answers if len(found.answers) else found.true
    colour = SURROGATE if len(found.answers) else TRUE
    label = "surrogate" if len(found.answers) else "runs"
    ordered = np.sort(values[np.isfinite(values)])
    shares = 1.0 - np.arange(len(ordered)) / len(values)
    axes.semilogy(ordered, shares, color=colour, lw=1.2, label=label)
    axes.axvline(limit, color="#9aa5b1", lw=0.8)
    value = min(found.estimate.value, 1.0)
    axes.errorbar(limit, value, _half(found.estimate), fmt="o", ms=4, color=TRUE, label="estimate")
    axes.set(xlabel=quantity, ylabel="probability of exceedance", ylim=(0.3 / len(values), 1.5))
    axes.legend(frameon=False, fontsize=7)


def _half(estimate: Estimate) -> np.ndarray:
    low, high = estimate.probability_interval(LEVEL)
    value = min(estimate.value, 1.0)
    return np.array([[value - low], [high - value]])


def _draw_runs(axes: "Axes", found: Found, quantity: str, limit: float) -> None:
    is_known = np.isfinite(found.true)
    answers = found.answers[found.places[is_known]]
    true = found.true[is_known]
    axes.loglog(answers, true, "o", ms=2.5, color=TRUE, alpha=0.6)
    ends = [min(answers.min(), true.min()), max(answers.max(), true.max())]
    axes.plot(ends, ends, color="#9aa5b1", lw=0.8)
    axes.axvline(limit, color="#9aa5b1", lw=0.8)
    axes.axhline(limit, color="#9aa5b1", lw=0.8)
    axes.set(xlabel=f"{quantity}, surrogate", ylabel=f"{quantity}, runs")
