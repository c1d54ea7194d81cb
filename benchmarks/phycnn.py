"""The problem of PhyCNN: its authors' predictions and surrogates of this package in one table.

Both cases of Zhang, Liu & Sun (2020), on their records: what they publish (`PUBLISHED`), their
saved predictions scored here, and the committed configs trained anew, every seed from nothing::

    python -m benchmarks.phycnn $PHYCNN --out runs/phycnn

A training that has finished is not repeated: the same command goes on after a stop. The metrics are
those of the displacement of each test record; "least" and "share" are over the test records.
"""

import argparse
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import scipy.io
import yaml

import datasets
import surrogate
from datasets.files.store import write_dataset
from datasets.measured import phycnn
from surrogate.evaluation import metrics
from surrogate.inference import checkpoint

CONFIGS = Path(__file__).parents[1] / "configs"
CASES = {
    "1": {"path": "case_1.h5", "test_path": "case_1.h5"},
    "2": {"path": "case_2_train.h5", "test_path": "case_2_test.h5"},
}
THEIRS = {"1": "results_num_ag2u.mat", "2": "results_num_ag2utt.mat"}
PUBLISHED = {
    "PhyULSTM (Biswas & Yadav 2025)": {"1": "- / 0.83 / 96.7 %", "2": "- / 0.764 / 94 %"},
}
OURS = {"equation, identified": "phycnn_oscillator", "black box": "phycnn_black_box"}


@dataclass(frozen=True)
class Scores:
    """Of the displacements of all test records: correlation, and NRMSE."""

    correlation: np.ndarray
    nrmse: np.ndarray

    def __str__(self) -> str:
        mean, least = self.correlation.mean(), self.correlation.min()
        share = np.mean(self.correlation > 0.9)
        return f"{mean:.5f} / {least:.4f} / {share:.1%} | {self.nrmse.mean():.5f}"


def score(prediction: np.ndarray, reference: np.ndarray) -> Scores:
    """Scores of displacements, both of shape (record, time)."""
    pair = prediction[..., None], reference[..., None]
    nrmse = metrics.normalized_root_mean_square_error(*pair)
    return Scores(metrics.correlation(*pair)[:, 0], nrmse[:, 0])


def first_of_each(*series: np.ndarray) -> np.ndarray:
    """Numbers of the records that do not repeat an earlier one in any of the series."""
    first = [np.unique(values, axis=0, return_index=True)[1] for values in series]
    return np.sort(np.array(list(set.intersection(*map(set, first)))))


def theirs(path: Path) -> tuple[Scores, int]:
    """Their saved predictions without the copies that the file holds, and how many those are."""
    content = scipy.io.loadmat(path)
    prediction, reference = content["y_pred"], content["y_pred_ref"]
    kept = first_of_each(prediction, reference)
    return score(prediction[kept], reference[kept]), len(prediction) - len(kept)


def ours(config: str, case: str, seed: int, data: Path, out: Path, options: dict) -> Scores:
    """A surrogate of a committed config, trained unless that has been done, scored."""
    run = out / f"{config}_case_{case}_seed_{seed}"
    files = {f"data.{key}": str(data / name) for key, name in CASES[case].items()}
    if not (run / "done").exists():
        settings = {"run": str(run), "seed_everything": seed}
        committed = yaml.safe_load((CONFIGS / f"{config}.yaml").read_text())
        committed["overwrite"] = True  # of a run that was killed
        found = surrogate.fit(committed, overrides=settings | files | options).checkpoint
        assert found is not None  # a training that was stopped raises
        (run / "done").write_text(str(found))
    test = datasets.open_dataset(data / CASES[case]["test_path"])
    test = test.isel(record=np.flatnonzero(test["split"] == 2))
    trained_surrogate = checkpoint.load((run / "done").read_text())
    motions = test["base_acceleration"].values[:, :, None]
    response = checkpoint.respond(trained_surrogate, motions)
    return score(response[:, :, 0], test["displacement"].values[:, :, 0])


def imported(source: Path, data: Path) -> None:
    """Their records in the contract, unless they are there."""
    for name, case in phycnn.read_cases(source).items():
        path = data / f"{name}.h5"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            write_dataset(case, path)


def mean(scores: Iterable[Scores]) -> str:
    """Means and largest deviations over the seeds."""
    every = list(scores)
    rows = [[each.correlation.mean(), each.correlation.min(), each.nrmse.mean()] for each in every]
    middle = np.mean(rows, axis=0)
    spread = np.abs(np.array(rows) - middle).max(axis=0)
    share = np.mean([np.mean(each.correlation > 0.9) for each in every])
    return (
        f"{middle[0]:.5f} / {middle[1]:.4f} +- {spread[1]:.4f} / {share:.1%} | "
        f"{middle[2]:.2g} +- {spread[2]:.1g}"
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Print the table, row by row."""
    parser = argparse.ArgumentParser(description="the problem of PhyCNN")
    parser.add_argument("source", type=Path, help=f"folder of {phycnn.DATA} and their results")
    parser.add_argument("--out", type=Path, default=Path("runs/phycnn"))
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--cases", nargs="+", choices=tuple(CASES), default=list(CASES))
    parser.add_argument("--configs", nargs="+", choices=tuple(OURS.values()))
    parser.add_argument("--epochs", type=int, help="other than those of the configs")
    arguments = parser.parse_args(argv)
    data = arguments.out / "data"
    imported(arguments.source, data)
    options = {"trainer.max_epochs": arguments.epochs} if arguments.epochs else {}
    print(
        "| case | model | correlation: mean / least / share above 0.9 | NRMSE |\n|---|---|---|---|"
    )
    for case in arguments.cases:
        for name, published in PUBLISHED.items():
            print(f"| {case} | {name}, as published | {published[case]} | |")
        scores, copies = theirs(arguments.source / THEIRS[case])
        print(f"| {case} | PhyCNN, their predictions without {copies} copies | {scores} |")
        for name, config in OURS.items():
            if arguments.configs and config not in arguments.configs:
                continue
            found = [
                ours(config, case, seed, data, arguments.out, options) for seed in arguments.seeds
            ]
            print(f"| {case} | {name}, {len(found)} seeds | {mean(found)} |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
