"""The study vanishing_gradient_in_time: its tiny preset, its Jacobians against torch's, its
descents.
"""

from functools import partial

import numpy as np
import pytest
import torch
import xarray as xr
from torch import nn

from studies import vanishing_gradient_in_time as study
from studies.vanishing_gradient_in_time import clipping, memory, training
from surrogate.training.batched.members import Member
from tests.helpers import tiny_study

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def test_tiny_preset_holds_what_theory_says(tmp_path):
    _, verdicts = tiny_study.run("vanishing_gradient_in_time", tmp_path)
    claims = (study.BOUND, study.VANISHES, study.LINEAR, study.FORGET)
    assert [claim.statement for claim in claims if not verdicts[claim].holds] == []


@pytest.mark.parametrize("name", ["Elman", "LSTM", "LSTM, peepholes", "GRU"])
def test_jacobian_of_a_step_is_that_of_torch(name):
    torch.manual_seed(0)
    network = memory.NETWORKS[name]().double()
    record = torch.randn(1, 6, 1, dtype=torch.float64)
    _, state = network.stream(record[:, :5])
    jacobian, after = memory.step(network, record[:, 5:], state)

    def restored(*tensors):
        end = network.stream(record[:, 5:], memory.rebuild(state, iter(tensors)))[1]
        return tuple(leaf.flatten() for leaf in memory.leaves(end))

    leaves = tuple(leaf.detach() for leaf in memory.leaves(state))
    blocks = torch.autograd.functional.jacobian(restored, leaves)
    expected = torch.cat([torch.cat([b.reshape(len(b), -1) for b in row], dim=1) for row in blocks])
    assert torch.allclose(jacobian, expected, atol=1e-12)
    assert torch.allclose(memory.leaves(after)[0].flatten(), restored(*leaves)[0], atol=1e-12)


@pytest.mark.parametrize("radius", memory.RADII)
def test_elman_network_has_its_spectral_radius(radius):
    matrix = memory.elman(radius).ahead[0].hidden_to_hidden.weight.detach()
    assert float(torch.linalg.eigvals(matrix).abs().max()) == pytest.approx(radius, rel=1e-5)


def test_clipped_descent_is_that_of_torch():
    torch.manual_seed(0)
    input, target = torch.randn(3, 15, 1), torch.randn(3, 15, 1)
    make = partial(clipping.elman, nn.Tanh, 1.5)
    norms, errors = clipping.descend(make, input, target, epochs=2, seed=3)
    network = Member(3, torch.optim.SGD).start(make)
    optimizer = torch.optim.SGD(network.parameters(), lr=0.1)
    for _ in range(2):
        optimizer.zero_grad()
        nn.functional.mse_loss(network(input), target).backward()
        norm = nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
    place = list(clipping.product(clipping.LIMITS, clipping.RATES)).index((1.0, 0.1))
    assert norms[place, 1] == pytest.approx(float(norm.detach()), rel=1e-4)
    assert norms[place, 0] > 1.0  # so that something is clipped
    expected = nn.functional.mse_loss(network(input), target).detach()
    assert errors[place] == pytest.approx(float(expected), rel=1e-4)


def test_training_fits_the_drift():
    torch.manual_seed(0)
    input = torch.randn(16, 20, 1)
    target = torch.cat([0.5 * input, input], dim=2)  # the first is asked for
    network = memory.NETWORKS["LSTM"]()
    training.fit(network, input, target, epochs=40)
    assert training._error(network, input, target) < 0.1 * float((0.25 * input**2).mean())


def test_forgetting_and_its_rank_correlation_with_the_error():
    lag = np.arange(1, 6)
    norms = -np.multiply.outer(
        [[0.1, 0.3], [0.2, 0.1], [0.0, 0.5]], lag
    )  # (learner, state, trained_lag)
    results = xr.Dataset(
        {
            "trained_log_norm": (("seed", "learner", "state", "trained_lag"), norms[None]),
            "error": (("seed", "learner"), [[0.2, 0.1, 0.9]]),
        },
        {"state": ["untrained", "trained"], "seed": [0]},
    )
    assert training.forgetting(results).values == pytest.approx(
        np.array([[[0.1, 0.3], [0.2, 0.1], [0.0, 0.5]]])
    )
    assert training.rank_correlation(results).values == pytest.approx([1.0])
    reversed_error = results.assign(error=-results.error)
    assert training.rank_correlation(reversed_error).values == pytest.approx([-1.0])
