"""Two processes on one machine: their gradient is that of one process with both batches."""

from functools import partial

import pytest
import torch
from lightning.pytorch import Callback

from surrogate.networks import LSTM
from tests.helpers.make_records import write_records
from tests.helpers.train import fit

pytestmark = [
    pytest.mark.filterwarnings("ignore:.*does not have many workers"),  # the data are in memory
    pytest.mark.filterwarnings("ignore:`isinstance"),  # Lightning 2.6 with torch 2.13
]


# A fork has torch loaded, but the threads of a backward pass do not outlive it where there is a
# GPU.
STRATEGY = "ddp_spawn" if torch.cuda.is_available() else "ddp_fork"


class Gradients(Callback):
    """The gradient of every step as the optimizer gets it, and the last weights, in a file of the
    first process.
    """

    def __init__(self, file):
        self.file, self.steps = file, []

    def on_before_optimizer_step(self, trainer, module, optimizer):
        self.steps.append(
            torch.cat([parameter.grad.flatten() for parameter in module.parameters()])
        )

    def on_train_end(self, trainer, module):
        if trainer.is_global_zero:
            end = torch.cat([parameter.detach().flatten() for parameter in module.parameters()])
            torch.save((torch.stack(self.steps), end), self.file)


def gradients(path, file, batch, **trainer):
    """Of three steps, shape (step, parameter), and the weights that they lead to, shape
    (parameter,).
    """
    fit(
        path,
        epochs=1,
        callbacks=[Gradients(file)],
        data={"batch_size": batch, "windows_per_epoch": 24},
        trainer={"precision": "64-true"} | trainer,
        network=partial(LSTM, hidden=4),
        optimizer=partial(torch.optim.SGD, lr=0.5),
    )
    return torch.load(file)


def test_two_processes_have_the_gradient_of_one_with_both_batches(tmp_path):
    path = str(write_records(tmp_path / "records.h5"))
    whole, end = gradients(path, tmp_path / "one.pt", 8)
    mean, same_end = gradients(path, tmp_path / "two.pt", 4, strategy=STRATEGY, devices=2)
    half, _ = gradients(path, tmp_path / "half.pt", 4)
    assert whole.dtype == torch.float64
    assert len(whole) == 3
    torch.testing.assert_close(mean, whole, rtol=1e-10, atol=1e-12)
    torch.testing.assert_close(same_end, end, rtol=1e-10, atol=1e-12)
    assert not torch.allclose(half[0], whole[0], rtol=1e-2)  # half of a batch would be told apart
