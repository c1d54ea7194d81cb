"""A simulator in a recipe: a class path, the arguments of its constructor, its version."""

import os
import sys
from typing import Any, Self

from pydantic import Field, ValidationInfo, model_validator

from datasets.recipes.recipe import Description
from simulators.external.declarations import check_declarations
from simulators.external.failure import unexpected
from simulators.external.function import find
from simulators.external.protocol import ExternalSimulator

TRUSTED = "trusted"
"""Key of the validation context that lets a recipe import the class that it names.

A recipe that stands in a file of data or in a checkpoint is read without it: whoever opens such a
file runs no code of its author's.
"""


class Simulator(Description):
    """A simulator by its class path.

    Parameters
    ----------
    class_path : str
        Of a class that derives from `simulators.external.ExternalSimulator`, in an installed
        package or in a module of the working folder.
    init_args : mapping
        Arguments of its constructor.
    version : str
        Name, release and hash of the source, filled in when the recipe is read: a changed model is
        another recipe.
    """

    class_path: str
    init_args: dict[str, Any] = Field(default_factory=dict)
    version: str = ""

    def build(self) -> ExternalSimulator:
        """Import the class and make the simulator.

        Raises
        ------
        ValueError
            If the path leads nowhere, or the class does not follow the protocol, refuses its
            arguments or is not of the version that the recipe states.
        """
        if os.getcwd() not in sys.path:
            sys.path.append(os.getcwd())
        kind = find(self.class_path)
        if not isinstance(kind, type) or not issubclass(kind, ExternalSimulator):
            raise ValueError(
                f"class_path: {self.class_path} does not derive from "
                "simulators.external.ExternalSimulator; a plain function goes into "
                "simulators.external.FunctionSimulator"
            )
        simulator = _made(kind, self.init_args)
        check_declarations(simulator)
        if self.version and simulator.version != self.version:
            raise ValueError(
                f"version: the source of {self.class_path} has changed since "
                f"{self.version!r}, it is now {simulator.version!r}: leave the key out"
            )
        return simulator

    @model_validator(mode="after")
    def _fill_version(self, info: ValidationInfo) -> Self:
        if trusted(info):
            # The class is frozen for others; a version is a part of what it was made from.
            object.__setattr__(self, "version", self.build().version)
        return self


def _made(kind: type[ExternalSimulator], arguments: dict[str, Any]) -> ExternalSimulator:
    """The simulator; ValueError with the reason where its constructor refuses."""
    try:
        return kind(**arguments)
    except ValueError:
        raise  # it says itself what is wrong
    except (TypeError, ImportError) as failure:
        raise ValueError(f"init_args: {failure}") from None
    except Exception as failure:
        raise ValueError(f"init_args: {unexpected(failure).reason}") from None


def trusted(info: ValidationInfo) -> bool:
    """Whether a recipe may import the class that it names."""
    return bool(info.context and info.context.get(TRUSTED))
