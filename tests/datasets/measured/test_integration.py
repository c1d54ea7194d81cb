"""Displacements from accelerations against closed forms."""

import numpy as np
import pytest

from datasets.measured.integration import relative_displacement

INTERVAL = 0.05
TIME = INTERVAL * np.arange(400)


def test_a_smooth_motion_comes_back():
    """u = 1 - cos(w t) starts from rest; without a base it has the acceleration w^2 cos(w t)."""
    w = 5.0
    acceleration = w**2 * np.cos(w * TIME)
    exact = 1.0 - np.cos(w * TIME)
    found = relative_displacement(
        acceleration[None, :, None], np.zeros((1, len(TIME))), INTERVAL, degree=-1
    )
    drift = found[0, :, 0] - exact
    line = np.polyval(np.polyfit(TIME, drift, 1), TIME)
    np.testing.assert_allclose(drift, line, atol=5e-5)  # (w h)^4 / 240 of the amplitude
    assert np.abs(drift).max() < 0.02 * TIME[-1]


def test_the_motion_of_the_base_is_linear_between_its_samples():
    """A mass without a spring stays where it is, whatever its base does."""
    base = np.random.default_rng(0).standard_normal((3, len(TIME)))
    found = relative_displacement(np.zeros((3, len(TIME), 2)), base, INTERVAL, degree=-1)
    fine = 200
    between = np.arange((len(TIME) - 1) * fine + 1) / fine
    for record, own in enumerate(base):
        acceleration = np.interp(between, np.arange(len(TIME)), own)
        step = INTERVAL / fine
        velocity = np.cumsum(0.5 * step * (acceleration[1:] + acceleration[:-1]))
        velocity = np.concatenate([[0.0], velocity])
        position = np.cumsum(0.5 * step * (velocity[1:] + velocity[:-1]))
        exact = -np.concatenate([[0.0], position])[::fine]
        np.testing.assert_allclose(found[record, :, 1], exact, atol=1e-4 * np.abs(exact).max())


def test_a_polynomial_in_time_is_removed():
    base = np.zeros((1, len(TIME)))
    acceleration = np.full((1, len(TIME), 1), 0.3)
    found = relative_displacement(acceleration, base, INTERVAL, degree=2)
    np.testing.assert_allclose(found, 0.0, atol=1e-9)


def test_too_few_samples_are_refused():
    with pytest.raises(ValueError, match="degree 3 need at least 5 samples, got 4"):
        relative_displacement(np.zeros((1, 4, 1)), np.zeros((1, 4)), INTERVAL, degree=3)
