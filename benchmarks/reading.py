"""Random training windows from files in the page cache beside other readers of them, and opening
many shards.
"""

from functools import partial
from itertools import islice

import h5py
import numpy as np
import torch
import xarray as xr

import datasets
from benchmarks.timing import best_seconds
from datasets.generation.executors import InProcess, local
from datasets.generation.generate import generate
from datasets.recipes.catalogue import load_recipe
from surrogate.data.datamodule import Records

WINDOW, BATCH = 500, 64
INPUT, TARGET = "base_acceleration", "drift"


def windows(folder, records, batches, rounds):
    """Print and return the rates (MB/s) of reading random windows on one core, in seconds of the
    processor.
    """
    torch.set_num_threads(1)
    shards, single = folder / "shards", folder / "single.h5"
    generate(
        load_recipe("five_storey", [f"records={records}", f"records_per_shard={records // 2}"]),
        shards,
        InProcess(),
    )
    datasets.write_dataset(datasets.open_dataset(shards), single)
    loaders = {placement: _loader(shards, placement, batches) for placement in ("disk", "memory")}
    with (
        h5py.File(single) as file,
        xr.open_dataset(single, engine="h5netcdf", cache=False) as opened,
    ):
        indexing = {
            "h5py": lambda name, record, time: file[name][record, time],
            "xarray": lambda name, record, time: opened[name].isel(record=record, time=time).values,
        }
        few = list(
            islice(loaders["disk"].sampler, max(1, batches // 20))
        )  # what is slow reads less
        number = loaders["disk"].dataset.number
        calls = {name: partial(_take, loader) for name, loader in loaders.items()}
        calls |= {
            name: partial(_take, _Indexed(read, few, number)) for name, read in indexing.items()
        }
        seconds, taken = best_seconds(calls, rounds)
    first = {name: batch for name, (_, batch) in taken.items()}
    for other in first.values():
        for ours, theirs in zip(first["disk"][:2], other[:2], strict=True):
            np.testing.assert_array_equal(ours, theirs)
    rates = {name: taken[name][0] / seconds[name] / 1e6 for name in calls}
    print(
        f"random windows of {WINDOW} samples, {BATCH} in a batch, one core:", _listed(rates, "MB/s")
    )
    return {f"windows_{name}": rate for name, rate in rates.items()} | {
        "windows_ratio_xarray": rates["disk"] / rates["xarray"],
        "windows_ratio_h5py": rates["disk"] / rates["h5py"],
    }


def opening(folder, processes, shards, rounds):
    """Print and return the seconds of the processor that opening a dataset of so many shards
    takes.
    """
    out, size = folder / "opened", ["records_per_shard=1", "motion.duration=1.0"]
    with local(processes) as (executor, workers):
        generate(load_recipe("five_storey", [f"records={shards}", *size]), out, executor, workers)
    seconds, _ = best_seconds({"open": lambda: datasets.open_dataset(out)}, rounds)
    print(f"a dataset of {shards} shards is open after {seconds['open']:.2f} s")
    return {"open_seconds": seconds["open"]}


class _Indexed:
    """The batches of a sampler, window by window out of an array that is indexed by name, record
    and slice of time.
    """

    def __init__(self, read, batches, number):
        self.read, self.batches, self.number = read, batches, number

    def __iter__(self):
        for windows in self.batches:
            numbers = self.number[windows.record]
            places = [
                (record, slice(start, start + windows.length))
                for record, start in zip(numbers, windows.start, strict=True)
            ]
            yield [
                np.stack([self.read(name, *place) for place in places]) for name in (INPUT, TARGET)
            ]


def _loader(path, placement, batches):
    """The loader that a training would get; its windows are the same in every round."""
    size = {"window": WINDOW, "batch_size": BATCH, "windows_per_epoch": BATCH * batches}
    data = Records(str(path), [INPUT], [TARGET], placement=placement, **size)
    data.setup("fit")
    return data.train_dataloader()


def _take(batches):
    """Go through all batches; return their bytes, and the first batch."""
    first, size = None, 0
    for batch in batches:
        arrays = [np.asarray(values) for values in batch[:2]]
        size += sum(values.nbytes for values in arrays)
        first = first or [arrays[0].reshape(BATCH, WINDOW), arrays[1]]
    return size, first


def _listed(rates, unit):
    return ", ".join(f"{name} {rate:.0f} {unit}" for name, rate in rates.items())
