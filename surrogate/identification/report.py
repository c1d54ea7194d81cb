"""The page of an identified building: Markdown with its modes, parameters, noise and warnings."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from datasets.files.disk import new_file
from surrogate.identification.bounds import of_priors
from surrogate.identification.clocks import DELAY
from surrogate.identification.coverage import Coverage
from surrogate.identification.coverage import notes as of_coverage
from surrogate.identification.identify import UNEXPLAINED, Identification, Identified
from surrogate.identification.law_choice import Score
from surrogate.identification.noise import Noise
from surrogate.identification.recordings import Recordings
from surrogate.identification.summary import Summary, errors, summary

DOUBTFUL = 0.1
"""Noise at the base over its motion, from which on it is told: sensors have a few hundredths."""
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
    share = _share_of_base(identification.noise, recordings)
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
        words=undetermined(identification),
        priors=_priors(identification),
        noise=noise_table(identification, recordings, others),
        forces=_forces(identification),
        held=held_table(identification, held),
        clocks=_clocks(identification, numbers, recordings),
        base=identification.noise.base,
        base_share=f" ({share:.1%} of its motion)",
        trials=_trials(identification),
        peak=moved,
    )


def warnings(identification: Identified, recordings: Recordings) -> list[str]:
    """Return what a user must not overlook: sensors of which nothing is explained, or late ones,
    and noise of the base that is no noise.
    """
    labels = [str(channel) for channel in identification.channels]
    unexplained = [
        f"the fit explains nothing of {label} (R2 {value:.3f} on its own records): look at the "
        "sensors, the units and the number of storeys"
        for label, value in zip(labels, identification.r2, strict=True)
        if value < UNEXPLAINED
    ]
    late = identification.lags.words(identification.channels)
    return [*late, *unexplained, *of_base(identification.noise, recordings)]


def notes(
    identification: Identified, recordings: Recordings, held: Coverage | None = None
) -> list[str]:
    """Return all that a command tells beside its numbers: what the records or priors determine,
    what must not be overlooked, and what the bands hold of other records.
    """
    known = identification.bounds
    return [
        *known.words(),
        *of_priors(known.held_by_priors()),
        *warnings(identification, recordings),
        *([] if held is None else of_coverage(identification, held)),
    ]


def of_base(noise: Noise, recordings: Recordings) -> list[str]:
    """Return a sentence where the noise that is found at the base is more than a sensor has.

    What a wrong damping or law leaves of the residuals looks like it, and then the parameters are
    not those that explain the records best.
    """
    share = _share_of_base(noise, recordings)
    if share < DOUBTFUL:
        return []
    return [
        f"the sensor at the base is found to have noise of {share:.0%} of its motion "
        f"({noise.base:.2g} m s-2): if it has less, the damping, the law or the building is "
        "another one and damping ratios are off; compare --exact-base, or another damping or law"
    ]


def _share_of_base(noise: Noise, recordings: Recordings) -> float:
    return noise.base / float(recordings.base[recordings.counted].std())


def brief(numbers: Summary, identification: Identified) -> str:
    """Return frequencies and damping ratios in a line each, for a terminal."""
    frequencies = ", ".join(
        f"{value:.4g} ± {deviation:.1g}"
        for value, deviation in zip(numbers.frequencies, numbers.frequency_deviations, strict=True)
    )
    ratios = ", ".join(f"{value:.2%}" for value in numbers.damping_ratios)
    explained = ", ".join(
        f"{channel} {value:.4f}"
        for channel, value in zip(identification.channels, identification.r2, strict=True)
    )
    return f"frequencies (Hz): {frequencies}\ndamping ratios: {ratios}\nR2: {explained}"


def _scale(identification: Identification) -> str:
    start = identification.model.start.get("mass", 1.0)
    if np.all(np.asarray(start) == 1.0):
        return (
            "Masses, stiffnesses and dashpots are relative to the mass of the first floor, since "
            "base motions do\nnot tell their scale."
        )
    return "Masses are those that were given, or relative to them."


def tabulated(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table in Markdown."""
    lines = [
        "| " + " | ".join(head) + " |",
        "|---" * len(head) + "|",
    ]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])


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
    return tabulated(head, rows)


