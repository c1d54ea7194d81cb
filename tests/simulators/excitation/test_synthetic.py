"""Envelopes, the Rezaeian-Der Kiureghian process, multisine and sweep."""

from pathlib import Path

import numpy as np
import pytest
import yaml
from scipy import integrate

from simulators import excitation
from simulators.excitation import (
    BandLimitedNoise,
    JenningsHousnerTsai,
    KanaiTajimi,
    Multisine,
    RezaeianDerKiureghian,
    SaragoniHart,
    ShinozukaSato,
    SineSweep,
)
from simulators.excitation.motion import BaseMotion, ExternalForce

ROOT = Path(__file__).resolve().parents[3]
ENVELOPES = [
    JenningsHousnerTsai(),
    ShinozukaSato(decay_rate=0.2, rise_rate=0.7),
    SaragoniHart(peak_time=6.0),
    SaragoniHart.of_durations(17.25, 12.38),
]


@pytest.mark.parametrize("envelope", ENVELOPES, ids=lambda e: type(e).__name__)
def test_an_envelope_starts_at_zero_and_has_maximum_one(envelope):
    factors = envelope(np.linspace(0.0, 200.0, 200_001))
    assert factors[0] == 0.0
    assert factors.max() == pytest.approx(1.0, abs=1e-7)
    assert factors.min() == 0.0
    assert factors[-1] < 1e-3


def test_envelopes_take_their_published_values():
    piecewise = JenningsHousnerTsai(rise_end=4.0, plateau_end=15.0, decay_rate=0.1)
    np.testing.assert_allclose(
        piecewise(np.array([2.0, 4.0, 10.0, 15.0, 25.0])), [0.25, 1.0, 1.0, 1.0, np.exp(-1.0)]
    )
    exponential = ShinozukaSato(decay_rate=0.5, rise_rate=1.0)
    assert exponential(2.0 * np.log(2.0)) == pytest.approx(1.0)
    assert exponential(1.0) == pytest.approx(4.0 * (np.exp(-0.5) - np.exp(-1.0)))
    assert SaragoniHart(peak_time=3.0)(15.0) == pytest.approx(
        0.05, rel=1e-3
    )  # Boore's epsilon 0.2, eta 0.05


@pytest.mark.parametrize(("duration", "middle"), [(17.25, 12.38), (5.0, 10.0), (20.0, 9.0)])
def test_gamma_envelope_has_its_durations(duration, middle):
    time = np.linspace(0.0, 300.0, 300_001)
    energy = integrate.cumulative_trapezoid(
        SaragoniHart.of_durations(duration, middle)(time) ** 2, time, initial=0.0
    )
    early, half, late = np.interp([0.05, 0.45, 0.95], energy / energy[-1], time)
    assert late - early == pytest.approx(duration, rel=1e-4)
    assert half == pytest.approx(middle, rel=1e-4)


@pytest.mark.parametrize("kind", [KanaiTajimi, BandLimitedNoise])
def test_an_envelope_multiplies_the_stationary_record(kind):
    band = (
        {"low_frequency": 0.5, "high_frequency": 10.0}
        if kind is BandLimitedNoise
        else {"correct_baseline": False}
    )
    plain = kind(root_mean_square=1.0, **band).sample(np.random.default_rng(0), 30.0, 0.02)
    shaped = kind(root_mean_square=1.0, envelope=ENVELOPES[0], **band).sample(
        np.random.default_rng(0), 30.0, 0.02
    )
    np.testing.assert_array_equal(
        shaped.acceleration, plain.acceleration * ENVELOPES[0](plain.time)
    )


def test_modulated_noise_has_the_variance_of_its_envelope():
    """The standard deviation is the modulating function; the corner of the high-pass is one cycle
    an hour here.
    """
    process = RezaeianDerKiureghian(root_mean_square=2.0, high_pass_frequency=1.0 / 3600.0)
    generator = np.random.default_rng(0)
    motions = np.array([process.sample(generator, 40.0, 0.05).acceleration for _ in range(2000)])
    time = np.arange(801) * 0.05
    expected = 2.0 * SaragoniHart.of_durations(17.25, 12.38)(time)
    deviation = motions.std(axis=0)
    assert deviation[0] == 0.0
    strong = expected > 0.02
    assert np.abs(deviation / np.maximum(expected, 1e-9) - 1.0)[strong].max() < 0.1
    assert np.mean((deviation / np.maximum(expected, 1e-9))[strong]) == pytest.approx(
        1.0, abs=0.005
    )


