"""Small datasets of records of different lengths, whose padding may be anything."""

from pathlib import Path

import numpy as np
import xarray as xr

from datasets import write_dataset
from datasets.contract import lengths
from datasets.contract.values import ValueCheck
from tests.helpers.make_records import make_records

LENGTHS = (200, 90, 141, 200, 60, 117, 90, 75, 160, 133, 90, 180)


def ragged_records(padding: float = np.nan, **options) -> xr.Dataset:
    """`make_records` with records of `LENGTHS`, another value in their padding where asked for."""
    dataset = make_records(**options)
    samples = np.resize(LENGTHS, dataset.sizes["record"])
    for name in ("base_acceleration", "drift"):
        dataset[name].values[:] = lengths.filled(dataset[name].values, samples, padding)
    return dataset.assign(samples=lengths.label(samples))


def write_ragged(path: Path, monkeypatch, padding: float = np.nan, **options) -> Path:
    """`ragged_records` as a file; a padding that no sound file has is written all the same."""
    with monkeypatch.context() as patch:
        patch.setattr(ValueCheck, "check", lambda *_: None)
        write_dataset(ragged_records(padding, **options), path)
    return path
