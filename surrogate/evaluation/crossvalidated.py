"""What a cross-validation has found: the metrics of each fold, their mean and their spread.

With the metric e_i of the records that fold i of k holds out,

    mean = sum_i e_i / k,        spread = sqrt(sum_i (e_i - mean)^2 / (k - 1)).

The spread tells how much folds differ. It is no standard error of the mean: the trainings share
records, and no unbiased estimate of the variance of a cross-validation exists (Bengio and
Grandvalet 2004, J. Mach. Learn. Res. 5, 1089).

Files end in the SHA-256 of what they hold: one that was changed since is refused.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from datasets.files.disk import new_file

NAME = "crossvalidation.json"
SEAL = "sha256"
MODEL = ("network", "optimizer", "lr_scheduler", "groups", "scale_targets")
"""What a checkpoint states of the model and its training that makes it the same configuration."""


@dataclass(frozen=True)
class FoldScore:
    """One fold: what was held out, and how well a training without it predicts it.

    Attributes
    ----------
    number : int
        From 0.
    name : str
        Of the event or group that is held out, where it is one; else empty.
    records : int
        That are held out.
    metrics : dict of str to float
        Mean of each metric over these records and all channels.
    """

    number: int
    name: str
    records: int
    metrics: Mapping[str, float]


@dataclass(frozen=True)
class CrossValidation:
    """All folds, and what they are folds of.

    Attributes
    ----------
    data : str
        Path of the dataset.
    parts : list of str
        Its parts that were divided; empty where it tells none apart.
    by : str
        ``records``, or the variable whose groups were kept together.
    folds : list of FoldScore
    interface : dict
        Channels of the surrogates, as a checkpoint states them.
    model : dict
        Network and optimizer, as any checkpoint of the command line states them.
    settings : dict
        All that a checkpoint of a run keeps of the settings of its training.
    """

    data: str
    parts: list[str]
    by: str
    folds: list[FoldScore]
    interface: Mapping[str, Any]
    model: Mapping[str, Any]
    settings: Mapping[str, Any]

    def mean(self, metric: str) -> float:
        """Return the mean of a metric over the folds; NaN where a fold has no value of it."""
        return float(np.mean(self._values(metric)))

    def spread(self, metric: str) -> float:
        """Return the standard deviation of a metric between the folds."""
        return float(np.std(self._values(metric), ddof=1))

    @property
    def metrics(self) -> list[str]:
        """Names of the metrics that every fold has."""
        first = self.folds[0].metrics
        return [name for name in first if all(name in fold.metrics for fold in self.folds)]

    @property
    def records(self) -> int:
        """Number of records, each held out once."""
        return sum(fold.records for fold in self.folds)

    def _values(self, metric: str) -> list[float]:
        return [fold.metrics[metric] for fold in self.folds]


def model_of(hyper_parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a checkpoint states of its network and its optimizer, as plain values."""
    found = {key: hyper_parameters.get(key) for key in MODEL}
    plain: dict[str, Any] = json.loads(json.dumps(found, default=str))
    return plain


def write(path: Path, found: CrossValidation) -> None:
    """Write what was found, replacing the file."""
    write_sealed(path, asdict(found))


def read(path: Path) -> CrossValidation:
    """Read what was found; errors as in `read_sealed`."""
    content = read_sealed(path)
    try:
        folds = [FoldScore(**fold) for fold in content.pop("folds")]
        return CrossValidation(folds=folds, **content)
    except (KeyError, TypeError):
        raise ValueError(f"{path} is not the result of a cross-validation") from None


def write_sealed(path: Path, content: Mapping[str, Any]) -> None:
    """Write plain values as JSON with their SHA-256, replacing the file."""
    sealed = {**content, SEAL: _digest(content)}
    with new_file(path, overwrite=True) as temporary:
        temporary.write_text(json.dumps(sealed, indent=1) + "\n", encoding="utf-8")


def read_sealed(path: Path) -> dict[str, Any]:
    """Read plain values.

    Raises
    ------
    FileNotFoundError
        Without the file.
    ValueError
        For a file that was changed since it was written, or is of something else.
    """
    if not path.is_file():
        raise FileNotFoundError(f"{path} does not exist or is not a file")
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        stated = content.pop(SEAL)
    except (UnicodeDecodeError, ValueError, KeyError, AttributeError, TypeError):
        raise ValueError(f"{path} is damaged, or not of a cross-validation") from None
    if stated != _digest(content):
        raise ValueError(f"{path} was changed since it was written, or is damaged")
    return dict(content)


def _digest(content: Mapping[str, Any]) -> str:
    text = json.dumps(content, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
