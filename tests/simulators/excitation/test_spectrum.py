"""Response spectra against the matrix exponential, closed forms and eqsig."""

import warnings
from itertools import pairwise

import numpy as np
import pytest
from scipy.linalg import expm

from simulators import BaseMotion
from simulators.excitation.recorded import read_accelerogram
from simulators.excitation.spectrum import response_spectrum

INTERVAL = 0.02


def noise(seed=0, samples=120):
    return np.random.default_rng(seed).standard_normal(samples)


def matrix_exponential(acceleration, period, damping, substeps):
    """Largest displacement and absolute acceleration by exp of the system of (u, u', a, a'), at
    many instants of every interval.
    """
    angular = 2.0 * np.pi / period
    system = np.zeros((4, 4))
    system[0, 1] = 1.0
    system[1, :3] = -(angular**2), -2.0 * damping * angular, -1.0
    system[2, 3] = 1.0
    step = expm(system * INTERVAL / substeps)
    state = np.zeros(4)
    states = []
    for now, after in pairwise(acceleration):
        state[2:] = now, (after - now) / INTERVAL
        for _ in range(substeps):
            states.append(state)
            state = step @ state
    history = np.array([*states, state])
    total = -2.0 * damping * angular * history[:, 1] - angular**2 * history[:, 0]
    return np.abs(history[:, 0]).max(), np.abs(total).max()


@pytest.mark.parametrize("damping", [0.005, 0.05, 0.7])
@pytest.mark.parametrize("period", [0.004, 0.015, 0.03, 0.0401, 0.096, 0.119, 0.5, 3.0, 40.0])
def test_peaks_are_those_of_the_matrix_exponential(period, damping):
    """From a fifth of a sampling interval to two thousand; the instants of the reference miss the
    peak by little, and never exceed it.
    """
    acceleration = noise(samples=60)
    substeps = max(8, int(np.ceil(300.0 * INTERVAL / period)))
    spectrum = response_spectrum(acceleration, INTERVAL, [period], damping)
    names = ("displacement", "absolute_acceleration")
    references = matrix_exponential(acceleration, period, damping, substeps)
    for name, reference in zip(names, references, strict=True):
        assert spectrum[name].item() >= reference * (1.0 - 1e-9), name
        assert spectrum[name].item() == pytest.approx(reference, rel=2e-3), name


def test_a_peak_between_samples_is_the_closed_form():
    """Constant acceleration from the first sample: 1 - cos, greatest after half a period."""
    period = 0.27
    spectrum = response_spectrum(np.ones(40), INTERVAL, [period], 1e-12)
    static = (period / (2.0 * np.pi)) ** 2
    assert spectrum["displacement"].item() == pytest.approx(2.0 * static, rel=1e-9)
    assert spectrum["absolute_acceleration"].item() == pytest.approx(2.0, rel=1e-9)


def test_quantities_are_those_of_one_displacement():
    periods = np.geomspace(0.01, 5.0, 30)
    spectrum = response_spectrum(noise(), INTERVAL, periods)
    angular = 2.0 * np.pi / periods
    displacement = spectrum["displacement"].values
    np.testing.assert_allclose(spectrum["pseudo_velocity"], angular * displacement, rtol=1e-13)
    np.testing.assert_allclose(
        spectrum["pseudo_acceleration"], angular**2 * displacement, rtol=1e-13
    )
    light = response_spectrum(noise(), INTERVAL, periods, 1e-6)
    np.testing.assert_allclose(
        light["absolute_acceleration"], light["pseudo_acceleration"], rtol=1e-4
    )


def test_a_rigid_oscillator_moves_with_the_ground():
    acceleration = noise()
    spectrum = response_spectrum(acceleration, INTERVAL, [1e-6])
    for name in ("pseudo_acceleration", "absolute_acceleration"):
        assert spectrum[name].item() == pytest.approx(np.abs(acceleration).max(), rel=1e-3)


