"""What a simulator declares: the parameters that it takes and the histories that it gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Self

from simulators.checks import is_number, is_whole

if TYPE_CHECKING:
    from simulators.external.protocol import ExternalSimulator


@dataclass(frozen=True)
class _Named:
    name: str

    def _check_texts(self, **texts: str) -> None:
        for field, text in texts.items():
            if not isinstance(text, str) or not text.strip():
                raise ValueError(
                    f"{type(self).__name__} {self.name!r}: {field} = {text!r}, expected a text "
                    "(units: 1 for a number without one)"
                )
        if not self.name.isidentifier():
            raise ValueError(f"{type(self).__name__}.name = {self.name!r}: expected one word")

    @classmethod
    def read(cls, name: str, description: Any) -> Self:
        """Declaration from itself, or from a mapping of its fields but the name."""
        if isinstance(description, cls):
            return description
        known = [field.name for field in fields(cls) if field.name != "name"]
        if not isinstance(description, Mapping) or not set(description) <= set(known):
            raise ValueError(
                f"{cls.__name__} {name!r} = {description!r}: expected a mapping with "
                f"{', '.join(known)}"
            )
        try:
            return cls(name=name, **description)
        except TypeError as failure:
            raise ValueError(f"{cls.__name__} {name!r}: {failure}") from None


@dataclass(frozen=True)
class Parameter(_Named):
    """A number that may differ from record to record.

    Parameters
    ----------
    name : str
        One word.
    units : str
        As in the files of a dataset, "N m-1" for example; "1" for a number without a unit.
    default : float
        Value of a record that does not say otherwise, within the range.
    minimum, maximum : float
        Range in which the simulator has a meaning; unlimited by default.
    long_name : str
        In words; the name by default.
    """

    units: str
    default: float
    minimum: float = float("-inf")
    maximum: float = float("inf")
    long_name: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "long_name", self.long_name or self.name.replace("_", " "))
        self._check_texts(units=self.units)
        if not self.minimum <= self.maximum:
            raise ValueError(
                f"Parameter {self.name!r}: minimum = {self.minimum} must be at most maximum = "
                f"{self.maximum}"
            )
        self.check(self.default)

    def check(self, value: Any) -> float:
        """`value` as a float; ValueError where it is not a finite number within the range."""
        if not is_number(value) or not self.minimum <= value <= self.maximum:
            raise ValueError(
                f"parameter {self.name} = {value!r} {self.units}: expected a number from "
                f"{self.minimum:g} to {self.maximum:g}"
            )
        return float(value)


@dataclass(frozen=True)
class Output(_Named):
    """A history that a simulator computes at the samples of the motion.

    Parameters
    ----------
    name : str
        One word; those of `simulators.solvers.solve.VARIABLES` where they fit.
    units : str
        As in the files of a dataset; "1" for a number without a unit.
    component : str, optional
        What the second axis counts, as "floor" or "storey"; None for one history.
    long_name : str
        In words; the name by default.
    size : int, optional
        How many components there are. A recipe needs it: a record that failed has none to count.
    """

    units: str
    component: str | None = None
    long_name: str = ""
    size: int | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "long_name", self.long_name or self.name.replace("_", " "))
        self._check_texts(units=self.units)
        if self.component is not None and not str(self.component).isidentifier():
            raise ValueError(
                f"Output {self.name!r}: component = {self.component!r}, expected one word or None"
            )

        if self.size is None:
            return
        if not is_whole(self.size) or self.size < 1 or self.component is None:
            raise ValueError(
                f"Output {self.name!r}: size = {self.size!r}, expected None, or a whole number >= "
                "1 beside a component"
            )

    @property
    def dims(self) -> tuple[str, ...]:
        """Dimensions of the array."""
        return ("time",) if self.component is None else ("time", self.component)


def check_declarations(simulator: ExternalSimulator) -> None:
    """Refuse a simulator whose class declares something else than the protocol asks for.

    Raises
    ------
    ValueError
        Naming the class and the attribute.
    """
    owner = type(simulator).__name__
    _check_named(owner, "outputs", simulator.outputs, Output)
    _check_named(owner, "parameters", simulator.parameters, Parameter)
    if not simulator.outputs:
        raise ValueError(f"{owner}.outputs is empty: declare at least one Output")
    for field, least in (("directions", 1), ("extra_samples", 0)):
        value = getattr(simulator, field)
        if not is_whole(value) or value < least:
            raise ValueError(f"{owner}.{field} = {value!r}: expected a whole number >= {least}")


def _check_named(owner: str, field: str, declared: Any, kind: type[_Named]) -> None:
    """Raise ValueError for what is no tuple of declarations, and for a name that stands twice."""
    if not isinstance(declared, tuple | list) or not all(isinstance(o, kind) for o in declared):
        raise ValueError(
            f"{owner}.{field} = {declared!r}: expected a tuple of {kind.__name__}, such as "
            f"({kind.__name__}(...),)"
        )
    names = [one.name for one in declared]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"{owner}.{field}: {name} is declared twice")
