"""Levenberg-Marquardt: exact for a linear network, never uphill, honest about the loss it is
for.
"""

import math
from functools import partial
from itertools import pairwise

import pytest
import torch
from torch import nn

from surrogate.networks import (
    GRU,
    LSTM,
    NARX,
    RNN,
    TCN,
    HystereticStateSpace,
    NeuralStateSpace,
    Oscillator,
    ShearBuilding,
    ShearFamily,
)
from surrogate.optim import sensitivity
from surrogate.optim.levenberg_marquardt import LevenbergMarquardt, forward_jacobian


def problem(network, input, target, skip=0, penalty=0.0, **options):
    optimizer = LevenbergMarquardt(network.parameters(), **options)
    optimizer.attach(network)

    def closure():
        optimizer.zero_grad()
        loss = (network(input)[:, skip:] - target[:, skip:]).square().mean()
        loss = loss + penalty * sum(p.square().sum() for p in network.parameters())
        loss.backward()
        return loss

    return optimizer, closure


def test_one_undamped_step_solves_a_linear_problem():
    torch.manual_seed(0)
    input, network, truth = torch.randn(8, 30, 3), nn.Linear(3, 2), nn.Linear(3, 2)
    optimizer, closure = problem(network, input, truth(input).detach(), damping=1e-12, columns=3)
    optimizer.step(closure)
    assert closure() < 1e-12


def test_samples_before_the_washout_do_not_count():
    torch.manual_seed(0)
    input, network, truth = torch.randn(8, 30, 3), nn.Linear(3, 1), nn.Linear(3, 1)
    target = truth(input).detach()
    target[:, :10] = 100.0
    optimizer, closure = problem(network, input, target, skip=10, damping=1e-12)
    optimizer.step(closure)
    assert closure() < 1e-12


@pytest.mark.parametrize("washout", [0, 5])
@pytest.mark.parametrize("quiet", [1, 10])
def test_samples_that_are_met_exactly_are_no_washout(washout, quiet):
    """A building starts from rest, as its records do; with another residual one step would not
    solve the problem.
    """
    torch.manual_seed(0)
    input, network, truth = (
        torch.randn(8, 30, 3),
        nn.Linear(3, 2, bias=False),
        nn.Linear(3, 2, bias=False),
    )
    input[:, :quiet] = 0.0
    target = truth(input).detach()
    optimizer, closure = problem(network, input, target, skip=washout, damping=1e-12)
    optimizer.step(closure)
    assert closure() < 1e-12


def test_a_parameter_without_influence_stays_and_does_not_disturb_the_others():
    torch.manual_seed(0)
    network = nn.Sequential(nn.Linear(1, 3), nn.Linear(3, 1))
    nn.init.zeros_(network[1].weight)  # the first layer is then without any
    start = network[0].weight.detach().clone()
    input = torch.randn(4, 20, 1)
    optimizer, closure = problem(network, input, torch.randn(4, 20, 1), damping=1e-6)
    moved = []
    for _ in range(5):
        network[1].load_state_dict({"weight": torch.zeros(1, 3), "bias": torch.zeros(1)})
        optimizer.param_groups[0]["damping"] = 1e-6
        optimizer.step(closure)
        moved.append(network[1].weight.detach().clone())
        assert torch.equal(network[0].weight, start)
    assert all(torch.equal(each, moved[0]) for each in moved)


def test_a_response_without_bounds_is_told():
    network, input = nn.Linear(1, 1), torch.full((2, 9, 1), math.inf)
    optimizer, closure = problem(network, input, torch.zeros(2, 9, 1))
    with pytest.raises(
        ValueError, match=r"the loss is .*: the response of the network grows without bounds"
    ):
        optimizer.step(closure)


def test_sensitivities_without_bounds_are_told(monkeypatch):
    """As of an oscillator that has become unstable: its response is finite, its derivatives not."""
    network = NeuralStateSpace(1, 1, states=2, hidden=3, substeps=1)
    input = torch.randn(2, 9, 1)
    optimizer, closure = problem(network, input, torch.zeros(2, 9, 1))
    size = sum(parameter.numel() for parameter in network.parameters())
    unbounded = torch.full((size, size), math.inf), torch.zeros(size)
    monkeypatch.setattr(sensitivity, "normal_equations", lambda *given: unbounded)
    with pytest.raises(ValueError, match="NeuralStateSpace to its parameters grows without bounds"):
        optimizer.step(closure)


def test_finds_a_recurrent_network_and_never_goes_uphill():
    torch.manual_seed(0)
    input = torch.randn(4, 60, 1)
    truth, network = (NeuralStateSpace(1, 1, states=2, hidden=3, substeps=1) for _ in range(2))
    optimizer, closure = problem(network, input, truth(input).detach())
    losses = [float(optimizer.step(closure).detach()) for _ in range(30)]
    assert all(after <= before for before, after in pairwise(losses))
    assert losses[-1] < 1e-3 * losses[0]


