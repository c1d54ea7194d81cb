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
        return builder.load(_row_address(context, builder, signature, values), align=8)

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
        builder.store(vector, _row_address(context, builder, signature, values), align=8)
        return context.get_dummy_value()

    return types.void(array, types.intp, types.intp, value), codegen


@intrinsic
def put_across(
    typing_context: Any,
    array: types.Array,
    offset: types.Type,
    out: types.Array,
    records: types.Type,
    stride: types.Type,
    first: types.Type,
) -> tuple[Signature, Codegen] | None:
    """Store a square of lanes, as many rows of them as there are lanes, in `out`: the numbers of
    lane k follow one another from number `stride records[k] + first` on, in the precision of `out`.

    `records` has a number of type int64 for each lane. What `out` is must lie in one piece.
    """
    if out.layout != "C":
        return None

    def codegen(
        context: Any, builder: ir.IRBuilder, signature: Signature, values: Sequence[ir.Value]
    ) -> ir.Value:
        lanes = lanes_of(signature.args[0].dtype)
        count = lanes.vector.count
        array, offset, out, records, stride, first = values
        of_out, of_records = signature.args[2:4]
        rows = []
        for k in range(count):
            place = (array, offset, ir.Constant(offset.type, k))
            rows.append(builder.load(_row_address(context, builder, signature, place), align=8))
        numbers = context.make_array(of_records)(context, builder, records).data
        target = context.make_array(of_out)(context, builder, out).data
        wanted = ir.VectorType(context.get_value_type(of_out.dtype), count)
        for k, row in enumerate(_transposed(builder, rows)):
            record = builder.load(builder.gep(numbers, [ir.Constant(offset.type, k)]))
            number = builder.add(builder.mul(stride, record), first)
            place = builder.bitcast(builder.gep(target, [number]), wanted.as_pointer())
            builder.store(_converted(builder, row, wanted), place, align=4)
        return context.get_dummy_value()

    return types.void(array, types.intp, out, records, types.intp, types.intp), codegen


def _transposed(builder: ir.IRBuilder, rows: list[ir.Value]) -> list[ir.Value]:
    """A square of lanes mirrored: blocks of 1, 2, 4 ... lanes change places between two rows."""
    count = len(rows)
    places = ir.VectorType(ir.IntType(32), count)
    block = 1
    while block < count:
        upper = [k if not k & block else count + k - block for k in range(count)]
        lower = [k + block if not k & block else count + k for k in range(count)]
        mirrored = list(rows)
        for k in range(count):
            if not k & block:
                two = (rows[k], rows[k + block])
                mirrored[k] = builder.shuffle_vector(*two, ir.Constant(places, upper))
                mirrored[k + block] = builder.shuffle_vector(*two, ir.Constant(places, lower))
        rows = mirrored
        block *= 2
    return rows


def _converted(builder: ir.IRBuilder, row: ir.Value, wanted: ir.VectorType) -> ir.Value:
    """Lanes in another precision."""
    if row.type == wanted:
        return row
    narrower = isinstance(wanted.element, ir.FloatType)
    return builder.fptrunc(row, wanted) if narrower else builder.fpext(row, wanted)


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
    numbers = lanes_of(signature.args[0].dtype).vector.count // WIDTH
    place = builder.mul(values[1], ir.Constant(values[1].type, numbers))
    vector = lanes_of(signature.args[0].dtype).vector
    return builder.bitcast(builder.gep(array.data, [place]), vector.as_pointer())
