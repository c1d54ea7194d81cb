"""What a run keeps."""

from functools import partial

import pytest
import torch
from lightning.pytorch import Callback

from surrogate.training.callbacks.outputs import RunCheckpoints
from tests.helpers.make_records import write_records
from tests.helpers.train import fit

pytestmark = [
    pytest.mark.filterwarnings("ignore:.*does not have many workers"),  # the data are in memory
    pytest.mark.filterwarnings("ignore:`isinstance"),  # Lightning 2.6 with torch 2.13
    pytest.mark.filterwarnings("ignore:Total length of `list`"),  # no validation part
]


@pytest.mark.parametrize("split", [True, False])
def test_a_run_keeps_the_best_and_the_last_network(tmp_path, split):
    """Without a validation part nothing tells which is best."""
    path = str(write_records(tmp_path / "records.h5", split=split))
    options = {"default_root_dir": str(tmp_path / "run"), "enable_checkpointing": True}
    fit(path, epochs=3, callbacks=[RunCheckpoints()], trainer=options)
    found = {file.name for file in (tmp_path / "run").glob("*.ckpt")}
    assert found == ({"best.ckpt", "last.ckpt"} if split else {"last.ckpt"})


class Watch(Callback):
    """Steps that `last.ckpt` has been seen at."""

    def __init__(self, path):
        self.path, self.steps = path, []

    def on_validation_start(self, trainer, module):
        self._look()

    def on_fit_end(self, trainer, module):
        self._look()

    def _look(self):
        step = (
            torch.load(self.path, weights_only=True)["global_step"] if self.path.exists() else None
        )
        if step is not None and step not in self.steps:
            self.steps.append(step)


@pytest.mark.parametrize(
    ("pause", "steps"), [(0.0, [3, 6, 9, 12]), (1e6, [3, 12])], ids=["always", "seldom"]
)
def test_the_last_state_is_kept_whether_it_is_better_or_not(tmp_path, monkeypatch, pause, steps):
    path = str(write_records(tmp_path / "records.h5"))
    monkeypatch.setattr(RunCheckpoints, "pause", pause)
    watch = Watch(tmp_path / "run" / "last.ckpt")
    options = {"default_root_dir": str(tmp_path / "run"), "enable_checkpointing": True}
    worse = partial(torch.optim.SGD, lr=0.1, maximize=True)
    fit(path, epochs=4, callbacks=[RunCheckpoints(), watch], trainer=options, optimizer=worse)
    assert watch.steps == steps
    assert torch.load(tmp_path / "run" / "best.ckpt", weights_only=True)["global_step"] == 3
