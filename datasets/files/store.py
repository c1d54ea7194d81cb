"""Dataset files, read lazily over all shards.

What a file holds is said in `datasets.files.writing`, which files make a dataset in
`datasets.files.shards`; their functions stand here too.
"""

import re
from pathlib import Path

import h5py
import numpy as np
import xarray as xr
from xarray.core import indexing

from datasets.contract import renamed
from datasets.contract.schema import leading_dim, validate_structure
from datasets.files.disk import refuse_to_overwrite as refuse_to_overwrite
from datasets.files.lazy import ShardedArray, open_shard
from datasets.files.shards import SUFFIXES as SUFFIXES
from datasets.files.shards import shard_name, shards
from datasets.files.storage import require_own, require_own_content, require_version
from datasets.files.writing import creation_time as creation_time
from datasets.files.writing import write_dataset as write_dataset


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
