"""Networks that take a condition: apart or as constant channels, in pieces, odd, and what the
condition changes.
"""

from functools import partial

import pytest
import torch
from torch import nn

from surrogate.networks import MCGRU, DeepONet, FiLMLSTM
from surrogate.networks.conditioned import FiLM

CAUSAL = {
    "FiLMLSTM": partial(FiLMLSTM, hidden=4, layers=2),
    "MCGRU": partial(MCGRU, hidden=4, layers=2),
}
EVERY = CAUSAL | {"DeepONet": partial(DeepONet, sensors=24, basis=4, hidden=4, frequencies=2)}
every = pytest.mark.parametrize("make", EVERY.values(), ids=EVERY.keys())
causal = pytest.mark.parametrize("make", CAUSAL.values(), ids=CAUSAL.keys())
SERIES, CONDITIONS = 2, 3


def built(make, **options):
    """A network of random weights, the modulations included, which would start at zero."""
    torch.manual_seed(0)
    network = make(SERIES + CONDITIONS, 2, conditions=CONDITIONS, **options).double().eval()
    for parameter in network.parameters():
        nn.init.normal_(parameter, std=0.5)
    return network


def series(batch=3, time=20):
    return torch.randn(batch, time, SERIES, generator=torch.Generator().manual_seed(1)).double()


def condition(batch=3):
    return torch.randn(batch, CONDITIONS, generator=torch.Generator().manual_seed(2)).double()


def together():
    return torch.cat([series(), condition()[:, None].expand(-1, 20, -1)], dim=2)


@every
def test_a_condition_apart_and_as_constant_channels_is_the_same(make):
    network = built(make)
    torch.testing.assert_close(network(series(), condition()), network(together()))


@every
def test_records_of_a_batch_have_conditions_of_their_own(make):
    network = built(make)
    each = [network(series()[n : n + 1], condition()[n : n + 1]) for n in range(3)]
    torch.testing.assert_close(network(series(), condition()), torch.cat(each))
    assert (network(series(), condition()) - network(series(), condition() + 1.0)).abs().min() > 0


@causal
@pytest.mark.parametrize("odd", [False, True])
def test_pieces_equal_one_pass(make, odd):
    network, state, outputs = built(make, odd=odd), None, []
    for piece in together().split([7, 1, 12], dim=1):
        output, state = network.stream(piece, state)
        outputs.append(output)
    torch.testing.assert_close(torch.cat(outputs, dim=1), network(together()))


@causal
def test_an_odd_network_negates_the_series_and_keeps_the_parameters(make):
    network = built(make, odd=True)
    torch.testing.assert_close(network(-series(), condition()), -network(series(), condition()))
    assert not torch.allclose(network(-series(), -condition()), -network(series(), condition()))


@every
def test_gradients_of_a_condition_against_finite_differences(make):
    network = built(make)
    short = series(2, 4)
    asked = condition(2).requires_grad_()
    assert torch.autograd.gradcheck(partial(network, short), (asked,), fast_mode=True)


def test_modulation_is_its_formula_and_starts_as_the_identity():
    torch.manual_seed(0)
    film, features = FiLM(CONDITIONS, 4, hidden=5).double(), torch.randn(3, 6, 4).double()
    assert torch.equal(film(features, condition()), features)
    nn.init.normal_(film.maker[-1].weight)
    gamma, beta = film.maker(condition()).split(4, dim=1)
    for n in range(3):
        expected = (1.0 + gamma[n]) * features[n] + beta[n]
        torch.testing.assert_close(film(features, condition())[n], expected)


def test_gates_and_candidate_are_driven_by_modulated_features():
    """One layer is an LSTM whose input weights and biases each structure has of its own."""
    network = built(partial(FiLMLSTM, hidden=4))
    (layer,) = network.layers
    first, last = network.modulations
    own = condition(1)
    gamma, beta = first.maker(own)[0].chunk(2)
    embedding = network.embedding
    scaled = layer.weight_ih_l0 @ torch.diag(1.0 + gamma)
    plain = nn.LSTM(SERIES, 4, batch_first=True).double()
    with torch.no_grad():
        plain.weight_ih_l0.copy_(scaled @ embedding.weight)
        plain.weight_hh_l0.copy_(layer.weight_hh_l0)
        shift = scaled @ embedding.bias + layer.weight_ih_l0 @ beta
        plain.bias_ih_l0.copy_(layer.bias_ih_l0 + shift)
        plain.bias_hh_l0.copy_(layer.bias_hh_l0)
        expected = network.head(last(plain(series(1))[0], own))
        torch.testing.assert_close(network(series(1), own), expected)


def test_the_candidate_of_an_mc_gru_sees_the_structure_and_its_gates_do_not():
    """Step by step, by the formula of the module."""
    network = built(partial(MCGRU, hidden=4))
    (layer,) = network.layers
    x, c = series(), condition()
    w_r, w_z, w_n = (x @ layer.weight_ih.T + layer.bias_ih).chunk(3, dim=2)
    h = torch.zeros(3, 4).double()
    for t in range(x.shape[1]):
        u_r, u_z, u_n = (h @ layer.weight_hh.T + layer.bias_hh).chunk(3, dim=1)
        r, z = torch.sigmoid(w_r[:, t] + u_r), torch.sigmoid(w_z[:, t] + u_z)
        n = torch.tanh(w_n[:, t] + c @ layer.weight_structure.T + r * u_n)
        h = (1.0 - z) * n + z * h
        torch.testing.assert_close(network(x, c)[:, t], network.head(h))


@every
@pytest.mark.parametrize("conditions", [-1, 2, 3])
def test_conditions_are_fewer_than_the_inputs(make, conditions):
    with pytest.raises(ValueError, match=f"less than the 2 inputs, got {conditions}"):
        make(2, 1, conditions=conditions)


def test_cudnn_is_told_when_a_gradient_will_be_asked_for(monkeypatch):
    """It keeps what a gradient needs only in training, and refuses to go back otherwise."""
    told = []
    plain = torch.gru

    def watched(*arguments):
        told.append(arguments[6])
        return plain(*arguments)

    monkeypatch.setattr(torch, "gru", watched)
    network = built(partial(MCGRU, hidden=4))
    for training in (True, False):
        network.train(training)(series(), condition())
    assert told == [True, False]
