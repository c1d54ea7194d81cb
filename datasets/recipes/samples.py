"""What every source of samples of a static dataset has in common."""

from abc import abstractmethod

import xarray as xr

from datasets.contract import partition
from datasets.recipes.recipe import Description, Recipe


class SampleSource(Description):
    """A function or a set whose samples have no time."""

    name: str

    @abstractmethod
    def evaluate(self, recipe: Recipe, first: int, count: int) -> dict[str, xr.Variable]:
        """Return the variables of a block of samples."""

    def require(self, recipe: Recipe) -> None:
        """Raise ValueError where the rest of a recipe does not go with this source."""

    def parts(self, recipe: Recipe) -> xr.DataArray:
        """Return the variable ``split`` of all samples: drawn at random by the recipe's shares."""
        drawn = partition.draw(recipe.records, recipe.split, recipe.seed)
        return partition.label(drawn, list(recipe.split), dim="sample")
