"""Dataset files: written whole or not at all, read lazily over all shards.

A dataset is one HDF5 (netCDF-4) file or a folder of shards named ``shard-00003-of-00010.h5``. Every
file holds whole records, and so does every chunk, with HDF5's Fletcher-32 checksum on each. The
attribute ``checksum`` tells two files of like content from others (`datasets.files.digest`). The
whole file is sealed besides (`datasets.files.seal`).
"""

import os
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import xarray as xr
from xarray.core import indexing

from datasets.contract import failures, renamed
from datasets.contract.schema import (
    SCHEMA_VERSION,
    check_finite,
    leading_dim,
    validate,
    validate_structure,
)
from datasets.files import digest
from datasets.files.disk import UnfailingFile, new_file
from datasets.files.disk import refuse_to_overwrite as refuse_to_overwrite
from datasets.files.lazy import ShardedArray, open_shard
from datasets.files.netcdf import NetCDFWriter
from datasets.files.seal import seal
from datasets.files.storage import require_own, require_own_content, require_version

SUFFIXES = (".h5", ".nc", ".hdf5")
CHUNK_BYTES = 2**17
SMALL_RECORD_BYTES = 2**11
COMPRESSION = {
    "none": {},
    "lzf": {"compression": "lzf", "shuffle": True},
    "gzip": {"compression": "gzip", "compression_opts": 4, "shuffle": True},
}
# Written here; a dataset in memory needs none of them.
FILE_ATTRIBUTES = (
    "schema_version",
    "created",
    "checksum",
)
_SHARD_NAME = re.compile(r"shard-(\d+)-of-(\d+)\.h5")


def shard_name(number: int, count: int) -> str:
    """Return the file name of one shard; the count in it betrays a missing last shard."""
    return f"shard-{number:05d}-of-{count:05d}.h5"


def shards(path: str | Path) -> list[Path]:
    """Return the files of a dataset in record order.

    Parameters
    ----------
    path : str or Path
        One file, or a folder of shards.

    Raises
    ------
    FileNotFoundError
        When there is nothing at `path`, or when a shard is missing: the message names it.
    """
    path = Path(path)
    if not path.is_dir():
        if not path.exists():
            raise FileNotFoundError(f"{path} does not exist")
        if not path.is_file():  # reading a pipe would wait for ever
            raise ValueError(
                f"{path} is not a file: give the name of one, or of a folder of shards"
            )
        return [path]
    named = {
        int(match[1]): match for p in path.iterdir() if (match := _SHARD_NAME.fullmatch(p.name))
    }
    if not named:
        files = sorted(
            p for p in path.iterdir() if p.suffix in SUFFIXES and not p.name.startswith(".")
        )
        if not files:
            raise FileNotFoundError(f"{path} holds no shard (shard-*.h5) and no other HDF5 file")
        return files
    counts = {int(match[2]) for match in named.values()}
    if len(counts) > 1:
        raise ValueError(
            f"{path} mixes datasets of {' and '.join(map(str, sorted(counts)))} shards"
        )
    count = counts.pop()
    for number in range(count):
        if number not in named:
            raise FileNotFoundError(f"{path / shard_name(number, count)} is missing")
    return [path / shard_name(number, count) for number in range(count)]


def open_dataset(path: str | Path) -> xr.Dataset:
    """Open a dataset lazily: nothing but the time axis and the attributes is read.

    Parameters
    ----------
    path : str or Path
        One file, or a folder of shards.

    Returns
    -------
    xarray.Dataset
        Variables along ``record`` (or ``sample``) over all shards, with units; the recipe is in the
        attributes. A file of an earlier version of the contract has the names of today
        (`datasets.contract.renamed`).

    Raises
    ------
    FileNotFoundError
        When `path` or one of its shards is missing.
    ValueError
        When a shard is damaged, is not a dataset of this package or does not fit the first one.
    """
    return open_with_bounds(path)[0]


