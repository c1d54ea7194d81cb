"""Windows that do not begin at rest tell parameters and states, with and against a prior."""

import numpy as np
import pytest
import torch

from surrogate.networks import NeuralStateSpace, Oscillator
from surrogate.optim import windows

TRUE = {"log_stiffness": -2.0, "log_damping": -3.0, "gain": 1.4}


def network():
    return Oscillator(1, 1, elastic=0, hysteretic=False, substeps=1).double()


def rows(*members):
    """Parameters of members, given as dicts, in the order of the network."""
    names = [name for name, _ in network().named_parameters()]
    return torch.tensor([[member[name] for name in names] for member in members]).double()


def noise(*shape, seed=0):
    return torch.from_numpy(np.random.default_rng(seed).standard_normal(shape))


def loose():
    return windows.Prior(rows(TRUE)[0], 1e-6 * torch.eye(3).double())


def test_responses_are_those_of_the_network_with_these_parameters():
    """Of every window by itself, and from rest where the state is zero."""
    made = [network(), network()]
    members = [TRUE, TRUE | {"gain": -0.3}]
    input = noise(2, 60, 1)
    input[:, :20] = 0.0  # at rest, also before the window
    for each, own in zip(made, members, strict=True):
        for name, parameter in each.named_parameters():
            parameter.data.fill_(own[name])
    with torch.no_grad():
        found = windows.respond_from(network(), rows(*members), torch.zeros(2, 2).double(), input)
        exact = torch.cat([each(input[place, None]) for place, each in enumerate(made)])
    torch.testing.assert_close(found, exact)


def test_a_state_is_found_from_the_first_samples():
    states = noise(3, 2, seed=1) * torch.tensor([1.0, 0.3])
    parameters = rows(TRUE).repeat(3, 1)
    input = noise(3, 40, 1, seed=2)
    target = windows.respond_from(network(), parameters, states, input)
    found = windows.estimated_states(network(), parameters, input, target)
    torch.testing.assert_close(found, states, atol=1e-3, rtol=0.0)


def test_parameters_and_states_are_found_together():
    """Of windows longer than the first stretch, with noise, each with a start of its own."""
    members = [TRUE, TRUE | {"log_stiffness": -2.3, "gain": -0.8}]
    states = noise(2, 2, seed=1)
    input = noise(2, 300, 1, seed=2)
    target = windows.respond_from(network(), rows(*members), states, input)
    target = target + 1e-3 * noise(2, 300, 1, seed=3)
    starts = rows(*members) + 0.1
    found = windows.fit_windows(network(), input, target, starts, loose(), first=80)
    torch.testing.assert_close(found.parameters, rows(*members), atol=0.01, rtol=0.0)
    torch.testing.assert_close(found.states, states, atol=0.02, rtol=0.0)


def test_the_better_start_has_the_lower_objective():
    input = noise(1, 120, 1, seed=2).repeat(2, 1, 1)
    states = torch.zeros(2, 2).double()
    target = windows.respond_from(network(), rows(TRUE, TRUE), states, input)
    far = TRUE | {"log_stiffness": 0.3, "log_damping": 1.0}
    found = windows.fit_windows(network(), input, target, rows(TRUE, far), loose(), steps=2)
    assert found.objective[0] < found.objective[1]


def test_a_prior_holds_what_the_window_does_not_tell():
    """Without an input nothing tells the gain."""
    spread = noise(500, 3, seed=5) * torch.tensor([0.1, 0.1, 0.2]) + rows(TRUE)
    prior = windows.Prior.of_members(spread)
    input = torch.zeros(1, 60, 1).double()
    begin = torch.tensor([[1.0, 0.0]]).double()
    target = windows.respond_from(network(), rows(TRUE), begin, input)
    start = rows(TRUE | {"gain": 1.0, "log_stiffness": -1.9})
    found = windows.fit_windows(network(), input, target, start, prior)
    place = [name for name, _ in network().named_parameters()].index("gain")
    assert found.parameters[0, place] == pytest.approx(prior.mean[place].item(), abs=1e-3)


def test_any_difference_equation_is_taken():
    torch.manual_seed(0)
    other = NeuralStateSpace(1, 1, states=2, hidden=3).double()
    own = torch.cat([parameter.detach().flatten() for parameter in other.parameters()])
    input = noise(1, 50, 1)
    states = 0.1 * noise(1, 2, seed=1)
    found = windows.respond_from(other, own[None], states, input)
    with torch.no_grad():
        exact, _ = other.stream(input, states)
    torch.testing.assert_close(found, exact)


def test_shapes_that_do_not_belong_together_are_refused():
    input = noise(2, 50, 1)
    with pytest.raises(ValueError, match="with 3 parameters a window"):
        windows.fit_windows(network(), input, input, torch.zeros(1, 3).double(), loose())
