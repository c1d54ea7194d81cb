"""Which earthquake a recorded accelerogram belongs to, as the recipe says it of each file's name.

Two components, two stations and two scale factors of one earthquake are not independent: a dataset
whose recipe names the earthquakes has each of them in one part only.
"""

import re
from collections.abc import Sequence
from fnmatch import fnmatchcase
from functools import cached_property
from typing import Self

from pydantic import Field, field_validator, model_validator

from datasets.recipes.recipe import Description


class Earthquakes(Description):
    """Names of the earthquakes, from the names of the files.

    Parameters
    ----------
    table : mapping of str to str
        Earthquake of each file, or of all whose names match, as in ``RSN11*_KOBE_*: KOBE``. The
        first that matches counts, before `pattern`.
    pattern : str, optional
        Regular expression that is looked for in a file's name; its group is the earthquake's name.
    """

    table: dict[str, str] = Field(default_factory=dict)
    pattern: str | None = None

    @field_validator("pattern")
    @classmethod
    def _check_pattern(cls, pattern: str | None) -> str | None:
        return pattern if pattern is None else one_group(pattern)

    @field_validator("table")
    @classmethod
    def _check_names(cls, table: dict[str, str]) -> dict[str, str]:
        for name in table.values():
            if len(name.split()) != 1:
                raise ValueError(f"earthquakes are named by one word each, not {name!r}")
        return table

    @model_validator(mode="after")
    def _check(self) -> Self:
        if not self.table and self.pattern is None:
            raise ValueError("give a pattern, or a table of files and their earthquakes")
        return self

    @cached_property
    def _compiled(self) -> re.Pattern[str] | None:
        return None if self.pattern is None else re.compile(self.pattern)

    def of(self, names: Sequence[str]) -> list[str]:
        """Return the earthquake of each file.

        Raises
        ------
        ValueError
            Naming the file that neither the table nor the pattern knows.
        """
        return [self._of(name) for name in names]

    def _of(self, name: str) -> str:
        for key, earthquake in self.table.items():
            if fnmatchcase(name, key):
                return earthquake
        found = self._compiled.search(name) if self._compiled else None
        if found is None or not found[1]:
            raise ValueError(
                f"earthquake: neither table nor pattern = {self.pattern!r} knows the file {name}: "
                f"add it to the table, as in table: {{{name}: ITS_EARTHQUAKE}}"
            )
        return "_".join(found[1].split())


def one_group(pattern: str) -> str:
    """Return a regular expression; ValueError unless it is one, with exactly one group."""
    try:
        groups = re.compile(pattern).groups
    except re.error as error:
        raise ValueError(f"{pattern!r} is not a regular expression: {error}") from None
    if groups != 1:
        raise ValueError(f"{pattern!r} has {groups} groups: put what is meant into one pair of ( )")
    return pattern
