"""Lanes in memory: loaded from arrays of float64 or float32 and stored in them.

Places are counted in units of eight bytes, whatever the array holds, so that the lanes of both
types, which take 64 bytes, lie at the same places.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core.typing.templates import Signature
from numba.extending import overload

from simulators.solvers.compiling import intrinsic
from simulators.solvers.simd import WIDTH, Codegen, as_vector, lanes_of


def is_single(array: np.ndarray) -> bool:
    """Whether lanes in an array are of single precision; known when the kernel is compiled."""
    return array.dtype == np.float32


@overload(is_single)
def _overload_is_single(array):  # type: ignore[no-untyped-def]
    if array.dtype == types.float32:
        return lambda array: True
    return lambda array: False


@intrinsic
def load(typing_context: Any, array: types.Array, offset: types.Type) -> tuple[Signature, Codegen]:
    """Lanes stored in an array, whatever its shape, from place `offset` on."""

    def codegen(
        context: Any, builder: ir.IRBuilder, signature: Signature, values: Sequence[ir.Value]
    ) -> ir.Value:
        return builder.load(_address(context, builder, signature, values), align=8)

    return lanes_of(array.dtype)(array, types.intp), codegen


@intrinsic
def store(
    typing_context: Any, array: types.Array, offset: types.Type, value: types.Type
) -> tuple[Signature, Codegen]:
    """Store lanes, or one number in every lane, in an array from place `offset` on."""

    def codegen(
        context: Any, builder: ir.IRBuilder, signature: Signature, values: Sequence[ir.Value]
    ) -> ir.Value:
        lanes = lanes_of(signature.args[0].dtype)
        vector = as_vector(context, builder, values[2], signature.args[2], lanes)
        builder.store(vector, _address(context, builder, signature, values), align=8)
        return context.get_dummy_value()

    return types.void(array, types.intp, value), codegen


@intrinsic
def at(
    typing_context: Any, array: types.Array, offset: types.Type, row: types.Type
) -> tuple[Signature, Codegen]:
    """`load` from a number of rows of lanes behind `offset`.

    An intrinsic, as this costs nothing to compile: numba would compile a function anew for every
    constant `row`.
    """

    def codegen(
        context: Any, builder: ir.IRBuilder, signature: Signature, values: Sequence[ir.Value]
    ) -> ir.Value:
        return builder.load(row_address(context, builder, signature, values), align=8)

    return lanes_of(array.dtype)(array, types.intp, types.intp), codegen


@intrinsic
def put(
    typing_context: Any, array: types.Array, offset: types.Type, row: types.Type, value: types.Type
) -> tuple[Signature, Codegen]:
    """`store` a number of rows of lanes behind `offset`."""

    def codegen(
        context: Any, builder: ir.IRBuilder, signature: Signature, values: Sequence[ir.Value]
    ) -> ir.Value:
        lanes = lanes_of(signature.args[0].dtype)
        vector = as_vector(context, builder, values[3], signature.args[3], lanes)
        builder.store(vector, row_address(context, builder, signature, values), align=8)
        return context.get_dummy_value()

    return types.void(array, types.intp, types.intp, value), codegen


def row_address(
    context: Any, builder: ir.IRBuilder, signature: Signature, values: Sequence[ir.Value]
) -> ir.Value:
    """Address of lanes from an array, a place and a number of rows behind it."""
    array, offset, row = values[:3]
    offset = builder.add(offset, builder.mul(row, ir.Constant(row.type, WIDTH)))
    return _address(context, builder, signature, (array, offset))


def _address(
    context: Any, builder: ir.IRBuilder, signature: Signature, values: Sequence[ir.Value]
) -> ir.Value:
    array = context.make_array(signature.args[0])(context, builder, values[0])
    numbers = lanes_of(signature.args[0].dtype).vector.count // WIDTH
    place = builder.mul(values[1], ir.Constant(values[1].type, numbers))
    vector = lanes_of(signature.args[0].dtype).vector
    return builder.bitcast(builder.gep(array.data, [place]), vector.as_pointer())
