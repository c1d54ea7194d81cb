"""The page and the picture of an identified linear structure."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from datasets.files.disk import new_file
from datasets.inspection.style import STYLE
from surrogate.identification import findings, picture, tables
from surrogate.identification.coverage import Coverage
from surrogate.identification.linear_identification import LinearIdentification
from surrogate.identification.matrix_model import MatrixModel
from surrogate.identification.recordings import Recordings
from surrogate.identification.summary import Summary

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DRAWS = 200
"""Structures that standard deviations are taken over."""
PAGE = """\
# {title}

{kind}, identified from {records} records of the base and {sensors}.

![A measured channel, the model's, and the residuals]({picture})

## Modes

{modes}

## Parameters

The most likely value and the interval of 90 %; what is fixed has none.
{bounds}

{parameters}

## What the records do not determine

{words}

## Noise and what is explained

{noise}
{held}
Noise of the sensor at the base: {base:.3g} m s-2. What the model cannot explain counts as noise of
either: both are upper bounds.

## Not to be used for

- motions stronger than the recorded ones (up to {peak:.3g} m s-2): the structure is linear here
- a changed state of the structure (damage, retrofit)
- decisions on the safety of people without a simulation of the governing cases
"""


def linear_summary(found: LinearIdentification) -> Summary:
    """Return modes and parameters, with shapes at the locations or as the sensors see them."""
    space = found.bounds.space
    drawn = space.values(found.bounds.sample(DRAWS))
    structures = found.model.structure(drawn)
    best = found.model.structure(found.values)
    values = found.values
    parameters = {
        name: np.stack([values[name], *np.quantile(own, [0.05, 0.95], axis=0)])
        for name, own in drawn.items()
    }
    return Summary(
        best.frequencies,
        structures.frequencies.std(axis=0),
        best.damping_ratios,
        structures.damping_ratios.std(axis=0),
        found.model.shapes(values),
        parameters,
    )


def write(
    found: LinearIdentification,
    recordings: Recordings,
    files: dict[str, Path],
    others: Recordings | None,
    held: Coverage | None,
    overwrite: bool = False,
) -> Summary:
    """Write page and picture, and return the numbers that the page shows.

    Parameters
    ----------
    found : LinearIdentification
    recordings : Recordings
        Those of the identification.
    files : dict of str to Path
        ``page`` and ``picture``.
    others : Recordings, optional
        Records that nothing was fitted to.
    held : Coverage, optional
        What bands hold of them.
    overwrite : bool
    """
    import matplotlib as mpl

    numbers = linear_summary(found)
    with new_file(files["page"], overwrite) as temporary:
        text = _page(found, numbers, recordings, files, others, held)
        temporary.write_text(text, encoding="utf-8")
    style = {**STYLE, "axes.titlesize": 9}
    with mpl.rc_context(style), new_file(files["picture"], overwrite) as temporary:
        _figure(found, recordings).savefig(temporary, format="png", dpi=130)
    return numbers


def _page(
    found: LinearIdentification,
    numbers: Summary,
    recordings: Recordings,
    files: dict[str, Path],
    others: Recordings | None,
    held: Coverage | None,
) -> str:
    given = isinstance(found.model, MatrixModel)
    kind = f"A linear structure of {len(numbers.frequencies)} modes, " + (
        "given as matrices with unknown factors" if given else "by its modes as sensors see them"
    )
    return PAGE.format(
        title=files["page"].stem,
        kind=kind,
        records=len(recordings),
        sensors=", ".join(str(channel) for channel in recordings.channels),
        picture=files["picture"].name,
        modes=_modes(found, numbers),
        bounds=found.bounds.kind(),
        parameters=_parameters(found, numbers),
        words=findings.undetermined(found),
        noise=tables.noise(found, recordings, others),
        held=tables.held(found, held),
        base=found.noise.base,
        peak=np.abs(recordings.base).max(),
    )


def _modes(found: LinearIdentification, numbers: Summary) -> str:
    if isinstance(found.model, MatrixModel):
        places = [f"location {row + 1}" for row in range(len(numbers.shapes))]
    else:
        places = [str(channel) for channel in found.channels]
    head = ["mode", "frequency (Hz)", "damping ratio", *places]
    rows: list[Sequence[str]] = []
    for mode, frequency in enumerate(numbers.frequencies):
        own = [
            str(mode + 1),
            f"{frequency:.4g} ± {numbers.frequency_deviations[mode]:.1g}",
            f"{numbers.damping_ratios[mode]:.2%} ± {100.0 * numbers.damping_deviations[mode]:.1g}",
        ]
        rows.append([*own, *(f"{value:.3f}" for value in numbers.shapes[:, mode])])
    return tables.tabulated(head, rows)


def _parameters(found: LinearIdentification, numbers: Summary) -> str:
    rows = []
    for unknown in found.bounds.space.unknowns:
        best, low, high = numbers.parameters[unknown.name]
        for place in range(len(best)):
            label = unknown.name if len(best) == 1 else f"{unknown.name} {place + 1}"
            rows.append(
                [label, unknown.units, tables.interval_of(best[place], low[place], high[place])]
            )
    return tables.tabulated(["parameter", "unit", "value"], rows)


def _figure(found: LinearIdentification, recordings: Recordings) -> "Figure":
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11.0, 3.4), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=[1.6, 1.0])
    strongest = recordings.some([int(np.square(recordings.base).sum(axis=1).argmax())])
    picture.measured(left, found, strongest)
    picture.residuals(right, found, recordings)
    return figure
