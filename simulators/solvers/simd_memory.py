"""Lanes in memory: loaded from float64 arrays and stored in them, at a number of the array."""

from collections.abc import Sequence
from typing import Any

from llvmlite import ir
from numba import types
from numba.core.typing.templates import Signature

from simulators.solvers.compiling import intrinsic
from simulators.solvers.simd import DOUBLES, WIDTH, Codegen, as_vector, lanes_type


@intrinsic
def load(typing_context: Any, array: types.Type, offset: types.Type) -> tuple[Signature, Codegen]:
    """Lanes stored in a float64 array, whatever its shape, from number `offset` on."""

    def codegen(
        context: Any, builder: ir.IRBuilder, signature: Signature, values: Sequence[ir.Value]
    ) -> ir.Value:
        return builder.load(_address(context, builder, signature, values), align=8)

    return lanes_type(array, types.intp), codegen


@intrinsic
def store(
    typing_context: Any, array: types.Type, offset: types.Type, value: types.Type
) -> tuple[Signature, Codegen]:
    """Store lanes, or one number in every lane, in a float64 array from number `offset` on."""

    def codegen(
        context: Any, builder: ir.IRBuilder, signature: Signature, values: Sequence[ir.Value]
    ) -> ir.Value:
        vector = as_vector(context, builder, values[2], signature.args[2])
        builder.store(vector, _address(context, builder, signature, values), align=8)
        return context.get_dummy_value()

    return types.void(array, types.intp, value), codegen


@intrinsic
def at(
    typing_context: Any, array: types.Type, offset: types.Type, row: types.Type
) -> tuple[Signature, Codegen]:
    """`load` from a number of rows of lanes behind `offset`.

    An intrinsic, as this costs nothing to compile: numba would compile a function anew for every
    constant `row`.
    """

    def codegen(
        context: Any, builder: ir.IRBuilder, signature: Signature, values: Sequence[ir.Value]
    ) -> ir.Value:
        return builder.load(_row_address(context, builder, signature, values), align=8)

    return lanes_type(array, types.intp, types.intp), codegen


@intrinsic
def put(
    typing_context: Any, array: types.Type, offset: types.Type, row: types.Type, value: types.Type
) -> tuple[Signature, Codegen]:
    """`store` a number of rows of lanes behind `offset`."""

    def codegen(
        context: Any, builder: ir.IRBuilder, signature: Signature, values: Sequence[ir.Value]
    ) -> ir.Value:
        vector = as_vector(context, builder, values[3], signature.args[3])
        builder.store(vector, _row_address(context, builder, signature, values), align=8)
        return context.get_dummy_value()

    return types.void(array, types.intp, types.intp, value), codegen


def _row_address(
    context: Any, builder: ir.IRBuilder, signature: Signature, values: Sequence[ir.Value]
) -> ir.Value:
    array, offset, row = values[:3]
    offset = builder.add(offset, builder.mul(row, ir.Constant(row.type, WIDTH)))
    return _address(context, builder, signature, (array, offset))


def _address(
    context: Any, builder: ir.IRBuilder, signature: Signature, values: Sequence[ir.Value]
) -> ir.Value:
    array = context.make_array(signature.args[0])(context, builder, values[0])
    return builder.bitcast(builder.gep(array.data, [values[1]]), DOUBLES.as_pointer())
