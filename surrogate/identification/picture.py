"""The picture of an identified building: its sensors, modes, loops, drifts and residuals."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from datasets.files.disk import new_file
from datasets.inspection.style import FAINT, INK, MUTED, STYLE
from surrogate.evaluation.figures import PREDICTION
from surrogate.identification.identify import Identification, Identified
from surrogate.identification.noise import known, periodogram, smoothed
from surrogate.identification.prediction import Prediction, predict
from surrogate.identification.recordings import Recordings
from surrogate.identification.summary import Summary
from surrogate.networks.observation import OF_STOREYS, Channel, every

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_MODES = 3
MOST_LOOPS = 5


def write(
    identification: Identification,
    numbers: Summary,
    recordings: Recordings,
    path: Path,
    overwrite: bool = False,
) -> None:
    """Write the picture of a building (.png), drawn for its strongest record."""
    import matplotlib as mpl

    with mpl.rc_context({**STYLE, "axes.titlesize": 9}), new_file(path, overwrite) as temporary:
        figure = draw(identification, numbers, recordings)
        figure.savefig(temporary, format="png", dpi=130)


def draw(identification: Identification, numbers: Summary, recordings: Recordings) -> "Figure":
    """Return the picture of a building."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11.0, 6.4), layout="constrained")
    grid = figure.add_gridspec(2, 4, width_ratios=[0.9, 1.1, 1.6, 1.3])
    strongest = recordings.some([int(np.square(recordings.base).sum(axis=1).argmax())])
    _building(figure.add_subplot(grid[:, 0]), recordings.channels, identification.model.storeys)
    _modes(figure.add_subplot(grid[:, 1]), numbers)
    measured(figure.add_subplot(grid[0, 2]), identification, strongest)
    _drift(figure.add_subplot(grid[1, 2]), identification, strongest)
    _loops(figure.add_subplot(grid[0, 3]), identification, strongest)
    residuals(figure.add_subplot(grid[1, 3]), identification, recordings)
    return figure


def _building(axes: "Axes", sensors: Sequence[Channel], storeys: int) -> None:
    for floor in range(storeys + 1):
        axes.plot([0.0, 1.0], [floor, floor], color=INK, linewidth=2.0 if floor else 3.5)
    for side in (0.05, 0.95):
        axes.plot([side, side], [0, storeys], color=MUTED, linewidth=1.2)
    axes.plot(0.5, 0, "s", color=PREDICTION, markersize=7)
    axes.annotate("base", (0.55, 0.0), xytext=(0.55, 0.12), color=INK)
    for channel in sensors:
        in_storey = channel.quantity in OF_STOREYS
        height = channel.place - (0.5 if in_storey else 0.0)
        axes.plot(0.5, height, "D" if in_storey else "s", color=PREDICTION, markersize=7)
        axes.annotate(
            channel.quantity.replace("_", " "), (0.5, height), xytext=(0.16, height + 0.1)
        )
    axes.set(title="sensors", xticks=[], yticks=range(storeys + 1), ylim=(-0.3, storeys + 0.5))
    axes.set_ylabel("floor")
    axes.spines["bottom"].set_visible(False)


def _modes(axes: "Axes", numbers: Summary) -> None:
    floors = np.arange(len(numbers.shapes) + 1)
    count = min(MOST_MODES, numbers.shapes.shape[1])
    for mode in range(count):
        shape = np.append(0.0, numbers.shapes[:, mode])
        label = f"{numbers.frequencies[mode]:.3g} Hz, {numbers.damping_ratios[mode]:.1%}"
        axes.plot(shape, floors, "o-", markersize=3.5, linewidth=1.2, label=label)
    axes.axvline(0.0, color=FAINT, linewidth=0.8, zorder=0)
    axes.set(title="modes at rest", ylim=(-0.3, len(floors) - 0.5), yticks=floors)
    axes.legend(frameon=False, loc="lower right", fontsize=7)


def measured(axes: "Axes", identification: Identified, strongest: Recordings) -> None:
    """Draw the last sensor and what the model says of it."""
    channel = strongest.channels[-1]
    count = strongest.lengths[-1]
    time = strongest.clocks.instants(len(strongest.channels) - 1, count)
    seen = identification.seen(strongest)[0, :count, -1]
    axes.plot(time, strongest.measured[0, :count, -1], color=INK, linewidth=0.9, label="measured")
    axes.plot(time, seen, color=PREDICTION, linewidth=0.8, label="model")
    axes.set(title=f"{channel}, strongest record", ylabel=channel.units, xlabel="s")
    axes.legend(frameon=False, ncols=2, loc="upper right", fontsize=7)


def _drift(axes: "Axes", identification: Identification, strongest: Recordings) -> None:
    channels = every("drift", identification.model.storeys)
    found = _predicted(identification, strongest, channels)
    storey = int(np.abs(found.answer[0]).max(axis=0).argmax())
    answer = found.answer[0, :, storey]
    half = found.half_width[0, :, storey]
    time = _time(strongest)
    axes.fill_between(time, 1e3 * (answer - half), 1e3 * (answer + half), color=FAINT, label="90 %")
    axes.plot(time, 1e3 * answer, color=PREDICTION, linewidth=0.8)
    axes.set(title=f"drift of storey {storey + 1}, with its band", xlabel="s", ylabel="mm")
    axes.legend(frameon=False, loc="upper right", fontsize=7)


def _loops(axes: "Axes", identification: Identification, strongest: Recordings) -> None:
    drifts, forces = identification.model.loops(
        identification.values, strongest.base, strongest.interval
    )
    for storey in range(min(MOST_LOOPS, drifts.shape[2])):
        own = forces[0, :, storey]
        axes.plot(1e3 * drifts[0, :, storey], own, linewidth=0.6, label=f"{storey + 1}")
    axes.set(title="loops of the storeys", xlabel="drift, mm", ylabel="restoring force, N")
    axes.legend(frameon=False, title="storey", loc="upper left", fontsize=7, title_fontsize=7)


def residuals(axes: "Axes", identification: Identified, recordings: Recordings) -> None:
    """Draw the spectra of the residuals and those of their noise."""
    lengths = recordings.lengths
    powers = smoothed(periodogram(identification.residuals, recordings.present, lengths))
    duration = recordings.interval * recordings.base.shape[1]
    frequencies = np.arange(len(powers)) / duration
    told = known(lengths)
    for place, channel in enumerate(recordings.channels):
        own = told[:, place]
        found = powers[own, place, place].real
        model = identification.noise.spectra[own, place, place].real
        (line,) = axes.semilogy(frequencies[own], found, linewidth=0.8, label=str(channel))
        axes.semilogy(
            frequencies[own], model, color=line.get_color(), linewidth=0.8, linestyle="--"
        )
    axes.set(title="residuals, and their noise (dashed)", xlabel="Hz", ylabel="spectrum")
    axes.legend(frameon=False, loc="upper right", fontsize=7)


def _predicted(
    identification: Identified, recordings: Recordings, channels: Sequence[Channel]
) -> Prediction:
    return predict(identification, recordings.base, recordings.interval, channels, draws=30)


def _time(recordings: Recordings) -> np.ndarray:
    return recordings.interval * np.arange(recordings.base.shape[1])
