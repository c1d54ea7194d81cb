"""From a checkpoint to a surrogate, and from arrays to its responses in physical units.

`surrogate.inference.face` answers motions and files, with labelled data.
"""

import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from simulators.moved import MovedName
from surrogate.training.checkpoint import read_interface
from surrogate.training.module import Surrogate

RECORDS_AT_ONCE = 64
Run = Callable[[np.ndarray], np.ndarray]
"""Physical input to physical output, as `respond` for one surrogate."""


def load(path: str | Path) -> Surrogate:
    """Read a surrogate from its checkpoint, ready to predict on the CPU.

    Raises
    ------
    FileNotFoundError
        When there is no such file.
    ValueError
        When the file is not a checkpoint of this package, or its network cannot be made.
    """
    read_interface(path)
    try:
        # A checkpoint keeps the names of its time.
        with warnings.catch_warnings(action="ignore", category=MovedName):
            return Surrogate.load_from_checkpoint(path, map_location="cpu").eval()
    # Of Lightning, jsonargparse or torch: another class, other shapes, no class at all.
    except Exception as error:
        reason = next(iter(str(error).strip().splitlines()), type(error).__name__)
        raise ValueError(
            f"the network of {path} cannot be made as it was trained: {reason}"
        ) from None


def respond(surrogate: Surrogate, input: np.ndarray) -> np.ndarray:
    """Responses to whole records, from rest, without dropout and on the surrogate's device.

    Parameters
    ----------
    surrogate : Surrogate
    input : ndarray, shape (record, time, inputs)
        In physical units, at the sampling interval of the training data.

    Returns
    -------
    ndarray, shape (record, time, targets)
        In physical units, single precision.
    """
    blocks = torch.from_numpy(np.asarray(input, dtype=np.float32)).split(RECORDS_AT_ONCE)
    training = surrogate.training
    surrogate.eval()  # without dropout, also straight after a training
    try:
        with torch.inference_mode():
            responses = [surrogate(block.to(surrogate.device)).cpu() for block in blocks]
    finally:
        surrogate.train(training)
    return torch.cat(responses).numpy()
