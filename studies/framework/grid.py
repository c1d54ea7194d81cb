"""What is best on a grid is known only where values on both sides of it were tried."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import xarray as xr


@dataclass(frozen=True)
class Search:
    """A grid that a study searched, and what it found best there.

    Attributes
    ----------
    what : str
        What was searched for, in words.
    grid : DataArray
        The values that were tried, of one dimension.
    best : DataArray
        The best of them, for each seed and whatever else was searched with the grid; NaN where
        nothing was searched.
    """

    what: str
    grid: xr.DataArray
    best: xr.DataArray

    def at_an_end(self) -> Iterator[str]:
        """One line for each best value that is the lowest or the highest of the grid."""
        low = float(self.grid.min())
        high = float(self.grid.max())
        outside = (self.best <= low) | (self.best >= high)
        for place in np.argwhere(outside.values):
            one = self.best[tuple(place)]
            where = "".join(f", {name} {one[name].item()}" for name in self.best.dims)
            yield (
                f"{self.what}{where}: the best, {float(one):.4g}, is an end of the grid "
                f"{low:.4g} to {high:.4g}: widen it"
            )


def best_on(error: xr.DataArray, dimension: str) -> xr.DataArray:
    """Value of the coordinate `dimension` at which the error is least.

    Parameters
    ----------
    error : DataArray
        What is not a number counts as infinite: a training that diverged.
    dimension : str

    Returns
    -------
    DataArray
        NaN where there is no number at all.
    """
    place = error.fillna(np.inf).argmin(dimension)
    best = error[dimension][place].drop_vars(dimension)
    return best.where(error.notnull().any(dimension))


def require_inside(study: str, searches: list[Search]) -> None:
    """Refuse results whose best value lies at the end of a grid.

    Raises
    ------
    ValueError
        With the first such value and the number of the others.
    """
    lines = [line for search in searches for line in search.at_an_end()]
    if lines:
        more = f" ({len(lines) - 1} more)" if len(lines) > 1 else ""
        raise ValueError(f"study = {study}: {lines[0]}{more}")
