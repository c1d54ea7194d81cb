"""`surrogate identify --track`: parameters of a building that change from record to record."""

from argparse import Namespace
from typing import Any

from datasets.files.disk import make_folder, refuse_to_overwrite

FILES = {
    "page": "track.md",
    "table": "track.csv",
    "picture": "track.png",
    "checkpoint": "building.ckpt",
    "draws": "draws.ckpt",
}
"""What the folder of a run holds: the course, and the building after the last record."""


def run(options: Namespace, settings: Any, sensors: Any) -> int:
    """Identify the building from all records, then follow what is tracked over them.

    Parameters
    ----------
    options : Namespace
        Of the command.
    settings : Settings
    sensors : Sensors
    """
    from dataclasses import replace

    from surrogate.data.examples import ALL
    from surrogate.identification import checkpoint
    from surrogate.identification.identify import identify
    from surrogate.identification.reading import names, read
    from surrogate.identification.tracking import report
    from surrogate.identification.tracking.track import require, track

    for name in FILES.values():
        refuse_to_overwrite(options.out / name, options.overwrite)
    recordings = read(options.data, sensors, ALL)
    assert recordings is not None
    require(len(recordings), options.step)
    settings.require_free(options.track)
    found = identify(recordings, settings, print)
    space = found.bounds.space
    course = track(
        found.model, space, recordings, options.track, found.bounds.theta, options.step, print
    )
    make_folder(options.out)
    files = {key: options.out / name for key, name in FILES.items()}
    records = names(options.data)
    report.write(course, recordings, records, files, options.overwrite)
    now = replace(found, bounds=course.now())
    again = options.overwrite
    checkpoint.save(now, recordings, files["checkpoint"], options.answers, again)
    checkpoint.save_draws(now, recordings, files["draws"], options.answers, overwrite=again)
    for line in report.words(course, records):
        print(line)
    print(f"\nwritten to {options.out}: {', '.join(FILES.values())}")
    return 0