def test_modulated_noise_is_the_published_sum():
    """The sum over all earlier impulses, each with the frequency at its birth, written out."""
    process = RezaeianDerKiureghian(
        root_mean_square=1.0, frequency_rate=0.1, high_pass_frequency=1e-5
    )
    interval, count = 0.02, 101
    motion = process.sample(np.random.default_rng(7), (count - 1) * interval, interval)
    impulses = np.random.default_rng(7).standard_normal(count)
    time = np.arange(count) * interval
    frequency = 2.0 * np.pi * process.filter_frequency(time)
    expected = np.zeros(count)
    for k in range(1, count):
        age = time[k] - time[: k + 1]
        response = np.exp(-0.213 * frequency[: k + 1] * age) * np.sin(
            frequency[: k + 1] * np.sqrt(1.0 - 0.213**2) * age
        )
        expected[k] = response @ impulses[: k + 1] / np.sqrt(np.sum(response**2))
    expected *= SaragoniHart.of_durations(17.25, 12.38)(time)
    np.testing.assert_allclose(motion.acceleration, expected, atol=1e-5 * expected.max())


def test_frequency_of_modulated_noise_changes_with_time():
    """Rate of zero crossings of a narrow-band record: about twice the filter's frequency at that
    time.
    """
    process = RezaeianDerKiureghian(
        root_mean_square=1.0,
        middle_frequency=5.0,
        middle_time=10.0,
        frequency_rate=-0.2,
        filter_damping=0.05,
    )
    generator = np.random.default_rng(1)
    motions = np.array([process.sample(generator, 25.0, 0.01).acceleration for _ in range(100)])
    crossings = (np.diff(np.signbit(motions), axis=1) != 0).mean(axis=0) / 0.01 / 2.0
    for begin, end in ((4.0, 6.0), (19.0, 21.0)):
        rate = crossings[round(begin / 0.01) : round(end / 0.01)].mean()
        assert rate == pytest.approx(process.filter_frequency((begin + end) / 2.0), rel=0.05)


def test_high_pass_brings_modulated_noise_to_rest():
    generator = np.random.default_rng(0)
    process = RezaeianDerKiureghian(peak=3.0)
    last, largest = np.array(
        [
            (abs(m.velocity[-1]), np.abs(m.velocity).max())
            for m in (process.sample(generator, 60.0, 0.01) for _ in range(20))
        ]
    ).T
    assert (last < 0.02 * largest).all()


def test_multisine_of_the_benchmark():
    """50 N root mean square, 5 to 150 Hz, 5 periods of 8192 samples at 750 Hz."""
    signal = Multisine(root_mean_square=50.0, floor=0).sample_periods(
        np.random.default_rng(0), 5, 1.0 / 750.0
    )
    assert isinstance(signal, ExternalForce)
    assert signal.floor == 0
    periods = signal.force.reshape(5, 8192)
    np.testing.assert_array_equal(periods, periods[[0] * 5])
    assert np.sqrt(np.mean(periods[0] ** 2)) == pytest.approx(50.0, rel=1e-12)
    spectrum = np.abs(np.fft.rfft(periods[0]))
    frequency = np.fft.rfftfreq(8192, 1.0 / 750.0)
    inside = (frequency >= 5.0) & (frequency <= 150.0)
    np.testing.assert_allclose(spectrum[inside], spectrum[inside][0], rtol=1e-9)
    assert spectrum[~inside].max() < 1e-9 * spectrum.max()


def test_multisine_of_any_duration_repeats_its_period():
    process = Multisine(root_mean_square=2.0, samples_per_period=512)
    motion = process.sample(np.random.default_rng(0), 1500.0 / 750.0, 1.0 / 750.0)
    assert isinstance(motion, BaseMotion)
    assert motion.acceleration.shape == (1501,)
    np.testing.assert_array_equal(motion.acceleration[512:], motion.acceleration[:-512])


@pytest.mark.parametrize(("bandwidth", "end"), [(2.0, 32.0), (500.0, 150.0)])
def test_a_bandwidth_ends_the_band_below_the_high_frequency(bandwidth, end):
    process = Multisine(
        root_mean_square=50.0, low_frequency=30.0, high_frequency=150.0, bandwidth=bandwidth
    )
    motion = process.sample_periods(np.random.default_rng(0), 1, 1.0 / 750.0)
    spectrum = np.abs(np.fft.rfft(motion.acceleration))
    frequency = np.fft.rfftfreq(8192, 1.0 / 750.0)
    inside = (frequency >= 30.0) & (frequency <= end)
    np.testing.assert_allclose(spectrum[inside], spectrum[inside][0], rtol=1e-9)
    assert spectrum[~inside].max() < 1e-9 * spectrum.max()
    assert np.sqrt(np.mean(motion.acceleration**2)) == pytest.approx(50.0, rel=1e-12)


def test_multisine_phases():
    """Random ones differ from draw to draw; Schroeder's give a peak below two root mean squares."""
    random, generator = Multisine(root_mean_square=1.0), np.random.default_rng(0)
    one, other = (random.sample_periods(generator, 1, 1.0 / 750.0) for _ in range(2))
    assert abs(np.corrcoef(one.acceleration, other.acceleration)[0, 1]) < 0.2
    assert one.peak > 2.5
    assert (
        Multisine(root_mean_square=1.0, schroeder=True)
        .sample_periods(generator, 1, 1.0 / 750.0)
        .peak
        < 2.0
    )
    assert Multisine(peak=3.0).sample_periods(generator, 2, 1.0 / 750.0).peak == pytest.approx(
        3.0, rel=1e-12
    )


