"""The laws of `surrogate.networks.storey_laws` as elements of a structure, with what is unknown.

To the laws that networks know comes the elastic one, f = c d' + k d.
"""

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from simulators.hysteresis import Bilinear, BoucWen, Elastic, Law
from simulators.hysteresis.bouc_wen import InadmissibleLaw
from surrogate.networks.storey_laws import SLIPS, WEIGHTS, first_sliders, sliders

Values = Mapping[str, np.ndarray]
"""Values of each parameter, shape (place,) or (row, place)."""


@dataclass(frozen=True)
class Description:
    """A parameter of a law: what `Unknown` is told, with its usual start and prior.

    Parameters
    ----------
    units : str
    start : float
        NaN where it comes from the records.
    lower, upper : float
    positive : bool
        Whether it is sought by its logarithm.
    prior : float
        Standard deviation about the start: wide beside what records tell, and what keeps a storey
        that never yields in place.
    """

    units: str
    start: float
    lower: float
    upper: float
    positive: bool
    prior: float = np.inf


@dataclass(frozen=True)
class StoreyLaw:
    """A law with unknown parameters.

    Parameters
    ----------
    parameters : mapping of str to Description
        Beside the stiffness, which every law has.
    elements : callable
        Laws of the elements from values; each has one element a storey, and those of one storey
        stand side by side.
    """

    parameters: Mapping[str, Description]
    elements: Callable[[Values], tuple[Law, ...]]


def _elastic(values: Values) -> tuple[Law, ...]:
    return (Elastic(values["stiffness"]),)


def _bouc_wen(values: Values) -> tuple[Law, ...]:
    exponent = values["exponent"]
    total = values["yield_displacement"] ** -exponent
    share = values["share"]
    with warnings.catch_warnings():
        # Published buildings have such laws, and a search passes through them.
        warnings.simplefilter("ignore", InadmissibleLaw)
        law = BoucWen(
            values["stiffness"],
            values["post_yield_ratio"],
            share * total,
            (1.0 - share) * total,
            exponent,
        )
    return (law,)


def _iwan(values: Values) -> tuple[Law, ...]:
    stiffness = values["stiffness"]
    ratio = values["post_yield_ratio"]
    slipping = (1.0 - ratio) * stiffness
    springs = (
        Bilinear(weight * slipping, slip) for weight, slip in zip(*sliders(values), strict=True)
    )
    return (Elastic(ratio * stiffness), *springs)


def _slider(name: str, prior: float) -> Description:
    return Description("1", first_sliders()[name], 0.0, np.inf, positive=True, prior=prior)


_YIELD = Description("m", np.nan, 0.0, np.inf, positive=True, prior=1.0)
_RATIO = Description("1", 0.02, 0.0, 1.0, positive=False, prior=0.1)
BUILDING: dict[str, Description] = {
    "mass": Description("kg", np.nan, 0.0, np.inf, positive=True),
    "stiffness": Description("N m-1", np.nan, 0.0, np.inf, positive=True),
    "damping": Description("N s m-1", np.nan, 0.0, np.inf, positive=True),
    "mass_damping": Description("s-1", 0.0, 0.0, np.inf, positive=False),
}
"""Parameters that a building has whatever the law of its storeys."""
LAWS: dict[str, StoreyLaw] = {
    "bouc_wen": StoreyLaw(
        {
            "yield_displacement": _YIELD,
            "exponent": Description("1", 2.0, 1.0, 20.0, positive=True, prior=0.5),
            "share": Description("1", 0.5, 0.0, 5.0, positive=True, prior=0.5),
            "post_yield_ratio": _RATIO,
        },
        _bouc_wen,
    ),
    "elastic": StoreyLaw({}, _elastic),
    "iwan": StoreyLaw(
        {"yield_displacement": _YIELD, "post_yield_ratio": _RATIO}
        | {name: _slider(name, prior=1.5) for name in WEIGHTS}
        | {name: _slider(name, prior=0.7) for name in SLIPS},
        _iwan,
    ),
}
"""The laws by their names."""
