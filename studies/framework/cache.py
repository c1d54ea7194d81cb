"""Cache of measurements: each is kept as a small netCDF file as soon as it is finished, and skipped
when a study is run again.
"""

import sys
import time
from collections.abc import Callable, Hashable, Iterable, Mapping
from concurrent.futures import as_completed
from functools import partial
from pathlib import Path
from typing import Final

import xarray as xr
from tqdm import tqdm

from datasets.files.disk import new_file, sweep
from datasets.generation.executors import local

ENGINE: Final = "h5netcdf"


class Cache:
    """The finished measurements of one study.

    Parameters
    ----------
    folder : Path
        Where they are kept.
    workers : int
        Processes that measure at the same time; for a study whose measurements can be sent to
        another process.
    so_far : bool
        Measure nothing, and hand over what is finished: another process may be measuring.

    Attributes
    ----------
    seconds : float
        Processor time of the measurements, those of earlier runs included: what else the machine
        does is left out.
    """

    def __init__(self, folder: Path, workers: int = 1, so_far: bool = False) -> None:
        self.folder = folder
        self.workers = workers
        self.so_far = so_far
        self.seconds = 0.0

    def measure(self, jobs: Mapping[str, Callable[[], xr.Dataset]]) -> dict[str, xr.Dataset]:
        """Run the jobs that are not finished yet, with a progress bar, and return the results of
        all; with `so_far` of those that are finished.

        Parameters
        ----------
        jobs : mapping of str to callable
            Name of each measurement, which is the name of its file, and what makes it.
        """
        if self.so_far:
            return {name: self._kept(name) for name in jobs if self._place(name).exists()}
        if self.folder.is_dir():
            sweep(self.folder)  # what a killed run has left
        missing = {name: job for name, job in jobs.items() if not self._place(name).exists()}
        # None where nobody looks on.
        with tqdm(total=len(jobs), unit="measurement", file=sys.stderr, disable=None) as bar:
            bar.update(len(jobs) - len(missing))
            if self.workers == 1:
                self._here(missing, bar)
            else:
                self._beside(missing, bar)
        return {name: self._kept(name) for name in jobs}

    def per_seed(
        self, seeds: Iterable[int], measure: Callable[[int], xr.Dataset], name: str = "seed"
    ) -> xr.Dataset:
        """Measure for each seed, and concatenate the results along the dimension `seed`."""
        seeds = list(seeds)
        found = self.measure({f"{name}_{seed}": partial(measure, seed) for seed in seeds})
        return xr.concat(list(found.values()), "seed").assign_coords(seed=seeds)

    def _here(self, jobs: Mapping[str, Callable[[], xr.Dataset]], bar: tqdm) -> None:
        for name, job in jobs.items():
            bar.set_description(name)
            fill(self._place(name), job)
            bar.update()

    def _beside(self, jobs: Mapping[str, Callable[[], xr.Dataset]], bar: tqdm) -> None:
        with local(self.workers) as (executor, _):
            running = [executor.submit(fill, self._place(name), job) for name, job in jobs.items()]
            for done in as_completed(running):
                done.result()
                bar.update()

    def _kept(self, name: str) -> xr.Dataset:
        place = self._place(name)
        try:
            kept = read(place)
            self.seconds += float(kept.attrs.pop("seconds"))
        except (OSError, KeyError):
            raise ValueError(
                f"{place} is damaged, or no measurement of a study: delete it, and it is measured "
                "again"
            ) from None
        return kept

    def _place(self, name: str) -> Path:
        return self.folder / f"{name}.nc"


def fill(path: Path, job: Callable[[], xr.Dataset]) -> None:
    """Measure, and keep the result with the processor time that it took."""
    start = time.process_time()
    made = job()
    write(made.assign_attrs(seconds=time.process_time() - start), path)


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
