"""One mode with a learnt spring: what softens is predicted, by the spring that softens."""

import numpy as np
import pytest
from scipy import signal

from benchmarks.softening import Mode, Records, crossvalidated, whitening
from simulators import Bilinear, Elastic, Structure
from surrogate.evaluation import metrics
from surrogate.identification.recordings import respond
from surrogate.networks.observation import every

INTERVAL = 0.05


def records(count=6, yields=0.003):
    """A base that moves by several waves, and a floor on springs that yield early and late."""
    generator = np.random.default_rng(0)
    time = INTERVAL * np.arange(500)
    waves = 2.0 * np.pi * generator.uniform(0.3, 1.4, (count, 8, 1)) * time
    phases = generator.uniform(0.0, 2.0 * np.pi, (count, 8, 1))
    fade = np.sin(np.pi * time / time[-1]) ** 2
    base = np.linspace(0.002, 0.02, count)[:, None] * fade * np.sin(waves + phases).sum(axis=1)
    own = Records(base, np.zeros((*base.shape, 1)), INTERVAL)
    springs = (Bilinear(6.0, yields), Bilinear(6.0, 5.0 * yields), Elastic(24.0))
    structure = Structure(np.eye(1), 0.4 * np.eye(1), np.ones((3, 1)), springs)
    drift = respond(structure, own.acceleration, INTERVAL, every("drift", 1))[0]
    return Records(base, base[..., None] + drift, INTERVAL)


def error(spring, own):
    mode = Mode(own.some(np.array([0, 2, 3, 5])), spring, 0.9)
    others = own.some(np.array([1, 4]))
    return metrics.normalized_root_mean_square_error(mode.answer(others), others.floors).mean()


def test_the_acceleration_of_a_wave_is_that_of_its_formula():
    time = INTERVAL * np.arange(400)
    wave = np.cos(2.0 * np.pi * 0.5 * time)[None]
    own = Records(wave, wave[..., None], INTERVAL).acceleration
    np.testing.assert_allclose(own[0, 20:-20], -((np.pi) ** 2) * wave[0, 20:-20], rtol=0, atol=0.3)


def test_a_spring_that_yields_is_learnt_where_a_linear_one_is_not_enough():
    own = records()
    learnt = error("iwan", own)
    linear = error("elastic", own)
    assert learnt < 0.5 * linear
    assert linear > 0.05


def test_a_linear_building_is_found_by_a_linear_spring():
    assert error("elastic", records(yields=1e3)) < 1e-3


def test_records_left_out_are_scored():
    own = records(yields=1e3)
    assert crossvalidated(own, "elastic", 0.9) == pytest.approx(0.0, abs=1e-3)


def test_a_whitener_is_the_autoregression_of_what_is_left():
    class Nothing:
        def answer(self, own):
            return np.zeros_like(own.floors)

    generator = np.random.default_rng(0)
    noise = generator.standard_normal((8, 2000))
    series = np.stack([signal.lfilter([1.0], [1.0, -1.5, 0.7], row) for row in noise])
    own = Records(series, series[..., None], INTERVAL)
    np.testing.assert_allclose(whitening(Nothing(), own, 2), [1.0, -1.5, 0.7], atol=0.03)


def test_without_noise_the_whitened_fit_is_the_plain_one():
    own = records(yields=1e3)
    plain = Mode(own, "elastic", 0.9)
    white = Mode(own, "elastic", 0.9, np.array([1.0, -0.9]))
    stiffness = [mode.space.values(mode.theta)["stiffness"][0] for mode in (plain, white)]
    assert stiffness[1] == pytest.approx(stiffness[0], rel=1e-3)