@pytest.mark.parametrize("logarithmic", [False, True])
@pytest.mark.parametrize(("start", "end"), [(20.0, 50.0), (50.0, 20.0)])
def test_sweep_has_its_instantaneous_frequency(start, end, logarithmic):
    """Zero crossings of sin(phase) against the phase, the integral of 2 pi f."""
    sweep = SineSweep(
        start_frequency=start, end_frequency=end, peak=40.0, logarithmic=logarithmic, floor=-1
    )
    force = sweep.sample(None, 10.0, 1.0 / 7500.0)
    assert isinstance(force, ExternalForce)
    relative = force.time / 10.0
    frequency = (
        start * (end / start) ** relative if logarithmic else start + (end - start) * relative
    )
    phase = 2.0 * np.pi * integrate.cumulative_simpson(frequency, x=force.time, initial=0.0)
    np.testing.assert_allclose(force.force, 40.0 * np.sin(phase), atol=1e-6)


def test_sweep_of_the_benchmark_is_the_published_formula():
    """Of the recipe in configs/data: u = 40 sin(2 pi (18 t + t^2 / 12)) N over 204 s."""
    recipe = yaml.safe_load((ROOT / "configs" / "data" / "bouc_wen_sweep.yaml").read_text())
    settings = recipe["motion"]
    assert settings.pop("process") == "SineSweep"
    duration = settings.pop("duration")
    interval = settings.pop("interval")
    time = np.arange(204 * 6000 + 1) / 6000.0
    published = 40.0 * np.sin(2.0 * np.pi * (18.0 * time + time**2 / 12.0))
    force = SineSweep(**settings).sample(None, duration, interval).force
    np.testing.assert_allclose(force, published, atol=1e-6)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: JenningsHousnerTsai(rise_end=0.0), "rise_end must be"),
        (
            lambda: JenningsHousnerTsai(rise_end=5.0, plateau_end=4.0),
            "plateau_end must be at least",
        ),
        (lambda: ShinozukaSato(decay_rate=1.0, rise_rate=0.5), "rise_rate must be above"),
        (lambda: SaragoniHart(peak_time=-1.0), "peak_time must be"),
        (lambda: SaragoniHart.of_durations(50.0, 10.0), "significant_duration must be below"),
        (
            lambda: RezaeianDerKiureghian(peak=1.0, filter_damping=1.0),
            "filter_damping must be below 1",
        ),
        (
            lambda: RezaeianDerKiureghian(peak=1.0, significant_duration=100.0),
            "significant_duration must be below",
        ),
        (lambda: RezaeianDerKiureghian(), "exactly one of"),
        (lambda: Multisine(), "exactly one of"),
        (lambda: Multisine(peak=1.0, low_frequency=200.0), "low_frequency must be in"),
        (lambda: Multisine(peak=1.0, bandwidth=0.0), "bandwidth must be"),
        (
            lambda: Multisine(peak=1.0, samples_per_period=3.5),
            "samples_per_period must be an integer",
        ),
        (
            lambda: SineSweep(start_frequency=0.0, end_frequency=1.0, peak=1.0),
            "start_frequency must be",
        ),
    ],
)
def test_bad_parameters_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize(
    ("process", "duration", "interval", "message"),
    [
        (RezaeianDerKiureghian(peak=1.0), 100.0, 0.02, "filter frequency must stay positive"),
        (Multisine(peak=1.0), 10.0, 0.01, "high_frequency must be at most 50 Hz"),
        (
            Multisine(peak=1.0, samples_per_period=10, low_frequency=10.0, high_frequency=11.0),
            1.0,
            0.001,
            "holds no",
        ),
        (
            SineSweep(start_frequency=1.0, end_frequency=60.0, peak=1.0),
            10.0,
            0.01,
            "end_frequency must be at most 50",
        ),
    ],
)
def test_a_grid_that_does_not_fit_is_refused(process, duration, interval, message):
    with pytest.raises(ValueError, match=message):
        process.sample(np.random.default_rng(0), duration, interval)


def test_every_process_can_be_hashed_and_compared():
    """A recipe is remembered and compared by its processes."""
    processes = [getattr(excitation, name) for name in excitation.__all__]
    required = {
        "low_frequency": 1.0,
        "high_frequency": 2.0,
        "start_frequency": 1.0,
        "end_frequency": 2.0,
        "peak": 1.0,
    }
    made = [
        (kind(**arguments), kind(**arguments))
        for kind in processes
        if hasattr(kind, "sample")
        for arguments in [
            {name: required[name] for name in required if name in kind.__dataclass_fields__}
        ]
    ]
    assert len(made) == 6
    for one, same in made:
        assert one == same
        assert hash(one) == hash(same)
