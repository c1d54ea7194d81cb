"""A writer of netCDF-4 files: HDF5 with dimension scales, the same content always in the same
bytes.

HDF5 lays out its metadata in the order in which objects are closed. h5netcdf leaves closing to
Python's memory management, so that a profiler, such as every Dask worker has, changes the
bytes of a file. Here every object is closed where its use ends. Layout:
https://docs.unidata.ucar.edu/netcdf-c/current/file_format_specifications.html
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, BinaryIO

import h5py
import numpy as np

_NO_VARIABLE = b"This is a netCDF dimension but not a netCDF variable.%10d"


class NetCDFWriter:
    """An open netCDF-4 file that variables are added to; a context manager.

    Parameters
    ----------
    file : binary file
        Open for reading and writing, empty.
    sizes : mapping of str to int
        Length of each dimension.
    """

    def __init__(self, file: BinaryIO, sizes: Mapping[str, int]):
        # The format of HDF5 1.10 protects the metadata by checksums, as Fletcher-32 does the data.
        # That the order of creation is kept is netCDF's demand.
        self._file = h5py.File(file, "w", libver="v110", track_order=True)
        self._sizes = dict(sizes)
        self._variables: dict[str, tuple[str, ...]] = {}

    def __enter__(self) -> "NetCDFWriter":
        return self

    def __exit__(self, kind: type | None, *_: object) -> None:
        try:
            if kind is None:
                self._add_dimensions()
        finally:
            self._file.close()

    @contextmanager
    def variable(
        self,
        name: str,
        dims: tuple[str, ...],
        dtype: np.dtype,
        attrs: Mapping[str, Any],
        **storage: Any,
    ) -> Iterator[h5py.Dataset]:
        """Add a variable and yield its dataset, to be filled; `storage` goes to
        `h5py.Group.create_dataset`.
        """
        shape = tuple(self._sizes[dim] for dim in dims)
        with _closed(
            self._file.create_dataset(name, shape, dtype, track_order=True, **storage)
        ) as dataset:
            _write_attributes(dataset, attrs)
            yield dataset
        self._variables[name] = dims

    def write_attributes(self, attrs: Mapping[str, Any]) -> None:
        """Add attributes of the file."""
        _write_attributes(self._file, attrs)

    def _add_dimensions(self) -> None:
        """Make the scale of each dimension, which is the variable of its name if there is one, and
        attach it.
        """
        for number, (dim, size) in enumerate(self._sizes.items()):
            if dim not in self._variables:
                self._file.create_dataset(dim, (size,), ">f4", track_order=True).id.close()
            with _closed(self._file[dim]) as scale:
                scale.make_scale(dim if dim in self._variables else _NO_VARIABLE % size)
                scale.attrs["_Netcdf4Dimid"] = np.int32(number)
                self._attach(scale, dim)

    def _attach(self, scale: h5py.Dataset, dim: str) -> None:
        for name, dims in self._variables.items():
            if name != dim and dim in dims:
                with _closed(self._file[name]) as dataset:
                    for axis in (axis for axis, other in enumerate(dims) if other == dim):
                        h5py.h5ds.attach_scale(dataset.id, scale.id, axis)


@contextmanager
def _closed(dataset: h5py.Dataset) -> Iterator[h5py.Dataset]:
    try:
        yield dataset
    finally:
        dataset.id.close()


def _write_attributes(target: h5py.File | h5py.Dataset, attrs: Mapping[str, Any]) -> None:
    for name, value in attrs.items():
        # A number is an array of one, as netCDF has it.
        target.attrs[str(name)] = value if isinstance(value, str) else np.atleast_1d(value)
