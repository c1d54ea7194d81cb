"""The page of an identified building: Markdown with its modes, parameters, noise and warnings."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from datasets.files.disk import new_file
from surrogate.identification import findings, tables
from surrogate.identification.bounds import of_priors
from surrogate.identification.clocks import DELAY
from surrogate.identification.coverage import Coverage
from surrogate.identification.identify import Identification
from surrogate.identification.law_choice import Score
from surrogate.identification.recordings import Recordings
from surrogate.identification.summary import Summary, summary

PAGE = """\
# {title}

A shear building of {storeys} storeys ({law}), identified from {records}
records of the base and {sensors}.
{scale}

![The building, its sensors, loops and drifts]({picture})

## Modes at rest

{modes}

{law_choice}## Parameters

The most likely value and the interval of 90 %; what is fixed has none.
{kind}

{parameters}

## What the records do not determine

{words}

{priors}## Noise and what is explained

{noise}
{forces}{held}{clocks}
Noise of the sensor at the base: {base:.3g} m s-2{base_share}. What the model cannot
explain counts as noise of either: both are upper bounds.

## Searches

Residuals relative to what the sensors have seen, of each start: with one factor a parameter, and
with all free ones where it was gone on with.

{trials}

## Not to be used for

- motions stronger than the recorded ones (up to {peak:.3g} m s-2): nothing tells how storeys yield
  beyond
