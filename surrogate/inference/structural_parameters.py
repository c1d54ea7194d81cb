"""Structural parameters as the input of a surrogate: given by the user, or nominal.

What belongs here turns words and numbers into a value for each channel that is constant in time.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike

from surrogate.data import structures
from surrogate.data.channels import ChannelGroup, Interface


def from_words(interface: Interface, words: Sequence[str]) -> dict[str, np.ndarray]:
    """Structural parameters that the surrogate takes, in the order of its channels, each of shape
    (channel,).

    Parameters
    ----------
    interface : Interface
    words : sequence of str
        NAME=VALUE, or NAME=VALUE,VALUE,... with a number for each channel. What is not given has
        the nominal value of the recipe of the training data.

    Raises
    ------
    ValueError
        For a word that is none, a parameter that the surrogate does not take, or one without a
        value.
    """
    given: dict[str, ArrayLike] = {}
    for word in words:
        name, equals, text = word.partition("=")
        if not equals:
            raise ValueError(f"--parameter {word!r} must be NAME=VALUE, or NAME=VALUE,VALUE,...")
        try:
            given[name] = [float(number) for number in text.split(",")]
        except ValueError:
            raise ValueError(f"--parameter {word} must hold finite numbers") from None
    return completed(interface, given)


def completed(interface: Interface, given: Mapping[str, ArrayLike]) -> dict[str, np.ndarray]:
    """Structural parameters in the order of the channels, with nominal values where none is given.

    Parameters
    ----------
    interface : Interface
    given : mapping of str to array_like
        A value for all channels of a parameter, or one for each.

    Raises
    ------
    ValueError
        For a parameter that the surrogate does not take, or one without a value.
    """
    groups = {group.variable: group for group in interface.inputs if group.constant}
    for name in given:
        if name not in groups:
            raise ValueError(
                f"the surrogate takes no parameter {name!r}, it takes {', '.join(groups) or 'none'}"
            )
    values = {name: _numbers(groups[name], value) for name, value in given.items()}
    missing = [group for name, group in groups.items() if name not in given]
    if missing:
        values |= _nominal(interface, missing)
    return {name: values[name] for name in groups}  # in the order of the channels


def _numbers(group: ChannelGroup, given: ArrayLike) -> np.ndarray:
    values = np.atleast_1d(np.asarray(given, dtype=float))
    if not np.isfinite(values).all():
        words = ",".join(f"{value:g}" for value in values)
        raise ValueError(f"--parameter {group.variable}={words} must hold finite numbers")
    if values.shape not in ((1,), (group.channels,)):
        raise ValueError(
            f"parameter {group.variable} has {group.channels} values ({group.units}), got "
            f"{len(values)}"
        )
    return np.broadcast_to(values, group.channels)


def _nominal(interface: Interface, missing: Sequence[ChannelGroup]) -> dict[str, np.ndarray]:
    nominal = (
        structures.nominal_parameters(structures.recipe_of(interface.recipe))
        if interface.recipe
        else {}
    )
    for signal in missing:
        if signal.variable not in nominal:
            raise ValueError(
                f"parameter {signal.variable} needs a value, the recipe of the training data has "
                "none: give "
                f"--parameter {signal.variable}=... ({signal.channels} x {signal.units})"
            )
    return {signal.variable: nominal[signal.variable] for signal in missing}
