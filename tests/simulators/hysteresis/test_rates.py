"""Hysteretic laws: the published rate equations, closed forms, limits, and parameters that are
refused.
"""

from dataclasses import replace

import numpy as np
import pytest

from simulators import (
    BaberNoori,
    BoucWen,
    Elastic,
    ForceFormBoucWen,
    Structure,
    Viscous,
    shear_building,
    solve,
)
from simulators.hysteresis import Law
from simulators.hysteresis.bouc_wen import InadmissibleLaw
from simulators.solvers.scipy_reference import Equations
from simulators.structures.presets import five_storey
from tests.helpers.buildings import random_motion
from tests.helpers.problems import Cycling, elastoplastic_loop, noise, wen_loop

YIELD = 0.01
CYCLES = Cycling((YIELD, -2.0 * YIELD, 3.0 * YIELD, -0.5 * YIELD, 4.0 * YIELD, 0.0))


def respond(law, path=CYCLES, method="DOP853", tolerance=1e-8):
    """Force (N) and dissipated energy (J) of one element along a path."""
    outputs = ("restoring_force", "dissipated_energy")
    response = solve(
        path.impose_on(law), path.motion, method=method, tolerance=tolerance, outputs=outputs
    )
    return response["restoring_force"].values[0, :, 0], response["dissipated_energy"].values[
        0, :, 0
    ]


def wen(exponent=2.0, post_yield_ratio=0.1, **changes):
    total = YIELD**-exponent
    parameters = {"beta": 0.5 * total, "gamma": 0.5 * total, "exponent": exponent}
    return BoucWen(
        **{"stiffness": 1e5, "post_yield_ratio": post_yield_ratio} | parameters | changes
    )


def degrading(**changes):
    return BaberNoori(
        1e5, 0.1, 0.5 * YIELD**-2, 0.5 * YIELD**-2, 2.0, **{"mass": 10.0, "spread": YIELD} | changes
    )


# The published rate equations, evaluated at random states


def rates(law, z, work, v):
    """dz/dt of the elements of `law` as the integrators see it."""
    side_by_side = Structure([[1.0]], [[0.0]], np.ones((len(law), 1)), law)
    elements = Equations(side_by_side, np.zeros(1), np.zeros(1)).elements
    return elements.tangents(z, np.zeros_like(z), v, work) * v


@pytest.fixture
def draw():
    generator = np.random.default_rng(7)
    return lambda low, high: generator.uniform(low, high, 500)


def test_force_form_is_the_published_rate(draw):
    k, alpha, beta, n = draw(1, 9), draw(0, 2), draw(-2, 2), draw(1, 4)
    f, v = draw(-3, 3), draw(-5, 5)
    published = k * v - alpha * np.abs(v) * np.abs(f) ** (n - 1) * f - beta * v * np.abs(f) ** n
    np.testing.assert_allclose(
        rates(ForceFormBoucWen(k, alpha, beta, n), f, 0.0 * f, v), published, rtol=1e-12
    )


def test_bouc_wen_is_the_published_rate(draw):
    A, beta, n, z, v = draw(0.5, 2), draw(0.1, 2), draw(1, 4), draw(-3, 3), draw(-5, 5)
    gamma = beta * draw(-1, 1)
    published = A * v - beta * np.abs(v) * np.abs(z) ** (n - 1) * z - gamma * v * np.abs(z) ** n
    np.testing.assert_allclose(
        rates(BoucWen(1.0, 0.1, beta, gamma, n, A), z, 0.0 * z, v), published, rtol=1e-12
    )