def test_a_step_that_fails_leaves_the_network_as_it_was():
    torch.manual_seed(0)
    network = nn.Linear(2, 1)
    input = torch.randn(4, 10, 2)
    optimizer, closure = problem(network, input, network(input).detach() + torch.randn(4, 10, 1))
    for _ in range(3):
        optimizer.step(closure)
    before, damping = network.weight.detach().clone(), optimizer.param_groups[0]["damping"]
    optimizer.param_groups[0]["lr"] = -1.0  # every step leads uphill
    network.bias.data += 1.0
    bias = network.bias.detach().clone()
    optimizer.step(closure)
    torch.testing.assert_close(network.weight.detach(), before)
    torch.testing.assert_close(network.bias.detach(), bias)
    assert optimizer.param_groups[0]["damping"] == pytest.approx(damping * 4.0**6)


@pytest.mark.parametrize(
    "make",
    [
        partial(HystereticStateSpace, states=3, elements=2, hidden=4, taps=3),
        partial(ShearBuilding, storeys=3, hidden=4, period=20.0, substeps=2),
        partial(ShearFamily, hidden=3, mass=1e3, stiffness=4e5, yield_displacement=1e-3),
        partial(HystereticStateSpace, states=3, hidden=4, odd=True),
        partial(NeuralStateSpace, states=3, hidden=4),
        partial(NeuralStateSpace, states=3, hidden=4, odd=True),
        partial(NARX, lags=2, taps=3, hidden=[4]),
        partial(Oscillator, gain=1.0, period=20.0),
        partial(Oscillator, gain=1.0, period=20.0, interpolation="band_limited"),
    ],
)
def test_sensitivities_give_the_normal_equations_of_forward_differentiation(make):
    torch.manual_seed(0)
    network = make(1, 2).double()
    input, residual = torch.randn(3, 120, 1).double(), torch.randn(3, 90, 2).double()
    with torch.no_grad():
        columns = forward_jacobian(network, input, skip=30, columns=256)
    products, slope = sensitivity.normal_equations(network, input, residual)
    torch.testing.assert_close(products, columns @ columns.T)
    torch.testing.assert_close(slope, columns @ residual.flatten())


def test_refuses_a_penalty_and_bad_options():
    network, input = nn.Linear(1, 1), torch.randn(2, 9, 1)
    optimizer, closure = problem(network, input, input, penalty=0.1)
    with pytest.raises(ValueError, match="mean squared error and no penalty"):
        optimizer.step(closure)
    with pytest.raises(ValueError, match="attach"):
        LevenbergMarquardt(network.parameters()).step(closure)
    with pytest.raises(ValueError, match="damping must be positive"):
        LevenbergMarquardt(network.parameters(), damping=0.0)


@pytest.mark.parametrize("kind", [LSTM, GRU, RNN])
def test_the_forward_jacobian_of_recurrent_layers_is_the_backward_one(kind):
    torch.manual_seed(0)
    network = kind(2, 1, hidden=3)
    input = torch.randn(2, 9, 2)
    with torch.no_grad():
        forward = forward_jacobian(network, input, skip=0, columns=16)
    parameters = list(network.parameters())
    rows = [
        torch.autograd.grad(value, parameters, retain_graph=True)
        for value in network(input).flatten()
    ]
    backward = torch.stack([torch.cat([part.flatten() for part in row]) for row in rows])
    torch.testing.assert_close(forward.T, backward, atol=1e-6, rtol=1e-5)


def test_an_operation_without_forward_derivative_is_told():
    network = TCN(1, 1, channels=2, blocks=1, kernel=2)
    input = torch.randn(2, 9, 1)
    _, closure = problem(network, input, torch.randn(2, 9, 1))
    optimizer = LevenbergMarquardt(network.parameters())
    optimizer.attach(network)
    with pytest.raises(ValueError, match=r"weight_norm.* of TCN: use another optimizer"):
        optimizer.step(closure)


@pytest.mark.parametrize(
    "make",
    [partial(NeuralStateSpace, states=2, hidden=3), partial(LSTM, hidden=3)],
    ids=["sensitivities", "forward mode"],
)
def test_what_is_frozen_stays_and_the_others_learn(make):
    torch.manual_seed(0)
    network = make(1, 1).double()
    frozen, *others = network.parameters()
    frozen.requires_grad_(False)
    before = [each.detach().clone() for each in network.parameters()]
    optimizer = LevenbergMarquardt(network.parameters(), damping=0.1)
    optimizer.attach(network)
    input = torch.randn(4, 40, 1).double()

    def closure():
        optimizer.zero_grad()
        loss = (network(input) - input.cumsum(1) / 10.0).square().mean()
        loss.backward()
        return loss

    losses = [optimizer.step(closure).item() for _ in range(3)]
    assert losses[-1] < losses[0]
    moved = [
        not torch.equal(old, new) for old, new in zip(before, network.parameters(), strict=True)
    ]
    assert moved == [False] + [True] * len(others)


def test_a_network_of_too_many_parameters_is_refused_unless_most_are_frozen():
    network = LSTM(1, 1, hidden=64)
    optimizer = LevenbergMarquardt(network.parameters())
    with pytest.raises(
        ValueError, match=r"equation of all 17217 parameters of LSTM .* freeze most"
    ):
        optimizer.attach(network)
    for name, parameter in network.named_parameters():
        parameter.requires_grad_("weight_hh" not in name)
    optimizer.attach(network)
    assert optimizer.network is network
