"""Numbers of several seeds as a cell of a table."""

import numpy as np
import pytest
import xarray as xr

from studies.framework.spread import spread


@pytest.mark.parametrize(
    ("values", "percent", "cell"),
    [
        ([0.1], False, "0.100"),
        ([0.1, 0.2, 0.6], False, "0.300 +- 0.300"),
        ([0.1, np.nan], False, "0.100"),
        ([0.01, 0.03], True, "2.0 +- 1.0 %"),
    ],
)
def test_mean_and_largest_deviation(values, percent, cell):
    assert spread(xr.DataArray(values), percent) == cell


def test_nothing_has_no_mean():
    with pytest.raises(ValueError, match="a number that is not NaN, got none"):
        spread(xr.DataArray([np.nan]))
