"""Output and loss of one batch: of whole windows, or of a piece of windows that are cut.

What a network must be and give so that the loss means what it says is checked here. The penalties
come on top in `surrogate.training.module`.
"""

from collections.abc import Sequence
from functools import partial
from typing import Any

from lightning_utilities.core.apply_func import apply_to_collection
from torch import Tensor, nn

from surrogate.data import channels, lengths
from surrogate.data.channels import Interface
from surrogate.data.samplers import Batch
from surrogate.networks import MLP, SequenceNetwork
from surrogate.networks.stacked import samples_of_step
from surrogate.training.losses import fitting
from surrogate.training.losses.penalty import Penalty
from surrogate.training.scaled_network import ScaledNetwork, negated_inputs
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
    if model.interface.classes:
        return of_classes(model, loss, batch)
    target = model.target_scaling(batch.target)
    output = _tensor(model, batch)
    output = output[:, -target.shape[1] :]  # what the washout leaves
    wanted = (*target.shape[:-1], model.targets * model.outputs_per_target)
    if output.shape != wanted:  # a loss would broadcast it
        raise ValueError(
            f"{type(model.network).__name__} gives the shape {tuple(output.shape)}, its targets "
            f"ask for {wanted}"
        )
    return output, _counted(loss, output, target, batch)


def of_classes(model: ScaledNetwork, loss: nn.Module, batch: Batch) -> tuple[Tensor, Tensor]:
    """Scores of the classes, shape (batch, class), and their loss.

    Raises
    ------
    ValueError
        When the network gives something else.
    """
    output = _tensor(model, batch)
    wanted = (len(batch.target), model.targets)
    if output.shape != wanted:
        raise ValueError(
            f"{type(model.network).__name__} gives the shape {tuple(output.shape)}, a score for "
            f"each class is {wanted}"
        )
    return output, _counted(loss, output, batch.target[:, 0], batch)


def _tensor(model: ScaledNetwork, batch: Batch) -> Tensor:
    output = _output(model, batch)
    if not isinstance(output, Tensor):
        raise ValueError(
            f"a network must return a tensor, {type(model.network).__name__} gives a "
            f"{type(output).__name__}"
        )
    return output


def _counted(loss: nn.Module, output: Tensor, target: Tensor, batch: Batch) -> Tensor:
    """A loss over the samples that count, each by its importance where it has one."""
    if batch.importance is not None:
        return fitting.weighted(loss, output, target, batch.importance)
    return of_lengths(loss, output, target, batch.scored)


def require_takes(network: nn.Module, interface: Interface) -> None:
    """Raise ValueError for a network of this package that cannot take these inputs."""
    name = type(network).__name__
    variable = interface.inputs[0].variable
    constant = [group.variable for group in interface.inputs if group.constant]
    inputs = channels.count(interface.inputs)
    if constant and negated_inputs(network, inputs) == inputs:
        raise ValueError(
            f"odd = True: {name} would negate {', '.join(constant)}, which have no sign: choose a "
            "network that takes them as a condition, such as surrogate.networks.FiLMLSTM, or leave "
            "odd out"
        )
    for_images = getattr(network, "takes_images", False)
    if interface.pixels and isinstance(network, SequenceNetwork | MLP):
        raise ValueError(
            f"{name} takes channels, and {variable} is an image: choose "
            "surrogate.networks.ImageClassifier"
        )
    if for_images and not interface.pixels:
        raise ValueError(f"{name} takes images, and {variable} is none: choose another network")
    size = getattr(network, "pixels", None)
    if interface.pixels and size is not None and interface.pixels != (size, size):
        asked = " x ".join(map(str, interface.pixels))
        raise ValueError(
            f"{name} is for images of {size} x {size} pixels, those of {variable} have {asked}: "
            "set model.network.size"
        )


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


def weight(loss: nn.Module, batch: Batch) -> int:
    """What the loss of a batch counts beside that of others: its records, or their samples."""
    return len(batch.input) if getattr(loss, "weighs_records", False) else batch.weight


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
    step = max(map(samples_of_step, network.modules()))
    # A group is answered from the state before it: within one step no gradient reaches a state.
    if step > 1 and truncation < 2 * step:
        raise ValueError(
            f"truncation = {truncation} must be at least {2 * step}, two steps of {step} samples: "
            f"{type(network).__name__} learns nothing about its state within one"
        )
