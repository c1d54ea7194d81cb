"""Squares of lanes, as many rows as there are lanes, turned between memory and arrays whose records
have their numbers in a row.

Samples come from the records and go to them so: lane by lane would take an access for each number.
"""

from collections.abc import Sequence
from typing import Any

from llvmlite import ir
from numba import types
from numba.core.typing.templates import Signature

from simulators.solvers.compiling import intrinsic
from simulators.solvers.simd import Codegen, lanes_of
from simulators.solvers.simd_memory import row_address


@intrinsic
def take_across(
    typing_context: Any,
    array: types.Array,
    offset: types.Type,
    source: types.Array,
    records: types.Type,
    stride: types.Type,
    first: types.Type,
) -> tuple[Signature, Codegen] | None:
    """Store a square of lanes, as `put_across` reads it, of the numbers that `source` has."""
    if source.layout != "C":
        return None

    def codegen(
        context: Any, builder: ir.IRBuilder, signature: Signature, values: Sequence[ir.Value]
    ) -> ir.Value:
        lanes = lanes_of(signature.args[0].dtype)
        places = _places(context, builder, signature, values)
        columns = [
            _converted(builder, builder.load(place, align=4), lanes.vector) for place in places
        ]
        array, offset = values[:2]
        for k, row in enumerate(_transposed(builder, columns)):
            place = (array, offset, ir.Constant(offset.type, k))
            builder.store(row, row_address(context, builder, signature, place), align=8)
        return context.get_dummy_value()

    return types.void(array, types.intp, source, records, types.intp, types.intp), codegen


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
        array, offset = values[:2]
        rows = []
        for k in range(lanes_of(signature.args[0].dtype).vector.count):
            place = (array, offset, ir.Constant(offset.type, k))
            rows.append(builder.load(row_address(context, builder, signature, place), align=8))
        places = _places(context, builder, signature, values)
        for place, row in zip(places, _transposed(builder, rows), strict=True):
            wanted = place.type.pointee
            builder.store(_converted(builder, row, wanted), place, align=4)
        return context.get_dummy_value()

    return types.void(array, types.intp, out, records, types.intp, types.intp), codegen


def _places(
    context: Any, builder: ir.IRBuilder, signature: Signature, values: Sequence[ir.Value]
) -> list[ir.Value]:
    """Where the numbers of each lane begin in the array of the records, in its precision."""
    _, _, out, records, stride, first = values
    of_out, of_records = signature.args[2:4]
    count = lanes_of(signature.args[0].dtype).vector.count
    numbers = context.make_array(of_records)(context, builder, records).data
    target = context.make_array(of_out)(context, builder, out).data
    wanted = ir.VectorType(context.get_value_type(of_out.dtype), count)
    places = []
    for k in range(count):
        record = builder.load(builder.gep(numbers, [ir.Constant(stride.type, k)]))
        number = builder.add(builder.mul(stride, record), first)
        places.append(builder.bitcast(builder.gep(target, [number]), wanted.as_pointer()))
    return places


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
