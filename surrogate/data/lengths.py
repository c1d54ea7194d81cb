"""Records of different lengths side by side in one batch: which of them have which length.

A batch is as long as its longest record; the others are continued by zeros, which no loss, score or
statistic sees. What belongs here runs a function on the samples that count, and on no other.
"""

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor


def groups(samples: Tensor) -> Iterator[tuple[Tensor, int]]:
    """Yield each length that records of a batch have, the shortest first, with their places.

    Parameters
    ----------
    samples : Tensor of int, shape (batch,)
        Samples of each record that count; records without any are left out.
    """
    for length in torch.unique(samples).tolist():
        if length > 0:
            yield torch.nonzero(samples == length)[:, 0], length


def by_length(run: Callable[[Tensor], Any], input: Tensor, samples: Tensor) -> Tensor:
    """Run a function of whole records on the records of one length at a time.

    For what looks ahead, which must find the end of a record where it is: no record sees padding.

    Parameters
    ----------
    run
        From (record, time, inputs) to (record, time, outputs).
    input : Tensor, shape (batch, time, inputs)
    samples : Tensor of int, shape (batch,)

    Returns
    -------
    Tensor, shape (batch, time, outputs)
        Zero behind the end of each record.

    Raises
    ------
    ValueError
        When the function returns something else.
    """
    parts = []
    for members, length in groups(samples):
        output = run(input[members.to(input.device), :length])
        if not isinstance(output, Tensor) or output.ndim != 3 or output.shape[1] != length:
            found = tuple(output.shape) if isinstance(output, Tensor) else type(output).__name__
            raise ValueError(
                f"records of {length} samples have an output of {found}: records of different "
                "lengths need a network of histories, (record, time, outputs)"
            )
        parts.append((members, length, output))
    whole = parts[0][2].new_zeros(*input.shape[:2], parts[0][2].shape[2])
    for members, length, output in parts:
        whole[members.to(whole.device), :length] = output
    return whole


def mean(
    function: Callable[[Tensor, Tensor], Tensor],
    one: Tensor,
    other: Tensor,
    samples: Tensor,
    weighs_records: bool = False,
) -> Tensor:
    """Mean of a function of two histories over the records of a batch, each of its own length.

    Parameters
    ----------
    function
        Of two tensors (record, time, channel) to a mean over them.
    one, other : Tensor, shape (batch, time, channel)
    samples : Tensor of int, shape (batch,)
    weighs_records : bool
        Whether every record counts alike; by default every sample does.
    """
    found = list(groups(samples))
    weights = [len(members) * (1 if weighs_records else length) for members, length in found]
    total = one.new_zeros(())
    for (members, length), weight in zip(found, weights, strict=True):
        at = members.to(one.device)
        total = total + weight * function(one[at, :length], other[at, :length])
    return total / sum(weights)


def total(
    function: Callable[[Tensor, Tensor], Tensor], one: Tensor, other: Tensor, samples: Tensor
) -> Tensor:
    """Sum of a function of two histories over the records of a batch, each of its own length."""
    result = one.new_zeros(())
    for members, length in groups(samples):
        at = members.to(one.device)
        result = result + function(one[at, :length], other[at, :length])
    return result
