"""How a training begins: with weights of another one, with parts that stay, in a learnt start."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from surrogate.data.channels import Interface
from surrogate.data.datamodule import Records
from surrogate.data.saying import say
from surrogate.networks import ShearFamily
from surrogate.networks.learnt_start import StartedLSTM
from surrogate.training.module import Surrogate
from surrogate.training.scaled_network import negated_inputs

WEIGHTS = "network."
SCALING = ("input_scaling.", "target_scaling.", "input_peak")
SAME_BOUNDS = 0.1
"""Share of the range of a parameter by which its bounds may differ: two draws of one recipe do."""


def take_weights(
    surrogate: Surrogate, content: Mapping[str, Any], source: str | Path, with_scaling: bool
) -> None:
    """Give a surrogate the weights of a checkpoint.

    Parameters
    ----------
    surrogate : Surrogate
        Its network has been made, for the new data.
    content : mapping
        Of the checkpoint; no class that it names is made.
    source : str or Path
        Names it in errors.
    with_scaling : bool
        Whether the means and scales of its channels, and the peaks that its training has seen, come
        along.

    Raises
    ------
    ValueError
        For other channels, another interval, or another network.
    """
    Interface.from_dict(content["interface"]).require(surrogate.interface, "the data")
    begins = (WEIGHTS, *SCALING) if with_scaling else (WEIGHTS,)
    kept = content["state_dict"]
    taken = {name: value for name, value in kept.items() if name.startswith(WEIGHTS)}
    if with_scaling:
        taken |= _scaling(surrogate, kept)
    own = surrogate.state_dict()
    names = {name for name in own if name.startswith(begins)}
    for name in sorted(names | taken.keys()):
        found = tuple(taken[name].shape) if name in taken else "none"
        wanted = tuple(own[name].shape) if name in names else "none"
        if found != wanted:
            raise ValueError(
                f"init_from = {source}: {name} has the shape {found} there and {wanted} in the "
                "network of this training: choose the same network"
            )
    _load(surrogate, taken)


def _load(surrogate: Surrogate, taken: Mapping[str, Tensor]) -> None:
    """Replace a part of the state.

    A network that knows units keeps the scaling in buffers of its own, which must be that of its
    channels, whether it was taken or not: it would undo another one.
    """
    surrogate.load_state_dict({**surrogate.state_dict(), **taken})
    surrogate.scaled.attach_scaling()


def _scaling(surrogate: Surrogate, kept: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The scaling that a checkpoint keeps, without the means that an odd network must not have."""
    taken = {name: value for name, value in kept.items() if name.startswith(SCALING)}
    means = taken["input_scaling.mean"].clone()
    signed = negated_inputs(surrogate.network, len(means))
    if signed:
        means[:signed] = 0.0
        target = taken["target_scaling.mean"]
        taken |= {
            "input_scaling.mean": means,
            "target_scaling.mean": torch.zeros_like(target),
        }
    return taken


def take_parts(
    surrogate: Surrogate,
    content: Mapping[str, Any],
    source: str | Path,
    parts: Sequence[str],
    with_scaling: bool = False,
) -> None:
    """Give a surrogate some of the weights of a checkpoint.

    Parameters
    ----------
    surrogate : Surrogate
        Its network has been made, for the new data; it keeps its other weights.
    content, source
        As in `take_weights`.
    parts : sequence of str
        Beginnings of the names of parameters, such as ``law``.
    with_scaling : bool
        As in `take_weights`; without, the channels of the checkpoint may be others.

    Raises
    ------
    ValueError
        For a part that the checkpoint or the network does not have, or has in another shape, and
        for a scaling of other channels or of another interval.
    """
    own = dict(surrogate.network.named_parameters())
    kept = content["state_dict"]
    taken = {}
    if with_scaling:
        Interface.from_dict(content["interface"]).require(surrogate.interface, "the data")
        taken = _scaling(surrogate, kept)
    for part in parts:
        names = [name for name in own if name.startswith(part)]
        if not names:
            raise ValueError(f"init_parts: no parameter begins with {part!r}: {', '.join(own)}")
        for name in names:
            found = tuple(kept[WEIGHTS + name].shape) if WEIGHTS + name in kept else "none"
            wanted = tuple(own[name].shape)
            if found != wanted:
                raise ValueError(
                    f"init_from = {source}: {name} has the shape {found} there and {wanted} in the "
                    "network of this training: leave it out of init_parts"
                )
            taken[WEIGHTS + name] = kept[WEIGHTS + name]
    _load(surrogate, taken)


