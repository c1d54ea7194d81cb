"""From a study and a preset to a folder: results, verdicts, figures, and how they came about.

    FOLDER/NAME/results.nc      all that was measured
    FOLDER/NAME/verdicts.csv    claim, demanded, measured, verdict
    FOLDER/NAME/PICTURE.png
    FOLDER/NAME/run.json        command, settings, seeds, versions, minutes; written last
    FOLDER/NAME/cache/          finished measurements of a study that is not finished

A measurement that is stopped goes on with the same command. With `so_far` what is finished of it is
judged and drawn, and the rest is measured later.
"""

import json
import platform
import shutil
from collections.abc import Sequence
from csv import DictWriter
from dataclasses import asdict, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

from datasets.files.disk import new_file
from studies.framework.cache import Cache, read, write
from studies.framework.claim import Verdict
from studies.framework.device import CPU
from studies.framework.grid import require_inside
from studies.framework.study import SMALLEST, Picture, Settings, Study
from studies.framework.style import save, style

RESULTS = "results.nc"
VERDICTS = "verdicts.csv"
RUN = "run.json"
CACHE = "cache"
SO_FAR = "so_far"
ACCELERATOR = "accelerator"
LIBRARIES = (
    "structural-surrogates",
    "numpy",
    "scipy",
    "xarray",
    "torch",
    "lightning",
    "scikit-learn",
    "matplotlib",
)


def measure(
    study: Study,
    preset: str,
    seed: int,
    folder: Path,
    overwrite: bool = False,
    earthquakes: Path | None = None,
    accelerator: str | None = None,
    workers: int = 1,
    so_far: bool = False,
) -> None:
    """Measure a study into its folder.

    Parameters
    ----------
    accelerator : str, optional
        Where its networks are trained; by default as its preset says.
    workers : int
        Processes that measure at the same time, where the study allows it.
    so_far : bool
        Take what is finished of a measurement that was stopped or still runs, and measure nothing.

    Raises
    ------
    FileExistsError
        When the folder holds results, or measurements with other settings, and
        `overwrite` is not set.
    FileNotFoundError
        With `so_far`, when nothing has been measured.
    ValueError
        When this machine has no such accelerator, and with `so_far` for a study that needs all its
        measurements.
    """
    settings = study.presets[preset]
    setup: dict[str, Any] = {"preset": preset, "seed": seed, "settings": _sizes(settings)}
    command = f"surrogate study {study.name} --preset {preset}" + (
        f" --seed {seed}" if seed else ""
    )
    if accelerator is not None:
        settings = replace(settings, accelerator=accelerator)
        command += f" --accelerator {accelerator}"
    setup["device"] = settings.device.type if study.accelerated else CPU
    if earthquakes is not None and takes_earthquakes(study):
        own: dict[str, Any] = {"earthquakes": earthquakes}
        settings = replace(settings, **own)
        setup["earthquakes"] = earthquakes.name  # not where it is on this machine
        command += f" --earthquakes {earthquakes.name}"
    if so_far:
        _require_begun(study, folder)
    _prepare(folder, setup, overwrite)
    seeds = range(seed, seed + settings.seeds)
    cache = Cache(folder / CACHE, workers if study.parallel else 1, so_far)
    results = study.measure(settings, seeds, cache)
    write(results, folder / RESULTS, overwrite=True)
    record = {
        "name": study.name,
        "title": study.title,
        "command": command,
        **setup,
        "seeds": list(seeds),
    }
    record |= {"minutes": round(cache.seconds / 60.0, 2), "versions": _versions()}
    _write_json(record | ({SO_FAR: True} if so_far else {}), folder / RUN)
    if not so_far:
        shutil.rmtree(folder / CACHE)


