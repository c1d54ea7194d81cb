"""What degradation leaves of an element: recoverable energy against its integral, and the end of
the amplitude.
"""

import numpy as np
import pytest
from scipy.integrate import quad

from simulators import BaberNoori, BoucWen, Elastic
from simulators.hysteresis.bouc_wen import bouc_wen_tangent
from simulators.hysteresis.elements import Elements


def dissipated_energy(laws, z, work):
    return Elements(laws).dissipated(z, np.zeros_like(z), work)


def pinched(**changes):
    law = {
        "stiffness": 1e5,
        "post_yield_ratio": 0.1,
        "beta": 0.6e4,
        "gamma": 0.4e4,
        "exponent": 2.0,
        "mass": 2.0,
    }
    pinching = {
        "pinching": 0.9,
        "pinching_rate": 0.2,
        "pinching_onset": 0.3,
        "spread": 0.01,
        "spread_rate": 1e-3,
    }
    degradation = {
        "strength_loss": 0.05,
        "flexibility_gain": 0.03,
        "amplitude_loss": 0.02,
        "coupling": 0.4,
    }
    return BaberNoori(**law | pinching | degradation | changes)


@pytest.mark.parametrize("onset", [0.0, 0.3])
@pytest.mark.parametrize("z", [-0.012, 1e-6, 0.004, 0.03])
def test_recoverable_energy_is_the_integral_along_the_pinched_unloading(z, onset):
    """scale eta / A times the integral of zeta / h, whose closed form the code has."""
    work, e = 10.0, 10.0 / 2.0
    nu, eta, A = 1.0 + 0.05 * e, 1.0 + 0.03 * e, 1.0 - 0.02 * e
    severity = 0.9 * (1.0 - np.exp(-0.2 * e))
    width, onset_z = (0.01 + 1e-3 * e) * (0.4 + severity), onset * (nu * 1e4) ** -0.5
    integral, _ = quad(
        lambda x: x / (1.0 - severity * np.exp(-(x**2 + onset_z**2) / width**2)),
        0.0,
        abs(z),
        epsabs=0.0,
        epsrel=1e-11,
    )
    recovered = work - dissipated_energy(
        [pinched(pinching_onset=onset)], np.array([z]), np.array([work])
    )
    np.testing.assert_allclose(recovered, 0.9e5 * eta / A * integral, rtol=1e-7)


def test_pinching_of_recovery_lies_between_those_of_loading_and_unloading():
    """Which is why an element never gives back what it has dissipated, as long as its degradation
    stays.
    """
    generator = np.random.default_rng(0)
    z, onset, width = generator.uniform(0.0, 1.0, (3, 1000))
    recovery = (z**2 + onset**2) / width**2
    assert np.all(((z - onset) / width) ** 2 <= recovery)
    assert np.all(recovery <= ((z + onset) / width) ** 2)


def test_elements_without_pinching_store_what_their_slope_at_rest_does():
    """scale eta z^2 / (2 A), also of Bouc-Wen; a spring has no hysteretic energy at all."""
    laws = (
        BoucWen(1e5, 0.1, 0.6e4, 0.4e4, 2.0, amplitude=2.0),
        Elastic(1e5),
        pinched(pinching=0.0),
    )
    z, work = np.array([0.01, 0.0, 0.01]), np.array([50.0, 0.0, 50.0])
    stored = work - dissipated_energy(laws, z, work)
    expected = (
        0.5 * 0.9e5 * 1e-4 * np.array([1.0 / 2.0, 0.0, (1.0 + 0.03 * 25.0) / (1.0 - 0.02 * 25.0)])
    )
    np.testing.assert_allclose(stored, expected, rtol=1e-13)
    assert (
        bouc_wen_tangent(0.0, 1.0, 1.0, 2.0, 0.6e4, 0.4e4) == 2.0
    )  # the slope at rest, in units of scale


def test_the_first_element_without_amplitude_is_named():
    elements = Elements([pinched(), Elastic(1.0), pinched()], over_time=True)
    work = np.zeros((3, 5, 3))
    work[1, 3:, 2], work[2, 4:, 0] = 100.0, 101.0  # A_0 m / delta_A = 100 J
    with pytest.raises(
        ValueError,
        match=r"record 1: element 2 has lost its amplitude, .* at 0\.06 s.*; 2 such records",
    ):
        elements.refuse_exhausted(work, 0.02)
    work[1, 3:, 2], work[2, 4:, 0] = 99.9, 0.0
    elements.refuse_exhausted(work, 0.02)
