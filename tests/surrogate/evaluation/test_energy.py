"""Dissipated energy of drift histories against the integrators and closed forms."""

import numpy as np
import pytest

from simulators import BaberNoori, Elastic, YieldBoucWen, shear_building, solve
from surrogate.evaluation.energy import absorbed_energy, dissipated_energy
from tests.helpers.buildings import HYSTERETIC, random_motion


@pytest.mark.parametrize("make_law", HYSTERETIC)
def test_a_law_driven_by_the_simulated_drift_dissipates_what_the_simulation_says(make_law):
    """To the error of a drift that is straight between its samples, which are fine here."""
    generator = np.random.default_rng(3)
    building = shear_building(
        [1000.0, 800.0], [make_law(generator, 2e5, 0.01), make_law(generator, 1e5, 0.01)], 300.0
    )
    motion = random_motion(generator, peak=5.0).resample(0.002)
    response = solve(building, motion, outputs=["drift", "dissipated_energy"], tolerance=1e-6)
    simulated = response["dissipated_energy"].values[:, -1]
    assert simulated.min() > 0.0
    np.testing.assert_allclose(
        dissipated_energy(building, response["drift"].values), simulated, rtol=5e-3
    )


def test_a_pinched_law_gives_back_more_than_its_slope_at_rest_tells():
    """Stopped where the storey is strained most, so that what it gives back counts."""
    law = BaberNoori(
        2e5,
        0.1,
        6e3,
        4e3,
        2.0,
        mass=10.0,
        pinching=0.9,
        pinching_rate=1.0,
        spread=0.01,
        coupling=0.3,
    )
    building = shear_building([1000.0], [law], 300.0)
    motion = random_motion(np.random.default_rng(3), peak=5.0).resample(0.002)
    response = solve(building, motion, outputs=["drift", "dissipated_energy"], tolerance=1e-6)
    drift = response["drift"].values
    end = int(np.abs(drift[0, :, 0]).argmax())
    simulated = response["dissipated_energy"].values[:, end]
    np.testing.assert_allclose(
        dissipated_energy(building, drift[:, : end + 1]), simulated, rtol=1e-3
    )


def test_records_of_a_family_have_laws_of_their_own():
    generator = np.random.default_rng(0)
    laws = [HYSTERETIC[0](generator, np.array([[2e5], [4e5]]), 0.01)]
    family = shear_building(np.array([[1000.0], [1000.0]]), laws)
    drift = 0.03 * np.sin(np.linspace(0.0, 20.0, 400))[None, :, None].repeat(2, axis=0)
    both = dissipated_energy(family, drift)
    alone = [dissipated_energy(family.record(i), drift[i : i + 1])[0] for i in range(2)]
    np.testing.assert_allclose(both, alone)
    np.testing.assert_allclose(
        both[1], 2.0 * both[0]
    )  # twice the stiffness at the same yield drift


def test_a_spring_dissipates_nothing():
    building = shear_building([1.0], Elastic(5.0))
    assert (
        dissipated_energy(building, np.random.default_rng(0).standard_normal((3, 50, 1))).max()
        == 0.0
    )


def test_the_work_of_a_force_along_a_closed_loop_is_its_area():
    angle = np.linspace(0.0, 2.0 * np.pi, 2001)
    drift, force = 0.02 * np.sin(angle), 3e3 * np.cos(angle)
    work = absorbed_energy(drift[None, :, None], force[None, :, None])
    np.testing.assert_allclose(work, np.pi * 0.02 * 3e3, rtol=1e-5)


@pytest.mark.parametrize("exponent", [1.0, 4.0])
def test_a_drift_that_passes_the_yield_drift_between_two_samples_is_followed(exponent):
    """The same path, straight between coarse samples, with a hundred samples in place of each."""
    law = YieldBoucWen(2e5, 0.01, post_yield_ratio=0.05, exponent=exponent)
    building = shear_building([1000.0], [law])
    coarse = np.array([0.0, 0.05, -0.06, 0.04, 0.0])
    fine = np.interp(np.linspace(0.0, 4.0, 401), np.arange(5.0), coarse)
    found = dissipated_energy(building, coarse[None, :, None])
    expected = dissipated_energy(building, fine[None, :, None])
    assert expected > 0.0
    np.testing.assert_allclose(found, expected, rtol=2e-3)


def test_a_drift_that_no_step_follows_has_no_energy():
    law = YieldBoucWen(2e5, 0.01, post_yield_ratio=0.05, exponent=4.0)
    building = shear_building([1000.0], [law])
    assert np.isnan(dissipated_energy(building, np.array([0.0, 1e8, -1e8])[None, :, None])).all()


def test_another_number_of_storeys_is_refused():
    with pytest.raises(ValueError, match="drift has 3 storeys, the structure has 1 elements"):
        dissipated_energy(shear_building([1.0], Elastic(5.0)), np.zeros((1, 10, 3)))
