"""Structures side by side: numba value types for one SIMD vector of numbers.

`Lanes` holds one number for each structure: eight doubles (`WIDTH`), or sixteen numbers of single
precision (`SINGLE_WIDTH`), twice as many for an instruction. Arithmetic on it is written as on a
float (``a * b + c``, ``abs``, ``np.sqrt``, ``np.copysign``, ``np.minimum``, ``np.maximum``,
``np.heaviside``; of doubles ``**``, ``np.exp`` and ``np.cbrt``, too, by
`simulators.solvers.simd_functions`), so that a law of `simulators.hysteresis.rates`, written once
in NumPy's vocabulary, runs unchanged on floats and arrays (the SciPy reference) and on lanes (the
batch integrator).

Why a type of its own, and not plain loops over eight numbers: whether LLVM turns such a loop into
vector instructions depends on aliasing checks and cost models that change with every edit and
release. An LLVM vector value is a vector by construction, on every machine: 512-bit registers hold
it in one, 256-bit ones in two.

Only multiplication followed by addition may be fused (``contract``); nothing is reordered, so a
lane's result depends on nothing but its own numbers.
"""

import operator
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.typing.templates import Signature
from numba.extending import models, overload, register_model

from simulators.solvers.compiling import intrinsic

WIDTH = 8
"""Structures in a vector of doubles."""

SINGLE_WIDTH = 2 * WIDTH
"""Structures in a vector of single precision, which takes as many bytes."""

Lanes = Any
"""For readers of a signature: one number for each structure of a vector, or one for all of them."""

DOUBLES = ir.VectorType(ir.DoubleType(), WIDTH)
SINGLES = ir.VectorType(ir.FloatType(), SINGLE_WIDTH)
_FUSE = ("contract",)

Emit = Callable[..., ir.Value]
"""Emits the LLVM code of an operation from a builder and the vectors that it takes."""

Codegen = Callable[[Any, ir.IRBuilder, Signature, Sequence[ir.Value]], ir.Value]
"""What numba asks for in its place: from its context, the builder, the types and the values."""


class LanesType(types.Type):
    """Numba's type of a vector.

    Attributes
    ----------
    vector : llvmlite.ir.VectorType
    number : numba.types.Float
        Of one lane.
    """

    def __init__(self, vector: ir.VectorType, number: types.Float) -> None:
        self.vector = vector
        self.number = number
        super().__init__(name=f"Lanes({vector.count}, {number})")


lanes_type = LanesType(DOUBLES, types.float64)
single_type = LanesType(SINGLES, types.float32)


@register_model(LanesType)
class _LanesModel(models.PrimitiveModel):
    def __init__(self, manager: Any, frontend_type: LanesType) -> None:
        super().__init__(manager, frontend_type, frontend_type.vector)


def lanes_of(number: types.Type) -> LanesType:
    """Type of the lanes that an array of such numbers holds."""
    return single_type if number == types.float32 else lanes_type


def _common(kinds: Sequence[types.Type]) -> LanesType | None:
    """Type of the lanes among some arguments; doubles where all are numbers, None where the lanes
    differ, which numba then refuses.
    """
    found = {kind for kind in kinds if isinstance(kind, LanesType)}
    if len(found) > 1:
        return None
    return found.pop() if found else lanes_type


def _splat(builder: ir.IRBuilder, scalar: ir.Value, vector_type: ir.VectorType) -> ir.Value:
    """One scalar in every lane."""
    single = builder.insert_element(
        ir.Constant(vector_type, ir.Undefined), scalar, ir.Constant(ir.IntType(32), 0)
    )
    zeros = ir.Constant(ir.VectorType(ir.IntType(32), vector_type.count), [0] * vector_type.count)
    return builder.shuffle_vector(single, ir.Constant(vector_type, ir.Undefined), zeros)


def constant(value: float, vector_type: ir.VectorType = DOUBLES) -> ir.Constant:
    """A number that is known when the code is compiled, in every lane."""
    return ir.Constant(vector_type, [float(value)] * vector_type.count)


def as_vector(
    context: Any, builder: ir.IRBuilder, value: ir.Value, kind: types.Type, lanes: LanesType
) -> ir.Value:
    """A lane vector as it is, a scalar spread over the lanes."""
    if isinstance(kind, LanesType):
        return value
    return _splat(builder, context.cast(builder, value, kind, lanes.number), lanes.vector)


def _call(builder: ir.IRBuilder, name: str, *vectors: ir.Value) -> ir.Value:
    """LLVM's vector intrinsic `name` (llvm.fabs, llvm.copysign ...)."""
    kind = vectors[0].type
    bits = "f32" if kind == SINGLES else "f64"
    function = cgutils.get_or_insert_function(
        builder.module,
        ir.FunctionType(kind, [kind] * len(vectors)),
        f"llvm.{name}.v{kind.count}{bits}",
    )
    return builder.call(function, vectors)


