"""Muon in single precision: the law of its step, and torch's own step but for the rounding."""

import copy

import pytest
import torch

from surrogate.optim.muon import Muon, orthogonalised
from surrogate.optim.optimizers import MuonAdamW

COEFFICIENTS = (3.4445, -4.7750, 2.0315)
SHAPES = [(5, 5), (12, 3), (3, 12), (1, 4), (4, 1)]
SETTINGS = [
    {"adjust_lr_fn": "match_rms_adamw"},
    {"adjust_lr_fn": "original", "weight_decay": 0.3},
    {"nesterov": False, "momentum": 0.5},
    {"ns_steps": 2, "ns_coefficients": (1.5, -0.5, 0.0)},
]


@pytest.mark.parametrize("shape", SHAPES)
def test_singular_values_go_through_the_polynomial_and_directions_stay(shape):
    matrix = torch.randn(shape, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    left, values, right = torch.linalg.svd(matrix, full_matrices=False)
    a, b, c = COEFFICIENTS
    values = values / matrix.norm()
    for _ in range(5):
        values = a * values + b * values**3 + c * values**5
    found = orthogonalised(matrix, COEFFICIENTS, 5, 1e-7)
    torch.testing.assert_close(found, left @ values.diag() @ right)


def test_a_gradient_of_zeros_moves_nothing():
    assert not orthogonalised(torch.zeros(3, 2), COEFFICIENTS, 5, 1e-7).any()


@pytest.mark.parametrize("settings", SETTINGS)
def test_steps_are_those_of_torch_in_single_precision(settings, monkeypatch):
    """Torch's class rounds to bfloat16 by this method alone."""
    monkeypatch.setattr(torch.Tensor, "bfloat16", torch.Tensor.clone)
    ours, theirs = _trained(Muon, settings), _trained(torch.optim.Muon, settings)
    for one, other in zip(ours, theirs, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-5, atol=1e-6)


def test_steps_are_those_of_torch_but_for_the_rounding_of_half_precision():
    settings = {"adjust_lr_fn": "match_rms_adamw"}
    ours, theirs = _trained(Muon, settings), _trained(torch.optim.Muon, settings)
    for one, other, before in zip(ours, theirs, _matrices(), strict=True):
        assert (one - other).norm() < 0.03 * (one - before).norm()


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"momentum": 1.0}, r"momentum = 1\.0: must lie in \[0, 1\)"),
        ({"ns_steps": 100}, "ns_steps = 100: must be a whole number below 100"),
        ({"ns_coefficients": (1.0, 2.0)}, "ns_coefficients = .* expected three numbers"),
    ],
)
def test_settings_that_train_nothing_are_refused_for_all_and_for_a_group(settings, words):
    weight = torch.nn.Parameter(torch.eye(2))
    with pytest.raises(ValueError, match=words):
        Muon([weight], **settings)
    with pytest.raises(ValueError, match=words):
        Muon([{"params": [weight], **settings}])


def test_a_momentum_of_one_is_refused_by_muon_and_adamw():
    with pytest.raises(ValueError, match=r"momentum = 1\.5"):
        MuonAdamW(torch.nn.Linear(2, 2).parameters(), momentum=1.5)


def test_a_matrix_without_a_gradient_stays_and_so_do_all():
    first, second = (torch.nn.Parameter(torch.eye(2)) for _ in range(2))
    optimizer = Muon([first, second], lr=0.1)
    optimizer.step()
    first.grad = torch.ones(2, 2)
    optimizer.step()
    assert not torch.equal(first, torch.eye(2))
    assert torch.equal(second, torch.eye(2))


def test_half_precision_weights_are_moved_by_products_in_single_precision():
    weight = torch.nn.Parameter(torch.eye(2, dtype=torch.bfloat16))
    weight.grad = torch.tensor([[3.0, 0.0], [0.0, 1.0]], dtype=torch.bfloat16)
    Muon([weight], lr=0.25, weight_decay=0.0).step()
    assert weight.dtype == torch.bfloat16
    assert 0.7 < weight[0, 0] < 0.9
    assert 0.7 < weight[1, 1] < 0.9


def test_a_state_of_torch_goes_on_in_ours():
    matrices = [torch.nn.Parameter(each) for each in _matrices()]
    first = torch.optim.Muon(matrices, lr=0.1)
    _step(first, matrices)
    other = Muon(matrices, lr=0.5)
    other.load_state_dict(copy.deepcopy(first.state_dict()))
    _step(other, matrices)
    assert other.param_groups[0]["lr"] == 0.1
    momentum = first.state[matrices[0]]["momentum_buffer"]
    assert not torch.equal(other.state[matrices[0]]["momentum_buffer"], momentum)


def test_matrices_elsewhere_than_on_a_processor_are_moved_by_torch(monkeypatch):
    """Torch's class alone asks for bfloat16."""
    asked = []

    def half(tensor):
        asked.append(tensor.device.type)
        return tensor.to(torch.bfloat16)

    monkeypatch.setattr(torch.Tensor, "bfloat16", half)
    for device in ("cpu", "meta"):
        weight = torch.nn.Parameter(torch.ones(2, 2, device=device))
        weight.grad = torch.ones(2, 2, device=device)
        Muon([weight], lr=0.1).step()
    assert asked == ["meta"]


def test_the_rest_is_left_to_the_fused_adamw_of_a_processor():
    bias = torch.nn.Parameter(torch.zeros(2))
    (adamw,) = MuonAdamW([bias], lr=0.1).parts
    assert adamw.param_groups[0]["fused"]
    elsewhere = torch.nn.Parameter(torch.zeros(2, device="meta"))
    (adamw,) = MuonAdamW([elsewhere], lr=0.1).parts
    assert not adamw.param_groups[0]["fused"]


def _matrices():
    generator = torch.Generator().manual_seed(1)
    return [torch.randn(shape, generator=generator) for shape in SHAPES]


def _step(optimizer, matrices):
    optimizer.zero_grad()
    sum((matrix**4).sum() + matrix.sin().sum() for matrix in matrices).backward()
    optimizer.step()


def _trained(kind, settings):
    """Matrices after three steps."""
    matrices = [torch.nn.Parameter(each) for each in _matrices()]
    optimizer = kind(matrices, lr=0.05, **settings)
    for _ in range(3):
        _step(optimizer, matrices)
    return [matrix.detach() for matrix in matrices]
