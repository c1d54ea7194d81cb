"""ONNX models of the members of an ensemble as one model: `output` is their mean, `spread` their
standard deviation with n - 1.

Each member's graph is kept as it is, under names with a prefix of its own, so that any network that
ONNX takes can be a member.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import onnx


def joined(models: Sequence["onnx.ModelProto"]) -> "onnx.ModelProto":
    """One model of several with the input `input` and the output `output`.

    Parameters
    ----------
    models : sequence of ModelProto
        At least two, of the same opset, inputs and outputs.
    """
    from onnx import compose, helper

    nodes = []
    initializers = []
    for number, model in enumerate(models):
        own = compose.add_prefix(model, _prefix(number))
        nodes.append(helper.make_node("Identity", ["input"], [f"{_prefix(number)}input"]))
        nodes.extend(own.graph.node)
        initializers.extend(own.graph.initializer)
    first = models[0].graph
    outputs = [_renamed(first.output[0], name) for name in ("output", "spread")]
    constant, statistics = _statistics(len(models))
    graph = helper.make_graph(
        [*nodes, *statistics],
        "ensemble",
        [first.input[0]],
        outputs,
        [*initializers, constant],
    )
    return helper.make_model(
        graph, opset_imports=models[0].opset_import, ir_version=models[0].ir_version
    )


def _prefix(number: int) -> str:
    return f"member_{number + 1}_"


def _renamed(end: "onnx.ValueInfoProto", name: str) -> "onnx.ValueInfoProto":
    """An output of the same type and shape under another name."""
    import onnx

    renamed = onnx.ValueInfoProto()
    renamed.CopyFrom(end)
    renamed.name = name
    return renamed


def _statistics(members: int) -> tuple["onnx.TensorProto", list["onnx.NodeProto"]]:
    """Mean and standard deviation of the outputs of the members, and the constant for it."""
    from onnx import helper, numpy_helper

    share = numpy_helper.from_array(np.array(1.0 / (members - 1), dtype=np.float32), "share")
    outputs = [f"{_prefix(number)}output" for number in range(members)]
    squares = [f"{_prefix(number)}square" for number in range(members)]
    nodes = [helper.make_node("Mean", outputs, ["output"])]
    for output, square in zip(outputs, squares, strict=True):
        nodes.append(helper.make_node("Sub", [output, "output"], [f"{output}_apart"]))
        nodes.append(helper.make_node("Mul", [f"{output}_apart"] * 2, [square]))
    nodes.append(helper.make_node("Sum", squares, ["sum_of_squares"]))
    nodes.append(helper.make_node("Mul", ["sum_of_squares", "share"], ["variance"]))
    nodes.append(helper.make_node("Sqrt", ["variance"], ["spread"]))
    return share, nodes
