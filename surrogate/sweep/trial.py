"""One trial: a training with proposed settings, stopped where others did better."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from lightning.pytorch import Callback, LightningModule, Trainer
from optuna import Trial, TrialPruned
from optuna.study import Study
from optuna.trial import TrialState

from surrogate.data.datamodule import records_of
from surrogate.data.samplers import Batch
from surrogate.sweep.journal import OWNER, open_study
from surrogate.sweep.logged import fit
from surrogate.sweep.score import ERROR as ERROR_SCORE
from surrogate.sweep.score import LOSS, RelativeError, score_of
from surrogate.sweep.space import Space
from surrogate.training.module import surrogate_of

ERROR = "error"


@dataclass(frozen=True)
class Job:
    """What a worker has to know.

    Attributes
    ----------
    folder : Path
        Of the sweep.
    space : Space
    overrides : mapping of str to Any
        Further settings by their dotted key, for all trials.
    owner : str
        Name of the process that works on the sweep, see `surrogate.sweep.owners`.
    """

    folder: Path
    space: Space
    overrides: Mapping[str, Any] = field(default_factory=dict)
    owner: str = ""

    def settings(self, proposed: Mapping[str, Any]) -> dict[str, Any]:
        """What overrides the configuration, in this order; a trial has one device."""
        return {"trainer.devices": 1, **self.overrides, **proposed}

    @property
    def score(self) -> str:
        """What the trials are compared by, see `surrogate.sweep.score`."""
        return score_of(self.space, self.overrides)

    def run_folder(self, number: int) -> Path:
        """Where a trial keeps its checkpoints and logs."""
        return self.folder / "trials" / f"{number:04d}"


class Report(Callback):
    """Report the score of every epoch to a trial, and stop where the study's pruner gives it up.

    Parameters
    ----------
    trial : Trial
    score : str
        See `surrogate.sweep.score`.
    """

    def __init__(self, trial: Trial, score: str = LOSS) -> None:
        self.trial = trial
        self.losses: list[float] = []
        self.scores: list[float] = []
        self._error = RelativeError() if score == ERROR_SCORE else None

    def on_fit_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        if "validation" not in records_of(trainer).parts:
            raise ValueError(
                "a sweep compares validation losses and the data have no validation part"
            )

    def on_validation_batch_end(
        self,
        trainer: Trainer,
        pl_module: LightningModule,
        outputs: Any,
        batch: Batch,
        batch_idx: int,
        dataloader_idx: int = 0,
    ) -> None:
        if self._error is not None:
            self._error.add(surrogate_of(pl_module), outputs, batch, trainer)

    def on_validation_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        self.losses.append(trainer.callback_metrics["validation/loss"].item())
        self.scores.append(self.losses[-1] if self._error is None else self._error.take())
        self.trial.report(self.scores[-1], trainer.current_epoch)
        if self.trial.should_prune():
            raise TrialPruned

    @property
    def best(self) -> float | None:
        """Score at the lowest finite loss, which is that of best.ckpt."""
        pairs = zip(self.losses, self.scores, strict=True)
        finite = [pair for pair in pairs if math.isfinite(pair[0]) and math.isfinite(pair[1])]
        return min(finite)[1] if finite else None


def run(job: Job, seed: int, threads: int) -> int:
    """Propose settings, train with them, tell the study what came out; return the number of the
    trial.

    A training that fails, say because it diverged, counts as pruned and keeps its error: the
    sampler then avoids its neighbourhood.
    """
    torch.set_num_threads(threads)
    study = open_study(job.folder, seed)
    trial = study.ask()
    trial.set_user_attr(OWNER, job.owner)
    settings = job.settings(job.space.suggest(trial))
    report = Report(trial, job.score)
    try:
        folder = job.run_folder(trial.number)
        error = fit(job.space.config, settings, folder, [report], TrialPruned)
    except TrialPruned:
        study.tell(trial, state=TrialState.PRUNED)
        return trial.number
    _finish(study, trial, report.best, error)
    return trial.number


def _finish(study: Study, trial: Trial, best: float | None, error: str | None) -> None:
    if error is None and best is not None:
        study.tell(trial, best)
    else:
        trial.set_user_attr(ERROR, error or "no validation loss is finite")
        study.tell(trial, state=TrialState.PRUNED)
