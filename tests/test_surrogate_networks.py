"""What every network on time series promises: shapes, causality, streaming, gradients."""

import pytest
import torch

from surrogate.networks import LSTM

NETWORKS = {
    "LSTM": lambda: LSTM(2, 3, hidden=5),
    "stacked LSTM": lambda: LSTM(2, 3, hidden=5, layers=2),
}


@pytest.fixture(params=NETWORKS.values(), ids=NETWORKS.keys())
def network(request):
    torch.manual_seed(0)
    return request.param().double().eval()


def record(batch=2, time=20):
    return torch.randn(batch, time, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(1))


def test_maps_batch_time_inputs_to_batch_time_outputs(network):
    assert network(record(batch=4, time=17)).shape == (4, 17, 3)


def test_the_records_of_a_batch_do_not_mix(network):
    whole = network(record())
    torch.testing.assert_close(network(record()[1:]), whole[1:])


def test_a_causal_network_does_not_see_the_future(network):
    changed = record()
    changed[:, 12:] += 1.0
    before, after = network(record()), network(changed)
    assert torch.equal(before[:, :12], after[:, :12])
    assert (before[:, 12:] != after[:, 12:]).any()


@pytest.mark.parametrize("pieces", [[20], [7, 13], [1] * 20])
def test_pieces_with_the_state_carried_over_equal_one_pass(network, pieces):
    state, outputs = None, []
    for piece in record().split(pieces, dim=1):
        output, state = network.stream(piece, state)
        outputs.append(output)
    torch.testing.assert_close(torch.cat(outputs, dim=1), network(record()))


def test_gradients_against_finite_differences(network):
    parameters = dict(network.named_parameters())

    def loss(*values):
        return torch.func.functional_call(network, dict(zip(parameters, values, strict=True)), (record(1, 6),))

    assert torch.autograd.gradcheck(loss, tuple(parameters.values()))


def test_dropout_needs_a_second_layer():
    with pytest.raises(ValueError, match=r"dropout = 0\.2 needs layers >= 2, got layers = 1"):
        LSTM(1, 1, dropout=0.2)