- a changed state of the building (damage, retrofit)
- decisions on the safety of people without a simulation of the governing cases
"""


def write(
    identification: Identification,
    recordings: Recordings,
    path: Path,
    picture: str,
    others: Recordings | None = None,
    compared: Sequence[Score] = (),
    held: Coverage | None = None,
    overwrite: bool = False,
) -> Summary:
    """Write the page and return the numbers that it shows.

    Parameters
    ----------
    identification : Identification
    recordings : Recordings
        Those of the identification.
    path : Path
    picture : str
        Name of the picture beside the page.
    others : Recordings, optional
        Records that nothing was fitted to.
    compared : sequence of Score
        Of the laws that this one was chosen from.
    held : Coverage, optional
        What bands hold of the other records.
    overwrite : bool
    """
    numbers = summary(identification)
    text = render(path.stem, identification, numbers, recordings, picture, others, compared, held)
    with new_file(path, overwrite) as temporary:
        temporary.write_text(text, encoding="utf-8")
    return numbers


def render(
    title: str,
    identification: Identification,
    numbers: Summary,
    recordings: Recordings,
    picture: str,
    others: Recordings | None = None,
    compared: Sequence[Score] = (),
    held: Coverage | None = None,
) -> str:
    """Return the text of the page; arguments as of `write`."""
    names = [str(channel) for channel in recordings.channels]
    moved = np.abs(recordings.base).max()
    share = findings.share_of_base(identification.noise, recordings)
    return PAGE.format(
        title=title,
        storeys=identification.model.storeys,
        law=identification.model.law,
        records=len(recordings),
        sensors=", ".join(names),
        scale=_scale(identification),
        picture=picture,
        modes=_modes(numbers),
        law_choice=_law_choice(compared),
        parameters=_parameters(identification, numbers),
        kind=identification.bounds.kind(),
        words=findings.undetermined(identification),
        priors=_priors(identification),
        noise=tables.noise(identification, recordings, others),
        forces=_forces(identification),
        held=tables.held(identification, held),
        clocks=_clocks(identification, numbers, recordings),
        base=identification.noise.base,
        base_share=f" ({share:.1%} of its motion)",
        trials=_trials(identification),
        peak=moved,
    )


def _scale(identification: Identification) -> str:
    start = identification.model.start.get("mass", 1.0)
    if np.all(np.asarray(start) == 1.0):
        return (
            "Masses, stiffnesses and dashpots are relative to the mass of the first floor, since "
            "base motions do\nnot tell their scale."
        )
    return "Masses are those that were given, or relative to them."


def _modes(numbers: Summary) -> str:
    floors = range(1, len(numbers.shapes) + 1)
    head = ["mode", "frequency (Hz)", "damping ratio", *(f"floor {floor}" for floor in floors)]
    rows = []
    for mode, frequency in enumerate(numbers.frequencies):
        deviation = numbers.frequency_deviations[mode]
        damping = numbers.damping_ratios[mode]
        of_damping = numbers.damping_deviations[mode]
        rows.append(
            [
                str(mode + 1),
                f"{frequency:.4g} ± {deviation:.1g}",
                f"{damping:.2%} ± {100.0 * of_damping:.1g}",
                *(f"{value:.3f}" for value in numbers.shapes[:, mode]),
            ]
        )
    return tables.tabulated(head, rows)


def _law_choice(compared: Sequence[Score]) -> str:
    if not compared:
        return ""
    rows = [
        [score.law, f"{score.mean:.4f}", ", ".join(f"{error:.4f}" for error in score.errors)]
        for score in compared
    ]
    table = tables.tabulated(["law", "NRMSE", "of each fold"], rows)
    return f"## Laws that were compared\n\nOn records left out of the fit.\n\n{table}\n\n"


def _parameters(identification: Identification, numbers: Summary) -> str:
    storeys = range(1, identification.model.storeys + 1)
    head = ["parameter", "unit", *(f"storey {storey}" for storey in storeys)]
    rows = []
    for unknown in identification.model.unknowns:
        best, low, high = numbers.parameters[unknown.name]
        cells = [tables.interval_of(*one) for one in zip(best, low, high, strict=True)]
        rows.append([unknown.name, unknown.units, *cells])
    return tables.tabulated(head, rows)


def _priors(identification: Identification) -> str:
    """What of the parameters comes from priors."""
    ratios = identification.bounds.held_by_priors()
    if not ratios:
        return ""
    rows = [[label, f"{ratio:.2f}"] for label, ratio in ratios.items()]
    table = tables.tabulated(["parameter", "spread over that of its prior"], rows)
    told = "".join(f"- {sentence}\n" for sentence in of_priors(ratios))
    return (
        f"## What priors hold\n\nNear zero the records tell, near one the prior does.\n\n{told}\n"
        f"{table}\n\n"
    )


def _forces(identification: Identification) -> str:
    """Sizes of the unmeasured forces, where they were asked for."""
    process = identification.process
    if process is None:
        return ""
    levels = identification.noise.forces
    rows = [[str(place + 1), f"{level:.3g}"] for place, level in enumerate(levels)]
    table = tables.tabulated([process.place[:-1], "force (N)"], rows)
    return (
        f"\n{table}\n\nRoot mean square of white forces, held over a sample, that would cause the "
        "motion which the base\ndoes not; in newtons where masses are in kilograms.\n"
    )


def _clocks(identification: Identification, numbers: Summary, recordings: Recordings) -> str:
    """Delays and sampling intervals, where they are not those of the base."""
    delays = numbers.parameters.get(DELAY)
    clocks = recordings.clocks
    if delays is None and clocks.together.all():
        return ""
    if delays is None:
        delays = np.zeros((3, len(recordings.channels)))
    rows = [
        [
            str(channel),
            f"{clocks.intervals[place]:.4g}",
            f"{clocks.offsets[place]:.4g}",
            tables.interval_of(*(1e3 * delays[:, place])),
        ]
        for place, channel in enumerate(recordings.channels)
    ]
    head = ["sensor", "interval (s)", "first sample (s)", "delay (ms)"]
    table = tables.tabulated(head, rows)
    return (
        f"\n{table}\n\nClocks of the sensors against that of the base, which has a "
        f"sample every {clocks.interval:.4g} s.\nA delay with an interval of 90 % was sought, the "
        "others are as given.\n"
    )


def _trials(identification: Identification) -> str:
    head = ["stiffness (N/m)", "yield displacement (m)", "one factor", "all free"]
    rows = []
    for trial in identification.trials:
        fine = "" if np.isnan(trial.fine) else f"{trial.fine:.3%}"
        yields = "" if np.isnan(trial.yield_displacement) else f"{trial.yield_displacement:.3g}"
        rows.append([f"{trial.stiffness:.3g}", yields, f"{trial.coarse:.3%}", fine])
    return tables.tabulated(head, rows)
