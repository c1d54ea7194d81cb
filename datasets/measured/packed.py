"""Values as they are meant: scale, offset and fill value of the CF conventions, and times of day.

CF 1.11, sections 2.5.1 (missing data), 4.4 (time coordinate) and 8.1 (packed data). The decoding is
xarray's; limits of validity, which it leaves to the reader, are heeded here.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr

PACKING = ("scale_factor", "add_offset", "_FillValue", "missing_value", "_Unsigned")
UNWRITTEN = 9.969209968386869e36
"""What netCDF stores where nothing was written (NC_FILL_FLOAT, NC_FILL_DOUBLE)."""


def decoded(values: np.ndarray, attributes: Mapping[str, Any]) -> np.ndarray:
    """Return the values that an array of a netCDF or HDF5 file stands for.

    Parameters
    ----------
    values : ndarray
        As stored.
    attributes : mapping
        Of the array, of which those of CF are used.

    Returns
    -------
    ndarray
        Missing values are NaN. Times such as "seconds since 2024-05-01" are seconds from the first.
    """
    used = {name: _scalar(attributes[name]) for name in PACKING if name in attributes}
    units = _scalar(attributes.get("units", ""))
    units = units.decode("utf-8", "replace") if isinstance(units, bytes) else units
    is_time = isinstance(units, str) and " since " in units
    if is_time:
        used |= {"units": units, "calendar": _scalar(attributes.get("calendar", "standard"))}
    missing = _invalid(values, attributes)
    if used:
        dims = [f"axis {number}" for number in range(values.ndim)]
        raw = xr.Dataset({"values": (dims, values, used)})
        values = xr.decode_cf(raw, decode_times=is_time, decode_timedelta=False)["values"].values
    if is_time:
        values = seconds(values)
    return np.where(missing, np.nan, values) if missing.any() else values


def seconds(times: np.ndarray) -> np.ndarray:
    """Return times of the calendar as seconds from the first."""
    since = (times - times.ravel()[0]).ravel()
    if since.dtype.kind == "m":
        return (since / np.timedelta64(1, "ns") * 1e-9).reshape(times.shape)
    return np.array([step.total_seconds() for step in since]).reshape(times.shape)


def is_packed(attributes: Mapping[str, Any]) -> bool:
    """Tell whether values are stored by scale, offset or fill value."""
    return any(name in attributes for name in PACKING)


def _invalid(values: np.ndarray, attributes: Mapping[str, Any]) -> np.ndarray:
    """Return where stored values are outside the limits of validity, or were never written."""
    missing = np.zeros(values.shape, dtype=bool)
    if values.dtype.kind not in "fiu":
        return missing
    if values.dtype.kind == "f" and values.dtype.itemsize >= 4:
        missing |= values == values.dtype.type(UNWRITTEN)
    least, largest = np.ravel(attributes.get("valid_range", [None, None]))[:2]
    least = _scalar(attributes.get("valid_min", least))
    largest = _scalar(attributes.get("valid_max", largest))
    if least is not None:
        missing |= values < least
    if largest is not None:
        missing |= values > largest
    return missing


def _scalar(value: Any) -> Any:
    """Return the value of an attribute, which HDF5 stores as an array of one."""
    return np.ravel(value)[0] if np.ndim(value) and np.size(value) == 1 else value
