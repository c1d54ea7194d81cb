"""Exponential, logarithm, powers and cube root of lanes: relative errors below 1e-13.

Importing this module lets `np.exp`, `np.cbrt` and ``**`` take lanes in compiled code.
"""

import operator

import numpy as np
from llvmlite import ir
from numba import njit

from simulators.solvers.simd import (
    DOUBLES,
    WIDTH,
    Lanes,
    constant,
    maximum,
    minimum,
    operation,
    register_binary,
    register_unary,
    where_negative,
)

_INTEGERS = ir.VectorType(ir.IntType(64), WIDTH)


def _integer(value: int) -> ir.Constant:
    return ir.Constant(_INTEGERS, [value] * WIDTH)


def _emit_times_power_of_two(builder: ir.IRBuilder, x: ir.Value, shifted: ir.Value) -> ir.Value:
    """x * 2**k for the whole number k that `shifted` = k + _SHIFT has in its lowest bits."""
    exponent = builder.shl(builder.bitcast(shifted, _INTEGERS), _integer(52))
    return builder.bitcast(builder.add(builder.bitcast(x, _INTEGERS), exponent), DOUBLES)


def _emit_cube_root_guess(builder: ir.IRBuilder, x: ir.Value) -> ir.Value:
    """x**(-1/3) to 3.5 %, x > 0: the bits of a number are nearly its logarithm. The constant is the
    best one.
    """
    bits = builder.sitofp(builder.bitcast(x, _INTEGERS), DOUBLES)
    guess = builder.fsub(constant(1363.934 * 2.0**52), builder.fmul(bits, constant(1.0 / 3.0)))
    return builder.bitcast(builder.fptosi(guess, _INTEGERS), DOUBLES)


def _emit_mantissa(builder: ir.IRBuilder, x: ir.Value) -> ir.Value:
    bits = builder.bitcast(x, _INTEGERS)
    bits = builder.or_(builder.and_(bits, _integer((1 << 52) - 1)), _integer(1023 << 52))
    return builder.bitcast(bits, DOUBLES)


def _emit_exponent(builder: ir.IRBuilder, x: ir.Value) -> ir.Value:
    bits = builder.lshr(builder.bitcast(x, _INTEGERS), _integer(52))
    number = builder.bitcast(builder.or_(bits, _integer(0x433 << 52)), DOUBLES)
    return builder.fsub(number, constant(2.0**52 + 1023.0))


_SHIFT = 1.5 * 2.0**52
"""Adding it rounds to a whole number, and leaves that in the lowest bits."""

_times_power_of_two = operation(_emit_times_power_of_two, 2)
_cube_root_guess = operation(_emit_cube_root_guess, 1)
_mantissa = operation(_emit_mantissa, 1)
_exponent = operation(_emit_exponent, 1)


@njit(forceinline=True)
def _exp(x: Lanes) -> Lanes:
    # x = k ln 2 + r, |r| <= ln(2)/2; e^r = 1 + r + r^2 Q(r), where Q of degree 8 interpolates at
    # Chebyshev's points and leaves a relative error of 1.2e-15. Here and below the terms are taken
    # in pairs (Estrin): a dependent chain of ten additions would keep the processor waiting.
    x = minimum(maximum(x, -700.0), 700.0)
    shifted = x * 1.4426950408889634 + _SHIFT
    r = x - (shifted - _SHIFT) * 0.6931471805599453
    r2 = r * r
    r4 = r2 * r2
    low = (0.5 + r * 0.1666666666664829) + (0.04166666666665136 + r * 0.008333333353729397) * r2
    high = (0.0013888888905881542 + r * 0.000198412087325364) + (
        2.48015363886907e-05 + r * 2.762511557828763e-06
    ) * r2
    return _times_power_of_two(
        ((high + r4 * 2.761380686153829e-07) * r4 + low) * r2 + (1.0 + r), shifted
    )


@njit(forceinline=True)
def _log(x: Lanes) -> Lanes:
    # x = 2**k m with m in [sqrt(1/2), sqrt(2)); log m = 2 artanh(s), s = (m - 1) / (m + 1), as a
    # series in s**2.
    m = _mantissa(x)
    k = _exponent(x)
    large = m - 1.4142135623730951
    k = where_negative(large, k, k + 1.0)
    m = where_negative(large, m, m * 0.5)
    s = (m - 1.0) / (m + 1.0)
    q = s * s
    q2 = q * q
    q4 = q2 * q2
    low = (1.0 + q * (1.0 / 3.0)) + (1.0 / 5.0 + q * (1.0 / 7.0)) * q2
    high = (1.0 / 9.0 + q * (1.0 / 11.0)) + (1.0 / 13.0 + q * (1.0 / 15.0)) * q2
    high = high + (1.0 / 17.0 + q * (1.0 / 19.0)) * q4
    return 2.0 * s * (low + high * q4) + k * 0.6931471805599453


@njit(forceinline=True)
def _cbrt(x: Lanes) -> Lanes:
    # Two steps of fourth order towards y = x^(-1/3), each a series in the residual 1 - x y^3;
    # x^(1/3) = x y^2.
    y = _cube_root_guess(x)
    for _ in range(2):
        residual = 1.0 - x * y * (y * y)
        y = y + y * (residual * (1.0 / 3.0 + residual * (2.0 / 9.0 + residual * (14.0 / 81.0))))
    return x * y * y


@njit(forceinline=True)
def _power(x: Lanes, p: Lanes) -> Lanes:
    # For x >= 0. At x = 0 the logarithm is that of the smallest number, about -709, and the power a
    # number near zero.
    return _exp(p * _log(x))


register_unary(np.exp, _exp)
register_unary(np.cbrt, _cbrt)  # for x > 0
register_binary(operator.pow, _power)
