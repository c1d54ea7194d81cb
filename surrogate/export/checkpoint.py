"""A checkpoint for prediction alone: weights, scaling and what the channels mean, without the state
of the training.
"""

from pathlib import Path

import torch

from surrogate import inference
from surrogate.training.checkpoint import without_training
from surrogate.training.module import Surrogate


def write_checkpoint(surrogate: Surrogate, checkpoint: Path, path: Path) -> inference.Run:
    """Write what `surrogate.inference.checkpoint.load` reads; returns a function that runs the
    file.
    """
    torch.save(without_training(checkpoint), path)
    content = inference.read(path)
    own = [type(surrogate.network).__module__]  # the surrogate has been made: it is trusted
    return lambda input: inference.respond(inference.made_from(content, path, own), input)
