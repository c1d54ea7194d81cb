"""Structural parameters as the input of a surrogate: given by the user, stated by a file, or
nominal.

What belongs here turns words and numbers into a value for each record and channel that is constant
in time.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike

from surrogate.data import structures
from surrogate.data.channels import ChannelGroup, Interface
from surrogate.inference.histories import constant, named

Values = dict[str, np.ndarray]
"""By parameter in the order of the channels, each of shape (record, channel)."""


def from_words(interface: Interface, words: Sequence[str]) -> dict[str, np.ndarray]:
    """Structural parameters that the user gives, each of shape (channel,).

    Parameters
    ----------
    interface : Interface
    words : sequence of str
        NAME=VALUE, or NAME=VALUE,VALUE,... with a number for each channel.

    Raises
    ------
    ValueError
        For a word that is none, a parameter that the surrogate does not take, or other numbers.
    """
    given: dict[str, np.ndarray] = {}
    for word in words:
        name, equals, text = word.partition("=")
        if not equals:
            raise ValueError(f"--parameter {word!r} must be NAME=VALUE, or NAME=VALUE,VALUE,...")
        if name in given:
            raise ValueError(f"--parameter names {name} twice")
        try:
            given[name] = np.array([float(number) for number in text.split(",")])
        except ValueError:
            raise ValueError(f"--parameter {word} must hold finite numbers") from None
    groups = _groups(interface, given)
    return {name: _numbers(groups[name], value, 1)[0] for name, value in given.items()}


def completed(
    interface: Interface,
    given: Mapping[str, ArrayLike],
    stated: Sequence[Mapping[str, np.ndarray]] = ({},),
) -> Values:
    """Structural parameters of some records: what the user gives, else what their source states,
    else nominal.

    Parameters
    ----------
    interface : Interface
    given : mapping of str to array_like
        A value for all channels and records, one for each channel, or an array (record, channel)
        or, of a parameter with one channel, (record,).
    stated : sequence of mapping of str to ndarray, shape (channel,)
        What the source of each record states.

    Raises
    ------
    ValueError
        For a parameter that the surrogate does not take, or one without a value.
    """
    groups = _groups(interface, given)
    records = len(stated)
    values = {name: _numbers(groups[name], value, records) for name, value in given.items()}
    for name in groups:
        if name not in values and all(name in record for record in stated):
            values[name] = np.stack([record[name] for record in stated])
    missing = [group for name, group in groups.items() if name not in values]
    if missing:
        nominal = _nominal(interface, missing)
        values |= {name: np.tile(value, (records, 1)) for name, value in nominal.items()}
    return {name: values[name] for name in groups}  # in the order of the channels


def sources(
    interface: Interface,
    given: Mapping[str, str],
    stated: Sequence[Mapping[str, np.ndarray]],
) -> str:
    """Where each parameter of `completed` comes from, in words; empty without parameters.

    Parameters
    ----------
    interface : Interface
    given : mapping of str to str
        Of each parameter that the user gives, how.
    stated
        As in `completed`.
    """
    words = []
    for group in constant(interface):
        name = group.variable
        in_source = all(name in record for record in stated)
        if name in given:
            words.append(f"{name} {given[name]}{', not that of the file' if in_source else ''}")
        else:
            words.append(f"{name} {'of the file' if in_source else 'nominal, of the recipe'}")
    return f"parameters: {', '.join(words)}" if words else ""


def _groups(interface: Interface, given: Mapping[str, ArrayLike]) -> dict[str, ChannelGroup]:
    """The parameters that the surrogate takes; ValueError where another is given."""
    groups = {group.variable: group for group in constant(interface)}
    for name in given:
        if name not in groups:
            raise ValueError(
                f"the surrogate takes no parameter {name!r}, it takes {named(constant(interface))}"
            )
    return groups


def _numbers(group: ChannelGroup, given: ArrayLike, records: int) -> np.ndarray:
    """Values of a parameter, shape (record, channel)."""
    values = _real(group, given)
    if not np.isfinite(values).all():
        words = ",".join(f"{value:g}" for value in values.ravel())
        raise ValueError(f"--parameter {group.variable}={words} must hold finite numbers")
    if values.size == 1 or values.shape == (group.channels,):
        row = np.broadcast_to(values.ravel(), (group.channels,))
        return np.tile(row, (records, 1))
    if group.channels == 1 and values.shape == (records,):
        return values[:, None]
    if values.shape == (records, group.channels):
        return values
    several = f", or shape ({records}, {group.channels})" if records > 1 else ""
    raise ValueError(
        f"parameter {group.variable} has {group.channels} values ({group.units}){several}, got "
        f"{values.shape if values.ndim > 1 else len(values)}"
    )


def _real(group: ChannelGroup, given: ArrayLike) -> np.ndarray:
    """Real numbers; ValueError for other kinds, and for masked ones, whose mask would be lost."""
    if np.ma.isMaskedArray(given):
        raise ValueError(
            f"parameter {group.variable} is a masked array, must be plain numbers: fill what is "
            "masked"
        )
    try:
        values = np.asarray(given)
        if np.iscomplexobj(values):
            raise TypeError("complex")
        return values.astype(float)
    except (TypeError, ValueError):
        raise ValueError(
            f"parameter {group.variable} = {' '.join(repr(given).split())}: must be real numbers"
        ) from None


def _nominal(interface: Interface, missing: Sequence[ChannelGroup]) -> dict[str, np.ndarray]:
    nominal = (
        structures.nominal_parameters(structures.recipe_of(interface.recipe))
        if interface.recipe
        else {}
    )
    for signal in missing:
        if signal.variable not in nominal:
            raise ValueError(
                f"parameter {signal.variable} needs a value, neither the file nor the recipe of "
                "the training data has one: give "
                f"--parameter {signal.variable}=... ({signal.channels} x {signal.units})"
            )
    return {signal.variable: nominal[signal.variable] for signal in missing}
