"""A sweep: trials in parallel processes until as many have finished as were asked for."""

import shutil
import sys
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures.process import BrokenProcessPool
from typing import Any

import numpy as np
import torch
from optuna.study import Study

from datasets.generation.executors import local
from surrogate.sweep import journal, trial
from surrogate.sweep.report import describe
from surrogate.sweep.score import LOSS, why
from surrogate.sweep.trial import ERROR, Job
from surrogate.training.run import check_config

FAILURES_TO_STOP = 3  # trials from the first one on: then the sweep is wrong, and not a setting


def sweep(job: Job, trials: int, processes: int, seed: int = 0, overwrite: bool = False) -> Study:
    """Run trials until `trials` of them have finished, those of earlier runs included.

    Raises
    ------
    ValueError
        When a number is wrong, `surrogate fit` does not take a setting, the first trials all fail,
        or a worker dies.
    FileExistsError
        When the folder holds another sweep, or another process sweeps there.
    """
    for name, value in {"trials": trials, "processes": processes}.items():
        if value < 1:
            raise ValueError(f"{name} must be at least 1, got {value}")
    if seed < 0:
        raise ValueError(f"seed must be at least 0, got {seed}")
    if job.folder.is_file():
        raise ValueError(f"out must be a folder, and {job.folder} is a file")
    if overwrite or not (job.folder / journal.NAME).exists():
        _check_settings(job)
    with journal.exclusive(job.folder):
        if overwrite:
            _clear(job)
        study = journal.resume(job.folder, _plan(job))
        print(why(job.score), file=sys.stderr, flush=True)
        missing = trials - len(journal.finished(study))
        try:
            for number in _run(job, len(study.trials), missing, processes, seed):
                print(describe(study, number, job.score), file=sys.stderr, flush=True)
                _stop_if_all_fail(study)
        except BrokenProcessPool:
            raise ValueError(
                "a worker was killed, perhaps because memory ran out: run the same command again "
                "to continue"
            ) from None
    return study


def _run(job: Job, first: int, count: int, processes: int, seed: int) -> Iterator[int]:
    """Numbers of `count` trials as they finish."""
    seeds = iter(
        [
            int(np.random.SeedSequence([seed, first + place]).generate_state(1)[0])
            for place in range(count)
        ]
    )
    processes = max(1, min(processes, count))
    # OMP_NUM_THREADS, or all cores, shared out
    threads = max(1, torch.get_num_threads() // processes)
    with local(processes) as (executor, _):
        running: set[Future] = set()
        while running or count > 0:
            while len(running) < processes and count > 0:
                running.add(executor.submit(trial.run, job, next(seeds), threads))
                count -= 1
            done, running = wait(running, return_when=FIRST_COMPLETED)
            yield from (future.result() for future in done)


def _plan(job: Job) -> dict[str, Any]:
    """What makes it the same sweep."""
    plan = {"space": job.space.plan(), "overrides": dict(job.overrides)}
    return plan if job.score == LOSS else plan | {"score": job.score}


def _check_settings(job: Job) -> None:
    """Raise ValueError for a key or value that `surrogate fit` does not take."""
    for proposed in job.space.corners():
        check_config(job.space.config, job.settings(proposed))


def _stop_if_all_fail(study: Study) -> None:
    errors = [done.user_attrs.get(ERROR) for done in journal.finished(study)]
    if len(errors) >= FAILURES_TO_STOP and all(errors):
        raise ValueError(f"all {len(errors)} trials have failed, the last with: {errors[-1]}")


def _clear(job: Job) -> None:
    for path in (
        *job.folder.glob("report.*"),
        *job.folder.glob("trials.csv"),
        *job.folder.glob(f"{journal.NAME}*"),
    ):
        path.unlink()
    shutil.rmtree(job.folder / "trials", ignore_errors=True)
