"""Short trainings for the tests of `surrogate`, and what they went through."""

from functools import partial

import torch
from lightning.pytorch import Callback, Trainer, seed_everything

from surrogate.data.datamodule import Records
from surrogate.networks import LSTM
from surrogate.training.module import Surrogate

torch.set_num_threads(1)  # networks of this size only lose by more
NAMES = {"inputs": ["base_acceleration"], "targets": ["drift"]}


class History(Callback):
    """Loss and learning rate of every step, and the loss of every epoch."""

    def __init__(self):
        self._losses, self.rates, self.epochs = [], [], []

    @property
    def losses(self):
        return [loss.item() for loss in self._losses]

    def on_train_batch_start(self, trainer, module, batch, batch_idx):
        self.rates.append(trainer.optimizers[0].param_groups[0]["lr"])

    def on_train_batch_end(self, trainer, module, outputs, batch, batch_idx):
        self._losses.append(outputs["loss"].detach())

    def on_train_epoch_start(self, trainer, module):
        if "train/loss" in trainer.callback_metrics:  # of the epoch before
            self.epochs.append(trainer.callback_metrics["train/loss"].item())

    on_train_end = on_train_epoch_start


class Save(Callback):
    """A checkpoint in the given hook after the given number of steps."""

    def __init__(self, step, file, hook="on_train_batch_end"):
        def save(trainer, *_):
            if trainer.global_step == step:
                trainer.save_checkpoint(file)

        setattr(self, hook, save)


def fit(path, epochs=2, callbacks=(), checkpoint=None, data=None, trainer=None, **model):
    seed_everything(3, verbose=False)
    options = {"window": 80, "washout": 20, "batch_size": 4, "windows_per_epoch": 12} | (data or {})
    surrogate = Surrogate(**({"network": partial(LSTM, hidden=8, layers=2, dropout=0.3)} | model))
    history = History()
    quiet = {"logger": False, "enable_progress_bar": False, "enable_model_summary": False}
    usual = {"accelerator": "cpu", "enable_checkpointing": False, "num_sanity_val_steps": 0} | quiet
    Trainer(max_epochs=epochs, callbacks=[history, *callbacks], **(usual | (trainer or {}))).fit(
        surrogate, datamodule=Records(path, **NAMES, **options), ckpt_path=checkpoint
    )
    return surrogate, history
