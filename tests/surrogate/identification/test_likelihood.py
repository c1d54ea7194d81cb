"""The likelihood, its derivatives and the noise that residuals are made of."""

from itertools import pairwise

import numpy as np
import pytest

from surrogate.identification.likelihood import Likelihood
from surrogate.identification.noise import estimate, periodogram
from surrogate.identification.search import search
from surrogate.identification.unknowns import Choice, Space
from tests.helpers import recorded_building as building


def likelihood(recordings, choice=None, law="bouc_wen"):
    model = building.model(law)
    return Likelihood(model, Space(model.unknowns, choice or Choice(fixed=("mass 1",))), recordings)


def test_the_gradient_is_that_of_the_value():
    own = likelihood(building.recordings(["drift 1", "acceleration 3"], noise=0.02))
    generator = np.random.default_rng(0)
    theta = 0.05 * generator.standard_normal(len(own.space))
    theta[-3:] = 0.02  # ratios that may be zero move by themselves
    residuals = own.residuals(theta)
    gradient = own.derivatives(theta, residuals).scores.sum(axis=0)
    direction = generator.standard_normal(len(theta))
    step = 1e-4 * direction
    ahead, behind = (own.value(t, own.residuals(t)) for t in (theta + step, theta - step))
    # Of the prior there is none.
    assert (ahead - behind) / 2e-4 == pytest.approx(gradient @ direction, rel=0.01)


@pytest.mark.parametrize("words", [["drift 1", "drift 3"], ["acceleration 2", "displacement 3"]])
def test_without_noise_the_building_is_found_again(words):
    own = likelihood(building.recordings(words))
    generator = np.random.default_rng(1)
    begin = 0.15 * generator.standard_normal(len(own.space))
    begin[-3:] = 0.05
    found = search(own, 40, begin, converged=1e-6)
    values = own.space.values(found.theta)
    np.testing.assert_allclose(values["stiffness"], building.TRUTH["stiffness"], rtol=2e-3)
    np.testing.assert_allclose(values["mass"], building.TRUTH["mass"], rtol=2e-3)
    np.testing.assert_allclose(values["damping"], building.TRUTH["damping"], rtol=5e-3)


def test_a_step_never_raises_the_misfit():
    own = likelihood(building.recordings(["acceleration 3"], records=2, noise=0.1))
    values = [
        search(own, steps, 0.3 * np.ones(len(own.space)), converged=0.0).value for steps in range(4)
    ]
    assert all(later < earlier for earlier, later in pairwise(values))


def test_levels_of_sensors_and_base_are_told_apart():
    recordings = building.recordings(
        ["acceleration 1", "acceleration 3"], records=20, noise=0.05, base_noise=0.05
    )
    own = likelihood(recordings)
    theta = np.zeros(len(own.space))  # the truth
    noise = own.noise_of(theta, own.residuals(theta))
    clean = building.recordings(["acceleration 1", "acceleration 3"], records=20)
    expected = 0.05 * clean.measured.std(axis=(0, 1))
    np.testing.assert_allclose(noise.sensors, expected, rtol=0.05)
    assert noise.base == pytest.approx(0.05 * clean.base.std(), rel=0.1)


def test_residuals_under_their_own_noise_are_white():
    recordings = building.recordings(
        ["acceleration 1", "acceleration 3"], records=20, noise=0.05, base_noise=0.1
    )
    own = likelihood(recordings)
    theta = np.zeros(len(own.space))
    residuals = own.residuals(theta)
    white = own.noise_of(theta, residuals).whitened(residuals)
    spectra = periodogram(white, recordings.present, recordings.lengths)
    halves = np.array_split(spectra, 4)
    for part in halves:
        np.testing.assert_allclose(part.mean(axis=0), np.eye(2), atol=0.15)


def test_white_residuals_have_no_noise_of_the_base():
    generator = np.random.default_rng(0)
    values = generator.standard_normal((30, 256, 1)) * 2.0
    lengths = np.array([256])
    powers = periodogram(values, np.ones(values.shape, bool), lengths)
    coloured = np.linspace(0.0, 5.0, len(powers))[:, None, None] ** 2 + 0j
    noise = estimate(powers, coloured[None], np.array([1e-6]), lengths)
    assert noise.sensors[0] == pytest.approx(2.0, rel=0.03)
    assert noise.base < 0.1


def test_a_base_sensor_that_is_exact_has_no_noise():
    own = likelihood(building.recordings(["drift 1"], records=2, noise=0.05))
    theta = np.zeros(len(own.space))
    residuals = own.residuals(theta)
    noise = own.noise_of(theta, residuals, of_base=False)
    assert noise.base == 0.0
    assert noise.sensors[0] == pytest.approx(np.sqrt(np.square(residuals).mean()), rel=1e-3)


def test_padding_changes_nothing():
    whole = building.recordings(["acceleration 2"], noise=0.05)
    samples = whole.base.shape[1]
    counted = np.ones(whole.base.shape, bool)
    counted[:, samples // 2 :] = False
    padded = type(whole)(
        np.where(counted, whole.base, 0.0),
        np.where(counted[..., None], whole.measured, 0.0),
        whole.channels,
        whole.interval,
        counted,
    )
    half = type(whole)(
        whole.base[:, : samples // 2],
        whole.measured[:, : samples // 2],
        whole.channels,
        whole.interval,
    )
    theta = np.full(len(likelihood(half).space), 0.1)
    values = [
        own.value(theta, own.residuals(theta)) for own in (likelihood(padded), likelihood(half))
    ]
    assert values[0] == pytest.approx(values[1], rel=1e-9)
