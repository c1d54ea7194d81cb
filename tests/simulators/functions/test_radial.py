"""The radial function against its closed forms, its Fourier transform, and the weights of its
samples.
"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import jv

from simulators.functions.radial import RadialFunction, near_peak


@pytest.mark.parametrize("dimension", [1, 2, 3, 5, 10, 30])
def test_it_is_the_bessel_form_away_from_the_origin(dimension):
    x = np.random.default_rng(0).normal(scale=4.0, size=(500, dimension))
    r = np.linalg.norm(x, axis=1)
    expected = (0.2 / r) ** (dimension / 2) * jv(dimension / 2, 2 * np.pi * 0.2 * r)
    function = RadialFunction(dimension, 0.2)
    np.testing.assert_allclose(function(x), expected, rtol=0, atol=1e-13 * function.peak)


def test_closed_forms_in_one_and_three_dimensions():
    r = np.linspace(0.1, 9.0, 50)
    z = 2 * np.pi * 0.7 * r
    np.testing.assert_allclose(
        RadialFunction(1, 0.7)(r[:, None]), np.sin(z) / (np.pi * r), atol=1e-14
    )
    x = np.stack([r, 0 * r, 0 * r], axis=1)
    expected = (np.sin(z) - z * np.cos(z)) / (2 * np.pi**2 * r**3)
    np.testing.assert_allclose(RadialFunction(3, 0.7)(x), expected, atol=1e-12)


@pytest.mark.parametrize("dimension", [1, 2, 3, 7, 40])
@pytest.mark.parametrize("distance", [0.0, 1e-300, 1e-160, 1e-8])
def test_the_origin_is_safe(dimension, distance):
    function = RadialFunction(dimension)
    assert function.peak == pytest.approx(1.0, rel=1e-12)
    assert function(np.full((1, dimension), distance)) == pytest.approx(1.0, rel=1e-9)


def test_it_is_the_inverse_transform_of_the_ball():
    # In two dimensions: the integral of exp(2 pi i x.w) over the disc, by the midpoint rule in
    # polar coordinates.
    radii = (np.arange(400) + 0.5) / 400 * 0.2
    angles = (np.arange(400) + 0.5) / 400 * 2 * np.pi
    for r in (0.0, 1.3, 4.0):
        wave = np.cos(2 * np.pi * r * radii[:, None] * np.cos(angles)) * radii[:, None]
        integral = wave.sum() * (0.2 / 400) * (2 * np.pi / 400)
        assert RadialFunction(2, 0.2)(np.array([r, 0.0])) == pytest.approx(integral, rel=1e-5)


@pytest.mark.parametrize(
    ("dimension", "radius"), [(0, 1.0), (2.0, 1.0), (True, 1.0), (2, 0.0), (2, np.nan)]
)
def test_parameters_are_checked(dimension, radius):
    with pytest.raises(ValueError, match=r"(dimension|radius) must be .*, got"):
        RadialFunction(dimension, radius)


def test_the_shape_of_x_is_checked():
    with pytest.raises(ValueError, match=r"x has shape \(4, 3\): expected \(..., 2\)"):
        RadialFunction(2)(np.zeros((4, 3)))


@given(dimension=st.integers(1, 4), spread=st.floats(0.5, 20.0), share=st.floats(0.0, 0.9))
def test_samples_near_the_peak_lie_in_the_cube_with_bounded_weights(dimension, spread, share):
    points = np.random.default_rng(1).random((200, dimension + 1))
    x, weight = near_peak(points, 10.0, spread, share)
    assert np.abs(x).max() <= 10.0
    assert np.all((weight > 0) & (weight <= 1 / (1 - share) + 1e-12))


def test_weighted_means_are_unbiased():
    points = np.random.default_rng(0).random((400_000, 3))
    x, weight = near_peak(points, 10.0, spread=2.5)
    function = RadialFunction(2, 0.2)
    grid = (np.arange(800) + 0.5) / 800 * 20 - 10
    plane = np.stack(np.meshgrid(grid, grid), axis=-1)
    assert weight.mean() == pytest.approx(1.0, abs=5e-3)
    assert (weight * function(x) ** 2).mean() == pytest.approx(
        (function(plane) ** 2).mean(), rel=0.02
    )
    assert (np.linalg.norm(x, axis=1) < 2.5).mean() > 2 * (np.pi * 2.5**2 / 400)
