"""Surrogates of a frame against the frame itself, on earthquakes that no training has seen.

    python -m benchmarks.frames DATASET CHECKPOINT [CHECKPOINT ...]

DATASET is what `surrogate generate` has made of a simulator's recipe, a checkpoint that of a
surrogate of its drifts. Each test record is answered by itself, for as long as it is. With the
reference y and the prediction p of the drift of a storey, at the samples of the record, a row of
the table has

    NRMSE      RMSE / std(y), mean over records and storeys, and the same of the median record
    peak       |max|p| - max|y|| / max|y|, mean and the bound of 90 % of records and storeys
    residual   |p(T) - y(T)| / max|y|, mean: the drift that stays, T is the end of the record
    ratio      seconds of a run of the frame over seconds of an answer

The frame is run again for the first `RUNS` test records, each in a process of its own as in the
generation, and each surrogate answers the same. Seconds are means over them and those of a
processor's core, so that other programs on the machine do not count: of the frame's process from
its start to its end, and of an answer on one thread.
"""

import argparse
import resource
from collections.abc import Sequence
from pathlib import Path
from time import process_time

import numpy as np
import torch
import xarray as xr

import surrogate
from datasets.contract import lengths, partition
from datasets.files.store import open_dataset
from datasets.recipes.catalogue import read_recipe
from surrogate.evaluation import metrics

RUNS = 3
ROUNDS = 3
TITLES = ("NRMSE", "median", "peak", "peak 90%", "residual", "seconds", "ratio")
DRIFTS = ("drift", "drift_x", "drift_y")
"""What is scored, of those that a surrogate answers."""


def main(argv: list[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("dataset", type=Path)
    parser.add_argument("checkpoint", type=Path, nargs="+")
    arguments = parser.parse_args(argv)
    torch.set_num_threads(1)
    dataset = open_dataset(arguments.dataset)
    members = partition.members(dataset, "test")
    records = [lengths.trimmed(dataset.isel(record=member)).load() for member in members]
    seconds = seconds_of_a_run(dataset, members[:RUNS])
    print(f"{len(members)} test records, {seconds:.3g} s of one core a run of the simulator")
    print(f"{'surrogate':40}" + "".join(f"{title:>10}" for title in TITLES))
    for checkpoint in arguments.checkpoint:
        scores = measure(checkpoint, records)
        scores["ratio"] = seconds / scores["seconds"]
        print(f"{checkpoint!s:40}" + "".join(f"{scores[title]:10.4g}" for title in TITLES))


def seconds_of_a_run(dataset: xr.Dataset, records: np.ndarray) -> float:
    """Mean CPU time (s) of the simulator for some records, which must come out as they are.

    Raises
    ------
    RuntimeError
        Where a record is not what the dataset holds.
    """
    recipe = read_recipe(dataset.attrs["recipe"], "recipe", trust=True)
    start = seconds_of_children()
    for record in records.tolist():
        made = recipe.make(record, 1)
        for name in drifts(dataset):
            if not np.array_equal(made[name][0], dataset[name][record], equal_nan=True):
                raise RuntimeError(
                    f"{name} of record {record} comes out in another way than it is stored"
                )
    return (seconds_of_children() - start) / len(records)


def seconds_of_children() -> float:
    """CPU time (s) of all processes that this one has started and that have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def measure(checkpoint: Path, records: Sequence[xr.Dataset]) -> dict[str, float]:
    """Errors of a surrogate and the seconds of one answer.

    Parameters
    ----------
    checkpoint : Path
    records : sequence of xarray.Dataset
        Motions and drifts, in memory, each of its own length.

    Raises
    ------
    ValueError
        For a surrogate that answers no drifts.
    """
    model = surrogate.load(checkpoint)
    predicted = [answer(model, record) for record in records]
    names = drifts(predicted[0])
    if not names:
        raise ValueError(f"{checkpoint} answers none of {', '.join(DRIFTS)}")
    scores = [
        errors(side_by_side(own, names), side_by_side(record, names))
        for own, record in zip(predicted, records, strict=True)
    ]
    seconds = np.mean([seconds_of(model, record) for record in records[:RUNS]])
    return summary(scores) | {"seconds": float(seconds)}


def answer(model: surrogate.Surrogate, record: xr.Dataset) -> xr.Dataset:
    """What the surrogate answers to the motion of one record, without an axis of records."""
    motions = record[[group.variable for group in model.interface.inputs]]
    return surrogate.respond(model, motions.expand_dims("record")).isel(record=0)


def drifts(dataset: xr.Dataset) -> list[str]:
    """Names of the drifts that a dataset holds."""
    return [name for name in DRIFTS if name in dataset]


def side_by_side(record: xr.Dataset, names: Sequence[str]) -> np.ndarray:
    """Some histories of a record in double precision, shape (time, channel)."""
    return np.concatenate([record[name].values for name in names], axis=1).astype(float)


def errors(predicted: np.ndarray, reference: np.ndarray) -> dict[str, np.ndarray]:
    """Scores of the drifts of one record, shape (time, storey): one for each storey."""
    peak = metrics.peak_error(predicted, reference)
    residual = np.abs(predicted[-1] - reference[-1]) / np.abs(reference).max(axis=0)
    return {
        "NRMSE": metrics.normalized_root_mean_square_error(predicted, reference),
        "peak": np.abs(peak),
        "residual": residual,
    }


def summary(scores: Sequence[dict[str, np.ndarray]]) -> dict[str, float]:
    """What a row shows of the scores of all records."""
    table = {name: np.array([each[name] for each in scores]) for name in scores[0]}
    return {
        "NRMSE": float(table["NRMSE"].mean()),
        "median": float(np.median(table["NRMSE"].mean(axis=1))),
        "peak": float(table["peak"].mean()),
        "peak 90%": float(np.quantile(table["peak"], 0.9)),
        "residual": float(table["residual"].mean()),
    }


def seconds_of(model: surrogate.Surrogate, record: xr.Dataset) -> float:
    """Least CPU time (s) of an answer to one record."""
    taken = []
    for _ in range(ROUNDS):
        start = process_time()
        answer(model, record)
        taken.append(process_time() - start)
    return min(taken)


if __name__ == "__main__":
    main()
