"""Ensembles for other programs: one file that gives their mean and their spread."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from surrogate import inference
from surrogate.export.description import describe
from surrogate.export.joined_graph import joined
from surrogate.export.onnx_graph import model_of, write_model
from surrogate.export.program import module_of, write_module
from surrogate.inference import ensemble
from surrogate.inference.ensemble import Ensemble

Run = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]
"""Physical input to the mean and the spread of the members."""


def write_onnx(members: Ensemble, checkpoint: Path, path: Path) -> Run:
    """Write an ONNX model with the outputs `output` and `spread`; returns what runs it."""
    model = joined([model_of(member) for member in members.members])
    session = write_model(model, _description(members), path)

    def run(input: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        mean, spread = session.run(["output", "spread"], {"input": input})
        return mean, spread

    return run


def write_program(members: Ensemble, checkpoint: Path, path: Path) -> Run:
    """Write a program of torch.export that gives mean and spread; returns what runs it."""
    modules = [module_of(member) for member in members.members]
    program = write_module(MeanAndSpread(modules), members.joined(), _description(members), path)

    def run(input: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        mean, spread = program(torch.from_numpy(input))
        return mean.numpy(), spread.numpy()

    return run


def write_checkpoint(members: Ensemble, checkpoint: Path, path: Path) -> Run:
    """Write the ensemble again, which holds no state of a training; returns what runs it."""
    torch.save(inference.read(checkpoint), path)
    content = inference.read(path)
    trusted = [type(member.network).__module__ for member in members.members]
    return lambda input: ensemble.made_from(content, path, trusted).respond(input)


class MeanAndSpread(nn.Module):
    """Mean of several modules of the same input, and standard deviation with n - 1."""

    def __init__(self, members: list[nn.Module]) -> None:
        super().__init__()
        self.members = nn.ModuleList(members)

    def forward(self, input: Tensor) -> tuple[Tensor, Tensor]:
        answers = torch.stack([member(input) for member in self.members])
        return answers.mean(dim=0), answers.std(dim=0)


def _description(members: Ensemble) -> dict[str, str]:
    """What the file says of itself: as of one surrogate, and how many answer."""
    return describe(members.joined()) | {"members": str(len(members.members))}
