"""What trials are compared by: one number of the same meaning for all.

The validation loss is one where all trials have the same loss. Where the loss itself varies, or is
a sum, whose size depends on the batches, the trials are compared by

    sqrt(mean over records, samples and channels of ((y - y_ref) / s)^2)

with the standard deviation s of each target channel over the training records.
"""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
import yaml
from lightning.pytorch import Trainer
from torch import Tensor

from surrogate.data import lengths
from surrogate.data.datamodule import records_of
from surrogate.data.samplers import Batch
from surrogate.sweep.space import Space
from surrogate.training.module import Surrogate

LOSS = "validation loss"
ERROR = "validation error"
"""Root mean square, relative to the spread of each channel."""


def score_of(space: Space, overrides: Mapping[str, Any]) -> str:
    """`LOSS` where all trials have one loss that is a mean, else `ERROR`."""
    varied = [key for key in space.parameters if _decides_loss(key)]
    return ERROR if varied or _is_sum(space.config, overrides) else LOSS


def why(score: str) -> str:
    """One line on what the trials are compared by."""
    if score == LOSS:
        return "trials are compared by their lowest validation loss"
    return (
        "trials are compared by the root-mean-square error of the validation records, relative to "
        "the standard deviation of each channel, since their losses differ or are sums"
    )


class RelativeError:
    """The score `ERROR` of an epoch, gathered batch by batch."""

    def __init__(self) -> None:
        self._squares = 0.0
        self._count = 0

    def add(self, surrogate: Surrogate, output: Tensor, batch: Batch, trainer: Trainer) -> None:
        """Add a validation batch and the standardised output for it."""
        scale = torch.tensor(records_of(trainer).statistics()["target_scale"], dtype=torch.float64)
        response = surrogate.scaled.physical(output).detach().cpu().double()
        errors = ((response - batch.target.cpu().double()) / scale).square()
        if batch.scored is None:
            self._squares += errors.sum().item()
            self._count += errors.numel()
            return
        for members, length in lengths.groups(batch.scored.cpu()):
            counted = errors[members, :length]
            self._squares += counted.sum().item()
            self._count += counted.numel()

    def take(self) -> float:
        """The score of what has been added, and begin anew."""
        value = math.sqrt(self._squares / self._count) if self._count else math.nan
        self._squares = 0.0
        self._count = 0
        return value


def _decides_loss(key: str) -> bool:
    return key == "model" or key.startswith(("model.loss", "model.scale_targets"))


def _is_sum(config: str, overrides: Mapping[str, Any]) -> bool:
    try:
        content = yaml.safe_load(Path(config).read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ValueError(f"{config} is no YAML: {error}") from None
    model = content.get("model") if isinstance(content, dict) else None
    loss = model.get("loss") if isinstance(model, dict) else None
    arguments = loss.get("init_args") if isinstance(loss, dict) else None
    stated = arguments.get("reduction") if isinstance(arguments, dict) else None
    for key, value in overrides.items():
        if key.startswith("model.loss") and key.endswith("reduction"):
            stated = value
    return stated == "sum"
