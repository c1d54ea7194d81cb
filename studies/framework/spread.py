"""Numbers of several seeds as a cell of a table."""

import numpy as np
import xarray as xr


def spread(values: xr.DataArray, percent: bool = False) -> str:
    """Mean and largest deviation from it over the seeds, those that are NaN left out; the value
    alone where there is one.

    Raises
    ------
    ValueError
        Where there is none.

    Examples
    --------
    >>> spread(xr.DataArray([0.1, 0.2, np.nan]))
    '0.150 +- 0.050'
    >>> spread(xr.DataArray(0.025), percent=True)
    '2.5 %'
    """
    scale = 100.0 if percent else 1.0
    numbers = scale * np.ravel(values.values)
    numbers = numbers[~np.isnan(numbers)]
    if not numbers.size:
        raise ValueError("values must have a number that is not NaN, got none")
    digits = 1 if percent else 3
    unit = " %" if percent else ""
    middle = numbers.mean()
    if len(numbers) == 1:
        return f"{middle:.{digits}f}{unit}"
    return f"{middle:.{digits}f} +- {np.abs(numbers - middle).max():.{digits}f}{unit}"
