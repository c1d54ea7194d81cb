"""Sets for classification that scikit-learn ships: the class of a sample is a column of ``y`` that
is one.
"""

from importlib.util import find_spec
from typing import ClassVar, Literal

import numpy as np
import xarray as xr
from pydantic import model_validator

from datasets.recipes.recipe import Description, Recipe


class ShippedSet(Description):
    """A set of scikit-learn, taken whole and in its order."""

    name: str
    samples: ClassVar[int]
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
        x = bunch.data[chosen]
        y = np.eye(len(names))[bunch.target[chosen]]
        attrs = {"units": "1", "long_name": f"class: {', '.join(names)}"}
        return {
            "x": xr.Variable(
                ("sample", "input"),
                x.astype(np.float32),
                {"units": self.units, "long_name": self.inputs},
            ),
            "y": xr.Variable(("sample", "output"), y.astype(np.float32), attrs),
        }


class Iris(ShippedSet):
    """Fisher's iris (1936): four lengths of a flower and its species, 150 samples of three
    classes.
    """

    name: Literal["iris"]
    samples = 150
    units = "cm"
    inputs = "sepal length, sepal width, petal length, petal width"


class Digits(ShippedSet):
    """Handwritten digits (Alpaydin and Kaynak 1998): 8 x 8 pixels row by row, 1797 samples of ten
    classes.
    """

    name: Literal["digits"]
    samples = 1797
    units = "1"
    inputs = "brightness of the pixels, 0 to 16"
