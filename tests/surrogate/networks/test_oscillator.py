"""The oscillator against closed forms, SciPy and the simulator, and what tells its numbers."""

from functools import partial

import numpy as np
import pytest
import torch
from scipy import integrate, signal

from simulators import ExternalForce, benchmark_oscillator, solve
from surrogate.networks import Oscillator
from surrogate.optim.levenberg_marquardt import LevenbergMarquardt


def built(**settings):
    return Oscillator(1, 1, **settings).double().eval()


def noise(samples, seed=1):
    return np.random.default_rng(seed).standard_normal(samples)


def answer(network, input):
    with torch.no_grad():
        return network(torch.from_numpy(input)[None, :, None])[0, :, 0].numpy()


@torch.no_grad()
def set_numbers(network, **numbers):
    for name, value in numbers.items():
        getattr(network, name).copy_(torch.as_tensor(value).reshape(-1))


def test_a_linear_oscillator_is_exact_for_lines_between_samples():
    period, ratio = 15.0, 0.08
    network = built(period=period, damping=ratio, gain=1.0, elastic=0, hysteretic=False, substeps=8)
    w = 2.0 * np.pi / period
    system = signal.lti([w**2], [1.0, 2.0 * ratio * w, w**2])
    input = noise(200)
    _, exact, _ = signal.lsim(system, input, np.arange(200.0), interp=True)
    np.testing.assert_allclose(answer(network, input), exact, atol=1e-5)


def test_a_hardening_spring_is_the_one_of_scipy():
    network = built(period=20.0, damping=0.05, gain=1.0, elastic=2, hysteretic=False, substeps=8)
    set_numbers(network, elastic=[0.7, 0.02])
    stiffness, damping = (network.numbers()[name] for name in ("stiffness", "damping"))
    input = noise(150)
    time = np.arange(150.0)

    def rates(t, state):
        y, v = state
        spring = y + 0.7 * y**3 + 0.02 * y**5
        return [v, stiffness * np.interp(t, time, input) - damping * v - stiffness * spring]

    exact = integrate.solve_ivp(
        rates, (0.0, 149.0), [0.0, 0.0], t_eval=time, rtol=1e-9, atol=1e-12, max_step=0.5
    )
    np.testing.assert_allclose(answer(network, input), exact.y[0], atol=1e-5)


def test_a_yielding_spring_is_the_one_of_the_simulator():
    """The benchmark of Noel and Schoukens: m 2, c 10, k = alpha 5e4, beta 1e3, gamma 0.8, delta
    -1.1, exponent 1, in units of 1 mm and 50 N.
    """
    interval, unit, scale = 1.0 / 750.0, 1e-3, 50.0
    network = built(elastic=0, substeps=8)
    stiffness = 5e4 * interval**2
    set_numbers(
        network,
        log_stiffness=np.log(stiffness),
        log_damping=np.log(5.0 * interval),
        gain=scale / 2.0 / 5e4 / unit,
        beta=1e3 * 0.8 * unit,
        gamma=-1e3 * 1.1 * unit,
        log_exponent=0.0,
    )
    input = signal.resample(noise(100), 400)  # below an eighth of the sampling rate
    input *= 1.5 * np.hanning(400)
    force = ExternalForce(scale * input, interval, floor=-1)
    exact = solve(benchmark_oscillator(), [force], tolerance=1e-8).displacement.values[0, :, 0]
    assert np.abs(exact).max() > 1e-3  # it yields
    np.testing.assert_allclose(unit * answer(network, input), exact, atol=2e-4 * np.ptp(exact))


def test_a_band_limited_input_is_met_between_its_samples():
    network = built(interpolation="band_limited", substeps=2)
    time = np.arange(200.0)
    for frequency in (0.02, 0.2, 0.35):  # of the sampling rate
        w = network.features(
            torch.from_numpy(np.sin(2.0 * np.pi * frequency * time))[None, :, None]
        )
        within = np.arange(100, 150)[:, None] - 1.0 + np.linspace(0.0, 1.0, 5)
        found = w[0, 100:150].numpy()
        np.testing.assert_allclose(found, np.sin(2.0 * np.pi * frequency * within), atol=1e-4)


def test_a_band_limited_input_ends_on_its_last_samples():
    """Where there is no sample ahead, what is met is a line."""
    network = built(interpolation="band_limited", substeps=1)
    w = network.features(torch.arange(100.0).double()[None, :, None])
    np.testing.assert_allclose(w[0, -1], [98.0, 98.5, 99.0], atol=1e-6)


def test_the_response_is_odd():
    network = built(period=9.0, gain=1.0)
    input = noise(60)
    np.testing.assert_allclose(answer(network, -input), -answer(network, input), atol=1e-12)


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_levenberg_marquardt_finds_the_numbers_of_another_oscillator(sign):
    """From two thirds of the period on, and whatever the sign of the response is."""
    truth = built(period=20.0, damping=0.1, hysteretic=False, substeps=1)
    set_numbers(truth, gain=2.0 * sign, elastic=[0.1])
    input = torch.from_numpy(noise(120))[None, :, None]
    with torch.no_grad():
        target = truth(input)
    network = built(period=14.0, hysteretic=False, substeps=1).train()
    optimizer = LevenbergMarquardt(network.parameters())
    optimizer.attach(network)

    def closure():
        optimizer.zero_grad()
        loss = (network(input) - target).square().mean()
        loss.backward()
        return loss

    for _ in range(25):
        optimizer.step(closure)
    found = network.numbers()
    for name, value in truth.numbers().items():
        assert found[name] == pytest.approx(value, rel=1e-3)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"period": 1.0}, r"period must be at least 2 samples .*, got 1\.0 and 0\.05"),
        ({"damping": 0.0}, r"damping greater than 0, got 25\.0 and 0\.0"),
        ({"elastic": -1}, "elastic must be at least 0, got -1"),
        ({"substeps": 0}, "substeps must be at least 1, got 0"),
        ({"interpolation": "cubic"}, "must be linear or band_limited, got 'cubic'"),
    ],
)
def test_impossible_settings_are_refused(settings, message):
    with pytest.raises(ValueError, match=message):
        partial(Oscillator, 1, 1)(**settings)
