"""Dropout between time steps: one mask for all the times of a record, none outside training, the
mean unchanged.
"""

from functools import partial

import pytest
import torch
from torch import nn

from surrogate.networks import GRU, LSTM, MLP, RNN, PeepholeLSTM, WindowMLP
from surrogate.networks.dropout import InputDropout, RecurrentDropout

EVERY = [
    LSTM,
    partial(LSTM, layers=2, bidirectional=True),
    GRU,
    RNN,
    partial(RNN, bidirectional=True),
    PeepholeLSTM,
    partial(PeepholeLSTM, bidirectional=True),
]
FUSED = [LSTM, GRU]


def seen_of_the_state(network, batch=1):
    """Which hidden units the next step sees: those whose weights towards it have a gradient."""
    network.zero_grad()
    network(torch.randn(batch, 30, 1)).sum().backward()
    (weight,) = [
        p
        for name, p in network.named_parameters()
        if "weight_hh" in name or "hidden_to_hidden" in name
    ]
    return weight.grad.abs().sum(dim=0) > 0


@pytest.mark.parametrize("make", EVERY)
def test_nothing_is_dropped_outside_training(make):
    torch.manual_seed(0)
    network, plain = make(1, 1, recurrent_dropout=0.5).eval(), make(1, 1).eval()
    plain.load_state_dict(network.state_dict())
    x = torch.randn(2, 20, 1)
    assert torch.equal(network(x), plain(x))
    network.train()
    assert not torch.equal(network(x), network(x))


@pytest.mark.parametrize("make", [LSTM, GRU, RNN, PeepholeLSTM])
def test_a_unit_that_is_dropped_stays_out_for_the_whole_record(make):
    """A mask for each time would leave none of the units without a gradient."""
    torch.manual_seed(0)
    seen = seen_of_the_state(make(1, 1, hidden=400, recurrent_dropout=0.3))
    assert 0.6 < seen.float().mean() < 0.8
    assert seen_of_the_state(make(1, 1, hidden=400)).all()


@pytest.mark.parametrize("make", [RNN, PeepholeLSTM])
def test_every_record_has_its_own_mask_where_the_loop_is_ours(make):
    torch.manual_seed(0)
    assert seen_of_the_state(make(1, 1, hidden=50, recurrent_dropout=0.3), batch=16).all()


@pytest.mark.parametrize("make", FUSED)
def test_dropped_columns_are_a_dropped_state(make):
    """One step from a given state, by hand: W (m * h) with the mask that the seed draws."""
    network = make(1, 1, hidden=6, recurrent_dropout=0.5)
    layers, input, h = network.recurrent, torch.randn(3, 1, 1), torch.randn(1, 3, 6)
    torch.manual_seed(1)
    _, dropped = network.dropout.run(layers, input, (h, torch.zeros_like(h)) if make is LSTM else h)
    torch.manual_seed(1)
    mask = nn.functional.dropout(torch.ones(6), 0.5)
    if make is LSTM:
        _, expected = layers(input, (mask * h, torch.zeros_like(h)))
        torch.testing.assert_close(dropped, expected)
    else:  # the update gate of a GRU takes the true state as well
        gates_i = input[:, 0] @ layers.weight_ih_l0.T + layers.bias_ih_l0
        gates_h = (mask * h[0]) @ layers.weight_hh_l0.T + layers.bias_hh_l0
        (r_i, z_i, n_i), (r_h, z_h, n_h) = gates_i.chunk(3, dim=1), gates_h.chunk(3, dim=1)
        z = torch.sigmoid(z_i + z_h)
        expected = (1 - z) * torch.tanh(n_i + torch.sigmoid(r_i + r_h) * n_h) + z * h[0]
        torch.testing.assert_close(dropped[0], expected)


def test_the_mean_of_what_is_seen_is_the_state():
    torch.manual_seed(0)
    assert RecurrentDropout(0.25)(torch.zeros(400, 400)).mean().item() == pytest.approx(
        1.0, abs=0.01
    )


@pytest.mark.parametrize("value", [-0.1, 1.0])
def test_an_impossible_probability_is_refused(value):
    with pytest.raises(
        ValueError, match=f"recurrent_dropout must be at least 0 and less than 1, got {value}"
    ):
        LSTM(1, 1, recurrent_dropout=value)


@pytest.mark.parametrize("make", [*EVERY, MLP, WindowMLP])
def test_no_input_is_dropped_outside_training(make):
    torch.manual_seed(0)
    network, plain = make(3, 1, input_dropout=0.5).eval(), make(3, 1).eval()
    kept = plain.state_dict().values()
    network.load_state_dict(dict(zip(network.state_dict(), kept, strict=True)))
    x = torch.randn(2, 20, 3)
    assert torch.equal(network(x), plain(x))
    network.train()
    assert not torch.equal(network(x), network(x))


@pytest.mark.parametrize("make", EVERY)
def test_an_input_that_is_dropped_stays_out_for_the_whole_record(make):
    torch.manual_seed(0)
    network, x = make(400, 1, input_dropout=0.3), torch.randn(1, 5, 400, requires_grad=True)
    network(x).sum().backward()
    seen = (x.grad.abs() > 0).squeeze(0)  # (time, inputs)
    assert torch.equal(seen.any(dim=0), seen.all(dim=0))
    assert 0.6 < seen.float().mean() < 0.8


def test_every_record_loses_inputs_of_its_own():
    torch.manual_seed(0)
    left = InputDropout(0.3)(torch.ones(50, 4, 20))
    assert torch.equal(left, left[:, :1].expand_as(left))
    assert len(left[:, 0].unique(dim=0)) > 40
    assert left.mean().item() == pytest.approx(1.0, abs=0.1)


def test_an_odd_network_drops_the_same_inputs_of_both_signs():
    torch.manual_seed(0)
    network, x = LSTM(4, 1, odd=True, input_dropout=0.5), torch.randn(1, 6, 4)
    torch.manual_seed(1)
    plus = network(x)
    torch.manual_seed(1)
    torch.testing.assert_close(network(-x), -plus)


def test_a_perceptron_drops_each_input_on_its_own():
    torch.manual_seed(0)
    network, x = MLP(400, 1, input_dropout=0.2), torch.randn(50, 400, requires_grad=True)
    network(x).sum().backward()
    dropped = x.grad == 0
    assert dropped.float().mean().item() == pytest.approx(0.2, abs=0.02)
    assert len(dropped.unique(dim=0)) == 50


@pytest.mark.parametrize("make", [MLP, WindowMLP, LSTM, GRU, RNN, PeepholeLSTM])
def test_an_impossible_probability_of_an_input_is_refused(make):
    with pytest.raises(ValueError, match="input_dropout must be at least 0 and less than 1, got 1"):
        make(1, 1, input_dropout=1.0)
