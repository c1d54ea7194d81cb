"""Small datasets of the contract for the tests of `surrogate`: linear oscillators under noise,
exact at the samples.
"""

from pathlib import Path

import numpy as np
import xarray as xr
from scipy.signal import cont2discrete, lfilter

from datasets import write_dataset
from datasets.contract import partition

INTERVAL = 0.02
FREQUENCIES = (1.0, 2.5)  # Hz, one for each storey


def oscillator(acceleration: np.ndarray, frequency: float, damping: float = 0.05) -> np.ndarray:
    """Relative displacement from rest of x'' + 2 z w x' + w^2 x = -a, for a held constant between
    samples.
    """
    omega = 2.0 * np.pi * frequency
    system = cont2discrete(([-1.0], [1.0, 2.0 * damping * omega, omega**2]), INTERVAL)
    return lfilter(system[0].ravel(), system[1], acceleration, axis=-1)


def make_records(
    records: int = 12, samples: int = 200, seed: int = 0, split: bool = True
) -> xr.Dataset:
    """Noise of 1 m s-2 and the drifts that it causes; two thirds train, a sixth validation, a sixth
    test.
    """
    acceleration = np.random.default_rng(seed).standard_normal((records, samples))
    drift = np.stack([oscillator(acceleration, frequency) for frequency in FREQUENCIES], axis=-1)
    dataset = xr.Dataset(
        {
            "base_acceleration": _variable(("record", "time"), acceleration, "m s-2"),
            "drift": _variable(("record", "time", "storey"), drift, "m"),
            "stiffness": _variable(
                ("record", "storey"), np.random.default_rng(1).uniform(1, 2, (records, 2)), "N m-1"
            ),
        },
        {"time": _variable(("time",), np.arange(samples) * INTERVAL, "s").astype(np.float64)},
    )
    if split:
        parts = np.repeat([0, 1, 2], [records - 2 * (records // 6), records // 6, records // 6])
        dataset["split"] = partition.label(parts)
    return dataset


def write_records(path: Path, **options) -> Path:
    """`make_records` as a file."""
    write_dataset(make_records(**options), path)
    return path


def _variable(dims: tuple[str, ...], values: np.ndarray, units: str) -> xr.Variable:
    return xr.Variable(dims, values.astype(np.float32), {"units": units, "long_name": "for a test"})
