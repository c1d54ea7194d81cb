"""BaseMotion and ExternalForce: checks, integrals, resampling, baseline, spectra."""

import numpy as np
import pytest

from simulators.excitation.motion import BaseMotion, ExternalForce


def tone(frequency, interval, duration, phase=0.3):
    time = np.arange(round(duration / interval) + 1) * interval
    return BaseMotion(np.sin(2.0 * np.pi * frequency * time + phase), interval)


def test_record_is_a_read_only_copy_with_its_times_and_peak():
    values = np.array([0.0, 1.0, -3.0])
    motion = BaseMotion(values, 0.5, origin="by hand")
    values[0] = 9.0
    assert motion.acceleration[0] == 0.0
    assert motion.duration == 1.0
    assert motion.peak == 3.0
    np.testing.assert_array_equal(motion.time, [0.0, 0.5, 1.0])
    with pytest.raises(ValueError, match="read-only"):
        motion.acceleration[0] = 1.0


@pytest.mark.parametrize("record", [BaseMotion, ExternalForce])
@pytest.mark.parametrize(
    ("values", "interval", "message"),
    [
        ([0.0, 1.0, np.nan, np.inf], 0.1, "sample 2 is nan"),
        ([0.0], 0.1, "at least 2 samples"),
        ([[0.0, 1.0]], 0.1, r"shape \(1, 2\)"),
        ([0.0, 1.0], 0.0, "interval must be a positive"),
        ([0.0, 1.0], np.nan, "interval must be a positive"),
    ],
)
def test_bad_records_are_refused(record, values, interval, message):
    with pytest.raises(ValueError, match=message):
        record(values, interval)


def test_force_knows_its_floor():
    force = ExternalForce([0.0, 2.0], 0.1, floor=3)
    assert (force.floor, force.peak, force.duration) == (3, 2.0, 0.1)
    with pytest.raises(ValueError, match="floor"):
        ExternalForce([0.0, 2.0], 0.1, floor=1.5)


def test_velocity_and_displacement_are_exact_for_linear_acceleration():
    time = np.linspace(0.0, 2.0, 11)
    motion = BaseMotion(3.0 + 2.0 * time, 0.2)
    np.testing.assert_allclose(motion.velocity, 3.0 * time + time**2, atol=1e-14)
    np.testing.assert_allclose(motion.displacement, 1.5 * time**2 + time**3 / 3.0, atol=1e-14)


@pytest.mark.parametrize("interval", [0.01, 0.013, 1.0 / 750.0, 0.05, 0.02 * np.pi / 2.0])
def test_resampling_keeps_a_tone(interval):
    """Exact to 1e-7 once 64 samples of the coarser grid from the ends."""
    resampled = tone(3.0, 0.02, 40.0).resample(interval)
    assert resampled.interval == interval
    assert resampled.duration == pytest.approx(40.0, abs=interval)
    assert resampled.duration <= 40.0 + 1e-9
    error = np.abs(resampled.acceleration - tone(3.0, interval, resampled.duration).acceleration)
    inside = np.abs(resampled.time - 20.0) < 20.0 - 64.0 * max(interval, 0.02)
    assert error[inside].max() < 1e-7 + 4e-4 * (
        interval == 0.02 * np.pi / 2.0
    )  # an irrational ratio is rounded
    assert error.max() < 5e-3


def test_resampling_does_not_alias():
    """20 Hz on a grid that carries 10 Hz would fold to 0 Hz; it must vanish."""
    resampled = tone(20.0, 0.02, 40.0).resample(0.05)
    inside = np.abs(resampled.time - 20.0) < 16.0
    assert np.abs(resampled.acceleration[inside]).max() < 1e-6


@pytest.mark.parametrize("interval", [0.0, -0.1, np.nan, 41.0])
def test_resampling_refuses_an_interval_outside_the_record(interval):
    with pytest.raises(ValueError, match="interval must be above 0"):
        tone(3.0, 0.02, 40.0).resample(interval)


def test_scaling_to_a_peak():
    assert tone(1.0, 0.01, 5.0).scale_to_peak(2.5).peak == pytest.approx(2.5, rel=1e-15)
    with pytest.raises(ValueError, match="zero everywhere"):
        BaseMotion(np.zeros(5), 0.1).scale_to_peak(1.0)
    with pytest.raises(ValueError, match="peak must be a positive"):
        tone(1.0, 0.01, 5.0).scale_to_peak(-1.0)


