"""How the files of a question are read, as far as they do not tell: columns, units, part, peak."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from simulators.excitation.recorded import Given
from surrogate.data.channels import Interface
from surrogate.inference.histories import constant, dynamic, named

TIME = "time"
AGREEMENT = 1e-3
"""Relative difference up to which a given interval is that of a file."""


@dataclass(frozen=True)
class Asking:
    """What the user says of the files.

    Parameters
    ----------
    given : Given
        Format, component, interval and instrument response of accelerograms; the interval also of
        tables.
    columns : mapping of str to str
        Input, parameter or `time` to its column, its array or the component of an accelerogram;
        several channels are parted by commas.
    units : mapping of str to str
        Of inputs and parameters whose files state none.
    part : str, optional
        Part of a dataset; all its records by default.
    peak : float, optional
        Scale each record to this peak, in the unit of the surrogate.

    Raises
    ------
    ValueError
        For a peak that is no positive number.
    """

    given: Given = field(default_factory=Given)
    columns: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    part: str | None = None
    peak: float | None = None

    def __post_init__(self) -> None:
        if self.peak is not None and not (self.peak > 0.0 and np.isfinite(self.peak)):
            raise ValueError(f"peak must be a positive number, got {self.peak:g}")

    def require(self, interface: Interface) -> None:
        """Raise ValueError for names that the surrogate does not have, and a peak of several."""
        varying = dynamic(interface)
        allowed = [group.variable for group in interface.inputs]
        for option, given in (("--input", self.columns), ("--unit", self.units)):
            unknown = next((name for name in given if name not in [*allowed, TIME]), None)
            if unknown is not None:
                fixed = constant(interface)
                parameters = f", with the parameters {named(fixed)}" if fixed else ""
                raise ValueError(
                    f"{option} names {unknown!r}: the surrogate takes {named(varying)}{parameters}"
                )
        if self.peak is not None and sum(group.channels for group in varying) > 1:
            raise ValueError(
                f"--peak scales a single input, the surrogate takes {named(varying)} with "
                f"{sum(group.channels for group in varying)} channels"
            )

    def require_no_accelerogram(self, path: Path, kind: str) -> None:
        """Raise ValueError for what is said of accelerograms alone, and would go unheard."""
        for name in ("format", "component", "response"):
            value = getattr(self.given, name)
            if value is not None:
                raise ValueError(f"--{name} {value}: is for accelerograms, {path} is {kind}")

    def require_interval(self, stated: float, where: str) -> None:
        """Raise ValueError where the interval (s) that is given is not that of a file."""
        given = self.given.interval
        if given is not None and abs(given - stated) > AGREEMENT * stated:
            raise ValueError(
                f"interval = {given:g}: must be that of the file, {stated:g} s ({where}), or be "
                "left out"
            )


def units_from_words(interface: Interface, words: Sequence[str]) -> dict[str, str]:
    """Units by input from the words UNIT, for a surrogate of one input, or NAME=UNIT.

    Raises
    ------
    ValueError
        For a unit alone where there are several inputs, and an input that is named twice.
    """
    varying = dynamic(interface)
    found: dict[str, str] = {}
    for word in words:
        name, equals, unit = word.rpartition("=")
        if not equals and len(varying) > 1:
            raise ValueError(
                f"--unit {word}: the surrogate takes {named(varying)}, write NAME={word}"
            )
        name = name if equals else varying[0].variable
        if name in found or not unit:
            raise ValueError(f"--unit {word!r}: write UNIT or NAME=UNIT, once for each input")
        found[name] = unit
    return found
