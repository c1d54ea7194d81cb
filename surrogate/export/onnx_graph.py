"""Surrogates as ONNX models: inputs and outputs called `input` and `output`, shape (batch, time,
channel).
"""

import io
import warnings
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor, nn

from surrogate import inference
from surrogate.export.cells import RECURRENCES
from surrogate.export.description import describe
from surrogate.export.layers import (
    LOOPS,
    Layers,
    Physical,
    Step,
    WindowConvolution,
    is_stepwise,
)
from surrogate.networks import WindowMLP
from surrogate.training.module import Surrogate

if TYPE_CHECKING:
    import onnx

OPSET = 17
LAYERS: Layers = {WindowMLP: WindowConvolution, **RECURRENCES}


def write_onnx(surrogate: Surrogate, checkpoint: Path, path: Path) -> inference.Run:
    """Write the model with its description as metadata; returns a function that runs the file by
    ONNX Runtime.
    """
    session = write_model(model_of(surrogate), describe(surrogate), path)
    return lambda input: session.run(None, {"input": input})[0]


def model_of(surrogate: Surrogate) -> "onnx.ModelProto":
    """ONNX model of a surrogate; ValueError without the packages, and for what ONNX cannot hold."""
    _package("onnx")
    stepwise = is_stepwise(surrogate.network, LOOPS)
    physical = Physical(surrogate, LAYERS)
    if stepwise:
        return _scan_of(Step(physical))
    axes = ("batch",) if surrogate.interface.interval is None else ("batch", "time")
    example = torch.zeros(*(1, 40)[: len(axes)], physical.before.mean.numel())
    return _traced(physical, (example,), ["input"], ["output"], dict(enumerate(axes)))


def write_model(model: "onnx.ModelProto", description: Mapping[str, str], path: Path) -> Any:
    """Write a model with its description as metadata; returns a session of ONNX Runtime."""
    onnx = _package("onnx")
    onnxruntime = _package("onnxruntime")
    onnx.helper.set_model_props(model, dict(description))
    onnx.checker.check_model(model)
    path.write_bytes(model.SerializeToString())
    return onnxruntime.InferenceSession(path.read_bytes(), providers=["CPUExecutionProvider"])


def _package(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError as error:
        raise ValueError(f"export to ONNX needs {error.name}: pip install -e '.[export]'") from None


def _traced(
    module: nn.Module,
    arguments: tuple[Tensor, ...],
    inputs: list[str],
    outputs: list[str],
    axes: dict[int, str],
) -> "onnx.ModelProto":
    """ONNX model of a module by torch's older exporter, which alone takes LSTM and GRU for any
    number of samples.
    """
    import onnx
    from torch.onnx import register_custom_op_symbolic, unregister_custom_op_symbolic

    buffer: Any = io.BytesIO()  # torch takes an open file, which its annotation leaves out
    # The one operation of our networks that the exporter does not know.
    register_custom_op_symbolic(
        "aten::mT", lambda g, x: g.op("Transpose", x, perm_i=[0, 2, 1]), OPSET
    )
    try:
        with warnings.catch_warnings():
            # That it is the older exporter, and of errors that the check would find.
            warnings.simplefilter("ignore")
            torch.onnx.export(
                module.eval(),
                arguments,
                buffer,
                dynamo=False,
                input_names=inputs,
                output_names=outputs,
                dynamic_axes=dict.fromkeys([*inputs, *outputs], axes),
                opset_version=OPSET,
            )
    except RuntimeError as error:  # of which the exporter's own errors are kinds
        raise ValueError(f"ONNX cannot express the network: {str(error).splitlines()[0]}") from None
    finally:
        unregister_custom_op_symbolic("aten::mT", OPSET)
    return onnx.load_from_string(buffer.getvalue())


def _scan_of(step: Step) -> "onnx.ModelProto":
    """ONNX model that repeats a step along the records, which start from rest, by the operator
    Scan.
    """
    from onnx import TensorProto, helper, numpy_helper

    states = [f"state_{number}" for number in range(len(step.shapes))]
    rest = [f"rest_{name}" for name in states]
    after = [f"next_{name}" for name in states]
    final = [f"final_{name}" for name in states]
    arguments = (*step.at_rest(1), torch.zeros(1, step.samples * step.inputs))
    body = _traced(step, arguments, [*states, "sample"], [*after, "response"], {0: "batch"})
    constants: dict[str, Sequence[int]] = {"first": [0], "copies": [step.copies]}
    make = helper.make_node
    nodes = [
        make("Shape", ["input"], ["sizes"]),
        make("Gather", ["sizes", "first"], ["asked"]),
        make("Mul", ["asked", "copies"], ["records"]),
    ]
    for name, shape in zip(states, step.shapes, strict=True):
        constants[f"shape_of_{name}"] = shape
        nodes += [
            make("Concat", ["records", f"shape_of_{name}"], [f"sizes_of_{name}"], axis=0),
            make("ConstantOfShape", [f"sizes_of_{name}"], [f"rest_{name}"]),
        ]
    scanned: dict[str, Any] = {"body": body.graph, "num_scan_inputs": 1}
    grouped, ungrouped, numbers = _grouping(step)
    constants |= numbers
    nodes += [
        *grouped,
        make("Transpose", ["steps"], ["samples"], perm=[1, 0, 2]),
        make("Scan", [*rest, "samples"], [*final, "responses"], **scanned),
        make("Transpose", ["responses"], ["answers"], perm=[1, 0, 2]),
        *ungrouped,
    ]
    shapes: dict[str, list[str | int | None]] = {
        "input": ["batch", "time", step.inputs],
        "output": ["batch", "time", step.physical.targets],
    }
    ends = {
        name: helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
        for name, shape in shapes.items()
    }
    initializers = [
        numpy_helper.from_array(np.array(value, dtype=np.int64), name)
        for name, value in constants.items()
    ]
    graph = helper.make_graph(nodes, "surrogate", [ends["input"]], [ends["output"]], initializers)
    return helper.make_model(graph, opset_imports=body.opset_import, ir_version=body.ir_version)


def _grouping(step: Step) -> tuple[list, list, dict[str, Sequence[int]]]:
    """Nodes from `input` to the `steps` of a scan and from its `answers` to `output`, and their
    constants: samples of a step side by side, with zeros behind the last.
    """
    from onnx import helper

    make = helper.make_node
    if step.samples == 1:
        return (
            [make("Identity", ["input"], ["steps"])],
            [make("Identity", ["answers"], ["output"])],
            {},
        )
    before = [
        make("Gather", ["sizes", "second"], ["time"]),
        make("Neg", ["time"], ["less"]),
        make("Mod", ["less", "together"], ["missing"]),
        make("Concat", ["no_pads", "missing", "first"], ["pads"], axis=0),
        make("Pad", ["input", "pads"], ["padded"]),
        make("Reshape", ["padded", "as_steps"], ["steps"]),
    ]
    after = [
        make("Reshape", ["answers", "as_samples"], ["padded_output"]),
        make("Slice", ["padded_output", "first", "time", "second"], ["output"]),
    ]
    numbers: dict[str, Sequence[int]] = {
        "second": [1],
        "together": [step.samples],
        "no_pads": [0, 0, 0, 0],
        "as_steps": [0, -1, step.samples * step.inputs],
        "as_samples": [0, -1, step.targets],
    }
    return before, after, numbers
