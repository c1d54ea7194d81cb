"""One fold: a training without some records, and its test on them."""

import json
import shutil
from pathlib import Path
from typing import Any

import torch

from surrogate.crossvalidation.plan import Job
from surrogate.data import split_file
from surrogate.evaluation.crossvalidated import FoldScore, write_sealed
from surrogate.sweep import logged
from surrogate.training.callbacks.outputs import TestReport
from surrogate.training.execution import execute
from surrogate.training.run import options

SPLIT = "split.json"
SCORE = "score.json"


def run(job: Job, number: int, name: str, parts: dict[str, list[int]], threads: int) -> FoldScore:
    """Train without a fold, test on it, keep and return its score.

    A training that was interrupted goes on from its last checkpoint.

    Raises
    ------
    ValueError
        With the number of the fold, where the training or the test fails.
    """
    torch.set_num_threads(threads)
    folder = job.run_folder(number)
    split = folder / SPLIT
    split_file.write(split, parts)
    own = {**job.settings, "data.split_file": str(split)}
    error = logged.fit(job.config, {**own, "ckpt_path": "last"}, folder)
    if error is not None:
        raise ValueError(f"fold {number + 1}: {error} (see {folder / logged.LOG})")
    metrics = _tested(job, own, folder, number)
    score = FoldScore(number, name, len(parts["test"]), metrics)
    write_sealed(folder / SCORE, vars(score))
    return score


def _tested(job: Job, settings: dict[str, Any], folder: Path, number: int) -> dict[str, float]:
    """Mean of each metric over the records that were held out."""
    shutil.rmtree(folder / TestReport.folder, ignore_errors=True)
    words = options(job.config, {**settings, "ckpt_path": None, "run": str(folder)})
    try:
        with logged.into_file(folder / "test.txt"):
            execute(["test", *words])
    except ValueError as error:
        raise ValueError(f"fold {number + 1}: {error}") from None
    summary = json.loads((folder / TestReport.folder / "summary.json").read_text(encoding="utf-8"))
    return means(summary["metrics"])


def means(metrics: dict[str, Any]) -> dict[str, float]:
    """Mean of each metric out of a test report, without those that have none."""
    found = {}
    for name, value in metrics.items():
        if isinstance(value, dict) and "all" in value:
            value = value["all"]["mean"]
        if isinstance(value, float):
            found[name] = value
    return found
