"""Arithmetic on lanes, compiled, against NumPy."""

import operator
from functools import cache

import numpy as np
import pytest
from numba import njit
from numba.core.errors import TypingError

from simulators.solvers import simd_functions  # noqa: F401  lets np.exp, np.cbrt and ** take lanes
from simulators.solvers.simd import SINGLE_WIDTH, WIDTH, maximum, spread, where_negative
from simulators.solvers.simd_memory import at, load, put, store
from simulators.solvers.squares import put_across, take_across


@cache
def sweep(function, arity):
    """Compiled loop of `function` over arrays whose length is a multiple of `SINGLE_WIDTH`."""
    compiled = njit(function)

    @njit
    def run(a, b, c, result):
        for i in range(0, result.size * result.itemsize // 8, WIDTH):  # places of eight bytes
            if arity == 1:
                store(result, i, compiled(load(a, i)))
            elif arity == 2:
                store(result, i, compiled(load(a, i), load(b, i)))
            else:
                store(result, i, compiled(load(a, i), load(b, i), load(c, i)))

    return run


def on_lanes(function, *arguments):
    result = np.empty_like(arguments[0])
    sweep(function, len(arguments))(*arguments, *arguments[:1] * (3 - len(arguments)), result)
    return result


def exponential(x):
    return np.exp(x)


def power(x, p):
    return x**p


@pytest.fixture
def draw():
    generator = np.random.default_rng(11)
    return lambda low, high: generator.uniform(low, high, 100 * WIDTH)


@pytest.mark.parametrize("operation", [operator.add, operator.sub, operator.mul, operator.truediv])
def test_basic_arithmetic_is_that_of_floats(operation, draw):
    a, b = draw(-9.0, 9.0), draw(0.1, 9.0)
    np.testing.assert_array_equal(on_lanes(lambda x, y: operation(x, y), a, b), operation(a, b))


def test_one_number_stands_for_all_lanes(draw):
    a = draw(-9.0, 9.0)
    np.testing.assert_array_equal(on_lanes(lambda x: 2.0 - x, a), 2.0 - a)
    np.testing.assert_array_equal(on_lanes(lambda x: x * 3, a), a * 3)
    np.testing.assert_array_equal(on_lanes(lambda x: spread(x, 0.25), a), np.full(a.size, 0.25))


def test_rows_lie_behind_one_another():
    @njit
    def move(array):
        put(array, WIDTH, 2, at(array, WIDTH, 1) + 1.0)

    array = np.arange(4.0 * WIDTH)
    move(array)
    np.testing.assert_array_equal(array[3 * WIDTH :], array[2 * WIDTH : 3 * WIDTH] + 1.0)


def test_signs_and_choices_are_those_of_numpy(draw):
    a, b, c = draw(-9.0, 9.0), draw(-9.0, 9.0), draw(-9.0, 9.0)
    a[:4] = [0.0, -0.0, np.inf, -np.inf]
    np.testing.assert_array_equal(on_lanes(lambda x: -x, a), -a)
    np.testing.assert_array_equal(on_lanes(lambda x: abs(x), a), np.abs(a))
    np.testing.assert_array_equal(on_lanes(lambda x, y: np.copysign(x, y), b, a), np.copysign(b, a))
    np.testing.assert_array_equal(on_lanes(lambda x, y: maximum(x, y), a, b), np.maximum(a, b))
    np.testing.assert_array_equal(
        on_lanes(lambda x, y, z: where_negative(x, y, z), a, b, c), np.where(a < 0.0, b, c)
    )
    np.testing.assert_array_equal(on_lanes(lambda x: np.sqrt(x), abs(b)), np.sqrt(abs(b)))


def test_what_is_not_a_number_stays_visible():
    """A lane that has gone wrong must not pass for one that has not."""
    a = np.array([np.nan, 1.0, np.inf, -np.inf, 0.0, 0.0, 0.0, 0.0])
    assert np.isnan(on_lanes(lambda x: x * 0.0 + 1.0, a)[[0, 2, 3]]).all()
    assert np.isnan(on_lanes(lambda x: abs(x) ** 1.5 * x, a)[0])


@pytest.mark.parametrize(
    ("low", "high"), [(-1e-8, 1e-8), (-1.0, 1.0), (-50.0, 50.0), (-699.0, 699.0)]
)
def test_exponential(low, high, draw):
    """Relative error below 1e-13."""
    x = draw(low, high)
    np.testing.assert_allclose(on_lanes(exponential, x), np.exp(x), rtol=1e-13)


def test_exponential_ends_in_zero_and_in_a_large_number():
    x = np.array([-1e6, -800.0, -701.0, 0.0, 701.0, 800.0, 1e6, 1.0])
    result = on_lanes(exponential, x)
    assert (result[:3] < 1e-300).all()
    assert (result[4:7] > 1e300).all()
    assert result[3] == 1.0


@pytest.mark.parametrize("exponent", [0.0, 0.5, 1.7, 3.3, -0.4, -1.0])
@pytest.mark.parametrize("decade", [-12, -3, 0, 4])
def test_power_of_a_magnitude(exponent, decade, draw):
    """Relative error below 1e-13 over the magnitudes that z takes, in metres or in newtons."""
    x = draw(0.1, 10.0) * 10.0**decade
    np.testing.assert_allclose(
        on_lanes(power, x, np.full(x.size, exponent)), x**exponent, rtol=1e-13
    )


@pytest.mark.parametrize("decade", [-300, -12, -3, 0, 3, 12, 300])
def test_cube_root(decade):
    x = 10.0**decade * np.linspace(1.0, 10.0, 8 * WIDTH)
    np.testing.assert_allclose(on_lanes(lambda x: np.cbrt(x), x), np.cbrt(x), rtol=1e-15)


def test_power_of_numbers_just_about_one_is_one():
    x = 1.0 + np.arange(-50 * WIDTH, 50 * WIDTH) * 1e-15
    np.testing.assert_allclose(on_lanes(power, x, np.full(x.size, 2.5)), x**2.5, rtol=1e-15)


@pytest.mark.parametrize("exponent", [0.01, 0.5, 2.5])
def test_powers_of_zero_times_zero_are_zero(exponent):
    """|z|^(n-1) z at rest."""
    zero, powers = np.zeros(WIDTH), np.full(WIDTH, exponent)
    np.testing.assert_array_equal(on_lanes(lambda x, p: x**p * x, zero, powers), zero)


def test_zero_to_the_power_of_zero_is_one():
    """n = 1, where the tangent at rest is A whatever beta."""
    np.testing.assert_array_equal(on_lanes(power, np.zeros(WIDTH), np.zeros(WIDTH)), np.ones(WIDTH))


def test_a_lane_depends_on_nothing_but_itself(draw):
    x = draw(0.0, 5.0)
    shuffled = np.random.default_rng(0).permutation(x.size)

    def mixture(x):
        return np.exp(-x) * x**1.3 + np.copysign(x, x - 2.0) / (1.0 + x)

    np.testing.assert_array_equal(on_lanes(mixture, x[shuffled]), on_lanes(mixture, x)[shuffled])


@pytest.mark.parametrize("operation", [operator.add, operator.sub, operator.mul, operator.truediv])
def test_lanes_of_single_precision_are_twice_as_many(operation, draw):
    a, b = draw(-9.0, 9.0).astype(np.float32), draw(0.1, 9.0).astype(np.float32)
    found = on_lanes(lambda x, y: operation(x, y), a, b)
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, operation(a, b))


