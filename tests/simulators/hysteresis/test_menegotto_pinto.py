"""The law of Menegotto and Pinto: its curves in closed form, and the material of OpenSees."""

import numpy as np
import pytest

from simulators.external.opensees.model import load_opensees
from simulators.hysteresis.menegotto_pinto import MenegottoPinto

STIFFNESS = 2e6
YIELD = 0.01
RATIO = 0.05


def wandering(seed=0, samples=3000):
    """A drift history with reversals of all sizes, up to three yield drifts."""
    generator = np.random.default_rng(seed)
    time = 0.01 * np.arange(samples)
    waves = [
        generator.normal() * np.sin(2.0 * np.pi * rate * time + generator.uniform(0.0, 6.0))
        for rate in (0.3, 0.7, 1.3, 2.1)
    ]
    drift = np.sum(waves, axis=0)
    return 3.0 * YIELD * (drift - drift[0]) / np.abs(drift - drift[0]).max()


def steel02(drift, *options):
    """Stresses of the material of OpenSees along strains."""
    try:
        ops = load_opensees()
    except ImportError as failure:
        pytest.skip(str(failure))
    ops.wipe()
    ops.model("basic", "-ndm", 1, "-ndf", 1)
    ops.uniaxialMaterial("Steel02", 1, STIFFNESS * YIELD, STIFFNESS, RATIO, *options)
    ops.testUniaxialMaterial(1)
    stresses = []
    for strain in drift:
        ops.setStrain(float(strain))
        stresses.append(ops.getStress())
    ops.wipe()
    return np.array(stresses)


@pytest.mark.parametrize("hardening", [(), (0.1, 2.0, 0.2, 3.0)], ids=["kinematic", "isotropic"])
@pytest.mark.parametrize("transition", [(20.0, 0.925, 0.15), (8.0, 0.8, 0.4)])
def test_it_is_steel02_of_opensees(transition, hardening):
    shifts = {}
    if hardening:
        a1, a2, a3, a4 = hardening
        shifts = {"negative_shift": a1 / a2**0.8, "positive_shift": a3 / a4**0.8}
    law = MenegottoPinto(STIFFNESS, YIELD, RATIO, *transition, **shifts)
    drift = wandering()
    expected = steel02(drift, *transition, *hardening)
    found = law.force(drift)[:, 0]
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12 * np.abs(expected).max())


def test_the_first_loading_is_the_curve_of_the_source():
    law = MenegottoPinto(STIFFNESS, YIELD, RATIO, transition=5.0)
    drift = np.linspace(0.0, 6.0 * YIELD, 50)
    x = drift / YIELD
    expected = STIFFNESS * YIELD * (RATIO * x + (1.0 - RATIO) * x / (1.0 + x**5.0) ** 0.2)
    for sign in (1.0, -1.0):
        np.testing.assert_allclose(law.force(sign * drift)[:, 0], sign * expected, rtol=1e-12)


def test_a_loop_of_constant_amplitude_is_bound_by_its_asymptotes():
    """Far on a branch the force is b k d + (1 - b) k d_y; unloading begins at the stiffness."""
    law = MenegottoPinto(STIFFNESS, YIELD, RATIO)
    up = np.linspace(0.0, 10.0 * YIELD, 201)
    down = np.linspace(10.0 * YIELD, -10.0 * YIELD, 401)
    force = law.force(np.concatenate([up, down[1:]]))[:, 0]
    asymptote = STIFFNESS * (RATIO * 10.0 + (1.0 - RATIO)) * YIELD
    np.testing.assert_allclose(force[200], asymptote, rtol=1e-9)
    slope = (force[201] - force[200]) / (down[1] - down[0])
    np.testing.assert_allclose(slope, STIFFNESS, rtol=1e-3)
    np.testing.assert_allclose(force[-1], -asymptote, rtol=0.02)


def test_elements_of_one_law_have_parameters_of_their_own():
    drift = wandering(1)
    both = MenegottoPinto([STIFFNESS, 0.5 * STIFFNESS], [YIELD, 2.0 * YIELD], RATIO)
    single = MenegottoPinto(0.5 * STIFFNESS, 2.0 * YIELD, RATIO)
    np.testing.assert_allclose(both.force(drift)[:, 1], single.force(drift)[:, 0])


def test_an_element_that_turns_at_its_bound_stays_there():
    """Without hardening a branch of no length is the bound itself, and no number is lost."""
    law = MenegottoPinto(STIFFNESS, YIELD, 0.0)
    drift = np.array([0.0, 20.0, 19.9999999, 20.0, 21.0]) * YIELD
    force = law.force(drift)[:, 0]
    assert np.isfinite(force).all()
    np.testing.assert_allclose(force[[1, 4]], STIFFNESS * YIELD, rtol=1e-6)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"stiffness": 0.0}, "MenegottoPinto.stiffness = 0: must be > 0"),
        ({"yield_displacement": -1.0}, "yield_displacement = -1: must be > 0"),
        ({"post_yield_ratio": 1.5}, "post_yield_ratio = 1.5: must be <= 1"),
        ({"transition": 0.0}, "transition = 0: must be > 0"),
        ({"transition_loss": 1.0}, "transition_loss = 1: must be < 1"),
        ({"transition_path": 0.0}, "transition_path = 0: must be > 0"),
        ({"positive_shift": -0.1}, "positive_shift = -0.1: must be >= 0"),
        ({"stiffness": [1.0, 2.0], "transition": [1.0] * 3}, "shapes of its parameters do not"),
    ],
)
def test_parameters_out_of_range_are_refused(given, message):
    usual = {"stiffness": STIFFNESS, "yield_displacement": YIELD}
    with pytest.raises(ValueError, match=message):
        MenegottoPinto(**(usual | given))


def test_a_history_that_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="drift has 3 elements: expected one, or 1"):
        MenegottoPinto(STIFFNESS, YIELD).force(np.zeros((5, 3)))
    with pytest.raises(ValueError, match="MenegottoPinto has 2 records: expected a law without"):
        MenegottoPinto([[STIFFNESS], [STIFFNESS]], YIELD).force(np.zeros(5))
