"""The loss of a user's choice, asked so that it gives one number or says what is wrong with it."""

from collections.abc import Sequence

from torch import Tensor, nn


def require_reduction(loss: nn.Module) -> None:
    """Raise ValueError for a loss that leaves a number for every sample."""
    if getattr(loss, "reduction", None) == "none":
        raise ValueError(
            f"model.loss: {type(loss).__name__} has reduction = none, which leaves a number for "
            "every sample and none to train on: choose mean or sum"
        )


def loss_of(loss: nn.Module, output: Tensor, target: Tensor) -> Tensor:
    """Loss of an output, as one number.

    Raises
    ------
    ValueError
        When the loss takes something else, or gives more than one number.
    """
    name = type(loss).__name__
    try:
        value: Tensor = loss(output, target)
    except (TypeError, IndexError, RuntimeError) as error:
        raise failure(f"model.loss: {name} cannot compare prediction and target", error) from error
    if not isinstance(value, Tensor) or value.numel() != 1:
        shape = tuple(getattr(value, "shape", ()))
        raise ValueError(
            f"model.loss: {name} gives the shape {shape}, it must give one number: its mean"
        )
    return value.reshape(())


def over_records(loss: nn.Module, batches: Sequence[tuple[Tensor, int]]) -> Tensor:
    """Loss of all records from that of each batch and the number of records in it.

    Parameters
    ----------
    loss : Module
        Sums over records where its `reduction` is sum; any other loss is a mean.
    batches : sequence of (Tensor, int)
    """
    losses = [value for value, _ in batches]
    if getattr(loss, "reduction", None) == "sum":
        return sum(losses[1:], losses[0])
    counts = [count for _, count in batches]
    weighted = [value * count for value, count in batches]
    return sum(weighted[1:], weighted[0]) / sum(counts)


def failure(what: str, error: Exception) -> Exception:
    """The error of a user's class in a line, as a ValueError; that of the memory as it is."""
    line = next(iter(str(error).splitlines()), "") or type(error).__name__
    if "out of memory" in line or "alloc" in line:
        return error
    return ValueError(f"{what}: {line}")
