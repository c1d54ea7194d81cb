"""Eight structures side by side: a numba value type for one SIMD vector of doubles.

`Lanes` holds one number for each of `WIDTH` structures. Arithmetic on it is written as on a float:
operators, ``abs``, and of NumPy ``exp``, ``sqrt``, ``cbrt``, ``copysign``, ``minimum``, ``maximum``
and ``heaviside``. A rate equation of `simulators.hysteresis`, written once in NumPy's vocabulary,
so runs unchanged on arrays (the SciPy reference) and on lanes (the batch integrator).

Why a type of its own, and not plain loops over eight numbers: whether LLVM turns such a loop into
vector instructions depends on aliasing checks and cost models that change with every edit and
release. An LLVM vector value is a vector by construction, on every machine: 512-bit registers hold
it in one, 256-bit ones in two.

Only multiplication followed by addition may be fused (``contract``); nothing is reordered, so a
lane's result depends on nothing but its own numbers.
"""

import operator
from typing import Any

import numpy as np
from llvmlite import ir
from numba import extending, types
from numba import njit as _njit
from numba.core import cgutils
from numba.extending import models, register_model

# Numba's own types give an intrinsic the arguments that it has before it is one.
intrinsic: Any = extending.intrinsic
overload: Any = extending.overload
njit: Any = _njit

WIDTH = 8

_DOUBLES = ir.VectorType(ir.DoubleType(), WIDTH)
_INTEGERS = ir.VectorType(ir.IntType(64), WIDTH)
_FUSE = ("contract",)


class LanesType(types.Type):
    """Numba's type of a vector of `WIDTH` doubles."""

    def __init__(self) -> None:
        super().__init__(name=f"Lanes({WIDTH})")


lanes_type = LanesType()


@register_model(LanesType)
class _LanesModel(models.PrimitiveModel):
    def __init__(self, manager: Any, frontend_type: Any) -> None:
        super().__init__(manager, frontend_type, _DOUBLES)


def _splat(builder: Any, scalar: Any, vector_type: Any = _DOUBLES) -> Any:
    """One scalar in every lane."""
    single = builder.insert_element(
        ir.Constant(vector_type, ir.Undefined), scalar, ir.Constant(ir.IntType(32), 0)
    )
    zeros = ir.Constant(ir.VectorType(ir.IntType(32), WIDTH), [0] * WIDTH)
    return builder.shuffle_vector(single, ir.Constant(vector_type, ir.Undefined), zeros)


def _constant(value: Any) -> Any:
    return ir.Constant(_DOUBLES, [float(value)] * WIDTH)


def _integer(value: Any) -> Any:
    return ir.Constant(_INTEGERS, [value] * WIDTH)


def _as_vector(context: Any, builder: Any, value: Any, kind: Any) -> Any:
    """A lane vector as it is, a scalar spread over the lanes."""
    if isinstance(kind, LanesType):
        return value
    return _splat(builder, context.cast(builder, value, kind, types.float64))


def _call(builder: Any, name: Any, *vectors: Any) -> Any:
    """LLVM's vector intrinsic `name` (llvm.fabs, llvm.copysign ...)."""
    function = cgutils.get_or_insert_function(
        builder.module,
        ir.FunctionType(_DOUBLES, [_DOUBLES] * len(vectors)),
        f"llvm.{name}.v{WIDTH}f64",
    )
    return builder.call(function, vectors)


def _operation(emit: Any) -> Any:
    """Intrinsic on any mix of lanes and scalars, from a function that emits LLVM code for
    vectors.
    """

    def make(arity: Any) -> Any:
        def codegen(context: Any, builder: Any, signature: Any, values: Any) -> Any:
            vectors = [
                _as_vector(context, builder, v, t)
                for v, t in zip(values, signature.args, strict=True)
            ]
            return emit(builder, *vectors)

        if arity == 1:

            @intrinsic
            def unary(typing_context: Any, a: Any) -> Any:
                return lanes_type(a), codegen

            return unary

        if arity == 2:

            @intrinsic
            def binary(typing_context: Any, a: Any, b: Any) -> Any:
                return lanes_type(a, b), codegen

            return binary

        @intrinsic
        def ternary(typing_context: Any, a: Any, b: Any, c: Any) -> Any:
            return lanes_type(a, b, c), codegen

        return ternary

    return make


