"""A checkpoint for prediction alone: weights, scaling and what the channels mean, without the state
of the training.
"""

from pathlib import Path

import torch

from surrogate import inference
from surrogate.training.module import Surrogate

KEPT = (
    "state_dict",
    "hyper_parameters",
    "hparams_name",
    "interface",
    "outputs_per_target",
    "pytorch-lightning_version",
)


def write_checkpoint(surrogate: Surrogate, checkpoint: Path, path: Path) -> inference.Run:
    """Write what `surrogate.inference.checkpoint.load` reads; returns a function that runs the
    file.
    """
    torch.save(without_training(checkpoint), path)
    return lambda input: inference.respond(inference.load(path), input)


def without_training(checkpoint: str | Path) -> dict:
    """Content of a checkpoint without the state of the training."""
    content = inference.read(checkpoint)
    return {name: content[name] for name in KEPT if name in content} | {"progress": None}
