"""`surrogate identify --track`: parameters of a building that change from record to record."""

from argparse import Namespace
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from datasets.files.disk import make_folder, refuse_to_overwrite
from surrogate.cli.identify_delays import of_channels

MODAL = "modal"
FILES = {"page": "track.md", "table": "track.csv", "picture": "track.png"}
"""What the folder of a run holds: the course."""
BUILDING = {"checkpoint": "building.ckpt", "draws": "draws.ckpt"}
"""Beside it, of a shear building: what it is after the last record."""
OF_A_SHEAR_BUILDING = (
    "law",
    "mass",
    "start",
    "fixed",
    "tied",
    "prior",
    "settings",
    "starts",
    "process_noise",
)
"""Options that mean nothing for modes."""


def run(
    options: Namespace, settings: Any, sensors: Sequence[Any], delays: Mapping[str, float | None]
) -> int:
    """Follow what is tracked over all records of the data.

    Parameters
    ----------
    options : Namespace
        Of the command.
    settings : Settings
        Of a shear building.
    sensors : sequence of Sensors
        Of each dataset.
    delays : mapping of str to float or None
        As of `identify_delays.given`.
    """
    from surrogate.data.examples import ALL
    from surrogate.identification.reading import names, read
    from surrogate.identification.tracking import report
    from surrogate.identification.tracking.track import require

    is_modal = options.structure == MODAL
    outputs = FILES if is_modal else FILES | BUILDING
    for name in outputs.values():
        refuse_to_overwrite(options.out / name, options.overwrite)
    recordings = read(options.data, sensors, ALL)
    assert recordings is not None
    require(len(recordings), options.step)
    settings = replace(settings, delay=of_channels(delays, sensors, recordings))
    recordings = recordings.within_base(settings.delay)
    follow = _modes if is_modal else _shear_building
    course = follow(options, settings, recordings)
    files = {key: options.out / name for key, name in FILES.items()}
    records = names(options.data[0])
    report.write(course, recordings, records, files, options.overwrite)
    for line in report.words(course, recordings, records):
        print(line)
    print(f"\nwritten to {options.out}: {', '.join(outputs.values())}")
    return 0


def _modes(options: Namespace, settings: Any, recordings: Any) -> Any:
    """The course of modes, from those that the records show."""
    from surrogate.identification.clocks import delay_of
    from surrogate.identification.delay_starts import with_delays
    from surrogate.identification.likelihood import Likelihood
    from surrogate.identification.modal import UNKNOWNS, modal_model
    from surrogate.identification.tracking.track import track
    from surrogate.identification.unknowns import Choice, Space

    for name in OF_A_SHEAR_BUILDING:
        if getattr(options, name):
            raise ValueError(
                f"--{name.replace('_', '-')} is for a shear building: --structure modal has only "
                "--modes and --delay"
            )
    for name in options.track:
        if name not in UNKNOWNS:
            raise ValueError(f"track: {name!r} is unknown, choose from {', '.join(UNKNOWNS)}")
    model = modal_model(recordings, options.modes or 1)
    late, known = delay_of(recordings.channels, settings.delay)
    space = Space((*model.unknowns, late), Choice(fixed=known))
    begin = with_delays(Likelihood(model, space, recordings))
    course = track(model, space, recordings, options.track, begin, options.step, print)
    make_folder(options.out)
    return course


def _shear_building(options: Namespace, settings: Any, recordings: Any) -> Any:
    """The course of a building, which is written as it is after the last record."""
    from surrogate.identification import checkpoint
    from surrogate.identification.identify import identify
    from surrogate.identification.laws import LAWS
    from surrogate.identification.tracking.track import track

    if LAWS[settings.law].steel is not None:
        raise ValueError(
            f"law = {settings.law!r}: its responses jump where a storey turns, which the course of "
            "parameters over records does not follow: track with another law, such as iwan"
        )
    settings.require_free(options.track)
    found = identify(recordings, settings, print, options.workers)
    space = found.bounds.space
    course = track(
        found.model, space, recordings, options.track, found.bounds.theta, options.step, print
    )
    make_folder(options.out)
    now = replace(found, bounds=course.now())
    files = {key: options.out / name for key, name in BUILDING.items()}
    again = options.overwrite
    checkpoint.save(now, recordings, files["checkpoint"], options.answers, again)
    checkpoint.save_draws(now, recordings, files["draws"], options.answers, overwrite=again)
    return course
