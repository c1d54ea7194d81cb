"""Cache of measurements: each is kept as a small netCDF file as soon as it is finished, and skipped
when a study is run again.
"""

import sys
import time
from collections.abc import Callable, Hashable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Final

import xarray as xr
from tqdm import tqdm

from datasets.files.disk import new_file, sweep

ENGINE: Final = "h5netcdf"


class Cache:
    """The finished measurements of one study.

    Parameters
    ----------
    folder : Path
        Where they are kept.

    Attributes
    ----------
    seconds : float
        Processor time of the measurements, those of earlier runs included: what else the machine
        does is left out.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.seconds = 0.0

    def measure(self, jobs: Mapping[str, Callable[[], xr.Dataset]]) -> dict[str, xr.Dataset]:
        """Run the jobs that are not finished yet, with a progress bar, and return the results of
        all.

        Parameters
        ----------
        jobs : mapping of str to callable
            Name of each measurement, which is the name of its file, and what makes it.
        """
        if self.folder.is_dir():
            sweep(self.folder)  # what a killed run has left
        # None where nobody looks on.
        bar = tqdm(jobs.items(), unit="measurement", file=sys.stderr, disable=None)
        return {name: self._one(name, job, bar) for name, job in bar}

    def per_seed(
        self, seeds: Iterable[int], measure: Callable[[int], xr.Dataset], name: str = "seed"
    ) -> xr.Dataset:
        """Measure for each seed, and concatenate the results along the dimension `seed`."""
        seeds = list(seeds)
        found = self.measure({f"{name}_{seed}": partial(measure, seed) for seed in seeds})
        return xr.concat(list(found.values()), "seed").assign_coords(seed=seeds)

    def _one(self, name: str, job: Callable[[], xr.Dataset], bar: tqdm) -> xr.Dataset:
        path = self.folder / f"{name}.nc"
        bar.set_description(name)
        if not path.exists():
            start = time.process_time()
            made = job()
            write(made.assign_attrs(seconds=time.process_time() - start), path)
        kept = read(path)
        self.seconds += float(kept.attrs.pop("seconds"))
        return kept


def write(dataset: xr.Dataset, path: Path, overwrite: bool = False) -> None:
    """Write a small dataset in single precision, whole or not at all."""
    encoding: dict[Hashable, dict[str, object]] = {
        name: _storage(dataset[name]) for name in dataset.variables
    }
    with new_file(path, overwrite) as temporary:
        dataset.to_netcdf(temporary, engine=ENGINE, encoding=encoding)


def read(path: Path) -> xr.Dataset:
    """Read a small dataset into memory."""
    with xr.open_dataset(path, engine=ENGINE) as dataset:
        return dataset.load()


def _storage(variable: xr.DataArray) -> dict[str, object]:
    """Numbers are compressed; names and single values cannot be."""
    storage: dict[str, object] = {}
    if variable.dtype.kind == "f":
        storage["dtype"] = "float32"
    if variable.ndim and variable.dtype.kind in "fiu":
        storage |= {"zlib": True, "shuffle": True}
    return storage
