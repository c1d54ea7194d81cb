"""The interface of all laws: parameters, checked once, that fill columns of the element table.

An element carries the force f = elastic d + viscous v + scale z, and z' = g v with the tangent g of
one of the kinds below (`simulators.hysteresis.rates` has the equations). A law says which
coefficients of these its parameters are.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import ClassVar

import numpy as np

from simulators.checks import common_shape, finite_array, read_only

LINEAR, BOUC_WEN, BABER_NOORI = 0, 1, 2
"""Which tangent an element has: none, `bouc_wen_tangent`, `baber_noori_tangent`."""


@dataclass(frozen=True, eq=False)
class Law:
    """A law for one or more elements.

    Each parameter is a number for all of them or an array of shape (element,); with a leading axis,
    (record, element), every simulated record has parameters of its own.
    """

    tangent: ClassVar[int] = LINEAR

    def __post_init__(self):
        law = type(self).__name__
        values = {
            f.name: finite_array(f"{law}.{f.name}", getattr(self, f.name), ndim=(0, 1, 2))
            for f in fields(self)
        }
        shape = common_shape(law, values)
        if 0 in shape:
            raise ValueError(
                f"{law}: its parameters have shape {shape}, expected at least one element and "
                "record"
            )
        for name, value in values.items():
            object.__setattr__(self, name, read_only(np.broadcast_to(value, shape)))
        self.check()

    def check(self):
        """Raise ValueError where a parameter lies outside its range."""

    def columns(self):
        """Columns of the element table that this law fills: dict of name to ndarray, shape (...,
        element).
        """
        raise NotImplementedError

    def __len__(self):
        """Number of elements."""
        return getattr(self, fields(self)[0].name).shape[-1]

    def rows(self, index):
        """The records of a family that an index or a slice takes; itself where there is no record
        axis.
        """
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        return replace(
            self, **{name: value[index] for name, value in values.items() if value.ndim == 2}
        )

    def to_dict(self):
        """Plain description: the law's name and its parameters as nested lists."""
        return {"law": type(self).__name__, **{k: v.tolist() for k, v in asdict(self).items()}}

    @staticmethod
    def from_dict(description):
        """Law from `to_dict`'s description; ValueError for an unknown law or parameter."""
        if not isinstance(description, Mapping):
            raise ValueError(
                f"law = {description!r}: expected a mapping of its name and parameters"
            )
        parameters = dict(description)
        name = parameters.pop("law", None)
        known = {law.__name__: law for law in Law.__subclasses__()}
        if not isinstance(name, str) or name not in known:
            raise ValueError(f"law = {name!r}: expected one of {', '.join(known)}")
        wanted = {f.name for f in fields(known[name])}
        if set(parameters) != wanted:
            wrong = sorted(map(str, set(parameters) ^ wanted))
            raise ValueError(
                f"{name}: parameters {', '.join(wrong)} missing or unknown; expected "
                f"{', '.join(sorted(wanted))}"
            )
        return known[name](**parameters)
