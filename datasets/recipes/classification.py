"""Sets for classification that scikit-learn ships; ``label(sample)`` is the class of a sample."""

from importlib.util import find_spec
from typing import ClassVar, Literal

import numpy as np
import xarray as xr
from pydantic import model_validator

from datasets.contract import labels
from datasets.recipes.recipe import Recipe
from datasets.recipes.samples import SampleSource


class LabelledSet(SampleSource):
    """A published set, taken whole and in its order."""

    samples: ClassVar[int]

    def require(self, recipe: Recipe) -> None:
        """Raise ValueError for another number of samples than the set has."""
        if recipe.records != self.samples:
            raise ValueError(
                f"records must be {self.samples}, the size of the set {self.name}, got "
                f"{recipe.records}"
            )


class ShippedSet(LabelledSet):
    """A set of scikit-learn."""

    units: ClassVar[str]
    inputs: ClassVar[str]

    @model_validator(mode="after")
    def _check(self) -> "ShippedSet":
        if find_spec("sklearn") is None:
            raise ValueError(
                "this set comes with scikit-learn, which is not installed: pip install scikit-learn"
            )
        return self

    def evaluate(self, recipe: Recipe, first: int, count: int) -> dict[str, xr.Variable]:
        """Return the variables of a block of samples."""
        from sklearn import datasets as shipped

        bunch = getattr(shipped, f"load_{self.name}")()
        chosen = slice(first, first + count)
        names = [str(name) for name in bunch.target_names]
        return {
            **self._input(bunch.data[chosen]),
            labels.LABEL: labels.variable(bunch.target[chosen], names),
        }

    def _input(self, values: np.ndarray) -> dict[str, xr.Variable]:
        attrs = {"units": self.units, "long_name": self.inputs}
        return {"x": xr.Variable(("sample", "input"), values.astype(np.float32), attrs)}


class Iris(ShippedSet):
    """Fisher's iris (1936): four lengths of a flower and its species, 150 samples of three
    classes.
    """

    name: Literal["iris"]
    samples = 150
    units = "cm"
    inputs = "sepal length, sepal width, petal length, petal width"


class Digits(ShippedSet):
    """Handwritten digits (Alpaydin and Kaynak 1998): 8 x 8 pixels, 1797 samples of ten classes.

    Parameters
    ----------
    layout : {"points", "image"}
        Whether the pixels are inputs ``x`` row by row, for a perceptron, or an ``image`` of one
        channel, for convolutions.
    """

    name: Literal["digits"]
    layout: Literal["points", "image"] = "points"
    samples = 1797
    units = "1"
    inputs = "brightness of the pixels, 0 to 16"

    def _input(self, values: np.ndarray) -> dict[str, xr.Variable]:
        if self.layout == "points":
            return super()._input(values)
        attrs = {"units": self.units, "long_name": self.inputs}
        pixels = values.reshape(-1, 1, 8, 8).astype(np.uint8)
        return {"image": xr.Variable(("sample", "channel", "height", "width"), pixels, attrs)}
