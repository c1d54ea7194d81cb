"""The energy balance for every law, dissipation that never turns back, decay without input."""

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from simulators import (
    BaberNoori,
    BaseMotion,
    BoucWen,
    Elastic,
    ExternalForce,
    ForceFormBoucWen,
    Viscous,
    shear_building,
    solve,
)
from simulators.solvers import energy_balance
from simulators.solvers.energy_balance import TERMS, residual
from tests.helpers.buildings import random_building, random_motion

K = np.array([4e6, 3e6])
"""Stiffness of two storeys of 10 t (N/m); the drifts that they reach are some millimetres."""
YIELD = st.floats(1e-3, 2e-2)
SHARE, EXPONENT = st.floats(0.0, 1.0), st.floats(1.0, 5.0)


@st.composite
def wen(draw):
    total, share, n = draw(YIELD), draw(st.floats(0.5, 1.0)), draw(EXPONENT)
    return {
        "stiffness": K,
        "post_yield_ratio": draw(SHARE),
        "beta": share * total**-n,
        "gamma": (1.0 - share) * total**-n * draw(st.sampled_from([-1.0, 1.0])) * 0.99,
        "exponent": n,
    }


@st.composite
def force_form(draw):
    parameters = draw(wen())
    factor = K ** (1.0 - parameters["exponent"])
    return ForceFormBoucWen(
        K, factor * parameters["beta"], factor * parameters["gamma"], parameters["exponent"]
    )


@st.composite
def baber_noori(draw):
    """Up to total slip; e is some joules a kilogram for the mass drawn here."""
    rates = ("strength_loss", "flexibility_gain", "pinching_rate")
    return BaberNoori(
        **draw(wen()),
        mass=draw(st.floats(10.0, 1e3)),
        **{name: draw(st.floats(0.0, 0.5)) for name in rates},
        amplitude_loss=draw(st.floats(0.0, 0.005)),
        pinching=draw(st.floats(0.0, 0.95)),
        pinching_onset=draw(st.floats(0.0, 0.5)),
        spread=draw(st.floats(1e-3, 0.1)),
        spread_rate=draw(st.floats(0.0, 0.1)),
        coupling=draw(st.floats(0.1, 1.0)),
    )


LAWS = {
    "Elastic": st.builds(lambda share: Elastic(share * K), st.floats(0.1, 1.0)),
    "Viscous": st.builds(lambda share: Viscous(share * 0.02 * K), SHARE),
    "ForceFormBoucWen": force_form(),
    "BoucWen": wen().map(lambda parameters: BoucWen(**parameters, amplitude=1.5)),
    "BaberNoori": baber_noori(),
}
few = settings(max_examples=10, derandomize=True, deadline=None, database=None)


def simulate(laws, motion, **how):
    building = shear_building([1e4, 1e4], laws, 2e4)
    return solve(building, motion, **{"method": "DOP853", "tolerance": 1e-8} | how)


@pytest.mark.parametrize("name", LAWS)
def test_balance_closes_for_every_law(name):
    @few
    @given(law=LAWS[name], seed=st.integers(0, 99))
    def closes(law, seed):
        motion = random_motion(np.random.default_rng(seed), 50)
        for excitation in (
            motion,
            ExternalForce(1e4 * motion.acceleration, motion.interval, floor=0),
        ):
            assert residual(simulate(law, excitation, outputs=TERMS)).item() < 1e-6

    closes()


@pytest.mark.parametrize("name", ["ForceFormBoucWen", "BoucWen"])
def test_dissipated_energy_never_decreases(name):
    @few
    @given(law=LAWS[name], seed=st.integers(0, 99))
    def grows(law, seed):
        motion = random_motion(np.random.default_rng(seed), 60)
        for method in ("DOP853", "batch"):
            response = simulate(
                law, motion, method=method, tolerance=1e-6, outputs=("dissipated_energy", "drift")
            )
            dissipated = response["dissipated_energy"].values[0]
            stored = 0.5 * K * np.abs(response["drift"].values[0]).max(axis=0) ** 2
            assert np.all(np.diff(dissipated, axis=0) > -1e-5 * stored)
            assert np.all(dissipated[-1] >= 0.0)

    grows()


@pytest.mark.parametrize("method", ["DOP853", "batch"])
@pytest.mark.parametrize("onset", [0.0, 0.2])
def test_a_pinched_element_does_not_give_back_what_it_has_dissipated(method, onset):
    """Soft while it is unloaded, it returns more than its slope at rest tells: a tenth of a cycle's
    energy here.
    """
    wen = {
        "stiffness": K,
        "post_yield_ratio": 0.05,
        "beta": 0.5 * 4e-3**-2,
        "gamma": 0.5 * 4e-3**-2,
        "exponent": 2.0,
    }
    pinching = {
        "pinching": 0.8,
        "pinching_rate": 0.3,
        "pinching_onset": onset,
        "spread": 4e-3,
        "coupling": 0.5,
    }
    motion = random_motion(np.random.default_rng(0), 100)
    response = simulate(
        BaberNoori(**wen, mass=64.0, **pinching), motion, method=method, tolerance=1e-6
    )
    dissipated = response["dissipated_energy"].values[0]
    assert np.all(dissipated[-1] > 10.0)
    assert np.diff(dissipated, axis=0).min() > -1e-4


