"""The study vanishing_gradient_in_time: its tiny preset, and its Jacobians against torch's."""

import pytest
import tiny_study
import torch

from studies import vanishing_gradient_in_time as study
from studies.vanishing_gradient_in_time import memory

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
