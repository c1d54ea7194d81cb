"""Buildings of several heights in one dataset: each the lowest storeys of one shear building.

The recipe states the tallest building and, as `storeys`, how many storeys the records have in turn.
Parameters that vary are drawn for the tallest; those above a roof have no effect. The files hold as
many floors and storeys as the tallest has: responses above a roof are zero, and `storeys(record)`
tells where the roof is.
"""

from collections.abc import Callable, Mapping
from typing import Annotated, Protocol

import numpy as np
import xarray as xr
from pydantic import Field

from datasets.recipes.structures import ShearBuilding

STOREYS = "storeys"
COMPONENTS = ("floor", "storey")
Storeys = tuple[Annotated[int, Field(ge=1)], ...]
Numbers = float | tuple[float, ...]


class Tall(Protocol):
    """What of a recipe the number of storeys depends on."""

    @property
    def storeys(self) -> Storeys: ...

    @property
    def structure(self) -> object: ...


def check_storeys(recipe: Tall) -> None:
    """Raise ValueError for numbers of storeys that the structure does not have."""
    if not recipe.storeys:
        return
    tallest = recipe.structure
    if not isinstance(tallest, ShearBuilding) or len(tallest.laws) != 1:
        raise ValueError(
            "storeys: the structure must be a shear building written out, with one entry of laws"
        )
    floors = len(tallest.mass)
    for count in recipe.storeys:
        if count > floors:
            raise ValueError(f"storeys = {count}: the structure has {floors} floors")


def lowest(building: ShearBuilding, count: int) -> ShearBuilding:
    """Return the description of the lowest storeys of a shear building."""
    (law,) = building.laws
    own = {name: _first(value, count) for name, value in law}
    changes = {
        "mass": building.mass[:count],
        "damping": _first(building.damping, count),
        "laws": (law.model_copy(update=own),),
    }
    return building.model_copy(update=changes)


def _first(value: Numbers, count: int) -> Numbers:
    return value[:count] if isinstance(value, tuple) and len(value) > 1 else value


def counts(storeys: Storeys, first: int, records: int) -> np.ndarray:
    """Return the number of storeys of records, which take their turns, shape (record,)."""
    return np.resize(np.roll(storeys, -first), records)


def variable(values: np.ndarray) -> dict[str, xr.Variable]:
    """Return the numbers of storeys for the file, as ``(record,)``."""
    attrs = {"units": "1", "long_name": "number of storeys"}
    return {STOREYS: xr.Variable("record", values.astype(float), attrs)}


def each(
    numbers: np.ndarray, tallest: int, solve: Callable[[int, np.ndarray], xr.Dataset]
) -> xr.Dataset:
    """Return the responses of buildings of several heights in one dataset.

    Parameters
    ----------
    numbers : ndarray, shape (record,)
        Storeys of each record.
    tallest : int
        Storeys that the dataset has.
    solve : callable
        Of a number of storeys and the places of its records, gives their responses.
    """
    members = [np.flatnonzero(numbers == count) for count in np.unique(numbers)]
    parts = [_padded(solve(int(numbers[own[0]]), own), tallest) for own in members]
    if len(parts) == 1:
        return parts[0]
    joined = xr.concat(
        parts, "record", data_vars="minimal", coords="minimal", compat="override", join="override"
    )
    return joined.isel(record=np.argsort(np.concatenate(members)))


def _padded(response: xr.Dataset, tallest: int) -> xr.Dataset:
    """Responses with zeros above the roof."""
    missing: Mapping[str, int] = {
        dim: tallest - response.sizes[dim] for dim in COMPONENTS if dim in response.sizes
    }
    widths = {dim: (0, count) for dim, count in missing.items() if count}
    return response.pad(widths, constant_values=0.0, keep_attrs=True) if widths else response
