"""A study of Optuna in one journal file, which one sweep at a time may use and every kill leaves
usable.
"""

import json
import os
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
from optuna.study import Study
from optuna.trial import FrozenTrial, TrialState

from datasets.files import locking

NAME = "journal.log"
STUDY = "sweep"
PLAN = "plan"
OWNER = "owner"
"""Attribute of a trial: the process that runs it."""
DONE = (TrialState.COMPLETE, TrialState.PRUNED)


@contextmanager
def exclusive(folder: Path) -> Iterator[None]:
    """Keep other sweeps out of a folder; the lock ends with the process, however it ends."""
    folder.mkdir(parents=True, exist_ok=True)
    refusal = f"another sweep runs in {folder}: wait for it or choose another --out"
    with locking.exclusive(folder, refusal):
        yield


def open_study(folder: Path, seed: int | None = None) -> Study:
    """The study of a folder.

    Parameters
    ----------
    seed : int, optional
        Of the next proposal; workers that share a study and a seed would propose the same.
    """
    # a running trial repels its neighbours
    sampler = optuna.samplers.TPESampler(seed=seed, constant_liar=True)
    pruner = optuna.pruners.MedianPruner()
    return optuna.load_study(
        study_name=STUDY, storage=_storage(folder), sampler=sampler, pruner=pruner
    )


def resume(folder: Path, plan: Mapping[str, Any], others: Collection[str] = ()) -> Study:
    """Make the study of a folder, or take it up after whatever happened to it; nobody else may
    begin at the same time.

    A trial that was interrupted comes again, from its start, before anything new is tried.

    Parameters
    ----------
    folder : Path
    plan : mapping
    others : collection of str
        Processes that work on the sweep, whose trials are left.

    Raises
    ------
    FileExistsError
        When the folder holds a sweep of another plan.
    ValueError
        When the journal is damaged.
    """
    if not others:
        _mend(folder / NAME)
    study = _opened(folder)
    text = json.dumps(plan)
    if PLAN not in study.user_attrs:
        study.set_user_attr(PLAN, text)
    if study.user_attrs[PLAN] != text:
        raise FileExistsError(
            f"{folder} holds another sweep: choose another --out or pass --overwrite"
        )
    for trial in running(study):
        if others and trial.user_attrs.get(OWNER) in (None, *others):
            continue
        study.tell(trial.number, state=TrialState.FAIL)
        study.enqueue_trial(trial.params)
    return study


def _opened(folder: Path) -> Study:
    """The study of a folder, made where there is none."""
    try:
        storage = _storage(folder)
        if not storage.get_all_studies():
            optuna.create_study(storage=storage, study_name=STUDY)
        return open_study(folder)
    except OSError:
        raise
    except Exception as error:  # Optuna replays the lines one by one, and checks none of them
        raise ValueError(
            f"{folder / NAME} is damaged ({type(error).__name__}: {error}): choose another --out "
            "or pass --overwrite"
        ) from error


def _storage(folder: Path) -> JournalStorage:
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    return JournalStorage(JournalFileBackend(str(folder / NAME)))


def finished(study: Study) -> list[FrozenTrial]:
    """Trials that count: complete, pruned or failed by themselves, but not interrupted."""
    return study.get_trials(deepcopy=False, states=DONE)


def running(study: Study) -> list[FrozenTrial]:
    """Trials that run, or were running when their process ended."""
    return study.get_trials(deepcopy=False, states=[TrialState.RUNNING])


def _mend(path: Path) -> None:
    """Remove what a killed writer has left: its lock, and the line that it had begun."""
    path.with_name(path.name + ".lock").unlink(missing_ok=True)
    if path.exists():
        whole = path.read_bytes().rpartition(b"\n")
        os.truncate(path, len(whole[0]) + len(whole[1]))