def _register_binary(python_operator: Any, emit: Any) -> Any:
    implementation = _operation(emit)(2)

    @overload(python_operator)
    def _binary(a, b):  # type: ignore[no-untyped-def]
        if isinstance(a, LanesType) or isinstance(b, LanesType):
            return lambda a, b: implementation(a, b)


def _register_unary(function: Any, emit: Any) -> Any:
    implementation = _operation(emit)(1)

    @overload(function)
    def _unary(a):  # type: ignore[no-untyped-def]
        if isinstance(a, LanesType):
            return lambda a: implementation(a)


_register_binary(operator.add, lambda b, x, y: b.fadd(x, y, flags=_FUSE))
_register_binary(operator.sub, lambda b, x, y: b.fsub(x, y, flags=_FUSE))
_register_binary(operator.mul, lambda b, x, y: b.fmul(x, y, flags=_FUSE))
_register_binary(operator.truediv, lambda b, x, y: b.fdiv(x, y, flags=_FUSE))
_register_binary(np.copysign, lambda b, x, y: _call(b, "copysign", x, y))
_register_unary(operator.neg, lambda b, x: b.fneg(x))
_register_unary(abs, lambda b, x: _call(b, "fabs", x))
_register_unary(np.sqrt, lambda b, x: _call(b, "sqrt", x))

maximum = _operation(lambda b, x, y: b.select(b.fcmp_ordered(">", x, y), x, y))(2)
"""`maximum(a, b)`: the larger of the two, lane by lane; `b` where they do not compare."""

_minimum = _operation(lambda b, x, y: b.select(b.fcmp_ordered("<", x, y), x, y))(2)

_register_binary(np.maximum, lambda b, x, y: b.select(b.fcmp_ordered(">", x, y), x, y))
_register_binary(np.minimum, lambda b, x, y: b.select(b.fcmp_ordered("<", x, y), x, y))
_register_binary(
    np.heaviside,
    lambda b, x, at_zero: b.select(
        b.fcmp_ordered("==", x, _constant(0.0)),
        at_zero,
        b.select(b.fcmp_ordered(">", x, _constant(0.0)), _constant(1.0), _constant(0.0)),
    ),
)

where_negative = _operation(
    lambda b, x, y, z: b.select(b.fcmp_ordered("<", x, _constant(0.0)), y, z)
)(3)
"""`where_negative(x, a, b)`: `a` where x < 0, else `b`."""

broadcast = _operation(lambda b, x: x)(1)
"""`broadcast(a)`: one number in every lane."""

_nearest = _operation(lambda b, x: _call(b, "rint", x))(1)


