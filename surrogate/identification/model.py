"""Structures with unknown parameters, and the shear building as the usual one.

A model says what its parameters are and which `Structure` a table of their values makes. Any layout
can be one: a subclass of `Model` returns a `Structure` of its own matrices.
"""

import warnings
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from simulators.hysteresis import BoucWen, Elastic, Law
from simulators.hysteresis.bouc_wen import InadmissibleLaw
from simulators.structures.structure import Structure, shear_building
from surrogate.identification.unknowns import Unknown, listed

FAR = 1e6
"""Yield displacement (m) of a storey that does not yield."""
Values = Mapping[str, np.ndarray]
"""Values of each parameter, shape (place,) or (row, place)."""


class Model(ABC):
    """A structure whose parameters are unknown.

    Attributes
    ----------
    unknowns : tuple of Unknown
        Its parameters, each with its start.
    storeys : int
        Floors that sensors can name.
    """

    unknowns: tuple[Unknown, ...]
    storeys: int

    @abstractmethod
    def structure(self, values: Values) -> Structure:
        """Return the structures of a table of values, with a record axis where it has rows."""


LAWS: dict[str, dict[str, tuple[str, bool, float, float, float]]] = {
    "bouc_wen": {
        "yield_displacement": ("m", True, np.nan, 0.0, np.inf),
        "exponent": ("1", True, 2.0, 1.0, 20.0),
        "share": ("1", True, 0.5, 0.0, 5.0),
        "post_yield_ratio": ("1", False, 0.02, 0.0, 1.0),
    },
    "elastic": {},
}
"""Parameters of each law beside its stiffness: unit, positive, start, lower and upper limit; the
start of a yield displacement comes from the records.
"""


@dataclass(frozen=True)
class ShearModel(Model):
    """A shear building of `storeys`, every storey a dashpot beside a spring that may yield.

    A storey of drift d has the force c d' + a k d + (1 - a) k z with

        z' = d' [1 - |z / u|^n (s sgn(z d') + 1 - s)],

    the law of Bouc and Wen that yields at u (`simulators.BoucWen`): s is the share beta / (beta +
    gamma). Records of the base and its response tell masses up to a common factor, which is that of
    the first floor: its start is kept unless all masses are.

    Parameters
    ----------
    storeys : int
    law : str
        A key of `LAWS`.
    start : mapping of str to array_like
        Start of each parameter, one number or one a storey, bottom first: mass (kg), stiffness
        (N/m), damping (N s/m), and those of the law.

    Raises
    ------
    ValueError
        For another law, a start that is missing, unknown, of another length or out of its range.

    Examples
    --------
    >>> from surrogate.identification.model import ShearModel
    >>> start = {"mass": 1.0, "stiffness": 400.0, "damping": 1.0, "yield_displacement": 0.01}
    >>> [unknown.name for unknown in ShearModel(2, "bouc_wen", start).unknowns][:3]
    ['mass', 'stiffness', 'damping']
    """

    storeys: int
    law: str
    start: Mapping[str, object]

    def __post_init__(self) -> None:
        if self.law not in LAWS:
            raise ValueError(f"law = {self.law!r}: expected one of {listed(list(LAWS))}")
        described = {
            "mass": ("kg", True, np.nan, 0.0, np.inf),
            "stiffness": ("N m-1", True, np.nan, 0.0, np.inf),
            "damping": ("N s m-1", True, np.nan, 0.0, np.inf),
        } | LAWS[self.law]
        for name in self.start:
            if name not in described:
                raise ValueError(
                    f"start: {name!r} is unknown, choose from {listed(list(described))}"
                )
        unknowns = []
        for name, (units, positive, usual, lower, upper) in described.items():
            start = row(name, self.start.get(name, usual), self.storeys)
            unknowns.append(Unknown(name, units, start, positive, lower, upper))
        object.__setattr__(self, "unknowns", tuple(unknowns))

    def structure(self, values: Values) -> Structure:
        with warnings.catch_warnings():
            # Published buildings have such laws, and a search passes through them.
            warnings.simplefilter("ignore", InadmissibleLaw)
            return shear_building(values["mass"], self._laws(values), values["damping"])

    def _laws(self, values: Values) -> Law:
        if self.law == "elastic":
            return Elastic(values["stiffness"])
        exponent = values["exponent"]
        total = values["yield_displacement"] ** -exponent
        share = values["share"]
        return BoucWen(
            values["stiffness"],
            values["post_yield_ratio"],
            share * total,
            (1.0 - share) * total,
            exponent,
        )


def row(name: str, given: object, storeys: int) -> np.ndarray:
    """Return the start of a parameter in every storey, shape (storey,).

    Raises
    ------
    ValueError
        Where it is missing, or neither one number nor one a storey.
    """
    numbers = np.atleast_1d(np.asarray(given, dtype=float))
    if numbers.shape not in ((1,), (storeys,)):
        raise ValueError(
            f"start of {name} has {numbers.size} numbers: expected one, or {storeys}, one a storey"
        )
    if not np.isfinite(numbers).all():
        raise ValueError(f"start of {name} is missing: give one number, or one a storey")
    return np.broadcast_to(numbers, (storeys,)).copy()
