"""Output and loss of one batch: of whole windows, or of a piece of windows that are cut.

What a network must be and give so that the loss means what it says is checked here. The penalties
come on top in `surrogate.training.module`.
"""

from collections.abc import Sequence
from functools import partial
from typing import Any

from lightning_utilities.core.apply_func import apply_to_collection
from torch import Tensor, nn

from surrogate.data import lengths
from surrogate.data.samplers import Batch
from surrogate.training.losses.penalty import Penalty
from surrogate.training.scaled_network import ScaledNetwork
from surrogate.training.scoring import failure, loss_of

NEEDS_WINDOWS = (
    "{} cannot tell the padding of records of different lengths: set data.window, so that all "
    "windows have one length"
)


def of_windows(model: ScaledNetwork, loss: nn.Module, batch: Batch) -> tuple[Tensor, Tensor]:
    """Output of the network over the scored samples, standardised, and its loss.

    Raises
    ------
    ValueError
        When the network cannot take its input, or gives no tensor, or one of another shape than
        its targets; and as in `surrogate.training.scoring.loss_of`.
    """
    target = model.target_scaling(batch.target)
    output = _output(model, batch)
    if not isinstance(output, Tensor):
        raise ValueError(
            f"a network must return a tensor, {type(model.network).__name__} gives a "
            f"{type(output).__name__}"
        )
    output = output[:, -target.shape[1] :]  # what the washout leaves
    wanted = (*target.shape[:-1], model.targets * model.outputs_per_target)
    if output.shape != wanted:  # a loss would broadcast it
        raise ValueError(
            f"{type(model.network).__name__} gives the shape {tuple(output.shape)}, its targets "
            f"ask for {wanted}"
        )
    return output, of_lengths(loss, output, target, batch.scored)


def of_lengths(loss: nn.Module, output: Tensor, target: Tensor, samples: Tensor | None) -> Tensor:
    """A loss over the samples that count, which are all where `samples` is None.

    A loss is a mean over samples unless it has the attribute `weighs_records`, by which it is a
    mean over records, or the reduction "sum".
    """
    checked = partial(loss_of, loss)
    if samples is None:
        return checked(output, target)
    if getattr(loss, "reduction", "mean") == "sum":
        return lengths.total(checked, output, target, samples)
    return lengths.mean(checked, output, target, samples, getattr(loss, "weighs_records", False))


def _output(model: ScaledNetwork, batch: Batch) -> Any:
    """What a network gives, whose own errors become one line with its name."""
    try:
        return model.run(batch.input, batch.samples)
    except (RuntimeError, TypeError, IndexError) as error:
        shape = tuple(batch.input.shape)
        what = f"{type(model.network).__name__} cannot take an input of the shape {shape}"
        raise failure(what, error) from error


def of_piece(
    model: ScaledNetwork, loss: nn.Module, batch: Batch, state: Any
) -> tuple[Tensor, Tensor, Any]:
    """Output and loss of a piece of windows, and the state of the network at its end.

    Parameters
    ----------
    model : ScaledNetwork
        Of a causal network, see `require_pieces`.
    loss : Module
    batch : Batch
    state
        At the end of the piece before, which takes no gradient; a first piece does without.
    """
    network: Any = model.network
    begin = None if batch.begins else state
    output, end = network.stream(model.input_scaling(batch.input), begin)
    target = model.target_scaling(batch.target)
    output = output[:, -target.shape[1] :]
    value = of_lengths(loss, output, target, batch.scored)
    return output, value, apply_to_collection(end, Tensor, Tensor.detach)


def require_no_padding(penalties: Sequence[Penalty]) -> None:
    """Raise ValueError for a penalty that cannot tell the padding of shorter records."""
    for penalty in penalties:
        if penalty.sees_padding:
            raise ValueError(NEEDS_WINDOWS.format(type(penalty).__name__))


def require_pieces(network: nn.Module, truncation: int, compiled: bool) -> None:
    """Raise ValueError for a network that cannot run through pieces of windows one by one."""
    if compiled:
        raise ValueError(
            "compile has no effect on a network that runs in pieces: set compile or "
            "data.truncation, not both"
        )
    if not getattr(network, "causal", False):
        raise ValueError(
            f"truncation = {truncation} needs a causal network of series, which runs "
            f"in pieces, got {type(network).__name__}"
        )
