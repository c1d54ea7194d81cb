"""Several steps for one turn of Lightning's loop: nothing but the time tells it from the loop
itself.
"""

import os
import signal
from functools import partial
from types import SimpleNamespace

import pytest
import torch
from lightning.pytorch import Callback, Trainer, seed_everything
from lightning.pytorch.callbacks import ModelCheckpoint
from lightning.pytorch.loggers import CSVLogger
from torch.optim import SGD, AdamW
from torch.optim.lr_scheduler import ExponentialLR, OneCycleLR, ReduceLROnPlateau

from surrogate.data.datamodule import Records
from surrogate.networks import LSTM
from surrogate.optim.optimizers import MuonAdamW
from surrogate.training import bundled_steps, step_hooks
from surrogate.training.bundled_steps import BundlingLoop
from surrogate.training.callbacks.interrupt import Interruptible, Requeued
from surrogate.training.callbacks.outputs import RunCheckpoints
from surrogate.training.callbacks.progress import TrainingBar
from surrogate.training.module import Surrogate
from tests.helpers.make_records import write_records
from tests.helpers.train import NAMES

pytestmark = [
    pytest.mark.filterwarnings("ignore:.*does not have many workers"),  # the data are in memory
    pytest.mark.filterwarnings("ignore:`isinstance"),  # Lightning 2.6 with torch 2.13
    pytest.mark.filterwarnings("ignore:Checkpoint directory"),  # the log is there already
]
DATA = {"window": 80, "washout": 20, "batch_size": 4, "windows_per_epoch": 24}  # six steps
STEPS = 6


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return str(write_records(tmp_path_factory.mktemp("data") / "records.h5"))


@pytest.fixture
def quick(monkeypatch):
    """As many quick steps as there can be; the list has one entry for each."""
    monkeypatch.setattr(bundled_steps, "PAUSE", 1e9)
    made = []
    step = BundlingLoop._quick_step

    def counted(loop, data_fetcher):
        made.append(loop.global_step)
        step(loop, data_fetcher)

    monkeypatch.setattr(BundlingLoop, "_quick_step", counted)
    return made


def fit(
    path, folder, callbacks=(), checkpoint=None, data=None, trainer=None, kind=Surrogate, **model
):
    seed_everything(3, verbose=False)
    network = partial(LSTM, hidden=4, layers=2, dropout=0.3)
    surrogate = kind(**({"network": network, "optimizer": partial(AdamW, lr=1e-2)} | model))
    options = {
        "accelerator": "cpu",
        "max_epochs": 2,
        "default_root_dir": folder,
        "logger": CSVLogger(folder, name="log"),
        "callbacks": [RunCheckpoints(), TrainingBar(), *callbacks],
        "enable_model_summary": False,
        "num_sanity_val_steps": 0,
        "log_every_n_steps": 1,
    }
    Trainer(**(options | (trainer or {}))).fit(
        surrogate, datamodule=Records(path, **NAMES, **(DATA | (data or {}))), ckpt_path=checkpoint
    )
    return surrogate


class EveryStep(Callback):
    """Does nothing, at every step."""

    def on_train_batch_end(self, trainer, module, outputs, batch, batch_idx):
        pass


