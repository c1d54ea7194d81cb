"""Published structures against what was published about them."""

import h5py
import numpy as np
import pytest
from scipy.signal import resample

from simulators import ExternalForce, solve
from simulators.structures.presets import benchmark_oscillator, five_storey


def test_five_storey_building_has_the_published_modes():
    building = five_storey()
    published = [0.83310, 2.38704, 3.74119, 4.80122, 5.57053]
    np.testing.assert_allclose(building.frequencies, published, rtol=0.0, atol=0.5e-5)
    np.testing.assert_allclose(
        building.damping_ratios, [0.05099, 0.14547, 0.22519, 0.28991, 0.33962], atol=1e-5
    )


def test_five_storey_building_is_in_newton():
    (law,) = five_storey().laws
    np.testing.assert_allclose(law.stiffness, [30e3, 24e3, 30e3, 24e3, 30e3])
    np.testing.assert_allclose(
        law.ultimate_force, 1e3 * np.array([10.0 ** (1 / 3), 8.0**0.5] * 2 + [10.0 ** (1 / 3)])
    )
    np.testing.assert_allclose(np.diag(five_storey().mass), [100.0, 80.0, 80.0, 80.0, 80.0])
    np.testing.assert_allclose(
        np.diag(five_storey().damping), [1050.0, 1050.0, 1050.0, 1050.0, 550.0]
    )


def test_benchmark_oscillator_has_the_published_mode():
    """35.59 Hz and 1.12 % for small motions (Noel and Schoukens 2016)."""
    oscillator = benchmark_oscillator()
    np.testing.assert_allclose(oscillator.frequencies, [35.59], atol=0.005)
    np.testing.assert_allclose(oscillator.damping_ratios, [0.0112], atol=0.00005)


def test_benchmark_oscillator_reproduces_the_official_multisine(shared_data):
    """Steady state under the periodic input at 15 000 Hz, against the benchmark's own integrator at
    that rate.
    """
    with h5py.File(shared_data / "bouc_wen_benchmark" / "test_multisine.h5") as file:
        force, displacement = file["u"][:], file["y"][:]
        rate = float(file.attrs["sampling_frequency_hz"])
    assert rate == 750.0
    period = resample(force, 20 * force.size)  # band-limited and periodic
    excitation = ExternalForce(np.concatenate([period, period, period[:1]]), 1.0 / (20.0 * rate))
    response = solve(benchmark_oscillator(), excitation, tolerance=1e-5, outputs=("displacement",))
    steady = response["displacement"].values[0, period.size : -1 : 20, 0]
    assert np.sqrt(np.mean((steady - displacement) ** 2)) < 5e-4 * displacement.std()


@pytest.mark.parametrize("method", ["batch", "DOP853"])
def test_benchmark_oscillator_has_the_published_rate(method):
    """z' = alpha v - beta (gamma |v| z + delta v |z|) from rest under a push: z = alpha / c (1 -
    exp(-c d)), c < 0.
    """
    push = ExternalForce(np.linspace(0.0, 200.0, 21), 1e-3)
    response = solve(benchmark_oscillator(), push, method=method, tolerance=1e-9)
    drift, force = (response[name].values[0, :, 0] for name in ("drift", "restoring_force"))
    assert np.all(np.diff(drift) > 0.0)
    c = 1e3 * (0.8 - 1.1)
    np.testing.assert_allclose(force, 5e4 / c * (1.0 - np.exp(-c * drift)), rtol=1e-6, atol=1e-6)
