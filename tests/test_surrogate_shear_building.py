"""The shear building as a network: exact where its parameters are known, and found again from a few records."""

import math

import numpy as np
import pytest
import torch

from datasets.catalogue import load_recipe
from simulators import BaseMotion, presets, shear_building, solve
from simulators.laws import BoucWen
from surrogate.levenberg_marquardt import LevenbergMarquardt
from surrogate.networks import ShearBuilding

torch.set_num_threads(1)  # networks of this size only lose by more
INTERVAL = 0.02
MASS, DAMPING = np.array([1000.0, 800.0, 600.0]), np.array([500.0, 400.0, 300.0])
STIFFNESS, POST_YIELD = np.array([3e5, 2.4e5, 2e5]), np.array([0.1, 0.2, 0.05])
BETA = np.array([60.0, 80.0, 50.0])


@torch.no_grad()
def network_of(post_yield, beta, scale=0.01, **options):
    """The network of the building above, whose law z' = v - beta |v| z is a case of its own; drifts in `scale` m."""
    network = ShearBuilding(1, 3, **options)
    network.log_scale.fill_(math.log(INTERVAL**2 / scale))  # m s-2 to scales per interval squared
    network.log_stiffness.copy_(torch.tensor((1.0 - post_yield) * STIFFNESS / MASS * INTERVAL**2).log())
    network.log_damping.copy_(torch.tensor(DAMPING / MASS * INTERVAL).log())
    network.log_mass_ratio.copy_(torch.tensor(MASS[1:] / MASS[:-1]).log())
    network.post_yield.copy_(torch.tensor(post_yield / (1.0 - post_yield)))
    network.law_bias[1] = torch.tensor(beta * scale).expm1().log()  # softplus of which is beta
    return network


def motion(samples=500, peak=4.0):
    """Noise that does not begin at zero."""
    return BaseMotion(peak * np.random.default_rng(0).uniform(-1.0, 1.0, samples), INTERVAL)


@pytest.mark.parametrize("yielding", [False, True])
def test_it_is_the_building_whose_parameters_it_has(yielding):
    torch.set_default_dtype(torch.float64)
    try:
        post_yield, beta = (POST_YIELD, BETA) if yielding else (np.zeros(3), np.full(3, 1e-12))
        law = BoucWen(STIFFNESS, post_yield, beta, np.zeros(3), np.ones(3))
        reference = solve(shear_building(MASS, law, DAMPING), motion(), method="DOP853", tolerance=1e-9)
        network = network_of(post_yield, beta, substeps=16)
        response = 0.01 * network(torch.tensor(motion().acceleration)[None, :, None])[0].detach().numpy()
    finally:
        torch.set_default_dtype(torch.float32)
    drift = reference.drift.values[0]
    if yielding:
        assert (np.abs(drift).max(axis=0) > 1.0 / BETA).any()
    np.testing.assert_allclose(response, drift, rtol=0, atol=1e-4 * np.abs(drift).max())


def test_its_natural_periods_are_those_of_the_structure():
    structure = shear_building(MASS, BoucWen(STIFFNESS, POST_YIELD, BETA, np.zeros(3), np.ones(3)), DAMPING)
    periods = network_of(POST_YIELD, BETA).periods().numpy() * INTERVAL
    np.testing.assert_allclose(1.0 / periods, structure.frequencies, rtol=1e-5)


def test_it_starts_with_the_period_and_the_damping_asked_for():
    network = ShearBuilding(1, 6, period=40.0, damping=0.03)
    assert network.periods()[0].item() == pytest.approx(40.0, rel=1e-5)
    # Free vibration after an impulse: two periods apart the peaks of the first mode fall by exp(-2 pi 2 damping).
    with torch.no_grad():
        network.law_bias[1] = -50.0
        impulse = torch.zeros(1, 400, 1)
        impulse[0, 1] = 1.0
        top = network(impulse)[0].sum(dim=1)
    late, later = (top[start : start + 40].abs().max() for start in (200, 280))
    assert math.log(late / later) == pytest.approx(4.0 * math.pi * 0.03, rel=0.03)


def test_it_dissipates_whatever_it_has_learnt():
    """Over closed cycles of the hysteretic force its work is positive, for random laws."""
    generator = torch.Generator().manual_seed(0)
    network = ShearBuilding(1, 3)
    with torch.no_grad():
        network.law_weight.copy_(0.05 * torch.randn(network.law_weight.shape, generator=generator))
        structure, z, work = network._structure(), torch.zeros(1, 3), torch.zeros(1, 3)
        for cycle in range(4):
            for step in range(2000):
                v = torch.full((1, 3), 2.0 * math.pi / 2000 * math.cos(2.0 * math.pi * step / 2000))
                z = z + network._law(structure, v, z)
                if cycle == 3:  # the loops are closed by then
                    work += z * v
    assert (work > 0.01).all()


def test_a_building_at_rest_stays_there():
    network = ShearBuilding(2, 3, storeys=5)
    with torch.no_grad():
        network.base[-1] = 0.0
    assert torch.equal(network(torch.zeros(1, 30, 2)), network.rest.expand(1, 30, 3))


def test_it_identifies_the_five_storey_building_from_eight_records():
    dataset = load_recipe("five_storey", ["records=8", "motion.duration=6", "motion.root_mean_square=3"]).make(0, 8)
    input = torch.tensor(dataset.base_acceleration.values, dtype=torch.float32)[..., None]
    drift = torch.tensor(dataset.drift.values, dtype=torch.float32)
    input, drift = input / input.std(), drift / drift.std(dim=(0, 1))
    network = ShearBuilding(1, 5)
    optimizer = LevenbergMarquardt(network.parameters())
    optimizer.attach(network)

    def closure():
        optimizer.zero_grad()
        loss = (network(input[:6]) - drift[:6]).square().mean()
        loss.backward()
        return loss

    for _ in range(25):
        optimizer.step(closure)
    with torch.no_grad():
        error = (network(input[6:]) - drift[6:]).square().mean((0, 1)).sqrt() / drift[6:].std(dim=(0, 1))
        ratios = network.log_mass_ratio.exp().numpy()
    assert error.max() < 0.02
    np.testing.assert_allclose(ratios, [0.8, 1.0, 1.0, 1.0], rtol=0.02)
    frequencies = 1.0 / (network.periods().numpy() * INTERVAL)
    np.testing.assert_allclose(frequencies, presets.five_storey().frequencies, rtol=0.02)