def test_baber_noori_is_the_published_rate(draw):
    A0, beta, n, z, v = draw(0.5, 2), draw(0.1, 2), draw(1, 4), draw(-3, 3), draw(-5, 5)
    gamma, m, W = beta * draw(-0.9, 1), draw(1, 5), draw(0, 20)
    nu0, eta0, delta_nu, delta_eta, delta_A = (
        draw(0.5, 2),
        draw(0.5, 2),
        draw(0, 1),
        draw(0, 1),
        draw(0, 0.02),
    )
    zeta_s, p, q, psi, delta_psi, coupling = (
        draw(0, 0.99),
        draw(0, 1),
        draw(0, 0.5),
        draw(0.1, 1),
        draw(0, 1),
        draw(0.1, 1),
    )
    e = W / m
    nu, eta, A = nu0 + delta_nu * e, eta0 + delta_eta * e, A0 - delta_A * e
    zeta1 = zeta_s * (1.0 - np.exp(-p * e))
    zeta2 = (psi + delta_psi * e) * (coupling + zeta1)
    z_u = (nu * (beta + gamma)) ** (-1.0 / n)
    h = 1.0 - zeta1 * np.exp(-((z * np.sign(v) - q * z_u) ** 2) / zeta2**2)
    published = (
        h
        / eta
        * (A * v - nu * (beta * np.abs(v) * np.abs(z) ** (n - 1) * z + gamma * v * np.abs(z) ** n))
    )
    law = BaberNoori(
        3.0,
        0.1,
        beta,
        gamma,
        n,
        mass=m,
        strength_loss=delta_nu,
        flexibility_gain=delta_eta,
        amplitude_loss=delta_A,
        pinching=zeta_s,
        pinching_rate=p,
        pinching_onset=q,
        spread=psi,
        spread_rate=delta_psi,
        coupling=coupling,
        amplitude=A0,
        strength=nu0,
        flexibility=eta0,
    )
    np.testing.assert_allclose(rates(law, z, W, v), published, rtol=1e-11, atol=1e-13)


def test_force_of_an_element_is_the_sum_of_its_parts():
    """a k d + (1 - a) k z of the normalised laws."""
    law = wen(post_yield_ratio=0.3)
    force, _ = respond(law)
    np.testing.assert_allclose(
        force, 0.3e5 * CYCLES.drift + 0.7e5 * wen_loop(CYCLES.drift, YIELD, 2), atol=1e-4
    )


# Closed forms along a path


@pytest.mark.parametrize(
    ("method", "tolerance"), [("DOP853", 1e-6), ("LSODA", 1e-6), ("batch", 2e-5)]
)
@pytest.mark.parametrize("exponent", [1, 2])
def test_loop_is_the_closed_form(exponent, method, tolerance):
    force, _ = respond(wen(exponent, post_yield_ratio=0.0), method=method)
    exact = 1e5 * wen_loop(CYCLES.drift, YIELD, exponent)
    np.testing.assert_allclose(force, exact, atol=tolerance * np.abs(exact).max())


def test_loop_becomes_elastoplastic_as_the_exponent_grows():
    """The corner is rounded over a width proportional to 1/n."""
    exact = 1e5 * elastoplastic_loop(CYCLES.drift, YIELD)
    errors = [
        np.abs(respond(wen(n, post_yield_ratio=0.0))[0] - exact).max() / np.abs(exact).max()
        for n in (20.0, 80.0)
    ]
    assert errors[1] < 0.02
    assert 3.0 < errors[0] / errors[1] < 5.0


def test_dissipated_energy_of_an_elastoplastic_cycle_is_the_area_of_the_loop():
    """4 f_y (D - d_y) for a cycle between -D and D."""
    D = 3.0 * YIELD
    _, dissipated = respond(wen(100.0, post_yield_ratio=0.2), Cycling((D, -D, D)))
    cycle = dissipated[-1] - dissipated[CYCLES.samples]
    np.testing.assert_allclose(cycle, 0.8e5 * YIELD * 4.0 * (D - YIELD), rtol=0.02)


@pytest.mark.parametrize("method", ["DOP853", "batch"])
@pytest.mark.parametrize(
    "law", [wen(1.5), degrading(strength_loss=0.02, pinching=0.8, pinching_rate=0.1), wen(3.0)]
)
def test_loop_depends_on_the_path_and_not_on_the_speed(law, method):
    fast, slow = (Cycling(CYCLES.turning_points, interval=interval) for interval in (0.001, 10.0))
    np.testing.assert_allclose(fast.drift, slow.drift, atol=1e-15)
    difference = respond(law, fast, method)[0] - respond(law, slow, method)[0]
    assert np.abs(difference).max() < 1e-5 * 1e5 * YIELD


