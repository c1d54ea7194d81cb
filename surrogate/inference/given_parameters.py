"""Structural parameters that the user gives: by words for all records, by a table for each."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from surrogate.data.channels import Interface
from surrogate.inference import structural_parameters
from surrogate.inference.parameter_tables import Numbers, ParameterTable
from surrogate.inference.source import Source

SAME = 1e-5
"""Relative difference of two numbers that are one: files keep them in single precision."""


@dataclass(frozen=True, eq=False)
class GivenParameters:
    """What a surrogate is told of the structures beside the files.

    Parameters
    ----------
    interface : Interface
        Of the surrogate.
    words : mapping of str to ndarray, shape (channel,)
        Parameters of all records.
    table : ParameterTable, optional
        Parameters of each file or record.

    Raises
    ------
    ValueError
        For a parameter that both give.
    """

    interface: Interface
    words: Mapping[str, np.ndarray] = field(default_factory=dict)
    table: ParameterTable | None = None

    def __post_init__(self) -> None:
        if self.table is None:
            return
        twice = [name for name in self.words if name in self.table.values]
        if twice:
            raise ValueError(
                f"--parameter {twice[0]} is given, and --parameters {self.table.path} has it too: "
                "leave one of them"
            )

    def completed(self, sources: Mapping[Path, Source]) -> dict[Path, structural_parameters.Values]:
        """All parameters of the records of each file.

        Raises
        ------
        ValueError
            For a record without a row of the table, and a parameter without a value.
        """
        asked = _asked(sources)
        if self.table is not None:
            self.table.require(asked)
        found = {}
        for path, source in sources.items():
            given = dict(self.words)
            if self.table is not None:
                given |= self.table.of(path, asked)
            stated = [record.parameters for record in source.records]
            found[path] = structural_parameters.completed(self.interface, given, stated)
        return found

    def compared(self, source: Source, values: structural_parameters.Values) -> Source:
        """A file without the responses that it states where they are of another structure.

        Parameters
        ----------
        source : Source
        values : mapping of str to ndarray, shape (record, channel)
            From `completed`.
        """
        others = [
            name
            for name, asked in values.items()
            for record, value in zip(source.records, asked, strict=True)
            if name in record.parameters
            and not np.allclose(value, record.parameters[name], rtol=SAME, atol=0.0)
        ]
        if not others:
            return source
        names = ", ".join(dict.fromkeys(others))
        return source.not_compared(f"it is that of another structure, by {names}")

    def told(self, source: Source) -> str:
        """Where each parameter of a file comes from, in words; empty without parameters."""
        origins = dict.fromkeys(self.words, "given")
        if self.table is not None:
            units = self.table.units.items()
            origins |= {name: f"of {self.table.path.name} in {unit}" for name, unit in units}
        stated = [record.parameters for record in source.records]
        return structural_parameters.sources(self.interface, origins, stated)

    def unused(self, sources: Mapping[Path, Source]) -> list[str]:
        """A line on the rows of the table that no record needs, if there are any."""
        if self.table is None:
            return []
        rows = self.table.unused(_asked(sources))
        return [f"{self.table.path} has rows of no record that is asked: {rows}"] if rows else []


def _asked(sources: Mapping[Path, Source]) -> Numbers:
    return {path: source.numbers for path, source in sources.items()}
