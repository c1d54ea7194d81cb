"""Networks whose step takes several samples: equations, causality, pieces, oddness, padding."""

from functools import partial

import pytest
import torch
from torch import nn

from surrogate.networks import GRU, LSTM, RNN, PeepholeLSTM
from surrogate.networks.stacked import TriangularMatrix
from tests.helpers.networks import built, record, streamed

STACK = 3
KINDS = {
    "LSTM": partial(LSTM, hidden=4, stack=STACK),
    "LSTM, odd": partial(LSTM, hidden=4, odd=True, stack=STACK),
    "PeepholeLSTM": partial(PeepholeLSTM, hidden=4, stack=STACK),
    "GRU": partial(GRU, hidden=4, layers=2, stack=STACK),
    "RNN": partial(RNN, hidden=4, skip=True, direct_output=True, stack=STACK),
}
kinds = pytest.mark.parametrize("make", KINDS.values(), ids=KINDS.keys())


def test_a_stack_of_one_is_the_lstm_of_torch_to_the_bit():
    torch.manual_seed(0)
    network = LSTM(2, 3, hidden=4, stack=1)
    torch.manual_seed(0)
    layer = nn.LSTM(2, 4, batch_first=True)
    head = nn.Linear(4, 3)
    x = record().float()
    assert torch.equal(network(x), head(layer(x)[0]))
    assert set(network.state_dict()) == {
        *(f"recurrent.{name}" for name in layer.state_dict()),
        *(f"head.{name}" for name in head.state_dict()),
    }


def test_the_output_is_the_formula_group_by_group():
    network = built(KINDS["LSTM"])
    within = network.within
    seen, read_units = (layer.weight * layer.seen for layer in (within.input, within.output))
    direct, driven = seen.split([3 * STACK, 2 * STACK])  # outputs, then units
    cell = nn.LSTMCell(2 * STACK, 4).double()
    for name, value in cell.named_parameters():
        value.data = getattr(network.recurrent, f"{name}_l0").data
    x = record(time=4 * STACK)
    h = x.new_zeros(2, 4)
    c = h
    expected = []
    for group in x.reshape(2, 4, -1).unbind(1):
        units = torch.tanh(within.state(h) + group @ driven.T)
        expected.append(network.head(h) + group @ direct.T + units @ read_units.T)
        h, c = cell(group, (h, c))
    torch.testing.assert_close(network(x), torch.stack(expected, dim=1).reshape(2, -1, 3))


@kinds
def test_no_output_sees_a_later_sample_wherever_its_group_ends(make):
    """The Jacobian over time is lower triangular, with nothing but numbers on its diagonal."""
    network = built(make, inputs=1, outputs=1)
    x = record(batch=1, time=11, inputs=1)
    jacobian = torch.autograd.functional.jacobian(lambda x: network(x)[0, :, 0], x)[:, 0, :, 0]
    assert jacobian.triu(diagonal=1).abs().max() == 0.0
    assert jacobian.diagonal().abs().min() > 0.0


@kinds
def test_a_record_has_a_step_for_each_group(make, monkeypatch):
    network = built(make)
    taken = []
    recur = network.recur

    def counted(input, state):
        taken.append(input.shape[1])
        return recur(input, state)

    monkeypatch.setattr(network, "recur", counted)
    network(record(time=20))
    assert taken == [7]


@kinds
@pytest.mark.parametrize("pieces", [[1, 1, 18], [2, 2, 16], [6, 9, 5], [5, 1, 14]])
def test_the_state_holds_the_samples_of_a_begun_group(make, pieces):
    network = built(make)
    outputs, state = streamed(network, record(), pieces)
    torch.testing.assert_close(outputs, network(record()))
    assert state[2].shape[1] == 20 % STACK


@kinds
def test_the_state_of_whole_groups_holds_no_sample(make):
    _, state = built(make).stream(record(time=4 * STACK))
    assert len(state) == 2


def test_an_odd_network_stays_odd_to_the_bit():
    network = built(KINDS["LSTM, odd"])
    assert torch.equal(network(-record()), -network(record()))
    assert network(torch.zeros_like(record())).abs().max() == 0.0


@kinds
def test_zeros_behind_the_end_of_a_record_change_nothing_before_it(make):
    network = built(make)
    padded = nn.functional.pad(record(), (0, 0, 0, 13))
    torch.testing.assert_close(network(padded)[:, :20], network(record()))


@pytest.mark.parametrize("kind", [LSTM, PeepholeLSTM, GRU, RNN])
def test_a_network_that_looks_ahead_has_no_stack(kind):
    with pytest.raises(ValueError, match="stack = 2 needs a network that does not look ahead"):
        kind(1, 1, bidirectional=True, stack=2)


def test_a_triangular_matrix_sees_the_samples_up_to_each():
    matrix = TriangularMatrix(3, inputs=2, outputs=[1, 2])
    with torch.no_grad():
        matrix.weight.fill_(1.0)
        ones = matrix() @ torch.ones(6)
    assert ones.tolist() == [2.0, 4.0, 6.0, 2.0, 2.0, 4.0, 4.0, 6.0, 6.0]


def test_a_learnt_start_has_no_stack():
    with pytest.raises(ValueError, match="reads its state at each sample, got stack = 2"):
        LSTM(1, 1, stack=2, learn_start=True)
