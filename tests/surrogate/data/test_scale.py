"""Training on any machine: compiled, in mixed precision, with accumulated gradients, without
waiting for the device.
"""

import shutil
from functools import partial

import pytest
import torch
from lightning.pytorch import Callback
from torch.utils._python_dispatch import TorchDispatchMode

from surrogate import inference
from surrogate.networks import CNN, LSTM, InstrumentedBuilding
from tests.helpers.make_records import write_records
from tests.helpers.train import Save, fit
from tests.surrogate.optim.test_optimizers import NETWORKS

pytestmark = [
    pytest.mark.filterwarnings("ignore:.*does not have many workers"),  # the data are in memory
    pytest.mark.filterwarnings("ignore:`isinstance"),  # Lightning 2.6 with torch 2.13
]


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return str(write_records(tmp_path_factory.mktemp("data") / "records.h5"))


class ReadsOfTheHost(TorchDispatchMode):
    """Counts the reads of single numbers, for which a program waits on a GPU."""

    def __init__(self):
        super().__init__()
        self.count = 0

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        self.count += function is torch.ops.aten._local_scalar_dense.default
        return function(*args, **(kwargs or {}))


class Watch(Callback):
    """Reads between the start of the first step and the end of the last one of every epoch."""

    def __init__(self):
        self.reads, self.mode = [], None

    def on_train_batch_start(self, trainer, module, batch, batch_idx):
        if batch_idx == 0:
            self.mode = ReadsOfTheHost()
            self.mode.__enter__()

    def on_train_batch_end(self, trainer, module, outputs, batch, batch_idx):
        if batch_idx == trainer.num_training_batches - 1:
            self.mode.__exit__(None, None, None)
            self.reads.append(self.mode.count)


@pytest.mark.parametrize("clip", [None, 1.0])
def test_no_step_waits_for_the_device(path, clip, capsys):
    """With what a command line adds: bar, schedule, clipping. (Adam would count its steps on the
    host.)
    """
    watch = Watch()
    trainer = {"enable_progress_bar": True, "gradient_clip_val": clip}
    sgd = partial(torch.optim.SGD, lr=0.01, momentum=0.9)
    fit(path, epochs=2, callbacks=[watch], trainer=trainer, optimizer=sgd)
    assert watch.reads == [0, 0]


def test_a_read_would_be_seen(path):
    class Reads(Callback):
        def on_before_optimizer_step(self, trainer, module, optimizer):
            next(module.parameters()).sum().item()

    watch = Watch()
    fit(path, epochs=1, callbacks=[watch, Reads()], optimizer=partial(torch.optim.SGD, lr=0.01))
    assert watch.reads == [3]


@pytest.mark.parametrize("make", NETWORKS.values(), ids=NETWORKS.keys())
def test_every_network_trains_in_mixed_precision(path, make):
    if make.func is InstrumentedBuilding:
        make = partial(InstrumentedBuilding, period=0.4)  # the drifts of these records
    whole = {"window": None, "washout": 0, "batch_size": 8, "windows_per_epoch": 8}
    options = {"network": make, "epochs": 3, "optimizer": partial(torch.optim.Adam, lr=0.003)}
    surrogate, history = fit(path, data=whole, trainer={"precision": "bf16-mixed"}, **options)
    _, single = fit(path, data=whole, **options)
    assert history.losses[-1] < history.losses[0]
    assert history.losses != single.losses  # some of it was done in half precision
    assert history.losses == pytest.approx(single.losses, rel=0.05)
    assert all(parameter.dtype == torch.float32 for parameter in surrogate.parameters())


def test_accumulated_gradients_are_those_of_one_batch(path):
    options = {
        "network": partial(LSTM, hidden=4),
        "optimizer": partial(torch.optim.SGD, lr=0.1),
        "epochs": 2,
    }
    small = {"window": None, "washout": 0, "batch_size": 2, "windows_per_epoch": 8}
    pieces, _ = fit(path, data=small, trainer={"accumulate_grad_batches": 4}, **options)
    whole, _ = fit(path, data=small | {"batch_size": 8}, **options)
    for ours, expected in zip(pieces.parameters(), whole.parameters(), strict=True):
        torch.testing.assert_close(ours, expected)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of torch.jit in torch's own compiler
@pytest.mark.skipif(shutil.which("g++") is None, reason="torch.compile needs g++, which is absent")
def test_a_compiled_training_is_the_plain_one(path, tmp_path):
    """To rounding; its checkpoint predicts without a compiler and goes on either way."""
    options = {
        "network": partial(CNN, channels=[3], kernel=2),
        "optimizer": partial(torch.optim.SGD, lr=0.1),
    }
    plain, expected = fit(path, **options)
    compiled, history = fit(
        path, compile=True, callbacks=[Save(3, tmp_path / "cut.ckpt")], **options
    )
    assert history.losses == pytest.approx(expected.losses, rel=1e-4)
    assert set(compiled.state_dict()) == set(plain.state_dict())
    assert compiled.network._compiled_call_impl is not None
    for choice in (False, True):
        resumed, rest = fit(path, compile=choice, checkpoint=tmp_path / "cut.ckpt", **options)
        assert (resumed.network._compiled_call_impl is None) is not choice
        assert rest.losses == pytest.approx(expected.losses[3:], rel=1e-4)
    assert inference.load(tmp_path / "cut.ckpt").network._compiled_call_impl is None


def test_pieces_cannot_be_compiled(path):
    with pytest.raises(ValueError, match="compile has no effect on a network that runs in pieces"):
        fit(path, compile=True, data={"truncation": 40})
