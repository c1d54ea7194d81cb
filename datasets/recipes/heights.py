"""Storey heights of a recipe: what a drift is divided by to become a drift ratio.

No response depends on them. They are written into the dataset as `height(storey)`, so that whoever
asks a dataset for drift ratios need not know the building.
"""

from collections.abc import Mapping
from typing import Annotated

import numpy as np
import xarray as xr
from pydantic import Field

from datasets.contract.schema import HEIGHT, VARIABLES

LOWEST, HIGHEST = 0.01, 100.0
"""Storey heights (m) that models on a shaking table and bridge piers have; heights in mm or cm lie
above, and would make drift ratios a hundred or a thousand times too small.
"""

Height = Annotated[float, Field(gt=0)]
Heights = Height | tuple[Height, ...] | None
"""One number where all storeys are equal, or one a storey, bottom first (m)."""


def check_heights(heights: Heights, storeys: int) -> None:
    """Raise ValueError for another number of heights than there are storeys, and for heights that
    are none in m.
    """
    stated = heights if isinstance(heights, tuple) else (heights,)
    for height in stated:
        if height is not None and not LOWEST <= height <= HIGHEST:
            raise ValueError(
                f"heights = {height:g}: must lie between {LOWEST:g} and {HIGHEST:g} m; heights are "
                "in m, not in mm or cm"
            )
    if isinstance(heights, tuple) and len(heights) != storeys:
        raise ValueError(
            f"heights has {len(heights)} numbers, must have {storeys}, one for each storey, or one "
            "number for all"
        )


def height_variable(heights: Heights, storeys: int) -> Mapping[str, xr.Variable]:
    """Return the variable of the file, by its name; nothing where the recipe states no heights."""
    if heights is None:
        return {}
    known = VARIABLES[HEIGHT]
    values = np.broadcast_to(np.asarray(heights, dtype=float), storeys).copy()
    return {HEIGHT: xr.Variable(known.dims, values, known.attrs)}