def publish(study: Study, folder: Path) -> tuple[list[Verdict], list[Picture]]:
    """Judge and draw the results of a folder: its verdicts.csv and its figures.

    Raises
    ------
    ValueError
        When the best value of a grid that was searched lies at its end.
    """
    results = read(folder / RESULTS)
    if load(folder)["preset"] != SMALLEST:
        require_inside(study.name, study.searches(results))
    verdicts = list(study.judge(results))
    _write_table(verdicts, folder / VERDICTS)
    with style():
        pictures = list(study.draw(results))
        for picture in pictures:
            save(picture.figure, folder / f"{picture.name}.png")
    record = load(folder) | {"pictures": {picture.name: picture.caption for picture in pictures}}
    _write_json(record, folder / RUN)
    return verdicts, pictures


def finished(folder: Path) -> bool:
    """Whether a folder holds the results of a whole measurement."""
    return (folder / RUN).exists() and (folder / RESULTS).exists()


def complete(folder: Path) -> bool:
    """Whether nothing is left to measure in a folder, or to go on with."""
    if not finished(folder):
        return False
    return not (load(folder).get(SO_FAR) and (folder / CACHE).exists())


def load(folder: Path) -> dict[str, Any]:
    """How the results of a folder came about."""
    return json.loads((folder / RUN).read_text(encoding="utf-8"))


def same_setup(
    study: Study, preset: str, seed: int, folder: Path, earthquakes: Path | None = None
) -> bool:
    """Whether a folder's results were measured with these settings, and through the earthquakes
    that are asked for.
    """
    record = load(folder)
    asked = earthquakes.name if earthquakes is not None and takes_earthquakes(study) else None
    if asked is not None and record.get("earthquakes") != asked:
        return False
    measured = {name: value for name, value in record["settings"].items() if name != ACCELERATOR}
    settings = _sizes(study.presets[preset])
    return [record["preset"], record["seed"], measured] == [preset, seed, settings]


def takes_earthquakes(study: Study) -> bool:
    """Whether a study goes through recorded accelerograms, where the user has some."""
    return hasattr(study.presets["cpu"], "earthquakes")


def _prepare(folder: Path, setup: dict[str, Any], overwrite: bool) -> None:
    if overwrite:
        for name in (RUN, RESULTS, VERDICTS):
            (folder / name).unlink(missing_ok=True)
        shutil.rmtree(folder / CACHE, ignore_errors=True)
    if complete(folder):
        raise FileExistsError(f"{folder} holds results: choose another --out or pass --overwrite")
    path = folder / CACHE / "setup.json"
    measured = any((folder / CACHE).glob("*.nc"))
    if (path.exists() or measured) and _setup(path) != setup:
        raise FileExistsError(
            f"{folder} holds measurements with other settings, or with some that are lost: choose "
            "another --out or pass --overwrite"
        )
    if not path.exists():
        _write_json(setup, path)


def _setup(path: Path) -> dict[str, Any] | None:
    """Settings of the measurements beside a file; None where it does not tell them."""
    try:
        kept: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return None
    return kept


def _require_begun(study: Study, folder: Path) -> None:
    """Raise the errors of `measure` that `so_far` brings."""
    if not study.partial:
        raise ValueError(f"--so_far: {study.name} is judged by all its measurements alone")
    if not any((folder / CACHE).glob("*.nc")):
        raise FileNotFoundError(
            f"--so_far: no measurement in {folder} is finished; begin without --so_far"
        )


def _sizes(settings: Settings) -> dict[str, Any]:
    """Settings as JSON gives them back, with lists for tuples; where they ran is no size."""
    sizes = {name: value for name, value in asdict(settings).items() if name != ACCELERATOR}
    return json.loads(json.dumps(sizes))


def _versions() -> dict[str, str]:
    return {"python": platform.python_version()} | {name: version(name) for name in LIBRARIES}


def _write_json(content: dict[str, Any], path: Path) -> None:
    with new_file(path, overwrite=True) as temporary:
        temporary.write_text(
            json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
        )


def _write_table(verdicts: Sequence[Verdict], path: Path) -> None:
    rows = [verdict.row() for verdict in verdicts]
    with (
        new_file(path, overwrite=True) as temporary,
        temporary.open("w", encoding="utf-8", newline="") as file,
    ):
        writer = DictWriter(file, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
