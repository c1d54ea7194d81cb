"""The interface of all laws: parameters, checked once, a rate equation and its coefficients."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, ClassVar, Self

import numpy as np
import xarray as xr

from simulators.checks import common_shape, finite_array, read_only
from simulators.hysteresis.probing import check_columns, check_rate
from simulators.hysteresis.rates import FORCE, RateEquation, evaluate

PACKAGE = __name__.rpartition(".")[0]


@dataclass(frozen=True, eq=False)
class Law:
    """A law for one or more elements.

    Each parameter is a number for all of them or an array of shape (element,); with a leading axis,
    (record, element), every simulated record has parameters of its own.

    Notes
    -----
    A new law is one file: a frozen dataclass that inherits from `Law`, whose fields are its
    parameters, with

    - `rate`, its `RateEquation`: what both integrators, the energies of predictions and the physics
      penalty run;
    - `columns`, the coefficients of the equation from the parameters;
    - `check`, the range of each parameter, and `units`, the unit of each.

    In this package the file is found by itself, and recipes know the law by its name. A law of
    one's own may stand anywhere: `solve` takes it, and `from_dict` knows it by the name that
    `to_dict` gives it once its module has been imported; recipes refuse it. The compiled kernel of
    such a law is made anew in every process. Coefficients and rate equation are tried at rest when
    a law is made.

    With `stop_tangent` and its companions from `simulators/hysteresis/bilinear.py`:

        @dataclass(frozen=True, eq=False)
        class Elastoplastic(Law):
            stiffness: np.ndarray  # N/m
            yield_drift: np.ndarray  # m
            rate = RateEquation(
                "elastoplastic",
                stop_tangent,
                stop_stored,
                project=stop_project,
                advance=stop_advance,
                order=stop_order,
            )
            units = {"stiffness": "N m-1", "yield_drift": "m"}

            def check(self):
                in_range(self, "stiffness", above=0.0)
                in_range(self, "yield_drift", above=0.0)

            def columns(self):
                return {"scale": self.stiffness, "bound": self.yield_drift}
    """

    rate: ClassVar[RateEquation]
    """The rate equation of the law."""
    units: ClassVar[Mapping[str, str]] = {}
    """Unit of each parameter, as files state it; n is the exponent."""
    variable_unit: ClassVar[str] = "m"
    """Unit of the hysteretic variable z."""

    def __post_init__(self) -> None:
        law = type(self).__name__
        if not isinstance(getattr(self, "rate", None), RateEquation):
            raise ValueError(
                f"{law}.rate = {getattr(self, 'rate', None)!r}: expected a RateEquation, or no "
                "integrator can know the law"
            )
        if not fields(self):
            raise ValueError(
                f"{law} has no parameters: expected at least one field of a dataclass, which tells "
                "the number of elements"
            )
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
        check_columns(self)
        check_rate(self)

    def check(self) -> None:
        """Raise ValueError where a parameter lies outside its range."""

    def columns(self) -> dict[str, np.ndarray]:
        """Coefficients of the force and of the rate equation that this law states.

        Dict of name to ndarray, shape (..., element).
        """
        raise NotImplementedError

    def all_columns(self) -> dict[str, np.ndarray]:
        """`columns` with zeros for what the law does not state of the force."""
        zero = np.zeros(self.shape)
        return dict.fromkeys(FORCE, zero) | self.columns()

    @property
    def shape(self) -> tuple[int, ...]:
        """(element,) or (record, element)."""
        return getattr(self, fields(self)[0].name).shape

    def initial_stiffness(self) -> np.ndarray:
        """Slope of the force at rest (N/m), ndarray, shape (..., element)."""
        column = self.all_columns()
        rest = dict.fromkeys(("z", "drift", "work"), np.zeros(self.shape))
        forward = {"velocity": np.ones(self.shape)}
        tangent = evaluate(self.rate.tangent, column | rest | forward)
        return column["elastic"] + column["scale"] * tangent

    @property
    def exhaustible(self) -> bool:
        """Whether a response may leave nothing of an element."""
        return False

    @property
    def stores_more(self) -> bool:
        """Whether the equation's `recoverable` energy is more than it has `stored`."""
        return False

    def __len__(self) -> int:
        """Number of elements."""
        return self.shape[-1]

    def rows(self, index: Any) -> Self:
        """Return the records of a family that an index or a slice takes.

        Without a record axis it is the law itself.
        """
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        return replace(
            self, **{name: value[index] for name, value in values.items() if value.ndim == 2}
        )

    def drive(self, drift: Any, interval: float) -> xr.Dataset:
        """Response to a drift history (`simulators.hysteresis.driver.drive`), (time, element)."""
        from simulators.hysteresis.driver import drive  # which knows all laws

        return drive(self, drift, interval)

    def to_dict(self) -> dict[str, Any]:
        """Plain description: the law's name and its parameters as nested lists."""
        return {"law": law_name(type(self)), **{k: v.tolist() for k, v in asdict(self).items()}}

    @staticmethod
    def from_dict(description: Mapping[str, Any]) -> "Law":
        """Law from `to_dict`'s description; ValueError for an unknown law or parameter."""
        if not isinstance(description, Mapping):
            raise ValueError(
                f"law = {description!r}: expected a mapping of its name and parameters"
            )
        parameters = dict(description)
        name = parameters.pop("law", None)
        known = known_laws()
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


def law_name(law: type[Law]) -> str:
    """Name of a law in descriptions: of the class here, of module and class elsewhere."""
    if law.__module__.startswith(f"{PACKAGE}."):
        return law.__name__
    return f"{law.__module__}.{law.__qualname__}"


def known_laws() -> dict[str, type[Law]]:
    """All laws whose modules have been imported, by their names in descriptions."""
    return {law_name(law): law for law in _subclasses(Law) if hasattr(law, "rate")}


def _subclasses(base: type[Law]) -> Iterator[type[Law]]:
    for law in base.__subclasses__():
        yield law
        yield from _subclasses(law)
