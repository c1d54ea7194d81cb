"""`surrogate study NAME|all|list`, and the same for `python -m studies.NAME`."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from studies.framework import catalogue
from studies.framework.claim import Verdict
from studies.framework.device import CPU, NAMES
from studies.framework.report import write_gallery, write_report
from studies.framework.run import (
    complete,
    finished,
    load,
    measure,
    publish,
    same_setup,
    takes_earthquakes,
)
from studies.framework.study import PRESETS, Study
from surrogate.cli.errors import reported
from surrogate.cli.parser import Parser


def main(argv: Sequence[str]) -> int:
    """measure a claim and report whether it held: a study by its name, all, or list"""
    arguments = _parse(argv)
    if arguments.name == "list":
        return _list()
    return _all(arguments) if arguments.name == "all" else _one(arguments)


def main_of(study: str) -> int:
    """`python -m studies.NAME`: the command with the words of this process."""
    return reported(lambda: main([study, *sys.argv[1:]]))


def _parse(words: Sequence[str]) -> argparse.Namespace:
    presets = ", ".join(f"{name}: {what}" for name, what in PRESETS.items())
    parser = Parser(
        prog="surrogate study", description="Measure a claim and report whether it held."
    )
    parser.add_argument("name", help="a study, `all`, or `list`")
    parser.add_argument(
        "--preset", choices=PRESETS, default="cpu", help=f"{presets} (default: cpu)"
    )
    parser.add_argument("--seed", type=int, default=0, help="first seed (default: 0)")
    out = "folder for the folders of the studies (default: runs/studies)"
    parser.add_argument("--out", type=Path, default=Path("runs/studies"), help=out)
    parser.add_argument(
        "--overwrite", action="store_true", help="measure anew over results that are there"
    )
    parser.add_argument(
        "--redraw", action="store_true", help="judge and draw again what has been measured"
    )
    parser.add_argument(
        "--so_far",
        action="store_true",
        help="judge and draw what is finished of a measurement that was stopped or still runs",
    )
    earthquakes = "folder of recorded accelerograms, for studies that go through some"
    parser.add_argument("--earthquakes", type=Path, metavar="FOLDER", help=earthquakes)
    parser.add_argument(
        "--accelerator",
        choices=NAMES,
        help="where networks are trained (default: as the preset says, the CPU)",
    )
    parser.add_argument(
        "--workers",
        type=int,
        default=1,
        help="processes that train at the same time, for studies of many trainings (default: 1)",
    )
    arguments = parser.parse_args(words)
    if arguments.seed < 0:
        raise ValueError(f"seed must be at least 0, got {arguments.seed}")
    if arguments.workers < 1:
        raise ValueError(f"workers must be at least 1, got {arguments.workers}")
    if arguments.so_far and (arguments.overwrite or arguments.redraw or arguments.name == "all"):
        raise ValueError("--so_far is of one study, without --overwrite and --redraw")
    return arguments


def _list() -> int:
    """Name and sentence of each study."""
    width = max(map(len, catalogue.names()), default=0)
    for name in catalogue.names():
        print(f"  {name:<{width}}  {catalogue.summary(name)}")
    return 0


def _one(arguments: argparse.Namespace) -> int:
    study = catalogue.find(arguments.name)
    folder = arguments.out / arguments.name
    if arguments.earthquakes and not takes_earthquakes(study):
        raise ValueError(f"--earthquakes {arguments.earthquakes}: {study.name} uses none")
    if not arguments.redraw:
        _measure(study, folder, arguments)
    elif not finished(folder):
        raise FileNotFoundError(f"{folder} holds no results to draw again")
    _report(study.name, folder)
    return 0


def _measure(study: Study, folder: Path, arguments: argparse.Namespace) -> None:
    """Measure a study as the command line says."""
    asked = arguments.accelerator
    if asked not in (None, CPU) and not study.accelerated:
        print(f"{study.name}: trains no network that is worth {asked}, and runs on the CPU")
    if arguments.workers > 1 and not study.parallel:
        print(f"{study.name}: measures one thing after another, in this process")
    measure(
        study,
        arguments.preset,
        arguments.seed,
        folder,
        arguments.overwrite,
        arguments.earthquakes,
        asked,
        arguments.workers,
        arguments.so_far,
    )


def _all(arguments: argparse.Namespace) -> int:
    """Measure what is missing, report on all, and build the gallery."""
    studies = [catalogue.find(name) for name in catalogue.names()]
    folders = [arguments.out / study.name for study in studies]
    held = {}
    for study, folder in zip(studies, folders, strict=True):
        if arguments.overwrite or not complete(folder):
            _measure(study, folder, arguments)
        elif not same_setup(study, arguments.preset, arguments.seed, folder, arguments.earthquakes):
            was = load(folder)["command"]
            raise FileExistsError(
                f"{folder} holds the results of {was}: pass --overwrite or another --out"
            )
        verdicts = _report(study.name, folder)
        held[study.name] = (
            f"{sum(verdict.holds for verdict in verdicts)} of {len(verdicts)} claims held"
        )
    summaries = {study.name: catalogue.summary(study.name) for study in studies}
    print(f"gallery  {write_gallery(folders, arguments.out, summaries, held)}")
    return 0


def _report(name: str, folder: Path) -> list[Verdict]:
    """Judge, draw and write the report; print the verdicts."""
    verdicts, _ = publish(catalogue.find(name), folder)
    path = write_report(folder, catalogue.statement(name), verdicts)
    print(f"{name}: {load(folder)['command']}, {load(folder)['minutes']} min")
    for verdict in verdicts:
        source = verdict.claim.source
        print(f"  {verdict.phrase:<20} {verdict.claim.statement} ({source})")
        print(
            f"  {'':<20} {verdict.claim.quantity}: {verdict.measured}, demanded "
            f"{verdict.claim.bounds}"
        )
    print(f"report   {path}")
    return verdicts
