"""Variables of classic netCDF files, which are not HDF5 files: read by SciPy, through xarray."""

from pathlib import Path

import xarray as xr

from datasets.measured.arrays import Array, Content, known_axes, unit_of
from datasets.measured.packed import decoded


def content(path: Path) -> Content:
    """Return what a classic netCDF file holds.

    Raises
    ------
    ValueError
        When the file is damaged, or of a kind that SciPy does not read.
    """
    try:
        with xr.open_dataset(path, engine="scipy", decode_cf=False) as dataset:
            dataset.load()
    except Exception as error:  # of a reader that trusts what the file says
        raise ValueError(
            f"{path} is damaged, or of a kind of netCDF that SciPy does not read (nccopy -k nc4 "
            f"converts it): {error}"
        ) from None
    names = [str(name) for name in dataset.variables]
    return Content(path, "netCDF classic", names, lambda name: _read(dataset.variables[name]))


def _read(variable: xr.Variable) -> Array:
    unit = unit_of((str(name), value) for name, value in variable.attrs.items())
    if unit and " since " in unit:
        unit = "s"
    values = decoded(variable.values, variable.attrs)
    return Array(values, unit, known_axes([str(dim) for dim in variable.dims]))
