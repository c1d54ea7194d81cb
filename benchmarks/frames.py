"""Surrogates of a frame against the frame itself, on earthquakes that no training has seen.

    python -m benchmarks.frames DATASET CHECKPOINT [CHECKPOINT ...]

DATASET is what `surrogate generate` has made of a simulator's recipe, a checkpoint that of a
surrogate of its drifts. Each test record is answered by itself. With the reference y and the
prediction p of the drift of a storey, at the samples of the record, a row of the table has

    NRMSE      RMSE / std(y), mean over records and storeys, and the same of the median record
    peak       |max|p| - max|y|| / max|y|, mean and the bound of 90 % of records and storeys
    residual   |p(T) - y(T)| / max|y|, mean: the drift that stays, T is the end of the record
    ratio      seconds of a run of the frame over seconds of an answer

The frame is run again for the first `RUNS` test records, each in a process of its own as in the
generation. Seconds are those of a processor's core, so that other programs on the machine do not
count: of the frame's process from its start to its end, and of an answer on one thread.
"""

import argparse
import resource
from pathlib import Path
from time import process_time

import numpy as np
import torch
import xarray as xr

import surrogate
from datasets.contract import partition
from datasets.files.store import open_dataset
from datasets.recipes.catalogue import read_recipe
from simulators import BaseMotion
from surrogate.evaluation import metrics

RUNS = 3
ROUNDS = 3
TITLES = ("NRMSE", "median", "peak", "peak 90%", "residual", "seconds", "ratio")
TARGET = "drift"


def main(argv: list[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("dataset", type=Path)
    parser.add_argument("checkpoint", type=Path, nargs="+")
    arguments = parser.parse_args(argv)
    torch.set_num_threads(1)
    dataset = open_dataset(arguments.dataset)
    members = partition.members(dataset, "test")
    records = dataset.isel(record=members).load()
    seconds = seconds_of_a_run(dataset, members[:RUNS])
    print(f"{len(members)} test records, {seconds:.3g} s of one core a run of the simulator")
    print(f"{'surrogate':40}" + "".join(f"{title:>10}" for title in TITLES))
    for checkpoint in arguments.checkpoint:
        scores = measure(checkpoint, records)
        scores["ratio"] = seconds / scores["seconds"]
        print(f"{checkpoint!s:40}" + "".join(f"{scores[title]:10.4g}" for title in TITLES))


def seconds_of_a_run(dataset: xr.Dataset, records: np.ndarray) -> float:
    """Median CPU time (s) of the simulator for some records, which must come out as they are.

    Raises
    ------
    RuntimeError
        Where a record is not what the dataset holds.
    """
    recipe = read_recipe(dataset.attrs["recipe"], "recipe", trust=True)
    seconds = []
    for record in records.tolist():
        start = seconds_of_children()
        made = recipe.make(record, 1)
        seconds.append(seconds_of_children() - start)
        if not np.array_equal(made[TARGET].values[0], dataset[TARGET].values[record]):
            raise RuntimeError(f"record {record} comes out in another way than it is stored")
    return float(np.median(seconds))


def seconds_of_children() -> float:
    """CPU time (s) of all processes that this one has started and that have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def measure(checkpoint: Path, records: xr.Dataset) -> dict[str, float]:
    """Errors of a surrogate and the seconds of one answer.

    Parameters
    ----------
    checkpoint : Path
    records : xarray.Dataset
        `base_acceleration` and `drift`, in memory.
    """
    model = surrogate.load(checkpoint)
    interval = float(records["time"][1] - records["time"][0])
    motions = [BaseMotion(values, interval) for values in records["base_acceleration"].values]
    predicted = np.stack([answer(model, motion) for motion in motions])
    return errors(predicted, records[TARGET].values) | {"seconds": seconds_of(model, motions[0])}


def answer(model, motion: BaseMotion) -> np.ndarray:
    """Drifts (m) of the surrogate under one motion, shape (time, storey)."""
    return surrogate.respond(model, motion)[TARGET].values[0]


def errors(predicted: np.ndarray, reference: np.ndarray) -> dict[str, float]:
    """Scores of drifts of shape (record, time, storey)."""
    scatter = metrics.normalized_root_mean_square_error(predicted, reference)
    peaks = np.abs(metrics.peak_error(predicted, reference))
    largest = np.abs(reference).max(axis=1)
    residual = np.abs(predicted[:, -1] - reference[:, -1]) / largest
    return {
        "NRMSE": float(scatter.mean()),
        "median": float(np.median(scatter.mean(axis=1))),
        "peak": float(peaks.mean()),
        "peak 90%": float(np.quantile(peaks, 0.9)),
        "residual": float(residual.mean()),
    }


def seconds_of(model, motion: BaseMotion) -> float:
    """Least CPU time (s) of an answer to one motion."""
    taken = []
    for _ in range(ROUNDS):
        start = process_time()
        answer(model, motion)
        taken.append(process_time() - start)
    return min(taken)


if __name__ == "__main__":
    main()
