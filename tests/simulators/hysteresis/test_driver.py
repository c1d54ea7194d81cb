"""A law driven along a drift history, against closed forms and the integrators."""

import numpy as np
import pytest

from simulators import BaberNoori, Bilinear, BoucWen, Elastic, ElasticPower, Viscous, solve
from simulators.hysteresis.driver import draw_loop
from tests.helpers.problems import Cycling, elastoplastic_loop, wen_loop

YIELD = 0.01
PATH = Cycling((YIELD, -2.0 * YIELD, 3.0 * YIELD, -0.5 * YIELD, 4.0 * YIELD, 0.0))


def wen(exponent):
    total = YIELD**-exponent
    return BoucWen(1e5, 0.1, 0.5 * total, 0.5 * total, exponent)


@pytest.mark.parametrize("exponent", [1, 2])
def test_bouc_wen_follows_its_closed_form(exponent):
    response = wen(exponent).drive(PATH.drift, PATH.interval)
    z = wen_loop(PATH.drift, YIELD, exponent)
    np.testing.assert_allclose(response["hysteretic_variable"][:, 0], z, atol=1e-6 * YIELD)
    force = 0.1e5 * PATH.drift + 0.9e5 * z
    np.testing.assert_allclose(response["restoring_force"][:, 0], force, atol=1e-3)
    assert response["hysteretic_variable"].attrs["units"] == "m"


def test_bilinear_follows_the_stop_operator_exactly():
    response = Bilinear(1e5, YIELD, 0.1).drive(PATH.drift, PATH.interval)
    z = elastoplastic_loop(PATH.drift, YIELD)
    np.testing.assert_allclose(response["hysteretic_variable"][:, 0], z, atol=1e-15)
    plastic = np.abs(np.diff(PATH.drift - z, prepend=0.0)).sum()
    np.testing.assert_allclose(
        response["dissipated_energy"][-1, 0], 0.9e5 * YIELD * plastic, rtol=1e-5
    )


def test_a_degrading_law_is_as_the_integrator_has_it():
    law = BaberNoori(
        1e5, 0.1, 6e3, 4e3, 2.0, mass=10.0, spread=YIELD, pinching=0.9, pinching_rate=0.05,
        strength_loss=0.02, flexibility_gain=0.03,
    )  # fmt: skip
    driven = law.drive(PATH.drift, PATH.interval)
    names = ("restoring_force", "dissipated_energy")
    solved = solve(PATH.impose_on(law), PATH.motion, tolerance=1e-6, outputs=names)
    for name in names:
        largest = float(np.abs(driven[name]).max())
        np.testing.assert_allclose(driven[name], solved[name][0], atol=1e-3 * largest)


def test_elements_may_have_histories_of_their_own():
    law = Elastic([1e5, 2e5])
    both = np.stack([PATH.drift, -PATH.drift], axis=1)
    np.testing.assert_allclose(law.drive(both, 0.01)["restoring_force"], both * [1e5, 2e5])
    one = law.drive(PATH.drift, 0.01)["restoring_force"]
    np.testing.assert_allclose(one, PATH.drift[:, None] * [1e5, 2e5])


def test_a_nonlinear_spring_and_a_dashpot():
    spring = ElasticPower(0.0, 1e9, 3.0).drive(PATH.drift, 0.01)
    np.testing.assert_allclose(spring["restoring_force"][:, 0], 1e9 * PATH.drift**3, atol=1e-9)
    np.testing.assert_allclose(spring["dissipated_energy"], 0.0, atol=1e-5)
    dashpot = Viscous(300.0).drive(0.02 * np.arange(5), 0.1)
    np.testing.assert_allclose(dashpot["restoring_force"], 300.0 * 0.2)


@pytest.mark.parametrize(
    ("law", "drift", "interval", "message"),
    [
        (wen(2.0), np.zeros(5), 0.0, r"interval = 0.0 s: must be finite and > 0"),
        (wen(2.0), np.zeros(5), np.inf, r"interval = inf s: must be finite and > 0"),
        (wen(2.0), np.zeros(1), 0.1, r"drift has 1 samples: expected at least 2"),
        (wen(2.0), np.zeros((5, 3)), 0.1, r"drift has 3 elements: expected one, or 1"),
        (wen(2.0), [0.0, np.nan], 0.1, r"drift\[1\] = nan: must be finite"),
        (Elastic([[1.0], [2.0]]), np.zeros(5), 0.1, r"Elastic has 2 records: .* law.rows\(i\)"),
    ],
)
def test_what_cannot_be_driven_is_refused(law, drift, interval, message):
    with pytest.raises(ValueError, match=message):
        law.drive(drift, interval)


def test_the_picture_shows_the_loop():
    response = wen(2.0).drive(PATH.drift, PATH.interval)
    (axes,) = draw_loop(response).axes
    (line,) = axes.lines
    np.testing.assert_allclose(line.get_xdata(), 1e3 * PATH.drift)
    np.testing.assert_allclose(line.get_ydata(), 1e-3 * response["restoring_force"][:, 0])
    assert axes.get_title() == "BoucWen"
