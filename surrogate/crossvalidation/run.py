"""All folds of a cross-validation, in parallel processes, until each has its score."""

import shutil
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

import torch

from datasets.files import locking
from datasets.files.disk import make_folder
from surrogate.crossvalidation import fold
from surrogate.crossvalidation.plan import Job, Plan
from surrogate.evaluation import crossvalidated
from surrogate.evaluation.crossvalidated import CrossValidation, FoldScore
from surrogate.inference import read
from surrogate.sweep import devices
from surrogate.training import run_folder

PLAN = "plan.json"
SHOWN = ("NRMSE", "accuracy")
"""Metric of the lines on the way: the first of these that there is."""

Say = Callable[[str], None]


def crossvalidate(
    job: Job, planned: Plan, processes: int = 1, overwrite: bool = False, say: Say | None = None
) -> CrossValidation:
    """Train and test every fold, those of earlier calls in the same folder excepted.

    Parameters
    ----------
    job : Job
    planned : Plan
    processes : int
        Trainings at a time, which share the cores.
    overwrite : bool
        Start anew over a cross-validation that is there.
    say : callable, optional
        Told of each fold in a line; by default stderr is.

    Raises
    ------
    ValueError
        When a fold fails, a kept score was changed, or a worker dies.
    FileExistsError
        When the folder holds another cross-validation, or another process works there.
    """
    if processes < 1:
        raise ValueError(f"processes must be at least 1, got {processes}")
    say = say or _to_stderr
    _require_place(job.folder, overwrite)
    make_folder(job.folder)
    refusal = f"another cross-validation runs in {job.folder}: wait for it, or choose another --out"
    with locking.exclusive(job.folder, refusal):
        _claim(job, planned, overwrite)
        scores = dict(_kept(job, planned))
        if scores:
            say(f"{len(scores)} of {len(planned.division.folds)} folds are there already")
        try:
            for score, seconds in _run(job, planned, processes, set(scores)):
                scores[score.number] = score
                say(described(score, len(planned.division.folds), seconds))
        except BrokenProcessPool:
            raise ValueError(
                "a worker was killed, perhaps because memory ran out: run the same command again "
                "to continue"
            ) from None
        found = _found(job, planned, [scores[number] for number in sorted(scores)])
        crossvalidated.write(job.folder / crossvalidated.NAME, found)
        return found


def described(score: FoldScore, count: int, seconds: float) -> str:
    """Return one line on a fold that has its score."""
    metric = shown_metric(list(score.metrics))
    name = f", {score.name}" if score.name else ""
    records = "1 record" if score.records == 1 else f"{score.records} records"
    value = f"{metric} {score.metrics[metric]:.4g}" if metric else "no metric has a value"
    return f"fold {score.number + 1} of {count} ({records}{name}): {value}, {seconds:.0f} s"


def shown_metric(names: list[str]) -> str:
    """Return the metric that lines on the way show; empty for none."""
    return next((name for name in (*SHOWN, *names) if name in names), "")


def _require_place(folder: Path, overwrite: bool) -> None:
    """Raise FileExistsError for a folder that holds other things than a cross-validation."""
    if folder.is_file():
        raise FileExistsError(f"out must be a folder, and {folder} is a file")
    others = folder.is_dir() and any(folder.iterdir()) and not (folder / PLAN).exists()
    if others:
        raise FileExistsError(f"{folder} holds other things: choose another --out")


def _claim(job: Job, planned: Plan, overwrite: bool) -> None:
    """Begin in a folder, or go on with the same plan."""
    path = job.folder / PLAN
    stated = planned.stated()
    if path.exists() and overwrite:
        _clear(job.folder)
    if path.exists():
        kept = crossvalidated.read_sealed(path)
        differing = _differences(kept, stated)
        if differing:
            raise FileExistsError(
                f"{job.folder} holds another cross-validation, which differs in "
                f"{', '.join(differing)}: choose another --out or pass --overwrite"
            )
        return
    crossvalidated.write_sealed(path, stated)


def _differences(kept: dict[str, Any], asked: dict[str, Any]) -> list[str]:
    """Keys of two plans that differ, those of the settings by their section."""
    names = []
    for key in asked:
        if key == "settings":
            sections = {**kept.get(key, {}), **asked[key]}
            own = [each for each in sections if _of(kept, key, each) != _of(asked, key, each)]
            names += own
        elif kept.get(key) != asked[key]:
            names.append("the records of data.path" if key == "digest" else key)
    return names


def _of(content: dict[str, Any], key: str, section: str) -> Any:
    return content.get(key, {}).get(section)


def _kept(job: Job, planned: Plan) -> Iterator[tuple[int, FoldScore]]:
    """Scores of earlier calls."""
    for number in range(len(planned.division.folds)):
        path = job.run_folder(number) / fold.SCORE
        if path.exists():
            yield number, FoldScore(**crossvalidated.read_sealed(path))


def _run(
    job: Job, planned: Plan, processes: int, done: set[int]
) -> Iterator[tuple[FoldScore, float]]:
    """Scores of the missing folds as they come, each with the seconds that it took."""
    missing = [n for n in range(len(planned.division.folds)) if n not in done]
    processes = max(1, min(processes, len(missing)))
    threads = max(1, torch.get_num_threads() // processes)
    begun: dict[Future, float] = {}
    with devices.processes(processes) as executor:
        while missing or begun:
            while missing and len(begun) < processes:
                number = missing.pop(0)
                start = time.monotonic()
                parts = {name: own.tolist() for name, own in planned.parts(number).items()}
                name = planned.division.names[number]
                begun[executor.submit(fold.run, job, number, name, parts, threads)] = start
            finished, _ = wait(begun, return_when=FIRST_COMPLETED)
            for future in finished:
                start = begun.pop(future)
                yield future.result(), time.monotonic() - start


def _found(job: Job, planned: Plan, scores: list[FoldScore]) -> CrossValidation:
    checkpoint = run_folder.trained(job.run_folder(0))
    if checkpoint is None:
        raise ValueError(f"{job.run_folder(0)} has lost its checkpoint: pass --overwrite")
    content = read(checkpoint)
    return CrossValidation(
        planned.data,
        planned.pooled,
        planned.division.by,
        scores,
        content["interface"],
        crossvalidated.model_of(content["hyper_parameters"]),
        content["settings"],
    )


def _clear(folder: Path) -> None:
    shutil.rmtree(folder / "folds", ignore_errors=True)
    for name in (PLAN, crossvalidated.NAME, "report.md", "folds.csv"):
        (folder / name).unlink(missing_ok=True)


def _to_stderr(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