def test_an_inadmissible_law_creates_energy():
    """The condition |beta| <= alpha of the force form is sharp: here a closed cycle gives energy
    back.
    """
    law = ForceFormBoucWen(K, 0.1 * K**-1.0 / 0.005**2, 2.0 * K**-1.0 / 0.005**2, 2.0)
    assert not law.dissipative.any()
    dissipated = simulate(
        law, random_motion(np.random.default_rng(0), 60), outputs=("dissipated_energy",)
    )
    dissipated = dissipated["dissipated_energy"].values[0]
    assert np.diff(dissipated, axis=0).min() < -0.01 * np.abs(dissipated).max()


@pytest.mark.parametrize("method", ["DOP853", "batch"])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_free_vibration_decays_monotonically(method, seed):
    """What is not dissipated, kinetic energy and recoverable strain energy, can only fall without
    an input.
    """
    generator = np.random.default_rng(seed)
    building = random_building(generator, 3)
    start = {
        "initial_displacement": [2e-3, 5e-3, 6e-3],
        "initial_velocity": generator.normal(0.0, 0.3, 3),
    }
    outputs = (*TERMS, "dissipated_energy")
    still = BaseMotion(np.zeros(400), 0.005)
    response = solve(building, still, method=method, tolerance=1e-6, outputs=outputs, **start)
    remaining = (
        response["kinetic_energy"]
        + response["element_energy"]
        - response["dissipated_energy"].sum("storey")
    )
    remaining = remaining.values[0]
    assert np.all(np.diff(remaining) < 1e-6 * remaining[0])
    assert remaining[-1] < 0.5 * remaining[0]
    assert not response["input_energy"].values.any()
    mechanical = (
        response["kinetic_energy"] + response["element_energy"] + response["damping_energy"]
    )
    np.testing.assert_allclose(mechanical, mechanical[0, 0], rtol=1e-4)


def test_terms_of_the_batch_integrator_are_those_of_the_reference():
    generator = np.random.default_rng(1)
    building, motion = random_building(generator, 3), random_motion(generator, 60)
    start = {"initial_displacement": [1e-3, 2e-3, 3e-3]}
    batch = solve(building, motion, tolerance=1e-8, outputs=TERMS, **start)
    reference = solve(building, motion, method="DOP853", tolerance=1e-10, outputs=TERMS, **start)
    largest = np.abs(reference["input_energy"].values).max()
    for name in TERMS:
        np.testing.assert_allclose(
            batch[name].values, reference[name].values, rtol=0.0, atol=1e-6 * largest
        )


def test_balance_of_the_batch_integrator_closes_where_the_samples_are_far_apart():
    """Noise up to the Nyquist frequency; a storey that goes through most of a cycle from one sample
    to the next.
    """
    generator = np.random.default_rng(0)
    stiffness = np.stack([K, 100.0 * K])
    family = shear_building([1e4, 1e4], BoucWen.from_yield(stiffness, 2e4 / stiffness), 2e4)
    motions = [BaseMotion(generator.normal(size=80), 0.02) for _ in range(2)]
    assert np.all(residual(solve(family, motions, outputs=TERMS)) < 1e-4)
    assert np.all(residual(solve(family, motions, outputs=TERMS, tolerance=1e-7)) < 1e-5)


def test_terms_do_not_depend_on_how_many_records_are_held_at_once(monkeypatch):
    generator = np.random.default_rng(1)
    stiffness = K * generator.uniform(0.5, 1.5, (19, 1))
    family = shear_building([1e4, 1e4], BoucWen.from_yield(stiffness, 0.005), 2e4)
    motions = [random_motion(generator, 40) for _ in range(19)]
    start = {"initial_velocity": generator.normal(0.0, 0.1, (19, 2))}
    together = solve(family, motions, outputs=TERMS, **start)
    monkeypatch.setattr(energy_balance, "_CHUNK", 1)
    apart = solve(family, motions, outputs=TERMS, **start)
    for name in TERMS:
        np.testing.assert_array_equal(apart[name].values, together[name].values)


@pytest.mark.parametrize(("method", "tolerance"), [("DOP853", 1e-9), ("batch", 1e-8)])
def test_balance_closes_for_matrices_that_are_not_symmetric(method, tolerance):
    """Follower forces and gyroscopic damping: K does work along the path that y^T K y / 2 does not
    tell.
    """
    building = shear_building([1e4, 1e4], BoucWen.from_yield(K, 0.005), 2e4)
    building = replace(
        building, stiffness=[[0.0, 5e5], [-3e5, 0.0]], damping=[[2e4, 1e4], [-3e4, 2e4]]
    )
    motion = random_motion(np.random.default_rng(0), 60)
    for excitation in (motion, ExternalForce(1e4 * motion.acceleration, motion.interval, floor=0)):
        response = solve(
            building,
            excitation,
            method=method,
            tolerance=tolerance,
            outputs=(*TERMS, "displacement"),
        )
        assert residual(response).item() < 1e-5


def test_residual_is_the_largest_gap_over_the_largest_input():
    terms = {
        "kinetic_energy": [0.0, 1.0, 2.0],
        "damping_energy": [0.0, 1.0, 1.0],
        "element_energy": [0.0, 0.0, 1.0],
    }
    terms["input_energy"] = [0.0, 2.5, -5.0 + 9.0]
    response = xr.Dataset(
        {name: (("record", "time"), [values, [0.0] * 3]) for name, values in terms.items()}
    )
    np.testing.assert_allclose(residual(response), [0.5 / 4.0, 0.0])


def test_residual_asks_for_missing_terms():
    response = simulate(
        Elastic(K), random_motion(np.random.default_rng(0), 10), outputs=("kinetic_energy", "drift")
    )
    with pytest.raises(
        ValueError,
        match="the response has no damping_energy, element_energy, input_energy; ask solve",
    ):
        residual(response)