@pytest.mark.parametrize("exponent", [1.0, 1.5, 2.0, 5.0])
def test_ultimate_force_is_reached_and_never_exceeded(exponent):
    law = ForceFormBoucWen(1e5, 1e5 * 800.0**-exponent, 0.5e5 * 800.0**-exponent, exponent)
    push = respond(law, Cycling((20.0 * YIELD,)))[0]
    np.testing.assert_allclose(push[-1], law.ultimate_force, rtol=1e-6)
    np.testing.assert_allclose(law.ultimate_force, 800.0 / 1.5 ** (1.0 / exponent))
    assert np.abs(respond(law)[0]).max() <= law.ultimate_force * (1.0 + 1e-6)


def test_yield_displacement_is_where_the_hysteretic_variable_ends():
    law = BoucWen.from_yield(1e5, YIELD, post_yield_ratio=0.0, exponent=3.0, beta_share=0.7)
    np.testing.assert_allclose(law.yield_displacement, YIELD)
    np.testing.assert_allclose(law.beta / (law.beta + law.gamma), 0.7)
    np.testing.assert_allclose(
        respond(law, Cycling((20.0 * YIELD,)))[0][-1], 1e5 * YIELD, rtol=1e-6
    )


def test_laws_without_softening_have_no_ultimate_force():
    assert ForceFormBoucWen(1.0, 1.0, -1.0, 2.0).ultimate_force == np.inf
    assert BoucWen(1.0, 0.0, 1.0, -1.0, 2.0).yield_displacement == np.inf


# Equal laws


def response_of(laws, method="batch", **scaled):
    building = shear_building([900.0, 800.0], laws, 400.0)
    return solve(building, noise(np.random.default_rng(5)), method=method, tolerance=1e-6, **scaled)


@pytest.mark.parametrize("method", ["batch", "DOP853"])
@pytest.mark.parametrize("exponent", [1.0, 2.0, 2.7])
def test_baber_noori_without_degradation_is_bouc_wen(exponent, method):
    total = 0.002**-exponent
    plain = response_of(BoucWen([4e5, 3e5], 0.1, 0.7 * total, 0.3 * total, exponent), method)
    same = response_of(
        BaberNoori([4e5, 3e5], 0.1, 0.7 * total, 0.3 * total, exponent, mass=1.0), method
    )
    for name in ("drift", "acceleration", "restoring_force", "dissipated_energy"):
        largest = np.abs(plain[name].values).max()
        np.testing.assert_allclose(
            same[name].values, plain[name].values, rtol=0.0, atol=1e-12 * largest
        )


@pytest.mark.parametrize("exponent", [1.0, 2.0, 2.7])
def test_force_form_is_bouc_wen_in_terms_of_the_force(exponent):
    """With a = 0, A = 1 and f = k z: alpha = beta k^(1-n) and beta = gamma k^(1-n)."""
    total, k = 0.002**-exponent, np.array([4e5, 3e5])
    normalised = response_of(BoucWen(k, 0.0, 0.7 * total, 0.3 * total, exponent))
    factor = k ** (1.0 - exponent)
    force = response_of(ForceFormBoucWen(k, 0.7 * total * factor, 0.3 * total * factor, exponent))
    for name in ("drift", "restoring_force", "dissipated_energy"):
        largest = np.abs(force[name].values).max()
        np.testing.assert_allclose(
            force[name].values, normalised[name].values, rtol=0.0, atol=1e-11 * largest
        )


@pytest.mark.parametrize("method", ["batch", "DOP853"])
@pytest.mark.parametrize(
    "law",
    [BoucWen([4e5, 3e5], 1.0, 9.0, 1.0, 2.0), ForceFormBoucWen([4e5, 3e5], 0.0, 0.0, 2.0)],
    ids=["a = 1", "alpha = beta = 0"],
)
def test_laws_without_hysteresis_are_springs(law, method):
    spring, same = response_of(Elastic([4e5, 3e5]), method), response_of(law, method)
    largest = np.abs(spring["drift"].values).max()
    np.testing.assert_allclose(
        same["drift"].values, spring["drift"].values, rtol=0.0, atol=1e-6 * largest
    )
    assert np.abs(same["dissipated_energy"].values).max() < 1e-6 * largest * 4e5 * largest


# Units of force