def open_with_bounds(path: str | Path) -> tuple[xr.Dataset, list[Path], np.ndarray]:
    """Open a dataset lazily, as `open_dataset`; return with it its shards and where they begin.

    Returns
    -------
    dataset : xarray.Dataset
    paths : list of Path
        Shards in record order.
    bounds : ndarray of int, shape (shard + 1,)
        First record of each shard, and the number of all records.
    """
    paths = shards(path)
    template = _open_first(paths[0])
    dim = leading_dim(template)
    layout = {
        str(name): (v.dtype, v.shape[1:])
        for name, v in template.variables.items()
        if v.dims[:1] == (dim,)
    }
    bounds = np.zeros(len(paths) + 1, dtype=int)
    for i, shard in enumerate(paths):
        bounds[i + 1] = bounds[i] + _count_records(shard, layout, template.attrs, int(bounds[i]))
    lazy = {}
    for name, (dtype, rest) in layout.items():
        array = ShardedArray(name, paths, bounds, (int(bounds[-1]), *rest), dtype)
        whole = indexing.LazilyIndexedArray(array)
        lazy[name] = xr.Variable(template[name].dims, whole, template[name].attrs)
    if len(paths) > 1:
        template.attrs.pop("first_record", None)
    coordinates = set(template.coords) & set(lazy)
    dataset = template.drop_vars(list(lazy)).assign(lazy).set_coords(coordinates)
    dataset = renamed.present(dataset)
    try:
        validate_structure(dataset)
    except ValueError as error:
        raise ValueError(f"{paths[0]}: {error}") from None
    if paths[0].name == shard_name(0, len(paths)):
        _require_all_records(Path(path), dataset)
    return dataset, paths, bounds


def write_dataset(
    dataset: xr.Dataset, path: str | Path, overwrite: bool = False, *, compression: str = "none"
) -> None:
    """Write a dataset of the contract to one file, whole or not at all.

    Parameters
    ----------
    dataset : xarray.Dataset
        In memory or lazy; a lazy one passes through in blocks.
    path : str or Path
        File to make, in a folder that exists.
    overwrite : bool
        Replace an existing file; it stays until the new one is complete.
    compression : {"none", "lzf", "gzip"}
        Filter for every chunk.

    Raises
    ------
    ValueError
        For a breach of the contract, or a value that is not finite; nothing is left behind.
    FileExistsError
        When the file exists and `overwrite` is false.
    """
    validate(dataset)
    if not dataset.sizes[leading_dim(dataset)]:
        raise ValueError(f"{path}: a dataset of no {leading_dim(dataset)}s cannot be written")
    if compression not in COMPRESSION:
        raise ValueError(f"compression is {compression!r}, must be one of {', '.join(COMPRESSION)}")
    with new_file(path, overwrite) as temporary, UnfailingFile(temporary, "wb+") as disk:
        with NetCDFWriter(disk, {str(dim): size for dim, size in dataset.sizes.items()}) as file:
            _write_content(dataset, file, COMPRESSION[compression], disk)
        disk.raise_error()
        seal(disk)
        disk.raise_error()


def creation_time() -> str:
    """Return the time in UTC, or that of SOURCE_DATE_EPOCH, which makes whole files
    reproducible.
    """
    seconds = float(os.environ.get("SOURCE_DATE_EPOCH", time.time()))
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def _write_content(
    dataset: xr.Dataset, file: NetCDFWriter, filters: dict, disk: UnfailingFile
) -> None:
    extra = [str(name) for name in dataset.coords if name not in dataset.dims]
    attrs = {name: value for name, value in dataset.attrs.items() if name not in FILE_ATTRIBUTES}
    attrs["schema_version"] = SCHEMA_VERSION
    if extra:
        attrs["coordinates"] = " ".join(extra)
    sums = {}
    failed = failures.mask(dataset)
    for name, variable in dataset.variables.items():
        storage: dict[str, Any] = {}
        if variable.ndim:
            storage = {"chunks": _chunks(variable, bool(filters)), "fletcher32": True, **filters}
        dims = _names(variable)
        dtype = variable.dtype.newbyteorder("=")
        with file.variable(str(name), dims, dtype, variable.attrs, **storage) as target:
            sums[name] = digest.crc(_checked_and_written(str(name), variable, target, failed))
        disk.raise_error()
    checksum = digest.combine(dataset.drop_attrs(deep=False).assign_attrs(attrs), sums)
    file.write_attributes(attrs | {"created": creation_time(), "checksum": checksum})


