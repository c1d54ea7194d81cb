"""Damping by ratios in the modes of a family's middle building."""

import numpy as np
import pytest
import torch

from simulators import YieldBoucWen, shear_building
from surrogate.networks.middle_damping import START, MiddleDamping

MASS = np.array([2.0e5, 1.0e5, 1.5e5, 0.8e5])
STIFFNESS = np.array([9e7, 6e7, 8e7, 3e7])


@pytest.fixture
def damping():
    made = MiddleDamping(len(MASS)).double()
    made.attach(torch.tensor(MASS), torch.tensor(STIFFNESS))
    return made


@pytest.mark.parametrize("storeys", [1, 2, 4])
def test_it_starts_as_one_ratio_in_all_modes_of_a_building_of_any_height(damping, storeys):
    law = YieldBoucWen(STIFFNESS[:storeys], 0.01)
    building = shear_building(MASS[:storeys], law).with_modal_damping(START)
    found = damping(torch.tensor([storeys]))[0].detach().numpy()
    expected = np.asarray(building.damping)
    np.testing.assert_allclose(
        found[:storeys, :storeys], expected, rtol=1e-6, atol=1e-6 * expected.max()
    )
    assert (found[storeys:] == 0.0).all()
    assert (found[:, storeys:] == 0.0).all()


def test_the_ratio_of_a_mode_is_that_of_the_curve_at_its_frequency(damping):
    """x' C x of a mode of x' M x = 1 is 2 z w, with logit z = p_0 + p_1 x + p_2 x^2."""
    with torch.no_grad():
        damping.curve.copy_(torch.tensor([-3.0, 0.4, -0.2]))
    root = np.sqrt(MASS)
    above = np.append(STIFFNESS[1:], 0.0)
    stiffness = np.diag(STIFFNESS + above) - np.diag(above[:-1], 1) - np.diag(above[:-1], -1)
    squares, vectors = np.linalg.eigh(stiffness / np.outer(root, root))
    frequency = np.sqrt(squares)
    modes = vectors / root[:, None]
    x = np.log(frequency) - np.log(frequency).mean()
    ratio = 1.0 / (1.0 + np.exp(3.0 - 0.4 * x + 0.2 * x**2))
    expected = np.diag(2.0 * frequency * ratio)
    found = modes.T @ damping(torch.tensor([4]))[0].detach().numpy() @ modes
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-9)


def test_it_takes_energy_for_any_numbers(damping):
    with torch.no_grad():
        damping.curve.copy_(torch.tensor([1.0, -4.0, 3.0]))
    for matrix in damping(torch.tensor([1, 2, 3, 4])).detach():
        assert torch.linalg.eigvalsh(matrix).min() >= -1e-9 * matrix.abs().max()