def test_numbers_take_the_precision_of_the_lanes(draw):
    a = draw(-9.0, 9.0).astype(np.float32)
    np.testing.assert_array_equal(on_lanes(lambda x: x * 0.1, a), a * np.float32(0.1))
    np.testing.assert_array_equal(on_lanes(lambda x: np.sqrt(abs(x)), a), np.sqrt(np.abs(a)))
    np.testing.assert_array_equal(on_lanes(lambda x: spread(x, 0.1), a), np.float32(0.1) + 0 * a)


def test_lanes_of_two_precisions_do_not_go_together():
    @njit
    def mixed(a, b):
        store(a, 0, load(a, 0) + load(b, 0))

    with pytest.raises(TypingError):
        mixed(np.zeros(WIDTH), np.zeros(SINGLE_WIDTH, np.float32))


@pytest.mark.parametrize("held", [np.float32, np.float64])
@pytest.mark.parametrize("kept", [np.float32, np.float64])
def test_a_square_of_lanes_is_stored_lane_by_lane(held, kept):
    @njit
    def turn(square, out, records, stride, first):
        put_across(square, WIDTH, out, records, stride, first)

    lanes = SINGLE_WIDTH if held == np.float32 else WIDTH
    rows = np.random.default_rng(1).normal(size=(lanes + 1, lanes)).astype(held)
    records = np.random.default_rng(2).permutation(lanes)
    out = np.full((lanes, lanes + 3), -1.0, kept)
    turn(rows, out, records, lanes + 3, 2)
    np.testing.assert_array_equal(out[records, 2:-1], rows[1:].T.astype(kept))
    np.testing.assert_array_equal(out[:, :2], -1.0)
    np.testing.assert_array_equal(out[:, -1], -1.0)


@pytest.mark.parametrize("heard", [np.float32, np.float64])
def test_a_square_of_lanes_is_taken_lane_by_lane(heard):
    @njit
    def turn(square, source, records, stride, first):
        take_across(square, WIDTH, source, records, stride, first)

    lanes = SINGLE_WIDTH if heard == np.float32 else WIDTH
    source = np.random.default_rng(3).normal(size=(lanes, lanes + 3))
    records = np.random.default_rng(4).permutation(lanes)
    square = np.full((lanes + 2, lanes), -1.0, heard)
    turn(square, source, records, lanes + 3, 2)
    np.testing.assert_array_equal(square[1:-1].T, source[records, 2:-1].astype(heard))
    np.testing.assert_array_equal(square[[0, -1]], -1.0)
