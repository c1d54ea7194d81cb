"""An identified building in numbers that engineers ask for, each with its standard deviation."""

from dataclasses import dataclass

import numpy as np

from surrogate.identification.identify import Identification, Identified
from surrogate.identification.recordings import Recordings

DRAWS = 200
"""Buildings that standard deviations are taken over."""


@dataclass(frozen=True, eq=False)
class Summary:
    """Modes and parameters of an identified building.

    Attributes
    ----------
    frequencies, frequency_deviations : ndarray, shape (mode,)
        Hz, at rest.
    damping_ratios, damping_deviations : ndarray, shape (mode,)
    shapes : ndarray, shape (floor, mode)
        The largest of each mode is one.
    parameters : dict of str to ndarray, shape (3, storey)
        Most likely value of each parameter, and the ends of its interval of 90 %.
    """

    frequencies: np.ndarray
    frequency_deviations: np.ndarray
    damping_ratios: np.ndarray
    damping_deviations: np.ndarray
    shapes: np.ndarray
    parameters: dict[str, np.ndarray]


def summary(identification: Identification) -> Summary:
    """Return the modes and parameters of a building."""
    structure = identification.structure
    frequencies, shapes = structure.modes()
    largest = np.take_along_axis(shapes, np.abs(shapes).argmax(axis=0)[None], axis=0)
    space = identification.bounds.space
    drawn = space.values(identification.bounds.sample(DRAWS))
    buildings = identification.model.at_rest(drawn)
    best = identification.values
    parameters = {
        name: np.stack([best[name], *np.quantile(values, [0.05, 0.95], axis=0)])
        for name, values in drawn.items()
    }
    return Summary(
        frequencies,
        buildings.frequencies.std(axis=0),
        structure.damping_ratios,
        buildings.damping_ratios.std(axis=0),
        shapes / largest,
        parameters,
    )


def errors(identification: Identified, recordings: Recordings) -> np.ndarray:
    """Return the NRMSE of each sensor on other records, shape (channel,).

    The root mean square of what is not explained over the standard deviation of what was seen, by
    all records together.
    """
    apart = recordings.apart(identification.seen(recordings))
    squares = np.square(apart).sum(axis=(0, 1)) / recordings.samples
    return np.sqrt(squares) / np.maximum(recordings.spread(), np.finfo(float).tiny)
