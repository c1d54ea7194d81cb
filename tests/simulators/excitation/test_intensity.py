"""Intensity measures against closed forms of a sine and of a constant, and against eqsig."""

import warnings

import numpy as np
import pytest

from simulators.excitation import intensity
from simulators.units import STANDARD_GRAVITY

AMPLITUDE = 2.0  # m/s^2
FREQUENCY = 1.5  # Hz
INTERVAL = 0.002
CYCLES = 6
DURATION = CYCLES / FREQUENCY


def sine():
    time = np.linspace(0.0, DURATION, round(DURATION / INTERVAL) + 1)
    return AMPLITUDE * np.sin(2.0 * np.pi * FREQUENCY * time)


def test_measures_of_a_sine_are_closed_forms():
    motion = sine()
    angular = 2.0 * np.pi * FREQUENCY
    arias = np.pi / (2.0 * STANDARD_GRAVITY) * AMPLITUDE**2 * DURATION / 2.0
    near = {"rel": 1e-4}  # chords of a sine of 333 samples a cycle
    pga = intensity.peak_ground_acceleration(motion)
    assert pga == pytest.approx(AMPLITUDE, **near)
    velocity = intensity.peak_ground_velocity(motion, INTERVAL)
    assert velocity == pytest.approx(2.0 * AMPLITUDE / angular, **near)
    absolute = intensity.cumulative_absolute_velocity(motion, INTERVAL)
    assert absolute == pytest.approx(2.0 * AMPLITUDE / np.pi * DURATION, **near)
    assert intensity.arias_intensity(motion, INTERVAL) == pytest.approx(arias, **near)


def test_resonance_after_many_cycles_is_the_amplitude_over_twice_the_damping():
    motion = np.tile(sine()[:-1], 10)
    value = intensity.spectral_acceleration(motion, INTERVAL, 1.0 / FREQUENCY, damping=0.05)
    assert value == pytest.approx(AMPLITUDE / (2.0 * 0.05), rel=2e-3)


def test_a_constant_has_its_duration_velocity_and_average_spectrum():
    """Sa of a step is a (1 + exp(-pi zeta / sqrt(1 - zeta^2))) at every period."""
    motion = np.full(801, AMPLITUDE)
    assert intensity.significant_duration(motion, 0.01) == pytest.approx(0.9 * 8.0)
    assert intensity.significant_duration(motion, 0.01, 0.0, 0.75) == pytest.approx(6.0)
    assert intensity.peak_ground_velocity(motion, 0.01) == pytest.approx(8.0 * AMPLITUDE)
    step = AMPLITUDE * (1.0 + np.exp(-np.pi * 0.05 / np.sqrt(1.0 - 0.05**2)))
    average = intensity.average_spectral_acceleration(motion, 0.01, 1.0)
    assert average == pytest.approx(step, rel=1e-6)


def test_lines_are_integrated_exactly_where_they_cross_zero():
    """a = 1 - 2 t over a second: int |a| = 1/2, int a^2 = 1/3, velocity 1/4 at half of it."""
    motion = [1.0, -1.0]
    assert intensity.cumulative_absolute_velocity(motion, 1.0) == pytest.approx(0.5)
    assert intensity.peak_ground_velocity(motion, 1.0) == pytest.approx(0.25)
    arias = intensity.arias_intensity(motion, 1.0)
    assert arias == pytest.approx(np.pi / (2.0 * STANDARD_GRAVITY) / 3.0)


def test_quiet_before_and_after_does_not_count():
    quiet = np.zeros(500)
    motion = sine()
    alone = intensity.significant_duration(motion, INTERVAL)
    padded = intensity.significant_duration(np.concatenate([quiet, motion, quiet]), INTERVAL)
    assert padded == pytest.approx(alone, abs=2 * INTERVAL)


def test_rows_are_records():
    motions = np.random.default_rng(0).standard_normal((3, 200))
    for measure in (
        intensity.peak_ground_velocity,
        intensity.cumulative_absolute_velocity,
        intensity.arias_intensity,
        intensity.significant_duration,
    ):
        alone = [float(measure(motion, 0.02)) for motion in motions]
        assert measure(motions, 0.02) == pytest.approx(alone)
    average = intensity.average_spectral_acceleration
    alone = [float(average(motion, 0.02, 0.5)) for motion in motions]
    assert average(motions, 0.02, 0.5) == pytest.approx(alone)


def test_eqsig_agrees():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import eqsig
    noise = np.random.default_rng(1).standard_normal(4000)
    motion = np.convolve(noise, np.hanning(40), mode="same")  # smooth: their sums are over samples
    signal = eqsig.AccSignal(motion, 0.005)
    theirs = eqsig.im.calc_cav(signal)[-1]
    ours = intensity.cumulative_absolute_velocity(motion, 0.005)
    assert ours == pytest.approx(theirs, rel=2e-3)
    theirs = eqsig.im.calc_arias_intensity(signal)[-1]
    assert intensity.arias_intensity(motion, 0.005) == pytest.approx(theirs, rel=2e-3)
    theirs = eqsig.im.calc_sig_dur_vals(motion, 0.005)
    assert intensity.significant_duration(motion, 0.005) == pytest.approx(theirs, abs=0.02)


@pytest.mark.parametrize("period", [0.003, 5.0])
def test_a_period_outside_the_band_of_the_record_is_refused(period):
    with pytest.raises(ValueError, match=r"outside the band of the record: sampled every 0.002 s"):
        intensity.spectral_acceleration(sine(), INTERVAL, period)


def test_an_average_beyond_the_band_of_the_record_is_refused():
    with pytest.raises(ValueError, match=r"period [\d.]+ s lies outside the band"):
        intensity.average_spectral_acceleration(sine(), INTERVAL, 2.0)


@pytest.mark.parametrize(
    ("low", "high"), [(0.5, 0.5), (-0.1, 0.9), (0.1, 1.1), (0.05, float("nan"))]
)
def test_shares_out_of_order_are_refused(low, high):
    with pytest.raises(ValueError, match="expected 0 <= low < high <= 1"):
        intensity.significant_duration(sine(), INTERVAL, low, high)


def test_a_record_of_zeros_has_no_duration():
    with pytest.raises(ValueError, match="zero throughout"):
        intensity.significant_duration(np.zeros(10), INTERVAL)
