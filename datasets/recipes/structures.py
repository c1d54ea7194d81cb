"""The structure of a recipe: a preset by name, a shear building, or the matrices in full."""

import inspect
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from pydantic import ConfigDict, Discriminator, Field, RootModel, Tag, model_validator

from datasets.recipes.mirror import Mirror, mirror, one_of
from datasets.recipes.recipe import Description
from simulators.hysteresis import known_laws
from simulators.structures import presets
from simulators.structures.structure import Structure, shear_building

Numbers = float | tuple[float, ...]
Matrix = tuple[tuple[float, ...], ...]

LAWS = [
    mirror(law, "law", types={np.ndarray: Numbers})
    for law in known_laws().values()
    if law.__module__.startswith("simulators.")  # a recipe means one thing on every machine
]
if TYPE_CHECKING:
    LawDescription = Mirror
else:
    LawDescription = one_of(LAWS, "law")  # known at run time


def preset_structures() -> dict[str, Callable[[], Structure]]:
    """Return the published structures of `simulators.structures.presets` by name."""
    own = inspect.getmembers(
        presets, lambda f: inspect.isfunction(f) and f.__module__ == presets.__name__
    )
    return {name: f for name, f in own if not name.startswith("_")}


class ShearBuilding(Description):
    """Floors on one another, one element a storey, bottom first.

    Parameters
    ----------
    mass : list of float
        Mass of each floor (kg).
    laws : list
        Laws of the storeys; each holds one number or a list of numbers, one a storey, for every
        parameter.
    damping : float or list of float
        Dashpot of each storey (N s/m).
    damping_ratio : float, optional
        Ratio to critical in all modes, instead of `damping`.
    """

    mass: tuple[float, ...] = Field(min_length=1)
    laws: tuple[LawDescription, ...] = Field(min_length=1)
    damping: Numbers = 0.0
    damping_ratio: float | None = Field(None, ge=0, lt=1)

    @model_validator(mode="after")
    def _check(self) -> "ShearBuilding":
        if self.damping_ratio is not None and self.damping != 0.0:
            raise ValueError("give damping or damping_ratio, not both")
        self.build()
        return self

    def build(self) -> Structure:
        """Make the structure."""
        building = shear_building(self.mass, [law.build() for law in self.laws], self.damping)
        if self.damping_ratio is None:
            return building
        return building.with_modal_damping(self.damping_ratio)


class GeneralStructure(Description):
    """Any structure, as matrices.

    Parameters
    ----------
    mass, damping : list of lists, shape (floor, floor)
        kg and N s/m.
    incidence : list of lists, shape (element, floor)
        Which floors an element joins (+1 and -1).
    laws : list
        Laws of the elements, in the order of the rows of `incidence`.
    influence : list, shape (floor,), optional
        Influence of the base acceleration; ones by default.
    stiffness : list of lists, shape (floor, floor), optional
        Linear stiffness (N/m) beside the elements.
    """

    mass: Matrix
    damping: Matrix
    incidence: Matrix
    laws: tuple[LawDescription, ...]
    influence: tuple[float, ...] | None = None
    stiffness: Matrix | None = None

    @model_validator(mode="after")
    def _check(self) -> "GeneralStructure":
        self.build()
        return self

    def build(self) -> Structure:
        """Make the structure."""
        laws = [law.build() for law in self.laws]
        return Structure(
            self.mass, self.damping, self.incidence, laws, self.influence, self.stiffness
        )


class Preset(RootModel[str]):
    """A published structure by its name in `simulators.structures.presets`."""

    model_config = ConfigDict(
        frozen=True,
        json_schema_extra=lambda schema: schema.update(enum=sorted(preset_structures())),
    )

    @model_validator(mode="after")
    def _check(self) -> "Preset":
        if self.root not in preset_structures():
            raise ValueError(
                f"must be the name of a preset ({', '.join(preset_structures())}) or a structure "
                "in full"
            )
        return self

    def build(self) -> Structure:
        """Make the structure."""
        return preset_structures()[self.root]()


def _kind(value: Any) -> str:
    if isinstance(value, Mapping):
        return "GeneralStructure" if "incidence" in value else "ShearBuilding"
    return type(value).__name__ if isinstance(value, Description) else "Preset"


StructureDescription = Annotated[
    Annotated[Preset, Tag("Preset")]
    | Annotated[ShearBuilding, Tag("ShearBuilding")]
    | Annotated[GeneralStructure, Tag("GeneralStructure")],
    Discriminator(_kind),
]
