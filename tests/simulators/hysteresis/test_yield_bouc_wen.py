"""The Bouc-Wen law by its yield displacement: that of the normalised form, and bounded by it."""

import numpy as np
import pytest

from simulators import BoucWen, YieldBoucWen, shear_building, solve
from simulators.excitation import KanaiTajimi

STIFFNESS, YIELD = 2e5, 0.012


@pytest.mark.parametrize("exponent", [1.0, 2.0, 6.5])
@pytest.mark.parametrize("share", [0.5, 0.8])
def test_it_is_the_normalised_law_with_its_coefficients(exponent, share):
    drift = 0.05 * np.sin(np.linspace(0.0, 20.0, 400)) * np.linspace(0.1, 1.0, 400)
    own = YieldBoucWen(STIFFNESS, YIELD, 0.1, exponent, share)
    other = BoucWen.from_yield(STIFFNESS, YIELD, 0.1, exponent, share)
    force, expected = (law.drive(drift, 0.01).restoring_force for law in (own, other))
    np.testing.assert_allclose(force, expected)


@pytest.mark.parametrize("exponent", [1.0, 2.0, 8.0])
def test_the_force_beside_the_elastic_share_tends_to_that_at_yield(exponent):
    """For every exponent, where beta and gamma of one would be those of another yield drift."""
    drift = np.linspace(0.0, 20.0 * YIELD, 400)
    force = YieldBoucWen(STIFFNESS, YIELD, 0.1, exponent).drive(drift, 0.01).restoring_force
    hysteretic = force.values.ravel() - 0.1 * STIFFNESS * drift
    assert hysteretic[-1] == pytest.approx(0.9 * STIFFNESS * YIELD, rel=1e-3)


def test_a_building_of_several_records_and_storeys():
    laws = [
        kind([[2e5, 1e5], [3e5, 2e5]], [[0.01, 0.02], [0.02, 0.01]], 0.05, [[2.0, 1.0], [3.0, 1.5]])
        for kind in (YieldBoucWen, BoucWen.from_yield)
    ]
    motions = [KanaiTajimi(peak=6.0).sample(np.random.default_rng(n), 4.0, 0.02) for n in (0, 1)]
    own, other = (solve(shear_building([900.0, 800.0], law, 300.0), motions) for law in laws)
    np.testing.assert_allclose(own.drift, other.drift, rtol=1e-6)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"yield_displacement": 0.0}, r"YieldBoucWen.yield_displacement = 0: must be > 0"),
        ({"exponent": 0.5}, r"YieldBoucWen.exponent = 0.5: must be >= 1"),
        ({"beta_share": 0.4}, r"YieldBoucWen.beta_share = 0.4: must be >= 0.5"),
        ({"beta_share": 1.2}, r"YieldBoucWen.beta_share = 1.2: must be <= 1"),
        ({"post_yield_ratio": -0.1}, r"YieldBoucWen.post_yield_ratio = -0.1: must be >= 0"),
    ],
)
def test_impossible_parameters_are_refused(change, message):
    with pytest.raises(ValueError, match=message):
        YieldBoucWen(**{"stiffness": 1e5, "yield_displacement": 0.01} | change)