def five_storeys_in_tonnes():
    """The same building in t, kN, m, s: consistent units, in which the published parameters need no
    conversion.
    """
    kN = ForceFormBoucWen([30, 24, 30, 24, 30], [1, 2, 1, 2, 1], [2, 1, 2, 1, 2], [3, 2, 3, 2, 3])
    return shear_building([0.1, 0.08, 0.08, 0.08, 0.08], kN, [0.55, 0.50, 0.55, 0.50, 0.55])


def five_storey_with(**coefficients):
    k = 1e3 * np.array([30.0, 24.0, 30.0, 24.0, 30.0])
    return replace(five_storey(), laws=ForceFormBoucWen(stiffness=k, **coefficients))


def test_conversion_of_the_force_unit_leaves_the_response_as_it_is():
    """With f = u f_unit, alpha and beta become u^(1-n) alpha and u^(1-n) beta.

    u^-n, as one may read it elsewhere, makes another building: its ultimate force is u^(1/n) times
    too large.
    """
    motion = random_motion(np.random.default_rng(3), 200, peak=10.0)
    n = np.array([3.0, 2.0, 3.0, 2.0, 3.0])
    wrong = five_storey_with(
        alpha=1e3**-n * [1, 2, 1, 2, 1], beta=1e3**-n * [2, 1, 2, 1, 2], exponent=n
    )
    buildings = (five_storey(), five_storeys_in_tonnes(), wrong)
    newton, kilonewton, other = (solve(building, motion, tolerance=1e-6) for building in buildings)
    for name, unit in (("drift", 1.0), ("restoring_force", 1e3), ("dissipated_energy", 1e3)):
        expected = unit * kilonewton[name].values
        np.testing.assert_allclose(
            newton[name].values, expected, rtol=0.0, atol=1e-11 * np.abs(expected).max()
        )
    largest = np.abs(newton["drift"].values).max()
    assert np.abs(other["drift"].values - newton["drift"].values).max() > 0.2 * largest
    np.testing.assert_allclose(
        wrong.laws[0].ultimate_force, five_storey().laws[0].ultimate_force * 1e3 ** (1.0 / n)
    )


def test_ultimate_force_is_the_same_force_in_every_unit():
    n = np.array([1.0, 2.0, 3.0, 2.5])
    published = ForceFormBoucWen(30.0, 1.0, 2.0, n).ultimate_force
    np.testing.assert_allclose(
        ForceFormBoucWen.in_unit("kN", 30.0, 1.0, 2.0, n).ultimate_force, 1e3 * published
    )
    np.testing.assert_allclose(
        ForceFormBoucWen.in_unit("MN", 30.0, 1.0, 2.0, n).ultimate_force, 1e6 * published
    )
    np.testing.assert_array_equal(
        ForceFormBoucWen.in_unit("N", 30.0, 1.0, 2.0, n).ultimate_force, published
    )


# Degradation and pinching


TEN_CYCLES = Cycling((2.0 * YIELD, -2.0 * YIELD) * 5, samples=20)
TURNS = np.arange(1, 11) * TEN_CYCLES.samples


def test_without_degradation_cycles_repeat():
    force, _ = respond(degrading(), TEN_CYCLES)
    np.testing.assert_allclose(np.abs(force[TURNS[4:]]), np.abs(force[TURNS[4]]), rtol=1e-6)


def test_loss_of_strength_lowers_the_peaks_and_keeps_the_unloading_slope():
    """z_u falls as nu^(-1/n); at the turning point the tangent is A + nu (beta - gamma) |z|^n = A
    for beta = gamma.
    """
    force, _ = respond(degrading(strength_loss=0.1), TEN_CYCLES)
    peaks = np.abs(force[TURNS])
    assert np.all(np.diff(peaks[1:]) < 0.0)
    assert peaks[-1] < 0.8 * peaks[1]
    np.testing.assert_allclose(unloading_slopes(force), 1e5, rtol=1e-4)


def test_gain_of_flexibility_lowers_the_unloading_slope():
    force, _ = respond(degrading(flexibility_gain=0.1), TEN_CYCLES)
    slopes = unloading_slopes(force)
    assert np.all(np.diff(slopes) < 0.0)
    assert slopes[-1] < 0.8 * slopes[0]
    assert slopes[-1] > 0.1e5  # the post-yield spring does not degrade


