"""Chains of steel storeys, against the batch integrator where they are elastic, and OpenSees."""

from dataclasses import replace

import numpy as np
import pytest

from simulators import BandLimitedNoise, BaseMotion, Elastic, Structure, solve
from simulators.excitation.load import BaseMotions
from simulators.external import run_isolated
from simulators.external.opensees import ShearFrame, stick
from simulators.external.opensees.model import load_opensees
from simulators.hysteresis.menegotto_pinto import MenegottoPinto
from simulators.solvers.steel_chain import SteelChain, solve_chain
from simulators.structures.structure.shear import chain

INTERVAL = 0.02
RAYLEIGH = (0.35, 1.6e-3)
"""Of the masses (1/s) and of the stiffness (s)."""


def building(yield_displacement, ratio=0.05):
    law = MenegottoPinto(stick.STIFFNESS, yield_displacement, ratio)
    of_mass, of_stiffness = RAYLEIGH
    return SteelChain(law, stick.MASS, of_stiffness * stick.STIFFNESS, np.full(3, of_mass))


def motions(count=3, root_mean_square=2.0):
    generator = np.random.default_rng(0)
    noise = BandLimitedNoise(
        low_frequency=0.2, high_frequency=8.0, root_mean_square=root_mean_square
    )
    drawn = [noise.sample(generator, 8.0, INTERVAL).acceleration for _ in range(count)]
    return np.stack(drawn)


def test_a_chain_that_does_not_yield_is_the_elastic_structure():
    base = motions()
    found = solve_chain(building(1e6), base, INTERVAL, tolerance=1e-6)
    incidence = chain(3)
    stiffness = incidence.T @ np.diag(stick.STIFFNESS) @ incidence
    mass = np.diag(stick.MASS)
    damping = RAYLEIGH[0] * mass + RAYLEIGH[1] * stiffness
    structure = Structure(mass, damping, incidence, Elastic(stick.STIFFNESS))
    outputs = ["drift", "acceleration", "velocity"]
    expected = solve(structure, BaseMotions(base, INTERVAL), tolerance=1e-6, outputs=outputs)
    rates = expected["velocity"].values @ incidence.T
    pairs = (
        (found.drift, expected["drift"].values),
        (found.acceleration, expected["acceleration"].values),
        (found.drift_velocity, rates),
    )
    for own, reference in pairs:
        np.testing.assert_allclose(own, reference, rtol=0, atol=1e-5 * np.abs(reference).max())


def test_its_error_is_below_what_is_asked_for():
    base = motions()
    exact = solve_chain(building(0.012), base, INTERVAL, tolerance=1e-7).drift
    for tolerance in (1e-3, 1e-4, 1e-5):
        own = solve_chain(building(0.012), base, INTERVAL, tolerance).drift
        apart = np.abs(own - exact).max(axis=(1, 2)) / np.abs(exact).max(axis=(1, 2))
        assert (apart <= tolerance).all()


def test_energy_that_comes_in_is_dissipated_stored_or_moving():
    """Work of the base motion on the masses, against what springs and dashpots have taken."""
    base = motions(1)
    fine = np.linspace(0.0, 1.0, 20, endpoint=False)
    grid = np.arange(base.shape[1])
    dense = np.interp(np.arange(0.0, len(grid) - 1, 1.0 / len(fine)), grid, base[0])[None]
    step = INTERVAL / len(fine)
    own = building(0.012)
    found = solve_chain(own, dense, step, tolerance=1e-7)
    drift = found.drift[0]
    rate = found.drift_velocity[0]
    velocity = np.cumsum(rate, axis=1)
    drag = RAYLEIGH[0] * stick.MASS * np.square(velocity)
    power_in = -(stick.MASS * velocity).sum(axis=1) * dense[0]
    lost = (own.dashpot * np.square(rate)).sum(axis=1) + drag.sum(axis=1)
    spring = 0.5 * (found.force[0, 1:] + found.force[0, :-1]) * np.diff(drift, axis=0)
    moving = 0.5 * (stick.MASS * np.square(velocity[-1])).sum()
    work = np.trapezoid(power_in, dx=step)
    taken = np.trapezoid(lost, dx=step) + spring.sum() + moving
    assert np.abs(drift).max() > 2.0 * 0.012
    np.testing.assert_allclose(taken, work, rtol=1e-3)


def test_a_family_is_its_members():
    base = motions(2)
    small = building(0.012)
    large = building(0.014)
    both = np.repeat([0.012, 0.014], 2)[:, None] * np.ones(3)
    law = MenegottoPinto(stick.STIFFNESS, both, 0.05)
    family = replace(small, law=law)
    found = solve_chain(family, base, INTERVAL, tolerance=1e-5).drift
    for rows, one in ((slice(0, 2), small), (slice(2, 4), large)):
        expected = solve_chain(one, base, INTERVAL, tolerance=1e-5).drift
        np.testing.assert_allclose(
            found[rows], expected, rtol=0, atol=3e-5 * np.abs(expected).max()
        )


def test_it_is_the_shear_frame_of_opensees():
    try:
        load_opensees()
    except ImportError as failure:
        pytest.skip(str(failure))
    base = motions(1)
    frame = run_isolated(ShearFrame(steps=40), BaseMotion(base[0], INTERVAL))
    expected = frame["drift"].values
    at_rest = Structure(np.diag(stick.MASS), np.zeros((3, 3)), chain(3), Elastic(stick.STIFFNESS))
    omega = 2.0 * np.pi * at_rest.frequencies
    of_mass, of_stiffness = np.linalg.solve(
        0.5 * np.stack([1.0 / omega[:2], omega[:2]], axis=1), np.full(2, stick.DAMPING_RATIO)
    )
    law = MenegottoPinto(stick.STIFFNESS, stick.YIELD_DRIFT, 0.05)
    own = SteelChain(law, stick.MASS, of_stiffness * stick.STIFFNESS, np.full(3, of_mass))
    found = solve_chain(own, base, INTERVAL, tolerance=1e-6).drift[0]
    assert np.abs(expected).max() > 2.0 * stick.YIELD_DRIFT
    np.testing.assert_allclose(found, expected, rtol=0, atol=2e-3 * np.abs(expected).max())


def test_a_chain_that_cannot_be_followed_is_refused():
    with pytest.raises(ValueError, match="tolerance = 0 is not met with 256 steps a sample"):
        solve_chain(building(0.012), motions(1)[:, :50], INTERVAL, tolerance=0.0)
