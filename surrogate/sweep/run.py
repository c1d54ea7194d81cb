"""A sweep: trials in parallel processes until as many have finished as were asked for."""

import contextlib
import shutil
import sys
import zlib
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from optuna.study import Study

from surrogate.sweep import devices, journal, owners, trial
from surrogate.sweep.journal import OWNER
from surrogate.sweep.report import describe
from surrogate.sweep.score import LOSS, why
from surrogate.sweep.trial import ERROR, Job
from surrogate.training.run import check_config

FAILURES_TO_STOP = 3  # trials from the first one on: then the sweep is wrong, and not a setting


def sweep(
    job: Job,
    trials: int,
    processes: int,
    seed: int = 0,
    overwrite: bool = False,
    join: bool = False,
) -> Study:
    """Run trials until `trials` of them have finished, those of earlier runs included.

    Parameters
    ----------
    job : Job
    trials, processes, seed : int
    overwrite : bool
        Start anew over a sweep that is there.
    join : bool
        Share the sweep with other processes that join it, such as the jobs of an array.

    Raises
    ------
    ValueError
        When a number is wrong, `surrogate fit` does not take a setting, the first trials all fail,
        or a worker dies.
    FileExistsError
        When the folder holds another sweep, or another process sweeps there.
    """
    _check(job, trials, processes, seed, overwrite and join)
    if overwrite or not (job.folder / journal.NAME).exists():
        _check_settings(job)
    begin = owners.one_after_another if join else journal.exclusive
    with contextlib.ExitStack() as work, contextlib.ExitStack() as beginning:
        beginning.enter_context(begin(job.folder))
        others = owners.living(job.folder)
        if others and not join:
            raise FileExistsError(
                f"{len(others)} processes sweep in {job.folder}: join them by --join, or choose "
                "another --out"
            )
        if overwrite:
            _clear(job)
        study = journal.resume(job.folder, _plan(job), others)
        job = replace(job, owner=work.enter_context(owners.owned(job.folder)))
        if join:
            beginning.close()  # the next may begin
        print(why(job.score), file=sys.stderr, flush=True)
        _work(job, study, trials, processes, [seed, *_own_seed(job, join)])
    return study


def _check(job: Job, trials: int, processes: int, seed: int, contradicts: bool) -> None:
    """Raise ValueError for arguments of `sweep` that cannot be."""
    for name, value in {"trials": trials, "processes": processes}.items():
        if value < 1:
            raise ValueError(f"{name} must be at least 1, got {value}")
    if seed < 0:
        raise ValueError(f"seed must be at least 0, got {seed}")
    if job.folder.is_file():
        raise ValueError(f"out must be a folder, and {job.folder} is a file")
    if contradicts:
        raise ValueError("give --join or --overwrite, not both: the others would lose their trials")


def _own_seed(job: Job, join: bool) -> list[int]:
    """What tells the proposals of processes that share a sweep apart."""
    return [zlib.crc32(job.owner.encode())] if join else []


def _work(job: Job, study: Study, trials: int, processes: int, seed: list[int]) -> None:
    try:
        for number in _run(job, study, trials, processes, seed):
            print(describe(study, number, job.score), file=sys.stderr, flush=True)
            _stop_if_all_fail(study)
    except BrokenProcessPool:
        raise ValueError(
            "a worker was killed, perhaps because memory ran out: run the same command again to "
            "continue"
        ) from None


def _run(job: Job, study: Study, trials: int, processes: int, seed: list[int]) -> Iterator[int]:
    """Numbers of trials as they finish, until there are enough with those of other processes."""
    place = len(study.trials)
    processes = max(1, min(processes, trials - len(journal.finished(study))))
    # OMP_NUM_THREADS, or all cores, shared out
    threads = max(1, torch.get_num_threads() // processes)
    with devices.processes(processes) as executor:
        running: set[Future] = set()
        while True:
            while len(running) < processes and _missing(job, study, trials) > len(running):
                own = np.random.SeedSequence([*seed, place]).generate_state(1)[0]
                running.add(executor.submit(trial.run, job, int(own), threads))
                place += 1
            if not running:
                return
            done, running = wait(running, return_when=FIRST_COMPLETED)
            yield from (future.result() for future in done)


def _missing(job: Job, study: Study, trials: int) -> int:
    """Trials that neither have finished nor are run by another process."""
    others = [one for one in journal.running(study) if one.user_attrs.get(OWNER) != job.owner]
    return trials - len(journal.finished(study)) - len(others)


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