def unloading_slopes(force):
    """Secant over the first hundredth of the path after each inner turning point."""
    later = TURNS[:-1] + 2
    return (force[later] - force[TURNS[:-1]]) / (
        TEN_CYCLES.drift[later] - TEN_CYCLES.drift[TURNS[:-1]]
    )


def test_loss_of_amplitude_lowers_strength_and_stiffness():
    force, _ = respond(degrading(amplitude_loss=0.03), TEN_CYCLES)
    assert np.all(np.diff(np.abs(force[TURNS[1:]])) < 0.0)
    assert np.all(np.diff(unloading_slopes(force)) < 0.0)


def test_pinching_thins_the_loop_where_the_force_is_small():
    fat, dissipated = respond(degrading(), TEN_CYCLES)
    pinched, less = respond(
        degrading(pinching=0.9, pinching_rate=1.0, coupling=0.5, spread=0.5 * YIELD), TEN_CYCLES
    )
    centre = TURNS[:-1] + TEN_CYCLES.samples // 2
    np.testing.assert_allclose(TEN_CYCLES.drift[centre], 0.0, atol=1e-12)
    assert np.all(np.abs(pinched[centre[1:]]) < 0.5 * np.abs(fat[centre[1:]]))
    assert less[-1] < 0.8 * dissipated[-1]


def test_degradation_follows_the_energy_per_unit_mass():
    """Ten times the mass and ten times the rate are the same element."""
    one, same = (
        respond(degrading(strength_loss=0.1, mass=10.0)),
        respond(degrading(strength_loss=1.0, mass=100.0)),
    )
    np.testing.assert_allclose(one[0], same[0], rtol=1e-12, atol=1e-8)