def equal(one, other):
    """Whether two contents of checkpoints are the same, to the bit."""
    if isinstance(one, torch.Tensor):
        return torch.equal(one, other)
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(equal(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(equal, one, other))
    return bool(one == other)


def left_by(folder):
    """What a training has left: its last state, and the rows of its log."""
    content = torch.load(folder / "last.ckpt", weights_only=False)
    # These tell the callbacks' names and the folder.
    del content["callbacks"]
    return content, (folder / "log/version_0/metrics.csv").read_text()


MODELS = {
    "adamw": {},
    "muon": {"optimizer": partial(MuonAdamW, lr=1e-2)},
    "one_cycle": {"lr_scheduler": partial(OneCycleLR, max_lr=1e-2)},
    "by_epochs": {"lr_scheduler": partial(ExponentialLR, gamma=0.5)},
    "plateau": {"lr_scheduler": partial(ReduceLROnPlateau, patience=0)},
    "momentum": {"optimizer": partial(SGD, lr=1e-2, momentum=0.9)},
}


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
def test_weights_checkpoint_and_log_are_those_of_the_whole_loop(path, tmp_path, quick, model):
    fit(path, tmp_path / "whole", [EveryStep()], **model)
    assert quick == []
    fit(path, tmp_path / "quick", **model)
    assert quick == [0, 1, 2, 3, 4, 6, 7, 8, 9, 10]  # and the last step of each epoch is a turn
    whole = left_by(tmp_path / "whole")
    assert equal(left_by(tmp_path / "quick"), whole)
    assert whole[0]["global_step"] == 2 * STEPS


def test_pieces_carry_their_state(path, tmp_path, quick):
    data = {"window": None, "washout": 0, "truncation": 60}
    fit(path, tmp_path / "whole", [EveryStep()], data=data)
    fit(path, tmp_path / "quick", data=data)
    assert quick
    assert equal(left_by(tmp_path / "quick"), left_by(tmp_path / "whole"))


@pytest.mark.parametrize("algorithm", ["norm", "value"])
def test_gradients_are_clipped(path, tmp_path, quick, algorithm):
    """With a limit that all gradients exceed."""
    trainer = {"gradient_clip_val": 1e-3, "gradient_clip_algorithm": algorithm}
    plain_descent = {"optimizer": partial(SGD, lr=1e-2)}
    fit(path, tmp_path / "whole", [EveryStep()], trainer=trainer, **plain_descent)
    fit(path, tmp_path / "quick", trainer=trainer, **plain_descent)
    assert quick
    assert equal(left_by(tmp_path / "quick"), left_by(tmp_path / "whole"))
    fit(path, tmp_path / "unclipped", **plain_descent)
    assert not equal(left_by(tmp_path / "unclipped")[1], left_by(tmp_path / "quick")[1])


def test_a_training_ends_at_its_number_of_steps(path, tmp_path, quick):
    trainer = {"max_epochs": -1, "max_steps": 9}
    fit(path, tmp_path / "whole", [EveryStep()], trainer=trainer)
    fit(path, tmp_path / "quick", trainer=trainer)
    assert quick == [0, 1, 2, 3, 4, 6, 7]
    content, _ = left_by(tmp_path / "quick")
    assert content["global_step"] == 9
    assert equal(left_by(tmp_path / "quick"), left_by(tmp_path / "whole"))


def test_a_turn_is_due_after_a_while(path, tmp_path, quick, monkeypatch):
    monkeypatch.setattr(bundled_steps, "PAUSE", 0.0)
    fit(path, tmp_path)
    assert quick == []


class Signalling(torch.nn.MSELoss):
    """The signal of a scheduler while a loss is computed for the given time."""

    def __init__(self, call):
        super().__init__()
        self.call = call
        self.calls = 0

    def forward(self, output, target):
        self.calls += self.training
        if self.calls == self.call:
            os.kill(os.getpid(), signal.SIGUSR1)
        return super().forward(output, target)


def test_a_signal_is_answered_at_the_next_turn_and_the_training_goes_on(
    path, tmp_path, quick, monkeypatch
):
    fit(path, tmp_path / "whole")
    monkeypatch.setattr(
        BundlingLoop,
        "_another_follows",
        lambda loop: loop.batch_progress.current.ready % 3 != 2,  # turns in the third step
    )
    with pytest.raises(Requeued) as stopped:
        fit(path, tmp_path / "part", [Interruptible()], loss=Signalling(STEPS + 2))
    content = torch.load(stopped.value.checkpoint, weights_only=False)
    assert content["global_step"] == STEPS + 3
    quick.clear()
    fit(path, tmp_path / "rest", [Interruptible()], checkpoint=stopped.value.checkpoint)
    assert quick == [10]  # the first step after a restart is a turn
    for part in ("state_dict", "optimizer_states", "loops", "progress"):
        last, _ = left_by(tmp_path / "rest")
        whole, _ = left_by(tmp_path / "whole")
        assert equal(last[part], whole[part]), part


class Logging(Surrogate):
    def training_step(self, batch):
        loss = super().training_step(batch)
        self.log("train/step_loss", loss)
        return loss


class OwnBar(TrainingBar):
    def on_train_batch_end(self, *arguments):
        super().on_train_batch_end(*arguments)


ASKING = {
    "accumulate_grad_batches": {"trainer": {"accumulate_grad_batches": 2}},
    "val_check_interval": {"trainer": {"val_check_interval": 3}},
    "val_check_interval, every batch": {"trainer": {"val_check_interval": 1}},
    "precision bf16-mixed": {"trainer": {"precision": "bf16-mixed"}},
    "SimpleProfiler": {"trainer": {"profiler": "simple"}},
    "Logging.training_step": {"kind": Logging},
    "ModelCheckpoint.on_train_batch_end": {"callbacks": [ModelCheckpoint(every_n_train_steps=2)]},
    "OwnBar.on_train_batch_end": {"trainer": {"callbacks": [OwnBar()]}},
    "EveryStep.on_train_batch_end": {"callbacks": [EveryStep()]},
}


@pytest.mark.parametrize(("reason", "options"), ASKING.items(), ids=ASKING)
@pytest.mark.filterwarnings("ignore:.*GradScaler|.*every_n_train_steps")
def test_what_asks_for_every_step_has_it(path, tmp_path, quick, monkeypatch, reason, options):
    found = []
    asking = step_hooks.asking
    monkeypatch.setattr(
        step_hooks, "asking", lambda trainer: found.extend(asking(trainer)) or found
    )
    fit(path, tmp_path, **options)
    assert set(found) == {reason.partition(",")[0]}
    assert quick == []


def test_a_law_that_watches_the_steps_asks_for_them():
    module = Surrogate()
    trainer = Trainer(
        accelerator="cpu", logger=False, enable_checkpointing=False, enable_progress_bar=False
    )
    trainer.strategy.connect(module)
    assert step_hooks.asking(trainer) == []
    law = ReduceLROnPlateau(SGD([torch.zeros(1)]))
    watching = SimpleNamespace(reduce_on_plateau=True, interval="step", scheduler=law)
    trainer.strategy.lr_scheduler_configs = [watching]
    assert step_hooks.asking(trainer) == ["ReduceLROnPlateau"]
    watching.interval = "epoch"
    assert step_hooks.asking(trainer) == []


def test_data_that_are_changed_on_their_way_ask_for_every_step():
    class Changing(Records):
        def on_after_batch_transfer(self, batch, dataloader_idx):
            return batch

    trainer = Trainer(
        accelerator="cpu", logger=False, enable_checkpointing=False, enable_progress_bar=False
    )
    trainer.strategy.connect(Surrogate())
    trainer.datamodule = Changing("records.h5", **NAMES)
    assert step_hooks.asking(trainer) == ["Changing.on_after_batch_transfer"]
