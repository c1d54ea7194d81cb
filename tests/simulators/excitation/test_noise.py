"""Band-limited, Kanai-Tajimi and Clough-Penzien noise: support, spectrum, variance, amplitude,
baseline.
"""

import pickle

import numpy as np
import pytest
from scipy import integrate

from simulators.excitation import BandLimitedNoise, CloughPenzien, KanaiTajimi

PROCESSES = [
    BandLimitedNoise(low_frequency=0.5, high_frequency=10.0, root_mean_square=2.0),
    KanaiTajimi(root_mean_square=2.0),
    CloughPenzien.firm(root_mean_square=2.0),
    CloughPenzien.medium(root_mean_square=2.0),
    CloughPenzien.soft(root_mean_square=2.0),
]


def draw(process, records=400, duration=40.0, interval=0.02, seed=0):
    """Accelerations of many records, shape (record, time)."""
    generator = np.random.default_rng(seed)
    return np.array(
        [process.sample(generator, duration, interval).acceleration for _ in range(records)]
    )


def ids(process):
    return f"{type(process).__name__}-{getattr(process, 'ground_angular_frequency', 0.0):.0f}"


@pytest.mark.parametrize("duration", [40.0, 39.98])
def test_band_limited_noise_has_exact_support_and_no_mean(duration):
    acceleration = draw(PROCESSES[0], records=3, duration=duration)
    frequency = np.fft.rfftfreq(acceleration.shape[1], 0.02)
    spectrum = np.abs(np.fft.rfft(acceleration))
    outside = (frequency < 0.5) | (frequency > 10.0)
    assert spectrum[:, outside].max() < 1e-11 * spectrum.max()
    assert (spectrum[:, ~outside] > 0.0).all()
    assert np.abs(acceleration.mean(axis=1)).max() < 1e-13


@pytest.mark.parametrize("process", PROCESSES, ids=ids)
def test_spectral_density_integrates_to_the_variance(process):
    total, _ = integrate.quad(process.power_spectral_density, 0.0, np.inf, limit=2000)
    assert total == pytest.approx(process.root_mean_square**2, rel=1e-3)


def test_kanai_tajimi_density_is_the_published_one():
    """S_0 from the closed-form variance pi w_g (1 + 4 z^2) / (2 z) S_0, one-sided per Hz: 4 pi S_0
    |H|^2.
    """
    angular, damping = 12.0, 0.3
    process = KanaiTajimi(
        ground_angular_frequency=angular, ground_damping=damping, root_mean_square=1.7
    )
    intensity = 1.7**2 / (np.pi * angular * (1.0 + 4.0 * damping**2) / (2.0 * damping))
    w = np.linspace(0.0, 100.0, 50)
    gain = (angular**4 + (2.0 * damping * angular * w) ** 2) / (
        (angular**2 - w**2) ** 2 + (2.0 * damping * angular * w) ** 2
    )
    density = process.power_spectral_density(w / (2.0 * np.pi))
    np.testing.assert_allclose(density, 4.0 * np.pi * intensity * gain, rtol=1e-12)


def test_clough_penzien_is_kanai_tajimi_times_its_high_pass():
    soft = CloughPenzien.soft(root_mean_square=1.0)
    ground = KanaiTajimi(ground_angular_frequency=5.0, ground_damping=0.2, root_mean_square=1.0)
    w = np.linspace(0.01, 60.0, 50)
    high_pass = w**4 / ((0.5**2 - w**2) ** 2 + (2.0 * 0.6 * 0.5 * w) ** 2)
    ratio = (
        soft.power_spectral_density(w / 2 / np.pi)
        / ground.power_spectral_density(w / 2 / np.pi)
        / high_pass
    )
    np.testing.assert_allclose(ratio, ratio[0], rtol=1e-10)