# Parameters


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Elastic(-1.0), "Elastic.stiffness = -1: must be >= 0"),
        (lambda: Viscous([1.0, -2.0]), "Viscous.damping = -2: must be >= 0"),
        (
            lambda: ForceFormBoucWen(0.0, 1.0, 1.0, 2.0),
            "ForceFormBoucWen.stiffness = 0: must be > 0",
        ),
        (
            lambda: ForceFormBoucWen(1.0, -1.0, 1.0, 2.0),
            "ForceFormBoucWen.alpha = -1: must be >= 0",
        ),
        (
            lambda: ForceFormBoucWen(1.0, 1.0, 1.0, 0.5),
            "ForceFormBoucWen.exponent = 0.5: must be >= 1",
        ),
        (
            lambda: ForceFormBoucWen.in_unit("lbf", 1, 1, 1, 1),
            "force_unit = 'lbf': expected one of N, kN, MN",
        ),
        (lambda: wen(stiffness=[1.0, np.nan]), r"BoucWen.stiffness\[1\] = nan: must be finite"),
        (lambda: wen(stiffness="stiff"), "BoucWen.stiffness = 'stiff': expected a number"),
        (
            lambda: wen(stiffness=np.ones((2, 2, 2))),
            "BoucWen.stiffness has 3 dimensions: expected 0 or 1 or 2",
        ),
        (
            lambda: wen(stiffness=[1.0, 2.0], amplitude=[1.0, 1.0, 1.0]),
            r"do not agree: stiffness has \(2,\), amplitude has \(3,\)",
        ),
        (lambda: wen(post_yield_ratio=1.5), "BoucWen.post_yield_ratio = 1.5: must be <= 1"),
        (lambda: wen(beta=0.0), "BoucWen.beta = 0: must be > 0"),
        (lambda: wen(exponent=0.9), "BoucWen.exponent = 0.9: must be >= 1"),
        (lambda: wen(amplitude=0.0), "BoucWen.amplitude = 0: must be > 0"),
        (
            lambda: BaberNoori(1.0, 0.1, 1.0, -1.0, 2.0, mass=1.0),
            "BaberNoori.gamma: beta \\+ gamma must be > 0",
        ),
        (lambda: degrading(mass=0.0), "BaberNoori.mass = 0: must be > 0"),
        (lambda: degrading(pinching=1.0), "BaberNoori.pinching = 1: must be < 1"),
        (lambda: degrading(pinching_rate=-1.0), "BaberNoori.pinching_rate = -1: must be >= 0"),
        (lambda: degrading(spread=0.0), "BaberNoori.spread = 0: must be > 0"),
        (
            lambda: Elastic(np.ones((0, 2))),
            r"Elastic: its parameters have shape \(0, 2\), expected at least one element",
        ),
        (
            lambda: BoucWen.from_yield(1e5, -0.01),
            "BoucWen.from_yield: yield_displacement = -0.01: must be > 0",
        ),
        (
            lambda: BoucWen.from_yield(1e5, np.nan),
            "BoucWen.from_yield: yield_displacement = nan: must be finite",
        ),
        (
            lambda: BoucWen.from_yield(1e5, 0.01, exponent=0.5),
            "BoucWen.from_yield: exponent = 0.5: must be >= 1",
        ),
        (
            lambda: BoucWen.from_yield(1e5, 0.01, beta_share=0.4),
            "BoucWen.from_yield: beta_share = 0.4: must be >= 0.5",
        ),
        (
            lambda: BoucWen.from_yield(1e5, 0.01, exponent=400.0),
            r"BoucWen.beta = inf: must be finite",
        ),
        (
            lambda: BoucWen.from_yield(1, [1, 2], exponent=[1, 2, 3]),
            r"do not agree: yield_displacement has \(2,\)",
        ),
        (
            lambda: ForceFormBoucWen.in_unit(["kN"], 1, 1, 1, 1),
            r"force_unit = \['kN'\]: expected one of N, kN, MN",
        ),
        (
            lambda: ForceFormBoucWen.in_unit("kN", 1, None, 1, 1),
            "ForceFormBoucWen.alpha = None: expected a number",
        ),
        (lambda: Law.from_dict(None), "law = None: expected a mapping of its name and parameters"),
        (lambda: Law.from_dict({"law": ["Elastic"]}), r"law = \['Elastic'\]: expected one of"),
        (
            lambda: Law.from_dict({"law": "Elastic", 1: 2}),
            "Elastic: parameters 1, stiffness missing or unknown",
        ),
        (
            lambda: Law.from_dict({"law": "Hertz"}),
            "law = 'Hertz': expected one of Elastic, Viscous, ElasticPower",
        ),
        (
            lambda: Law.from_dict({"law": "Elastic", "k": 1.0}),
            "Elastic: parameters k, stiffness missing or unknown",
        ),
    ],
)
def test_inadmissible_parameters_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_parameters_are_spread_over_the_elements_and_cannot_be_changed():
    law = wen(stiffness=[1.0, 2.0, 3.0])
    assert len(law) == 3
    np.testing.assert_array_equal(law.exponent, [2.0, 2.0, 2.0])
    with pytest.raises(ValueError, match="read-only"):
        law.stiffness[0] = -1.0


@pytest.mark.parametrize(
    "law",
    [
        Elastic([1.0, 2.0]),
        Viscous(3.0),
        ForceFormBoucWen(1.0, [1.0, 2.0], 0.5, 3.0),
        wen(),
        degrading(pinching=0.5),
    ],
)
def test_description_goes_to_plain_lists_and_back(law):
    again = Law.from_dict(law.to_dict())
    assert type(again) is type(law)
    assert again.to_dict() == law.to_dict()


def test_force_form_says_where_it_creates_energy():
    """Published parameters do: gamma > beta in the terms of Wen, storeys 1, 3 and 5 of Zhang's
    building.
    """
    (law,) = five_storey().laws
    np.testing.assert_array_equal(law.dissipative, [False, True, False, True, False])


@pytest.mark.parametrize(("gamma", "velocity"), [(1.5, -1.0), (-1.5, 1.0)])
def test_a_law_that_creates_energy_is_kept_with_a_warning(gamma, velocity):
    """Its dissipation z (v - z') is negative on unloading where gamma > beta, on loading where
    gamma < -beta.
    """
    with pytest.warns(InadmissibleLaw, match=rf"gamma = {gamma} lies outside \[-beta, beta\]"):
        law = wen(beta=1.0, gamma=gamma)
    z, v = np.array([0.5]), np.array([velocity])
    assert z * (v - rates(law, z, 0.0 * z, v)) < 0.0
