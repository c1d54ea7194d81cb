"""What sensors see of a shear building, channel by channel.

With the drifts d and their rates v, the absolute accelerations A of the floors and the acceleration
a_g of the base:

    drift i             d_i                              displacement i      d_1 + ... + d_i
    drift_velocity i    v_i                              velocity i          v_1 + ... + v_i
    acceleration i      A_i                              relative_acceleration i     A_i - a_g

Displacements, velocities and relative accelerations are relative to the base. Floors and storeys
count from 1, the lowest.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

UNITS = {
    "drift": "m",
    "drift_velocity": "m s-1",
    "displacement": "m",
    "velocity": "m s-1",
    "acceleration": "m s-2",
    "relative_acceleration": "m s-2",
}
"""Unit of each quantity that a channel can be."""
OF_STOREYS = ("drift", "drift_velocity")
PARTS = ("drift", "velocity", "acceleration", "base")
"""What `matrices` are for: drifts, their rates, absolute accelerations of the floors, the base."""


@dataclass(frozen=True)
class Channel:
    """One sensor, or one answer: a quantity at a floor or in a storey.

    Parameters
    ----------
    quantity : str
        A key of `UNITS`.
    place : int
        Number of the floor or storey, from 1.

    Examples
    --------
    >>> from surrogate.networks.observation import Channel
    >>> Channel.read("acceleration 3", storeys=5)
    Channel(quantity='acceleration', place=3)
    """

    quantity: str
    place: int

    @classmethod
    def read(cls, word: str, storeys: int) -> "Channel":
        """Return the channel that a word such as ``drift 2`` names, in a building of `storeys`.

        Raises
        ------
        ValueError
            For another word, an unknown quantity, a floor or storey that the building lacks.
        """
        found = re.fullmatch(r"([a-z_]+)[ :]+(\d+)", str(word).strip())
        if found is None or found[1] not in UNITS:
            raise ValueError(
                f"channel {word!r} is unknown: write a quantity and a number such as 'drift 2', "
                f"the quantity one of {', '.join(UNITS)}"
            )
        place = int(found[2])
        if not 1 <= place <= storeys:
            kind = "storey" if found[1] in OF_STOREYS else "floor"
            raise ValueError(
                f"channel {word!r}: a building of {storeys} storeys has no {kind} {place}"
            )
        return cls(found[1], place)

    @property
    def units(self) -> str:
        """Unit of the channel."""
        return UNITS[self.quantity]

    def __str__(self) -> str:
        return f"{self.quantity} {self.place}"


def channels(words: Iterable[str | Channel], storeys: int) -> tuple[Channel, ...]:
    """Return the channels that words name; ValueError for none, and for one that is named twice."""
    read = tuple(Channel.read(str(word), storeys) for word in words)
    if not read:
        raise ValueError("no channel is named: name at least one, such as 'acceleration 2'")
    for channel in read:
        if read.count(channel) > 1:
            raise ValueError(f"channel '{channel}' is named twice")
    return read


def every(quantity: str, storeys: int) -> tuple[Channel, ...]:
    """Return the channels of a quantity in all floors or storeys."""
    return tuple(Channel(quantity, place) for place in range(1, storeys + 1))


def matrices(seen: Sequence[Channel], storeys: int) -> np.ndarray:
    """Return the observation as matrices.

    Returns
    -------
    ndarray, shape (4, channel, storey)
        Weights of what `PARTS` names; of the base the first column alone is meant.
    """
    weights = np.zeros((len(PARTS), len(seen), storeys))
    for row, channel in enumerate(seen):
        weights[:, row] = _weights(channel, storeys)
    return weights


def _weights(channel: Channel, storeys: int) -> np.ndarray:
    at = np.arange(storeys) == channel.place - 1
    up_to = np.arange(storeys) < channel.place
    weights = np.zeros((len(PARTS), storeys))
    if channel.quantity in OF_STOREYS:
        weights[OF_STOREYS.index(channel.quantity)] = at
    elif channel.quantity == "displacement":
        weights[0] = up_to
    elif channel.quantity == "velocity":
        weights[1] = up_to
    else:
        weights[2] = at
        weights[3, 0] = -1.0 if channel.quantity == "relative_acceleration" else 0.0
    return weights