@pytest.mark.parametrize("process", PROCESSES, ids=ids)
def test_sampled_variance_and_spectrum_are_those_of_the_process(process):
    """400 records; the variance is that below the Nyquist frequency, at the first sample as in the
    middle.
    """
    acceleration = draw(process)
    band = np.linspace(0.0, 25.0, 20001)
    carried = integrate.simpson(process.power_spectral_density(band), x=band)
    assert np.mean(acceleration**2) == pytest.approx(carried, rel=0.02)
    assert np.mean(acceleration[:, ::100] ** 2, axis=0) == pytest.approx(carried, rel=0.35)
    # Periodogram, averaged over records and over bands of 20 lines
    samples = acceleration.shape[1]
    density = (
        2.0
        * 0.02
        / samples
        * np.mean(np.abs(np.fft.rfft(acceleration)) ** 2, axis=0)[21:981].reshape(-1, 20)
    )
    frequency = np.fft.rfftfreq(samples, 0.02)[21:981].reshape(-1, 20)
    expected = process.power_spectral_density(frequency).mean(axis=1)
    strong = expected > 0.01 * expected.max()
    np.testing.assert_allclose(density.mean(axis=1)[strong], expected[strong], rtol=0.1)


def test_the_ends_of_filtered_noise_are_independent():
    acceleration = draw(
        KanaiTajimi(root_mean_square=1.0, correct_baseline=False), records=2000, duration=4.0
    )
    assert abs(np.corrcoef(acceleration[:, 0], acceleration[:, -1])[0, 1]) < 0.07
    assert np.corrcoef(acceleration[:, 0], acceleration[:, 1])[0, 1] > 0.7


@pytest.mark.parametrize("kind", [KanaiTajimi, CloughPenzien])
def test_baseline_is_corrected_by_default(kind):
    generator = np.random.default_rng(3)
    assert abs(kind(peak=3.0).sample(generator, 20.0, 0.01).velocity[-1]) < 1e-12
    assert (
        abs(kind(peak=3.0, correct_baseline=False).sample(generator, 20.0, 0.01).velocity[-1])
        > 1e-4
    )


@pytest.mark.parametrize("kind", [KanaiTajimi, CloughPenzien])
def test_peak_is_exact(kind):
    motion = kind(peak=3.0).sample(np.random.default_rng(0), 20.0, 0.01)
    assert motion.peak == pytest.approx(3.0, rel=1e-15)
    assert motion.acceleration.shape == (2001,)
    assert motion.duration == 20.0


def test_one_seed_gives_one_motion():
    process = KanaiTajimi(peak=1.0)
    one, same, other = (
        process.sample(np.random.default_rng(s), 10.0, 0.01).acceleration for s in (1, 1, 2)
    )
    np.testing.assert_array_equal(one, same)
    assert not np.array_equal(one, other)
    assert pickle.loads(pickle.dumps(process)) == process


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: KanaiTajimi(), "exactly one of root_mean_square and peak"),
        (lambda: KanaiTajimi(root_mean_square=1.0, peak=1.0), "exactly one"),
        (lambda: KanaiTajimi(peak=-1.0), "peak must be"),
        (lambda: KanaiTajimi(root_mean_square=np.nan), "root_mean_square must be"),
        (lambda: KanaiTajimi(peak=1.0, ground_damping=0.0), "ground_damping must be"),
        (lambda: CloughPenzien(peak=1.0, high_pass_damping=0.0), "high_pass_damping must be"),
        (
            lambda: BandLimitedNoise(low_frequency=5.0, high_frequency=5.0, peak=1.0),
            "low_frequency must be",
        ),
        (
            lambda: BandLimitedNoise(low_frequency=-1.0, high_frequency=5.0, peak=1.0),
            "low_frequency must be",
        ),
    ],
)
def test_bad_parameters_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize(
    ("band", "duration", "interval", "message"),
    [
        ((0.5, 30.0), 40.0, 0.02, "high_frequency must be at most 25 Hz"),
        ((0.51, 0.52), 1.0, 0.02, "holds no multiple"),
        (
            (0.5, 10.0),
            40.01,
            0.02,
            "duration must be a whole multiple of the interval 0.02 s, got 40.01",
        ),
        ((0.5, 10.0), 40.0, -0.02, "interval must be"),
        ((0.5, 10.0), np.nan, 0.02, "duration must be"),
    ],
)
def test_a_grid_that_does_not_fit_is_refused(band, duration, interval, message):
    process = BandLimitedNoise(low_frequency=band[0], high_frequency=band[1], peak=1.0)
    with pytest.raises(ValueError, match=message):
        process.sample(np.random.default_rng(0), duration, interval)