def test_records_at_once_are_records_one_by_one():
    records = np.stack([noise(seed) for seed in range(4)])
    periods = [0.03, 0.2, 1.0]
    together = response_spectrum(records, INTERVAL, periods)
    assert together["displacement"].dims == ("record", "period")
    for number, record in enumerate(records):
        alone = response_spectrum(record, INTERVAL, periods)
        for name in together.data_vars:
            np.testing.assert_array_equal(together[name][number], alone[name])


def test_the_response_does_not_depend_on_how_finely_a_motion_is_written():
    """Samples put between others on straight lines change nothing."""
    acceleration = noise(samples=80)
    time = INTERVAL * np.arange(80)
    fine_time = np.linspace(0.0, time[-1], 79 * 7 + 1)
    fine = np.interp(fine_time, time, acceleration)
    periods = np.geomspace(0.003, 30.0, 40)
    coarse = response_spectrum(acceleration, INTERVAL, periods)
    same = response_spectrum(fine, INTERVAL / 7.0, periods)
    for name in coarse.data_vars:
        np.testing.assert_allclose(same[name], coarse[name], rtol=1e-10)


def test_eqsig_agrees_where_it_is_exact():
    """Above six sampling intervals, but for peaks between samples, which it does not see: under a
    motion sampled finely.
    """
    eqsig = pytest.importorskip("eqsig.sdof")
    fine = np.interp(np.arange(0.0, 2.38, 0.001), INTERVAL * np.arange(120), noise())
    periods = np.geomspace(0.05, 3.0, 40)
    spectrum = response_spectrum(fine, 0.001, periods)
    found = eqsig.pseudo_response_spectra(fine, 0.001, periods, 0.05)
    for name, values in zip(list(spectrum.data_vars)[:3], found, strict=True):
        np.testing.assert_allclose(spectrum[name], values, rtol=3e-3)
        assert (spectrum[name].values >= values * (1.0 - 1e-6)).all()


def test_what_the_record_cannot_know_is_said():
    motion = BaseMotion(noise(), INTERVAL)
    assert "note" not in motion.response_spectrum([0.04, 1.0]).attrs
    note = motion.response_spectrum([0.039, 1.0]).attrs["note"]
    assert note.startswith("a record sampled every 0.02 s tells nothing of periods below 0.04 s")
    with pytest.warns(UserWarning, match=r"period = 0.01 s: a record sampled every 0\.02 s"):
        motion.scale_to_spectral_acceleration(1.0, 0.01)


@pytest.mark.parametrize("period", [0.05, 0.096, 0.1, 0.119, 1.0])
def test_a_scaled_record_has_the_spectral_acceleration_that_was_asked_for(period):
    motion = BaseMotion(noise(), INTERVAL)
    with warnings.catch_warnings(action="error"):
        scaled = motion.scale_to_spectral_acceleration(5.0, period)
    reference, _ = matrix_exponential(scaled.acceleration, period, 0.05, 400)
    assert reference * (2.0 * np.pi / period) ** 2 == pytest.approx(5.0, rel=1e-4)


def test_loma_prieta_below_six_sampling_intervals(shared_data):
    """Resampled to 0.02 s its spectral acceleration at 0.1 s is not its peak."""
    path = shared_data / "records" / "loma_prieta_1989_0111a.smc"
    motion = read_accelerogram(path).resample(INTERVAL)
    reference, total = matrix_exponential(motion.acceleration, 0.1, 0.05, 200)
    spectrum = motion.response_spectrum([0.1])
    assert spectrum["displacement"].item() == pytest.approx(reference, rel=1e-4)
    assert spectrum["absolute_acceleration"].item() == pytest.approx(total, rel=1e-4)
    assert spectrum["pseudo_acceleration"].item() > 1.7 * motion.peak


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((np.ones((2, 2, 2)), 0.1, [1.0]), "acceleration"),
        (([0.0, np.nan], 0.1, [1.0]), "acceleration"),
        (([0.0, 1.0], 0.0, [1.0]), "interval must be a positive number"),
        (([0.0, 1.0], 0.1, [0.0]), "periods must be positive"),
        (([0.0, 1.0], 0.1, []), "periods"),
        (([0.0, 1.0], 0.1, [1.0], 1.0), "damping must be"),
    ],
)
def test_wrong_arguments_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        response_spectrum(*arguments)