@intrinsic
def load(typing_context: Any, array: Any, offset: Any) -> Any:
    """Lanes stored in a float64 array, whatever its shape, from number `offset` on."""

    def codegen(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        return builder.load(_address(context, builder, signature, values), align=8)

    return lanes_type(array, types.intp), codegen


@intrinsic
def store(typing_context: Any, array: Any, offset: Any, value: Any) -> Any:
    """Store lanes, or one number in every lane, in a float64 array from number `offset` on."""

    def codegen(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        vector = _as_vector(context, builder, values[2], signature.args[2])
        builder.store(vector, _address(context, builder, signature, values), align=8)
        return context.get_dummy_value()

    return types.void(array, types.intp, value), codegen


@intrinsic
def at(typing_context: Any, array: Any, offset: Any, row: Any) -> Any:
    """`load` from a number of rows of lanes behind `offset`.

    An intrinsic, as this costs nothing to compile: numba would compile a function anew for every
    constant `row`.
    """

    def codegen(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        return builder.load(_row_address(context, builder, signature, values), align=8)

    return lanes_type(array, types.intp, types.intp), codegen


@intrinsic
def put(typing_context: Any, array: Any, offset: Any, row: Any, value: Any) -> Any:
    """`store` a number of rows of lanes behind `offset`."""

    def codegen(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        vector = _as_vector(context, builder, values[3], signature.args[3])
        builder.store(vector, _row_address(context, builder, signature, values), align=8)
        return context.get_dummy_value()

    return types.void(array, types.intp, types.intp, value), codegen


def _row_address(context: Any, builder: Any, signature: Any, values: Any) -> Any:
    array, offset, row = values[:3]
    offset = builder.add(offset, builder.mul(row, ir.Constant(row.type, WIDTH)))
    return _address(context, builder, signature, (array, offset))


def _address(context: Any, builder: Any, signature: Any, values: Any) -> Any:
    array = context.make_array(signature.args[0])(context, builder, values[0])
    return builder.bitcast(builder.gep(array.data, [values[1]]), _DOUBLES.as_pointer())


def _emit_times_power_of_two(builder: Any, x: Any, shifted: Any) -> Any:
    """x * 2**k for the whole number k that `shifted` = k + _SHIFT has in its lowest bits."""
    exponent = builder.shl(builder.bitcast(shifted, _INTEGERS), _integer(52))
    return builder.bitcast(builder.add(builder.bitcast(x, _INTEGERS), exponent), _DOUBLES)


def _emit_cube_root_guess(builder: Any, x: Any) -> Any:
    """x**(-1/3) to 3.5 %, x > 0: the bits of a number are nearly its logarithm. The constant is the
    best one.
    """
    bits = builder.sitofp(builder.bitcast(x, _INTEGERS), _DOUBLES)
    guess = builder.fsub(_constant(1363.934 * 2.0**52), builder.fmul(bits, _constant(1.0 / 3.0)))
    return builder.bitcast(builder.fptosi(guess, _INTEGERS), _DOUBLES)


def _emit_mantissa(builder: Any, x: Any) -> Any:
    bits = builder.bitcast(x, _INTEGERS)
    bits = builder.or_(builder.and_(bits, _integer((1 << 52) - 1)), _integer(1023 << 52))
    return builder.bitcast(bits, _DOUBLES)


def _emit_exponent(builder: Any, x: Any) -> Any:
    bits = builder.lshr(builder.bitcast(x, _INTEGERS), _integer(52))
    number = builder.bitcast(builder.or_(bits, _integer(0x433 << 52)), _DOUBLES)
    return builder.fsub(number, _constant(2.0**52 + 1023.0))


_SHIFT = 1.5 * 2.0**52
"""Adding it rounds to a whole number, and leaves that in the lowest bits."""

_times_power_of_two = _operation(_emit_times_power_of_two)(2)
_cube_root_guess = _operation(_emit_cube_root_guess)(1)
_mantissa = _operation(_emit_mantissa)(1)
_exponent = _operation(_emit_exponent)(1)


@njit(forceinline=True)
def _exp(x: Any) -> Any:
    # x = k ln 2 + r, |r| <= ln(2)/2; e^r = 1 + r + r^2 Q(r), where Q of degree 8 interpolates at
    # Chebyshev's points and leaves a relative error of 1.2e-15. Here and below the terms are taken
    # in pairs (Estrin): a dependent chain of ten additions would keep the processor waiting.
    x = _minimum(maximum(x, -700.0), 700.0)
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
def _log(x: Any) -> Any:
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
def _cbrt(x: Any) -> Any:
    # Two steps of fourth order towards y = x^(-1/3), each a series in the residual 1 - x y^3;
    # x^(1/3) = x y^2.
    y = _cube_root_guess(x)
    for _ in range(2):
        residual = 1.0 - x * y * (y * y)
        y = y + y * (residual * (1.0 / 3.0 + residual * (2.0 / 9.0 + residual * (14.0 / 81.0))))
    return x * y * y


@overload(np.cbrt)
def _overload_cbrt(x):  # type: ignore[no-untyped-def]
    # For x > 0.
    if isinstance(x, LanesType):
        return lambda x: _cbrt(x)


@overload(np.exp)
def _overload_exp(x):  # type: ignore[no-untyped-def]
    if isinstance(x, LanesType):
        return lambda x: _exp(x)


@overload(operator.pow)
def _overload_pow(x, p):  # type: ignore[no-untyped-def]
    # For x >= 0. At x = 0 the logarithm is that of the smallest number, about -709, and the power a
    # number near zero.
    if isinstance(x, LanesType):
        return lambda x, p: _exp(p * _log(x))