def tell_of_bounds(surrogate: Surrogate, content: Mapping[str, Any], source: str | Path) -> None:
    """Say which structural parameters the weights of a checkpoint know by other bounds.

    A network is given a parameter between its bounds. By others the same weights mean another
    value of it, such as another exponent of the law that is taken over. `ShearFamily` takes masses
    in kilograms, whatever their bounds: of it what its law is told counts.

    Parameters
    ----------
    surrogate : Surrogate
        Which has the scaling of its own data.
    content, source
        As in `take_weights`.
    """
    known = _bounds(Interface.from_dict(content["interface"]), content["state_dict"])
    for name, (low, high) in _bounds(surrogate.interface, surrogate.state_dict()).items():
        if name not in known or not _is_scaled(surrogate.network, name):
            continue
        before = known[name]
        apart = max(abs(low - before[0]), abs(high - before[1]))
        if apart > SAME_BOUNDS * max(high - low, before[1] - before[0]):
            say(
                f"warning: {name} is {before[0]:g} to {before[1]:g} in {source}, {low:g} to "
                f"{high:g} in the data: the weights were learnt for the former and would take the "
                "latter for it; train on data of the same bounds, or give --init_scaling true "
                "where the channels are the same"
            )


def _is_scaled(network: nn.Module, parameter: str) -> bool:
    """Whether a network works with a structural parameter by its bounds."""
    return not isinstance(network, ShearFamily) or parameter in network.known


def _bounds(interface: Interface, state: Mapping[str, Tensor]) -> dict[str, tuple[float, float]]:
    """Lowest and highest value of each structural parameter, by which it is scaled."""
    mean = state["input_scaling.mean"]
    scale = state["input_scaling.scale"]
    found = {}
    first = 0
    for group in interface.inputs:
        own = slice(first, first + group.channels)
        first += group.channels
        if group.constant:
            low = float((mean[own] - scale[own]).min())
            found[group.variable] = (low, float((mean[own] + scale[own]).max()))
    return found


def freeze(surrogate: Surrogate, beginnings: Sequence[str]) -> None:
    """Keep the parameters whose names begin so from changing.

    Raises
    ------
    ValueError
        When no parameter has such a name, or none is left to train.
    """
    parameters = dict(surrogate.network.named_parameters())
    for beginning in beginnings:
        chosen = [name for name in parameters if name.startswith(beginning)]
        if not chosen:
            raise ValueError(
                f"freeze: no parameter begins with {beginning!r}: {', '.join(parameters)}"
            )
        for name in chosen:
            parameters[name].requires_grad_(False)
    if not any(parameter.requires_grad for parameter in parameters.values()):
        raise ValueError("freeze: no parameter is left to train")


def tell_of_start(surrogate: Surrogate, records: Records) -> None:
    """Say that a start is to be learnt from windows that do not begin at rest, or not count."""
    options = {"window": records.window, "washout": records.washout}
    asked = [f"data.{name} = {value}" for name, value in options.items() if value]
    if asked and _learns_start(surrogate):
        say(
            f"warning: learn_start learns from records at rest that count from their first sample, "
            f"got {', '.join(asked)}: leave them out, or freeze the start"
        )


def _learns_start(surrogate: Surrogate) -> bool:
    """Whether a network has a learnt start that is not frozen."""
    return any(
        getattr(layer, name).requires_grad
        for layer in surrogate.network.modules()
        if isinstance(layer, StartedLSTM)
        for name in layer.start_names()
    )
