"""The curve of a training that goes on is one table, however often it was stopped."""

import csv
from pathlib import Path

from lightning.pytorch import Callback, LightningModule, Trainer
from lightning.pytorch.loggers import CSVLogger

TABLE = "metrics.csv"


class ContinuedLog(Callback):
    """Begins the table of a training that goes on with the rows of the one that it goes on from.

    Each part of a training has a folder `log/version_N` with its own configuration; the table of
    the last one holds the whole curve. Rows beyond the step of the checkpoint stay out: those steps
    are done again.
    """

    def on_train_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        if not (trainer.is_global_zero and trainer.global_step and _is_of_this_run(trainer)):
            return
        for logger in trainer.loggers:
            if isinstance(logger, CSVLogger):
                rows = _rows_before(Path(logger.log_dir), trainer.global_step)
                logger.experiment.metrics[:0] = rows


def _is_of_this_run(trainer: Trainer) -> bool:
    if trainer.ckpt_path is None:
        return False
    return Path(trainer.ckpt_path).resolve().parent == Path(trainer.default_root_dir).resolve()


def _rows_before(folder: Path, step: int) -> list[dict[str, str]]:
    """Rows of the newest earlier table beside a folder, up to a step."""
    tables = [path for path in folder.parent.glob(f"version_*/{TABLE}") if path.parent != folder]
    if not tables:
        return []
    newest = max(tables, key=_version)
    with newest.open(newline="") as file:
        return [row for row in csv.DictReader(file) if int(row["step"]) < step]


def _version(table: Path) -> int:
    number = table.parent.name.removeprefix("version_")
    return int(number) if number.isdigit() else -1