def _checked_and_written(
    name: str, variable: xr.Variable, target: h5py.Dataset, failed: np.ndarray
) -> Iterator[np.ndarray]:
    from datasets.files.chunks import write_chunks  # loads Numba, which costs readers half a second

    first = 0
    dims = _names(variable)
    for values in digest.blocks(variable, together=target.chunks[0] if variable.ndim else 1):
        check_finite(name, failures.known(values, dims, failed, first), dims, first)
        if not variable.ndim:
            target[()] = values
        elif target.compression:
            target[first : first + len(values)] = values
        else:
            write_chunks(target, first, values)
        first += len(values) if variable.ndim else 0
        yield values


def _names(variable: xr.Variable) -> tuple[str, ...]:
    return tuple(str(dim) for dim in variable.dims)


def _chunks(variable: xr.Variable, compressed: bool) -> tuple[int, ...]:
    """Return whole records per chunk: many, as each chunk costs HDF5 time, but one where a reader
    must unpack it.
    """
    record_bytes = max(1, variable.nbytes // max(1, len(variable)))
    # A parameter or a label always shares its chunk.
    alone = compressed and record_bytes > SMALL_RECORD_BYTES
    together = 1 if alone else max(1, CHUNK_BYTES // record_bytes)
    return (max(1, min(together, len(variable))), *(max(1, n) for n in variable.shape[1:]))


def _require_all_records(path: Path, dataset: xr.Dataset) -> None:
    """Raise where shards hold fewer or more records than the recipe that made them states.

    The count in the names of shards betrays a missing one, unless they were renamed.
    """
    stated = re.search(r"^records: (\d+)$", str(dataset.attrs.get("recipe", "")), re.MULTILINE)
    found = dataset.sizes[leading_dim(dataset)]
    if stated and "recipe_hash" in dataset.attrs and int(stated[1]) != found:
        raise ValueError(
            f"{path} holds {found} records, its recipe makes {stated[1]}: shards were removed or "
            "renamed, the command that generated it makes them again"
        )


def _open_first(path: Path) -> xr.Dataset:
    """Read names, attributes and what does not run along the records; leave the rest unread."""
    with open_shard(path) as file:
        if "schema_version" not in file.attrs:
            raise ValueError(
                f"{path} is not a dataset of this package (it has no attribute schema_version): "
                "bring measured data into the contract with `surrogate import`"
            )
        require_version(path, file.attrs["schema_version"])
        require_own_content(path, file)
        with xr.open_dataset(path, engine="h5netcdf", cache=False) as dataset:
            dim = leading_dim(dataset)
            static = [name for name, v in dataset.variables.items() if v.dims[:1] != (dim,)]
            for name in static:
                dataset[name].load()
    return dataset


def _count_records(path: Path, layout: dict, attrs: dict, first: int) -> int:
    """Return the number of records in a shard after comparing it with the first; `first` is where
    its records start.
    """
    size = path.stat().st_size if path.exists() else 0
    with open_shard(path) as file:
        start = np.ravel(file.attrs.get("first_record", first))[0]
        if first and start != first:
            raise ValueError(
                f"{path} holds records from {start} on, must hold those from {first} on"
            )
        for name in ("schema_version", "recipe_hash"):
            if file.attrs.get(name) != attrs.get(name):
                raise ValueError(
                    f"{path} has {name} {file.attrs.get(name)}, the first shard has "
                    f"{attrs.get(name)}"
                )
        lengths = set()
        for name, (dtype, rest) in layout.items():
            if name not in file:
                raise ValueError(f"{path} lacks the variable {name}, which the first shard has")
            # Without h5py's own object: half the time.
            variable = h5py.h5d.open(file.id, name.encode())
            if (variable.dtype, variable.shape[1:]) != (dtype, rest):
                raise ValueError(
                    f"{path}: {name} is {variable.dtype} {variable.shape[1:]} per record, "
                    f"{dtype} {rest} in the first shard"
                )
            require_own(path, name, variable, size)
            lengths.add(variable.shape[0])
    if len(lengths) != 1:
        raise ValueError(
            f"{path} has variables of {sorted(lengths)} records, all must have the same number"
        )
    return lengths.pop()
