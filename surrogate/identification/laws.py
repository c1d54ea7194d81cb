"""The laws of `surrogate.networks.storey_laws` as elements of a structure, with what is unknown.

To the laws that networks know comes the elastic one, f = c d' + k d. The law of Menegotto and Pinto
is no element of a `Structure` but where it is at rest, since its branches begin at reversals.
"""

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from simulators.hysteresis import Bilinear, BoucWen, Elastic, Law
from simulators.hysteresis.bouc_wen import InadmissibleLaw
from simulators.hysteresis.menegotto_pinto import MenegottoPinto
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
    optional : bool
        Whether it is sought only where it has a start of its own.
    """

    units: str
    start: float
    lower: float
    upper: float
    positive: bool
    prior: float = np.inf
    optional: bool = False


@dataclass(frozen=True)
class StoreyLaw:
    """A law with unknown parameters.

    Parameters
    ----------
    parameters : mapping of str to Description
        Beside the stiffness, which every law has.
    elements : callable
        Laws of the elements from values; each has one element a storey, and those of one storey
        stand side by side. They are those at rest where the law is `steel`.
    steel : callable, optional
        The law from values, of one that remembers reversals.
    """

    parameters: Mapping[str, Description]
    elements: Callable[[Values], tuple[Law, ...]]
    steel: Callable[[Values], MenegottoPinto] | None = None


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


def _steel(values: Values) -> MenegottoPinto:
    return MenegottoPinto(values["stiffness"], *(values[name] for name in _STEEL))


def _slider(name: str, prior: float) -> Description:
    return Description("1", first_sliders()[name], 0.0, np.inf, positive=True, prior=prior)


_YIELD = Description("m", np.nan, 0.0, np.inf, positive=True, prior=1.0)
_RATIO = Description("1", 0.02, 0.0, 1.0, positive=False, prior=0.1)
_SHIFT = Description("1", 0.0, 0.0, 5.0, positive=False, prior=0.2, optional=True)
_STEEL = {
    "yield_displacement": _YIELD,
    "post_yield_ratio": _RATIO,
    "transition": Description("1", 15.0, 0.5, 60.0, positive=True, prior=0.5),
    "transition_loss": Description("1", 0.9, 0.0, 0.99, positive=False, prior=0.1),
    "transition_path": Description("1", 0.15, 0.01, 2.0, positive=True, prior=0.5),
    "negative_shift": _SHIFT,
    "positive_shift": _SHIFT,
}
"""In the order of `MenegottoPinto`; starts are what handbooks give for steel."""
BUILDING: dict[str, Description] = {
    "mass": Description("kg", np.nan, 0.0, np.inf, positive=True),
    "stiffness": Description("N m-1", np.nan, 0.0, np.inf, positive=True),
    "damping": Description("N s m-1", np.nan, 0.0, np.inf, positive=True),
    "mass_damping": Description("s-1", 0.0, 0.0, np.inf, positive=False, optional=True),
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
    "menegotto_pinto": StoreyLaw(_STEEL, _elastic, _steel),
}
"""The laws by their names."""
