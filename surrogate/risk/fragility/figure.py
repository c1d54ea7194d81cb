"""The picture of fragility curves, with their bands and the data that they were fitted to."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from surrogate.risk.fragility.lognormal import Fragility
from surrogate.risk.fragility.resampling import Repetitions

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COLOURS = ("#1d2733", "#d1495b", "#2e86ab", "#8f6bb3", "#edae49")
POINTS = 200


@dataclass(frozen=True, eq=False)
class Fitted:
    """A curve with what it rests on.

    Attributes
    ----------
    curve : Fragility
    intensities, shares : ndarray, shape (stripe,)
        The stripes, and the share of their motions that exceeds the limit.
    repetitions : Repetitions, optional
        The bootstrap of the curve.
    """

    curve: Fragility
    intensities: np.ndarray
    shares: np.ndarray
    repetitions: Repetitions | None = None


def draw(fits: Mapping[str, Fitted], measure: str, level: float = 0.9) -> "Figure":
    """Return the picture of curves by name, over an intensity that `measure` names with its unit.

    Bands hold the share `level` of the repetitions.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(4.6, 3.4), layout="constrained")
    axes = figure.subplots()
    largest = 1.1 * max(float(np.max(fit.intensities)) for fit in fits.values())
    x = np.linspace(largest / POINTS, largest, POINTS)
    for number, (name, fit) in enumerate(fits.items()):
        colour = COLOURS[number % len(COLOURS)]
        if fit.repetitions is not None:
            low, high = fit.repetitions.band(x, level)
            axes.fill_between(x, low, high, color=colour, alpha=0.15, lw=0)
        axes.plot(x, fit.curve.probability(x), color=colour, lw=1.4, label=_label(name, fit.curve))
        axes.plot(fit.intensities, fit.shares, "o", ms=3.5, color=colour)
    axes.set(xlabel=measure, ylabel="probability of exceedance", xlim=(0, largest), ylim=(0, 1.02))
    axes.legend(frameon=False, fontsize=7)
    axes.spines[["top", "right"]].set_visible(False)
    return figure


def _label(name: str, curve: Fragility) -> str:
    return f"{name}: median {curve.median:.3g}, beta {curve.beta:.2f}"
