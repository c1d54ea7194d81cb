"""One trial: a `surrogate fit` with proposed settings, stopped where others were better at the same
epoch.
"""

import contextlib
import io
import math
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from lightning.pytorch import Callback, LightningModule, Trainer
from optuna import Trial, TrialPruned
from optuna.study import Study
from optuna.trial import TrialState

from surrogate.cli import fit as fit_command
from surrogate.cli.errors import reported
from surrogate.sweep.journal import open_study
from surrogate.sweep.space import Space, arguments

ERROR = "error"


@dataclass(frozen=True)
class Job:
    """What a worker has to know.

    Attributes
    ----------
    folder : Path
        Of the sweep.
    space : Space
    overrides : sequence of str
        Further words of `surrogate fit`, the same for all trials.
    """

    folder: Path
    space: Space
    overrides: Sequence[str]

    def command(self, settings: Mapping[str, Any]) -> list[str]:
        """Words of the `surrogate fit` with these settings; a trial has one device."""
        return [
            "fit",
            "--config",
            self.space.config,
            "--trainer.devices=1",
            *self.overrides,
            *arguments(settings),
        ]

    def run_folder(self, number: int) -> Path:
        """Where a trial keeps its checkpoints and logs."""
        return self.folder / "trials" / f"{number:04d}"


class Report(Callback):
    """Report the validation loss of every epoch to a trial, and stop where the study's pruner gives
    it up.
    """

    def __init__(self, trial: Trial) -> None:
        self.trial = trial
        self.losses: list[float] = []

    def on_fit_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        if "validation" not in trainer.datamodule.parts:
            raise ValueError(
                "a sweep compares validation losses and the data have no validation part"
            )

    def on_validation_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        self.losses.append(trainer.callback_metrics["validation/loss"].item())
        self.trial.report(self.losses[-1], trainer.current_epoch)
        if self.trial.should_prune():
            raise TrialPruned

    @property
    def lowest(self) -> float | None:
        """Lowest finite loss, which is that of best.ckpt."""
        return min(filter(math.isfinite, self.losses), default=None)


def run(job: Job, seed: int, threads: int) -> int:
    """Propose settings, train with them, tell the study what came out; return the number of the
    trial.

    A training that fails, say because it diverged, counts as pruned and keeps its error: the
    sampler then avoids its neighbourhood.
    """
    torch.set_num_threads(threads)
    study = open_study(job.folder, seed)
    trial = study.ask()
    command = [*job.command(job.space.suggest(trial)), f"--run={job.run_folder(trial.number)}"]
    report = Report(trial)
    try:
        error = fit(command, job.run_folder(trial.number) / "log.txt", [report])
    except TrialPruned:
        study.tell(trial, state=TrialState.PRUNED)
        return trial.number
    _finish(study, trial, report.lowest, error)
    return trial.number


def fit(command: Sequence[str], log: Path, callbacks: Sequence[Callback]) -> str | None:
    """Run the command, write what it says into a file, and return its error, if any.

    Whatever goes wrong with some settings, the sweep has others to try.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with (
        log.open("w", encoding="utf-8") as file,
        contextlib.redirect_stdout(file),
        contextlib.redirect_stderr(file),
    ):
        try:
            code = main(command, callbacks)
        except TrialPruned:
            raise
        except SystemExit:  # Lightning's answer to Ctrl-C
            raise KeyboardInterrupt from None
        except Exception as error:
            traceback.print_exc(file=file)
            return f"{type(error).__name__}: {' '.join(str(error).split())}"
    return _last_error(log.read_text(encoding="utf-8")) if code else None


def main(command: Sequence[str], callbacks: Sequence[Callback] = ()) -> int:
    """Run a `surrogate fit` with further callbacks and return its exit code."""
    return reported(lambda: fit_command.run("fit", command[1:], callbacks))


def refusal(command: Sequence[str]) -> str | None:
    """Error of a command line, found without running it; None where there is none."""
    said = io.StringIO()
    with (
        contextlib.redirect_stdout(said),
        contextlib.redirect_stderr(said),
        contextlib.suppress(SystemExit),
    ):
        main([*command, "--print_config"])
        return _last_error(said.getvalue())
    return None


def _last_error(text: str) -> str:
    return [line for line in text.splitlines() if line.startswith("error: ")][-1].removeprefix(
        "error: "
    )


def _finish(study: Study, trial: Trial, lowest: float | None, error: str | None) -> None:
    if error is None and lowest is not None:
        study.tell(trial, lowest)
    else:
        trial.set_user_attr(ERROR, error or "no validation loss is finite")
        study.tell(trial, state=TrialState.PRUNED)
