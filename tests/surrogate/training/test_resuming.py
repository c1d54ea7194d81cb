"""What a checkpoint within an epoch keeps: of every process, and for the device that trains."""

from functools import partial

import pytest
import torch
from lightning.pytorch import Callback

from surrogate.networks import LSTM
from surrogate.training import resuming
from tests.helpers.make_records import write_records
from tests.helpers.train import Save, fit

pytestmark = [
    pytest.mark.filterwarnings("ignore:.*does not have many workers"),
    pytest.mark.filterwarnings("ignore:`isinstance"),
]
STRATEGY = "ddp_spawn" if torch.cuda.is_available() else "ddp_fork"
META = torch.device("meta")


def progress(**changes):
    own = {
        "losses": [torch.ones(())],
        "state": torch.ones(3),
        "random_state": torch.get_rng_state(),
    }
    return {"epoch": 1, "loader": None, "processes": [own | changes]}


def test_losses_are_on_the_device_where_the_next_ones_are():
    """torch takes no mean of losses on two devices."""
    own = resuming.own_part(progress(), 0, 1, within=True, device=META)
    assert torch.stack([*own["losses"], torch.ones((), device=META)]).mean().device == META
    assert own["state"].device == META
    assert own["random_state"].device == torch.device("cpu")


def test_a_checkpoint_of_an_earlier_version_keeps_one_process():
    old = progress()["processes"][0] | {"epoch": 1, "loader": None}
    assert resuming.own_part(old, 0, 1, True, META)["losses"][0].device == META


def test_within_an_epoch_the_processes_are_as_many_as_before():
    with pytest.raises(ValueError, match="within an epoch by 1 processes, got 2: go on with 1"):
        resuming.own_part(progress(), 0, 2, True, META)
    assert resuming.own_part(progress(), 1, 2, False, META)["state"].device == META


class End(Callback):
    """Weights and losses at the end, in a file of the first process."""

    def __init__(self, file):
        self.file = file
        self.losses = []

    def on_train_epoch_start(self, trainer, module):
        self._keep(trainer)

    def on_train_end(self, trainer, module):
        self._keep(trainer)
        weights = torch.cat([value.detach().flatten() for value in module.parameters()])
        if trainer.is_global_zero:
            torch.save({"weights": weights, "losses": self.losses}, self.file)

    def _keep(self, trainer):
        if "train/loss" in trainer.callback_metrics:
            self.losses.append(trainer.callback_metrics["train/loss"].item())


def ended(path, file, callbacks=(), checkpoint=None):
    """Two processes, records of 200 samples in three pieces, with dropout."""
    fit(
        path,
        callbacks=[End(file), *callbacks],
        checkpoint=checkpoint,
        data={"truncation": 27, "windows_per_epoch": 16, "batch_size": 4, "washout": 0},
        trainer={"strategy": STRATEGY, "devices": 2},
        network=partial(LSTM, hidden=4, layers=2, dropout=0.3),
    )
    return torch.load(file)


@pytest.mark.parametrize("step", [2, 8])
def test_two_processes_go_on_as_if_undisturbed(tmp_path, step):
    """Each goes on from its own state of the network, with its own random numbers and losses."""
    path = str(write_records(tmp_path / "records.h5"))
    saved = tmp_path / "saved.ckpt"
    whole = ended(path, tmp_path / "whole.pt", [Save(step, saved)])
    resumed = ended(path, tmp_path / "resumed.pt", checkpoint=saved)
    assert torch.equal(resumed["weights"], whole["weights"])
    assert resumed["losses"] == whole["losses"][-len(resumed["losses"]) :]
    assert resumed["losses"]
