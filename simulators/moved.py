"""Modules that have another name since version 0.2: an import of the old one is followed, with a
warning.

Class paths in configs, checkpoints and users' own code go through the import system, and so does
this table: each package hands in its own with `follow`.
"""

import sys
import warnings
from collections.abc import Mapping, Sequence
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any


def follow(table: Mapping[str, str]) -> None:
    """Answer imports of the modules that a table names, old to new, by the new ones.

    Parameters
    ----------
    table : mapping of str to str
        Full names of modules.
    """
    sys.meta_path.insert(0, MovedModules(table))


class MovedName(FutureWarning):
    """A name of an earlier version was used."""


class MovedModules(MetaPathFinder, Loader):
    """Finds the modules of a table, and loads for each a stand-in that has the content of the new
    one.
    """

    def __init__(self, table: Mapping[str, str]) -> None:
        self.table = dict(table)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """A specification for an old name; None for every other."""
        return ModuleSpec(fullname, self, is_package=True) if fullname in self.table else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """The stand-in, after the warning."""
        new = self.table[spec.name]
        warnings.warn(f"{spec.name} is now {new}: use that name", MovedName, stacklevel=2)
        return _StandIn(spec.name, import_module(new))

    def exec_module(self, module: ModuleType) -> None:
        """Nothing is left to run."""


class _StandIn(ModuleType):
    """A module whose names are those of another."""

    def __init__(self, name: str, content: ModuleType) -> None:
        super().__init__(name, content.__doc__)
        self._content = content
        # Its submodules are found by the table, never by the folder of the new module.
        self.__path__: list[str] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._content, name)
