"""From a checkpoint to a surrogate, and from arrays to its responses in physical units.

`surrogate.inference.face` answers motions and files, with labelled data.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from datasets.contract.lengths import PADDING, filled
from surrogate.training.checkpoint import interface_of, read
from surrogate.training.module import Surrogate
from surrogate.training.restoring import made_from

RECORDS_AT_ONCE = 64
Run = Callable[[np.ndarray], np.ndarray]
"""Physical input to physical output, as `respond` for one surrogate."""


def load(path: str | Path, trust: Sequence[str] = ()) -> Surrogate:
    """Read a surrogate from its checkpoint, ready to predict on the CPU.

    Of what the checkpoint says, the network alone is made: not its initialiser, penalties,
    optimizer and schedule, by which a training continues.

    Parameters
    ----------
    path : str or Path
    trust : sequence of str
        Modules whose classes the checkpoint may name, beside those of this package and of torch.nn.
        They are imported, which runs what they hold.

    Raises
    ------
    FileNotFoundError
        When there is no such file.
    ValueError
        When the file is damaged or not a checkpoint of this package, names a class that is not
        trusted, or its network cannot be made.
    """
    content = read(path)
    interface_of(content, path)
    return made_from(content, path, trust)


def respond(
    surrogate: Surrogate, input: np.ndarray, samples: np.ndarray | None = None
) -> np.ndarray:
    """Responses to whole records, from rest, without dropout and on the surrogate's device.

    Parameters
    ----------
    surrogate : Surrogate
    input : ndarray, shape (record, time, inputs)
        In physical units, at the sampling interval of the training data.
    samples : ndarray of int, shape (record,), optional
        Samples of each record where they differ; what lies behind them is not looked at.

    Returns
    -------
    ndarray, shape (record, time, targets)
        In physical units, single precision; NaN behind the end of each record.
    """
    surrogate.interface.require_input(np.shape(input))
    values = np.asarray(input, dtype=np.float32)
    blocks = torch.from_numpy(filled(values, samples)).split(RECORDS_AT_ONCE)
    own: Sequence[Tensor | None] = [None] * len(blocks)
    if samples is not None:
        own = torch.from_numpy(np.asarray(samples, dtype=np.int64)).split(RECORDS_AT_ONCE)
    training = surrogate.training
    surrogate.eval()  # without dropout, also straight after a training
    try:
        with torch.inference_mode():
            responses = [
                surrogate.scaled(block.to(surrogate.device), count).cpu()
                for block, count in zip(blocks, own, strict=True)
            ]
    finally:
        surrogate.train(training)
    return filled(torch.cat(responses).numpy(), samples, PADDING)
