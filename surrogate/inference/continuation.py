"""Responses to records that do not begin at rest, as arrays: `surrogate.training.known_start` for
those who ask a surrogate.
"""

from collections.abc import Sequence

import numpy as np
import torch

from surrogate.inference.histories import Excitation
from surrogate.training import known_start
from surrogate.training.module import Surrogate

FEWEST = 2
"""Known samples: a position, and how it changes."""


def continued(surrogate: Surrogate, input: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Responses whose first samples are known.

    Parameters
    ----------
    surrogate : Surrogate
        Of a `DifferenceEquation`: Oscillator, ShearBuilding, HystereticStateSpace or
        NeuralStateSpace.
    input : ndarray, shape (record, time, inputs)
        In physical units, at the sampling interval of the training data.
    known : ndarray, shape (record, known time, targets)
        Of the first samples, in physical units.

    Returns
    -------
    ndarray, shape (record, time, targets)
        In physical units, double precision, also over the samples that are known.

    Raises
    ------
    ValueError
        For another network, and for shapes that do not belong together.
    """
    known_start.require_state(surrogate.network)
    surrogate.interface.require_input(np.shape(input))
    if known.shape[0] != input.shape[0] or not FEWEST <= known.shape[1] <= input.shape[1]:
        raise ValueError(
            f"known must have the records of the input, {input.shape[0]}, and {FEWEST} to "
            f"{input.shape[1]} samples, got the shape {known.shape}"
        )
    if known.shape[2:] != (surrogate.targets,):
        raise ValueError(
            f"known must have {surrogate.targets} targets, got the shape {known.shape}"
        )
    pair = [torch.from_numpy(np.array(values, dtype=float)) for values in (input, known)]
    found: np.ndarray = known_start.response_from(surrogate.scaled, *pair).numpy()
    return found


def known_samples(records: Sequence[Excitation], seconds: float, interval: float | None) -> int:
    """Number of the samples that lie within the first `seconds` of records whose response is known.

    Raises
    ------
    ValueError
        Where a response is not known, is shorter, or fewer than two samples are.
    """
    if interval is None:
        raise ValueError("known is for records in time, the surrogate is one of a function")
    if not seconds > 0.0:
        raise ValueError(f"known must be a positive number of seconds, got {seconds:g}")
    count = 1 + round(seconds / interval)
    for record in records:
        if record.truth is None:
            raise ValueError(
                f"{record.origin} states no response to tell its state: name a dataset with "
                "the targets of the surrogate, or leave known"
            )
        if not FEWEST <= count < record.samples:
            last = interval * (record.samples - 2)
            raise ValueError(
                f"known must be {interval:g} to {last:g} s for {record.origin}, got {seconds:g}"
            )
    return count
