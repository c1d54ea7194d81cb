"""Surrogates as programs of torch.export, which torch's compilers and runtimes take."""

import json
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from surrogate import inference
from surrogate.data import channels
from surrogate.export.cells import RECURRENCES, Cells
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

TORCH_LOOPS = (nn.LSTM, nn.GRU)
"""Layers that torch.export unrolls to the samples of one run."""
LAYERS: Layers = {WindowMLP: WindowConvolution, **RECURRENCES, **dict.fromkeys(TORCH_LOOPS, Cells)}


class Scanned(nn.Module):
    """Whole records by a step that torch's operator scan repeats."""

    def __init__(self, step: Step) -> None:
        super().__init__()
        self.step = step

    def forward(self, input: Tensor) -> Tensor:
        from torch._higher_order_ops.scan import scan  # torch's name for it so far

        def advance(state: tuple[Tensor, ...], sample: Tensor) -> tuple[tuple[Tensor, ...], Tensor]:
            *after, output = self.step(*state, sample)
            return tuple(after), output

        at_rest = self.step.at_rest(input.shape[0])
        _, outputs = scan(advance, at_rest, self._in_steps(input).transpose(0, 1))
        count = self.step.samples
        samples = torch.arange(input.shape[1])
        answers = outputs.transpose(0, 1).unflatten(2, (count, self.step.targets))
        return answers[:, samples // count, samples % count]

    def _in_steps(self, input: Tensor) -> Tensor:
        """Samples of each step side by side, (batch, steps, samples x inputs), the last repeated.

        What `StackedNetwork` has as a padding and a view: torch.export of records of any length
        follows indices, but wants to know what remains of the length behind whole steps. With a
        step to spare, as it would otherwise want to know whether there is only one.
        """
        count = self.step.samples
        last = input.shape[1] - 1
        steps = torch.arange((last + count) // count + 1)
        places = (count * steps[:, None] + torch.arange(count)).clamp(max=last)
        return input[:, places].flatten(2)


def write_program(surrogate: Surrogate, checkpoint: Path, path: Path) -> inference.Run:
    """Write the program with its description as the extra file description.json; returns a function
    that runs it.
    """
    run = write_module(module_of(surrogate), surrogate, describe(surrogate), path)
    return lambda input: run(torch.from_numpy(input)).numpy()


def module_of(surrogate: Surrogate) -> nn.Module:
    """A surrogate in the form that torch.export takes; ValueError for one that it cannot take."""
    stepwise = is_stepwise(surrogate.network, (*LOOPS, *TORCH_LOOPS))
    physical = Physical(surrogate, LAYERS)
    return Scanned(Step(physical)) if stepwise else physical


def write_module(
    module: nn.Module, surrogate: Surrogate, description: Mapping[str, str], path: Path
) -> Callable[[Tensor], Any]:
    """Write a module with the channels of a surrogate; returns the program that has been read."""
    axes = ("batch",) if surrogate.interface.interval is None else ("batch", "time")
    inputs = channels.count(surrogate.interface.inputs)
    example = torch.zeros(*(2, 40)[: len(axes)], inputs)
    sizes = {number: torch.export.Dim(name) for number, name in enumerate(axes)}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # deprecations within torch
            program = torch.export.export(
                module.eval(), (example,), dynamic_shapes=(sizes,), strict=False
            )
            with path.open("wb") as file:
                facts = json.dumps(dict(description))
                torch.export.save(program, file, extra_files={"description.json": facts})
            with path.open("rb") as file:
                return torch.export.load(file).module()
    except (RuntimeError, AssertionError):  # of torch's tracing, with a page of text
        kind = type(surrogate.network).__name__
        raise ValueError(
            f"torch.export cannot take {kind} for records of any length: export to ONNX"
        ) from None
