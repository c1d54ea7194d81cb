"""The shear building as a network: exact where its parameters are known, and found again from a few
records.
"""

import math

import numpy as np
import pytest
import torch

from simulators import BandLimitedNoise, BaseMotion, shear_building, solve
from simulators.hysteresis import BoucWen
from surrogate.networks import ShearBuilding
from surrogate.optim.levenberg_marquardt import LevenbergMarquardt

torch.set_num_threads(1)  # networks of this size only lose by more
INTERVAL = 0.02
MASS, DAMPING = np.array([1000.0, 800.0, 600.0]), np.array([500.0, 400.0, 300.0])
STIFFNESS, POST_YIELD = np.array([3e5, 2.4e5, 2e5]), np.array([0.1, 0.2, 0.05])
BETA = np.array([60.0, 80.0, 50.0])


@torch.no_grad()
def network_of(post_yield, beta, scale=0.01, **options):
    """The network of the building above, whose law z' = v - beta |v| z is a case of its own; drifts
    in `scale` m.
    """
    network = ShearBuilding(1, 3, **options).double()
    network.log_scale.fill_(math.log(INTERVAL**2 / scale))  # m s-2 to scales per interval squared
    network.log_stiffness.copy_(
        torch.tensor((1.0 - post_yield) * STIFFNESS / MASS * INTERVAL**2).log()
    )
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
    post_yield, beta = (POST_YIELD, BETA) if yielding else (np.zeros(3), np.full(3, 1e-12))
    law = BoucWen(STIFFNESS, post_yield, beta, np.zeros(3), np.ones(3))
    reference = solve(shear_building(MASS, law, DAMPING), motion(), method="DOP853", tolerance=1e-9)
    network = network_of(post_yield, beta, substeps=16)
    with torch.no_grad():
        response = 0.01 * network(torch.tensor(motion().acceleration)[None, :, None])[0].numpy()
    drift = reference.drift.values[0]
    if yielding:
        assert (np.abs(drift).max(axis=0) > 1.0 / BETA).any()
    np.testing.assert_allclose(response, drift, rtol=0, atol=1e-4 * np.abs(drift).max())


def test_its_natural_periods_are_those_of_the_structure():
    structure = shear_building(
        MASS, BoucWen(STIFFNESS, POST_YIELD, BETA, np.zeros(3), np.ones(3)), DAMPING
    )
    periods = network_of(POST_YIELD, BETA).periods().numpy() * INTERVAL
    np.testing.assert_allclose(1.0 / periods, structure.frequencies, rtol=1e-5)


def test_it_starts_with_the_period_and_the_damping_asked_for():
    network = ShearBuilding(1, 6, period=40.0, damping=0.03)
    assert network.periods()[0].item() == pytest.approx(40.0, rel=1e-5)
    # Free vibration after an impulse: two periods apart the peaks of the first mode fall by exp(-2
    # pi 2 damping).
    with torch.no_grad():
        network.law_bias[1] = -50.0
        impulse = torch.zeros(1, 400, 1)
        impulse[0, 1] = 1.0
        top = network(impulse)[0].sum(dim=1)
    late, later = (top[start : start + 40].abs().max() for start in (200, 280))
    assert math.log(late / later) == pytest.approx(4.0 * math.pi * 0.03, rel=0.03)


def test_it_dissipates_where_its_tangents_are_positive():
    """Over closed cycles of drift its hysteretic forces do positive work, for random laws with F >
    0.
    """
    generator = torch.Generator().manual_seed(0)
    network = ShearBuilding(1, 30, substeps=3)
    steps = 2000
    with torch.no_grad():
        network.law_weight[0] = 0.04 * (
            2.0 * torch.rand(30, 12, generator=generator) - 1.0
        )  # |N| < 0.5
        network.law_weight[1] = torch.randn(30, 12, generator=generator)
        structure, z, work = network._structure(), torch.zeros(1, 30), torch.zeros(1, 30)
        for cycle in range(4):
            for step in range(steps):
                v = torch.full(
                    (1, 30), 2.0 * math.pi / steps * math.cos(2.0 * math.pi * step / steps)
                )
                middle = z + 0.5 * network._law(structure, v, z)
                z = z + network._law(structure, v, middle)
                if cycle == 3:  # the loops are closed by then
                    work += middle * v
    assert (work > 0.0).all()


def test_outputs_of_a_taller_building_start_as_displacements_of_its_floors():
    weight = ShearBuilding(1, 2, storeys=4).head.weight
    assert torch.equal(weight > 0.0, torch.tensor([[True, True, False, False], [True] * 4]))
    torch.testing.assert_close(weight.sum(dim=1), torch.ones(2))


def test_parameters_that_are_not_finite_have_no_periods():
    network = ShearBuilding(1, 2)
    network.log_stiffness.data[0] = math.nan
    with pytest.raises(ValueError, match="not finite"):
        network.periods()


def test_a_building_at_rest_stays_there():
    network = ShearBuilding(2, 3, storeys=5)
    with torch.no_grad():
        network.base[-1] = 0.0
    assert torch.equal(network(torch.zeros(1, 30, 2)), network.rest.expand(1, 30, 3))


def test_it_identifies_a_building_from_four_records():
    structure = shear_building(
        MASS[:2],
        BoucWen(STIFFNESS[:2], POST_YIELD[:2], BETA[:2], np.zeros(2), np.ones(2)),
        DAMPING[:2],
    )
    noise = BandLimitedNoise(low_frequency=0.1, high_frequency=5.0, root_mean_square=2.0)
    motions = [noise.sample(np.random.default_rng(seed), 3.0, INTERVAL) for seed in range(6)]
    drift = torch.tensor(
        solve(structure, motions, tolerance=1e-6).drift.values, dtype=torch.float32
    )
    input = torch.tensor(np.array([each.acceleration for each in motions]), dtype=torch.float32)[
        ..., None
    ]
    input, drift = input / input.std(), drift / drift.std(dim=(0, 1))
    network = ShearBuilding(1, 2, period=30.0)
    optimizer = LevenbergMarquardt(network.parameters())
    optimizer.attach(network)

    def closure():
        optimizer.zero_grad()
        loss = (network(input[:4]) - drift[:4]).square().mean()
        loss.backward()
        return loss

    for _ in range(14):
        optimizer.step(closure)
    with torch.no_grad():
        error = (network(input[4:]) - drift[4:]).square().mean((0, 1)).sqrt() / drift[4:].std(
            dim=(0, 1)
        )
        ratio = network.log_mass_ratio.exp().item()
    assert error.max() < 0.03
    assert ratio == pytest.approx(MASS[1] / MASS[0], rel=0.02)
    np.testing.assert_allclose(
        1.0 / (network.periods().numpy() * INTERVAL), structure.frequencies, rtol=0.02
    )