def test_scaling_to_a_spectral_acceleration():
    scaled = tone(1.0, 0.01, 5.0).scale_to_spectral_acceleration(3.0, period=0.7, damping=0.02)
    assert scaled.response_spectrum([0.7], 0.02)["pseudo_acceleration"].item() == pytest.approx(
        3.0, rel=1e-12
    )


def test_spectrum_of_a_resonant_harmonic():
    """From rest, sin(w t) at resonance: S_d -> (1 - exp(-z w t)) / (2 z w^2) for small damping."""
    damping, period, duration = 0.05, 0.5, 20.0
    spectrum = tone(1.0 / period, 0.002, duration, phase=0.0).response_spectrum([period], damping)
    angular = 2.0 * np.pi / period
    expected = 1.0 / (2.0 * damping * angular**2)
    assert spectrum["displacement"].item() == pytest.approx(expected, rel=1e-3)
    assert spectrum["pseudo_acceleration"].item() == pytest.approx(1.0 / (2.0 * damping), rel=1e-3)
    assert spectrum["displacement"].attrs["units"] == "m"


def test_spectrum_tends_to_the_motion_of_the_ground():
    """A long oscillator stays where it is: S_d is the peak ground displacement. A short one moves
    with the ground.
    """
    time = np.arange(0.0, 4.0, 0.01)
    motion = BaseMotion(np.sin(2.0 * np.pi * time) * np.sin(np.pi * time / 4.0) ** 2, 0.01)
    spectrum = motion.response_spectrum([0.1, 4000.0], 0.01)
    assert spectrum["displacement"].values[1] == pytest.approx(
        np.abs(motion.displacement).max(), rel=2e-3
    )
    assert spectrum["pseudo_acceleration"].values[0] == pytest.approx(motion.peak, rel=0.03)


def test_spectrum_refuses_bad_input():
    with pytest.raises(ValueError, match="periods must be positive"):
        tone(1.0, 0.01, 5.0).response_spectrum([0.5, 0.0])
    with pytest.raises(ValueError, match="damping must be"):
        tone(1.0, 0.01, 5.0).response_spectrum([0.5], 1.0)


@pytest.mark.parametrize("degree", [0, 1, 2, 3])
def test_baseline_correction_removes_the_polynomial_and_ends_at_rest(degree):
    """A polynomial is taken away entirely, and what is left of a motion has the least velocity
    under v(T) = 0.
    """
    line = np.polynomial.Polynomial([0.1, -0.3, 0.2, 0.5][: degree + 1])(
        np.linspace(-1.0, 1.0, 2001)
    )
    motion = tone(1.7, 0.01, 20.0)
    corrected = BaseMotion(motion.acceleration + line, 0.01).correct_baseline(degree)
    np.testing.assert_allclose(
        corrected.acceleration, motion.correct_baseline(degree).acceleration, atol=1e-12
    )
    assert abs(corrected.velocity[-1]) < 1e-12
    # stationarity: no admissible change, of zero last velocity, lies along the velocity that is
    # left
    if degree:
        change = np.polynomial.legendre.legvander(np.linspace(-1.0, 1.0, 2001), degree)
        changes = np.array([BaseMotion(column, 0.01).velocity for column in change.T])
        admissible = changes[1:] - np.outer(changes[1:, -1] / changes[0, -1], changes[0])
        assert np.abs(admissible @ corrected.velocity).max() < 1e-8


def test_high_pass_removes_slow_motion_and_keeps_the_rest():
    slow, fast = tone(0.02, 0.01, 200.0), tone(2.0, 0.01, 200.0)
    both = BaseMotion(slow.acceleration + fast.acceleration, 0.01).correct_baseline(
        corner_frequency=0.1
    )
    inside = slice(2000, -2000)
    assert np.abs(both.acceleration - fast.acceleration)[inside].max() < 0.01
    with pytest.raises(ValueError, match="corner_frequency"):
        fast.correct_baseline(corner_frequency=50.0)
    with pytest.raises(ValueError, match="degree"):
        fast.correct_baseline(degree=-1)
