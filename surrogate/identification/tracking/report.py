"""The page, the table and the picture of parameters that change over records."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

from datasets.files.disk import new_file
from datasets.inspection.style import FAINT, INK, STYLE
from surrogate.identification.clocks import DELAY
from surrogate.identification.recordings import Recordings
from surrogate.identification.tracking.changes import LEAST, WITHIN, changes
from surrogate.identification.tracking.track import Track

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

DRAWS = 200
MOST_MODES = 3
CHANCE = 0.05
"""Of a rank correlation by accident, below which it is told."""
PAGE = """\
# {title}

{tracked} of a building over {records} records in order of time, from the base and {sensors}.

![Course of the parameters and of the frequencies]({picture})

## What has changed

{words}

A step counts from three standard deviations and two per cent on.

## Course

Relative to the first record, with the interval of 90 %.

{course}

Steps from record to record are those of a random walk, so that neighbours tell what a record leaves
open. Standard deviation of a step: {steps}.

## Frequencies at rest (Hz)

{frequencies}

R2 is the least of the sensors' in the record. Where it is far below one, the model misses something
that changes of its parameters can then seem to be.
"""


def frequencies(found: Track) -> np.ndarray:
    """Return frequencies and the ends of their 90 % intervals, shape (3, record, mode)."""
    drawn = np.stack([found.frequencies(z) for z in found.sample(DRAWS)])
    return np.stack([found.frequencies(), *np.quantile(drawn, [0.05, 0.95], axis=0)])


def words(found: Track, recordings: Recordings, names: Sequence[str]) -> list[str]:
    """Return what has changed, a sentence each, and what follows the strength of the motions."""
    told = [change.sentence(names) for change in changes(found)]
    told = told or ["no parameter that is tracked has changed between two records"]
    return [*told, *of_strength(found, recordings), *of_delays(found)]


def of_delays(found: Track) -> list[str]:
    """Return a sentence for each sensor whose delay was sought."""
    told = []
    delays = found.values()
    for entry, label in enumerate(found.space.labels):
        name, _, sensor = label.partition(" ")
        if name != DELAY:
            continue
        unknown = next(each for each in found.space.unknowns if each.name == DELAY)
        delay = 1e3 * delays[DELAY][-1, unknown.places.index(sensor)]
        half = 1e3 * WITHIN * np.sqrt(found.covariance[entry, entry])
        told.append(
            f"the clock of {sensor} is {delay:.3g} ms late ({delay - half:.3g} to "
            f"{delay + half:.3g})"
        )
    return told


def of_strength(found: Track, recordings: Recordings) -> list[str]:
    """Return a sentence for each parameter that is lower in stronger motions.

    Springs that soften with the amplitude, as cracked concrete and partitions do, then look like
    damage that heals.
    """
    told = []
    for label, course in zip(found.labels, found.course.T, strict=True):
        if np.ptp(course) < LEAST:
            continue
        rank, chance = stats.spearmanr(strengths(recordings), course)
        if rank < 0.0 and chance < CHANCE:
            told.append(
                f"{label} is lower in stronger motions (rank correlation {rank:.2f}): it depends "
                "on the amplitude, and not on time alone"
            )
    return told


def strengths(recordings: Recordings) -> np.ndarray:
    """Return the root mean square of the motion of the base of each record, shape (record,)."""
    squares = np.square(recordings.base).sum(axis=1)
    return np.sqrt(squares / recordings.counted.sum(axis=1))


def write(
    found: Track,
    recordings: Recordings,
    names: Sequence[str],
    files: dict[str, Path],
    overwrite: bool = False,
) -> None:
    """Write the page, the table (CSV) and the picture.

    Parameters
    ----------
    found : Track
    recordings : Recordings
    names : sequence of str
        Of the records.
    files : dict of str to Path
        ``page``, ``table`` and ``picture``.
    overwrite : bool
    """
    import matplotlib as mpl

    modes = frequencies(found)
    text = _page(found, recordings, names, modes, files)
    with new_file(files["page"], overwrite) as temporary:
        temporary.write_text(text, encoding="utf-8")
    with (
        new_file(files["table"], overwrite) as temporary,
        temporary.open("w", newline="", encoding="utf-8") as file,
    ):
        csv.writer(file, lineterminator="\n").writerows(_rows(found, recordings, names, modes))
    with mpl.rc_context({**STYLE, "axes.titlesize": 9}), new_file(files["picture"], overwrite) as t:
        draw(found, names, modes).savefig(t, format="png", dpi=130)


def draw(found: Track, names: Sequence[str], modes: np.ndarray) -> "Figure":
    """Return the picture: the course of each parameter, and of the first frequencies."""
    from matplotlib.figure import Figure

    count = min(MOST_MODES, modes.shape[2])
    figure = Figure(figsize=(9.0, 1.6 + 1.3 * count), layout="constrained")
    grid = figure.add_gridspec(count, 2)
    _course(figure.add_subplot(grid[:, 0]), found)
    for mode in range(count):
        axes = figure.add_subplot(grid[mode, 1])
        best, low, high = modes[:, :, mode]
        records = np.arange(found.walk.records)
        axes.fill_between(records, low, high, color=FAINT)
        axes.plot(records, best, "o-", color=INK, markersize=3.5, linewidth=1.0)
        axes.set(ylabel="Hz", title=f"frequency of mode {mode + 1}, 90 %")
        _named(axes, names if mode == count - 1 else [""] * len(names))
    return figure


def _course(axes: "Axes", found: Track) -> None:
    records = np.arange(found.walk.records)
    for place, label in enumerate(found.labels):
        ends = np.array([_interval(found, record, place) for record in range(found.walk.records)])
        # In per cent where a number is a ratio.
        shown = 100.0 * (ends - 1.0) if _is_ratio(found, place) else ends
        (line,) = axes.plot(records, shown[:, 0], "o-", markersize=3.5, label=label)
        axes.fill_between(records, *shown[:, 1:].T, color=line.get_color(), alpha=0.2)
    unit = ", %" if _is_ratio(found, 0) else ""
    axes.axhline(0.0, color=FAINT, linewidth=0.8, zorder=0)
    axes.set(title="since the first record, with 90 %", ylabel=f"change{unit}", xlabel="record")
    axes.legend(frameon=False, fontsize=7)


def _named(axes: "Axes", names: Sequence[str]) -> None:
    turned = 90.0 if max(map(len, names)) > 3 else 0.0
    axes.set_xticks(range(len(names)), names, rotation=turned, fontsize=6)


def _rows(
    found: Track, recordings: Recordings, names: Sequence[str], modes: np.ndarray
) -> Iterable[list[object]]:
    """Rows of the table: each parameter relative to the first record, and each frequency."""
    head = ["record"]
    for label in (*found.labels, *_modes(modes)):
        head += [label, f"{label} low", f"{label} high"]
    yield [*head, "base, rms", "least R2"]
    for record, name in enumerate(names):
        row: list[object] = [name]
        for place in range(len(found.labels)):
            row += [f"{value:.6g}" for value in _interval(found, record, place)]
        for mode in range(modes.shape[2]):
            row += [f"{value:.6g}" for value in modes[:, record, mode]]
        yield [*row, f"{strengths(recordings)[record]:.6g}", f"{found.r2[record].min():.6g}"]


def _interval(found: Track, record: int, place: int) -> tuple[float, float, float]:
    """A movement and the ends of its interval: a ratio where it is of a logarithm."""
    middle = found.course[record, place]
    half = WITHIN * found.deviations[record, place]
    ends = [float(middle), float(middle - half), float(middle + half)]
    moved = [float(np.exp(end)) for end in ends] if _is_ratio(found, place) else ends
    return moved[0], moved[1], moved[2]


def _is_ratio(found: Track, place: int) -> bool:
    """Whether a course is of a logarithm."""
    name = found.labels[place].split()[0]
    return next(unknown.positive for unknown in found.space.unknowns if unknown.name == name)


def _modes(modes: np.ndarray) -> list[str]:
    return [f"frequency {mode + 1} Hz" for mode in range(modes.shape[2])]


def _page(
    found: Track,
    recordings: Recordings,
    names: Sequence[str],
    modes: np.ndarray,
    files: dict[str, Path],
) -> str:
    steps = [f"{label} {q:.1%}" for label, q in zip(found.labels, found.steps, strict=True)]
    return PAGE.format(
        title=files["page"].stem,
        tracked=", ".join(found.labels).capitalize(),
        records=found.walk.records,
        sensors=", ".join(map(str, recordings.channels)),
        picture=files["picture"].name,
        words="\n".join(f"- {sentence}" for sentence in words(found, recordings, names)),
        course=_course_table(found, names),
        steps=", ".join(steps),
        frequencies=_frequency_table(found, recordings, names, modes),
    )


def _course_table(found: Track, names: Sequence[str]) -> str:
    lines = [
        "| record | " + " | ".join(found.labels) + " |",
        "|---" * (1 + len(found.labels)) + "|",
    ]
    for record, name in enumerate(names):
        cells = []
        for place in range(len(found.labels)):
            middle, low, high = _interval(found, record, place)
            cells.append(f"{middle:.3f} ({low:.3f} to {high:.3f})")
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _frequency_table(
    found: Track, recordings: Recordings, names: Sequence[str], modes: np.ndarray
) -> str:
    count = modes.shape[2]
    head = ["record", *(f"mode {mode + 1}" for mode in range(count)), "base, rms", "R2"]
    lines = ["| " + " | ".join(head) + " |", "|---" * len(head) + "|"]
    for record, name in enumerate(names):
        cells = [f"{best:.4g} ({low:.4g} to {high:.4g})" for best, low, high in modes[:, record].T]
        lines.append(
            f"| {name} | "
            + " | ".join(
                [*cells, f"{strengths(recordings)[record]:.3g}", f"{found.r2[record].min():.3f}"]
            )
            + " |"
        )
    return "\n".join(lines)