def _law_choice(compared: Sequence[Score]) -> str:
    if not compared:
        return ""
    rows = [
        [score.law, f"{score.mean:.4f}", ", ".join(f"{error:.4f}" for error in score.errors)]
        for score in compared
    ]
    table = tabulated(["law", "NRMSE", "of each fold"], rows)
    return f"## Laws that were compared\n\nOn records left out of the fit.\n\n{table}\n\n"


def _parameters(identification: Identification, numbers: Summary) -> str:
    storeys = range(1, identification.model.storeys + 1)
    head = ["parameter", "unit", *(f"storey {storey}" for storey in storeys)]
    rows = []
    for unknown in identification.model.unknowns:
        best, low, high = numbers.parameters[unknown.name]
        cells = [interval_of(*one) for one in zip(best, low, high, strict=True)]
        rows.append([unknown.name, unknown.units, *cells])
    return tabulated(head, rows)


def interval_of(best: float, low: float, high: float) -> str:
    """Return a value with its interval, alone where that has no length."""
    if low == high:
        return f"{best:.4g}"
    return f"{best:.4g} ({low:.4g} to {high:.4g})"


def undetermined(identification: Identified) -> str:
    """Return what is not determined as a list."""
    sentences = identification.bounds.words()
    if not sentences:
        return "All parameters that were sought are determined."
    return "\n".join(f"- {sentence}" for sentence in sentences)


def _priors(identification: Identification) -> str:
    """What of the parameters comes from priors."""
    ratios = identification.bounds.held_by_priors()
    if not ratios:
        return ""
    rows = [[label, f"{ratio:.2f}"] for label, ratio in ratios.items()]
    table = tabulated(["parameter", "spread over that of its prior"], rows)
    told = "".join(f"- {sentence}\n" for sentence in of_priors(ratios))
    return (
        f"## What priors hold\n\nNear zero the records tell, near one the prior does.\n\n{told}\n"
        f"{table}\n\n"
    )


def noise_table(
    identification: Identified, recordings: Recordings, others: Recordings | None
) -> str:
    """Return noise and R2 of each sensor, and its NRMSE on other records."""
    head = ["sensor", "noise", "unit", "R2"]
    if others is not None:
        head.append(f"NRMSE on {len(others)} other records")
        left = errors(identification, others)
    rows = []
    for place, channel in enumerate(recordings.channels):
        row = [
            str(channel),
            f"{identification.noise.sensors[place]:.3g}",
            channel.units,
            f"{identification.r2[place]:.4f}",
        ]
        rows.append(row if others is None else [*row, f"{left[place]:.4f}"])
    return tabulated(head, rows)


def _forces(identification: Identification) -> str:
    """Sizes of the unmeasured forces, where they were asked for."""
    process = identification.process
    if process is None:
        return ""
    levels = identification.noise.forces
    rows = [[str(place + 1), f"{level:.3g}"] for place, level in enumerate(levels)]
    table = tabulated([process.place[:-1], "force (N)"], rows)
    return (
        f"\n{table}\n\nRoot mean square of white forces, held over a sample, that would cause the "
        "motion which the base\ndoes not; in newtons where masses are in kilograms.\n"
    )


def held_table(identification: Identified, held: Coverage | None) -> str:
    """Return what bands hold of other records; nothing where there are none."""
    if held is None:
        return ""
    rows = [
        [str(channel), f"{truth:.0%}", f"{measured:.0%}", f"{factor:.2g}"]
        for channel, truth, measured, factor in zip(
            identification.channels, held.truth, held.measured, held.factor, strict=True
        )
    ]
    head = ["sensor", "band of the truth holds", "with noise of the sensor", "factor"]
    return (
        f"\n{tabulated(head, rows)}\n\nBands of 90 % on the other records. Where the first column "
        "is far below and the sensor has less noise\nthan the table above says, the law or the "
        "building is another one, and bands of the truth are too\nnarrow by about the factor, "
        "those of what was not measured as well.\n"
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
            interval_of(*(1e3 * delays[:, place])),
        ]
        for place, channel in enumerate(recordings.channels)
    ]
    head = ["sensor", "interval (s)", "first sample (s)", "delay (ms)"]
    return (
        f"\n{tabulated(head, rows)}\n\nClocks of the sensors against that of the base, which has a "
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
    return tabulated(head, rows)
