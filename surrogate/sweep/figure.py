"""The picture of a sweep: its history, the learning curves of its trials, and what mattered."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from optuna.trial import FrozenTrial, TrialState

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

KEPT = "#1d2733"
BEST = "#d1495b"
GIVEN_UP = "0.8"


def draw(trials: Sequence[FrozenTrial], weights: Mapping[str, float], score: str) -> "Figure":
    """Three panels; without weights the third stays out. `score` names what trials have."""
    from matplotlib.figure import Figure

    panels = 3 if weights else 2
    figure = Figure(figsize=(3.4 * panels, 3.2), layout="constrained")
    axes = figure.subplots(1, panels)
    _history(axes[0], [trial for trial in trials if trial.state == TrialState.COMPLETE], score)
    _curves(axes[1], trials, score)
    if weights:
        axes[2].barh(list(weights)[::-1], list(weights.values())[::-1], color=KEPT)
        axes[2].set_xlabel("importance", fontsize=8)
    for panel in axes:
        panel.tick_params(labelsize=7)
        panel.spines[["top", "right"]].set_visible(False)
    return figure


def _history(axes: "Axes", complete: Sequence[FrozenTrial], score: str) -> None:
    numbers = [trial.number for trial in complete]
    values = [trial.value for trial in complete if trial.value is not None]
    axes.semilogy(numbers, values, "o", ms=3, color=KEPT, label="trial")
    axes.step(numbers, np.minimum.accumulate(values), where="post", color=BEST, label="best so far")
    axes.set_xlabel("trial", fontsize=8)
    axes.set_ylabel(score, fontsize=8)
    axes.legend(frameon=False, fontsize=7)


def _curves(axes: "Axes", trials: Sequence[FrozenTrial], score: str) -> None:
    for state, colour, label in (
        (TrialState.PRUNED, GIVEN_UP, "pruned"),
        (TrialState.COMPLETE, KEPT, "complete"),
    ):
        curves = [
            sorted(trial.intermediate_values.items()) for trial in trials if trial.state == state
        ]
        for number, curve in enumerate(filter(None, curves)):
            epochs, losses = np.transpose(curve)
            axes.semilogy(
                epochs,
                losses,
                ".-",
                ms=3,
                lw=0.8,
                color=colour,
                label=label if number == 0 else None,
            )
    axes.set_xlabel("epoch", fontsize=8)
    axes.set_ylabel(score, fontsize=8)
    axes.legend(frameon=False, fontsize=7)