def operation(emit: Emit, arity: int) -> Callable[..., Lanes]:
    """Intrinsic on any mix of lanes of one type and scalars, from a function that emits LLVM code
    for vectors.
    """

    def codegen(
        context: Any, builder: ir.IRBuilder, signature: Signature, values: Sequence[ir.Value]
    ) -> ir.Value:
        lanes = signature.return_type
        vectors = [
            as_vector(context, builder, v, t, lanes)
            for v, t in zip(values, signature.args, strict=True)
        ]
        return emit(builder, *vectors)

    return _OF_ARITY[arity](codegen)


def _typed(codegen: Codegen, *arguments: types.Type) -> tuple[Signature, Codegen] | None:
    """What numba's `intrinsic` asks for; None where the arguments do not go together."""
    lanes = _common(arguments)
    return None if lanes is None else (lanes(*arguments), codegen)


def _unary(codegen: Codegen) -> Callable[..., Lanes]:
    @intrinsic
    def unary(typing_context: Any, a: types.Type) -> tuple[Signature, Codegen] | None:
        return _typed(codegen, a)

    return unary


def _binary(codegen: Codegen) -> Callable[..., Lanes]:
    @intrinsic
    def binary(
        typing_context: Any, a: types.Type, b: types.Type
    ) -> tuple[Signature, Codegen] | None:
        return _typed(codegen, a, b)

    return binary


def _ternary(codegen: Codegen) -> Callable[..., Lanes]:
    @intrinsic
    def ternary(
        typing_context: Any, a: types.Type, b: types.Type, c: types.Type
    ) -> tuple[Signature, Codegen] | None:
        return _typed(codegen, a, b, c)

    return ternary


_OF_ARITY = {1: _unary, 2: _binary, 3: _ternary}
"""Numba reads the number of arguments from a signature, so that each has a definition."""


# Numba demands of an overload that its signature equals that of the lambda, which has no types.
def register_unary(function: Any, implementation: Callable[..., Lanes]) -> None:
    """Let a NumPy function or an operator of one argument take lanes in compiled code."""

    @overload(function)
    def _overload(a):  # type: ignore[no-untyped-def]
        if isinstance(a, LanesType):
            return lambda a: implementation(a)


def register_binary(function: Any, implementation: Callable[..., Lanes]) -> None:
    """Let a NumPy function or an operator take lanes as one of two arguments, or as both."""

    @overload(function)
    def _overload(a, b):  # type: ignore[no-untyped-def]
        if isinstance(a, LanesType) or isinstance(b, LanesType):
            return lambda a, b: implementation(a, b)


_add = operation(lambda b, x, y: b.fadd(x, y, flags=_FUSE), 2)
_subtract = operation(lambda b, x, y: b.fsub(x, y, flags=_FUSE), 2)
_multiply = operation(lambda b, x, y: b.fmul(x, y, flags=_FUSE), 2)
_divide = operation(lambda b, x, y: b.fdiv(x, y, flags=_FUSE), 2)
_copysign = operation(lambda b, x, y: _call(b, "copysign", x, y), 2)
_negative = operation(lambda b, x: b.fneg(x), 1)
_absolute = operation(lambda b, x: _call(b, "fabs", x), 1)
_square_root = operation(lambda b, x: _call(b, "sqrt", x), 1)

maximum = operation(lambda b, x, y: b.select(b.fcmp_ordered(">", x, y), x, y), 2)
"""`maximum(a, b)`: the larger of the two, lane by lane; `b` where they do not compare."""

minimum = operation(lambda b, x, y: b.select(b.fcmp_ordered("<", x, y), x, y), 2)
"""`minimum(a, b)`: the smaller of the two, lane by lane; `b` where they do not compare."""

where_negative = operation(
    lambda b, x, y, z: b.select(b.fcmp_ordered("<", x, constant(0.0, x.type)), y, z), 3
)
"""`where_negative(x, a, b)`: `a` where x < 0, else `b`."""

spread = operation(lambda b, x, y: y, 2)
"""`spread(x, a)`: a number, or lanes, as lanes of the type that x has."""


def _emit_heaviside(builder: ir.IRBuilder, x: ir.Value, at_zero: ir.Value) -> ir.Value:
    zero = constant(0.0, x.type)
    positive = builder.fcmp_ordered(">", x, zero)
    step = builder.select(positive, constant(1.0, x.type), zero)
    return builder.select(builder.fcmp_ordered("==", x, zero), at_zero, step)


register_binary(operator.add, _add)
register_binary(operator.sub, _subtract)
register_binary(operator.mul, _multiply)
register_binary(operator.truediv, _divide)
register_binary(np.copysign, _copysign)
register_binary(np.maximum, maximum)
register_binary(np.minimum, minimum)
register_binary(np.heaviside, operation(_emit_heaviside, 2))
register_unary(operator.neg, _negative)
register_unary(abs, _absolute)
register_unary(np.sqrt, _square_root)
