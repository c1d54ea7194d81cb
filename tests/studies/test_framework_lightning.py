"""Small trainings of studies through Lightning."""

from functools import partial

import pytest
import torch
from torch import nn

from studies.framework.lightning import Batches, Fit, fit

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def test_gradient_descent_on_a_line_is_that_of_its_formula():
    """For (w x - y)^2 a step of batches of one sample is w - 2 eta x (w x - y)."""
    x, y = torch.tensor([[1.0], [2.0], [3.0]]), torch.tensor([[2.0], [1.0], [4.0]])
    network = nn.Linear(1, 1, bias=False)
    nn.init.zeros_(network.weight)
    sgd = partial(torch.optim.SGD, lr=0.05)
    module = fit(Fit(network, nn.functional.mse_loss, sgd), Batches((x, y), 1), 2, "cpu")
    w = 0.0
    losses = []
    for _ in range(2):
        squares = []
        for one, target in zip(x.flatten().tolist(), y.flatten().tolist(), strict=True):
            error = w * one - target
            squares.append(error**2)
            w -= 0.05 * 2.0 * one * error
        losses.append(sum(squares) / 3.0)
    assert network.weight.item() == pytest.approx(w, rel=1e-5)
    assert module.losses == pytest.approx(losses, rel=1e-5)


def test_batches_hold_every_sample_once_in_an_order_of_the_generator():
    data = (torch.arange(7.0)[:, None], torch.arange(7.0))
    fixed = Batches(data, 3)
    assert [y.tolist() for _, y in fixed] == [[0, 1, 2], [3, 4, 5], [6]]
    assert [y.tolist() for _, y in fixed] == [y.tolist() for _, y in fixed]
    shuffled = Batches(data, 3, torch.Generator().manual_seed(0))
    epochs = [torch.cat([y for _, y in shuffled]).tolist() for _ in range(2)]
    assert sorted(epochs[0]) == sorted(epochs[1]) == list(range(7))
    assert epochs[0] != epochs[1]
    assert len(shuffled) == 3
