"""The bound of linear models is zero for a linear record, and above it where there is noise."""

import json

import numpy as np
import pytest
import xarray as xr
from scipy import signal

import datasets
from benchmarks import linear_bound
from datasets.contract import partition
from datasets.contract.schema import VARIABLES

POLE = np.exp(2.0 * np.pi / 20.0 * (-0.03 + 1j))


def record(seed=0):
    """Motion of a base, and a response of one mode to it, two channels."""
    input = np.random.default_rng(seed).standard_normal(600)
    state = signal.lfilter([1.0], [1.0, -POLE], input.astype(complex))
    return input, np.stack([input + state.real, 0.3 * state.imag - state.real], axis=1)


def test_one_mode_explains_a_record_of_one_mode():
    np.testing.assert_allclose(linear_bound.bound(*record(), modes=1), 0.0, atol=1e-6)


def test_noise_is_what_remains():
    input, target = record()
    noise = np.random.default_rng(1).standard_normal(target.shape)
    noisy = target + 0.1 * target.std(axis=0) * noise
    np.testing.assert_allclose(linear_bound.bound(input, noisy, modes=1), 0.1, rtol=0.1)


def test_the_means_of_the_parts_are_printed(tmp_path, capsys):
    pairs = [record(seed) for seed in range(3)]
    inputs = np.stack([pair[0] for pair in pairs])
    targets = np.stack([pair[1] for pair in pairs])
    values = {"base_acceleration": inputs, "displacement": targets}
    time = 0.02 * np.arange(inputs.shape[1])
    made = xr.Dataset(
        {
            name: (VARIABLES[name].dims, value.astype(np.float32), VARIABLES[name].attrs)
            for name, value in values.items()
        },
        {"time": ("time", time, VARIABLES["time"].attrs)},
    ).assign(split=partition.label([0, 0, 2]))
    datasets.write_dataset(made, tmp_path / "data.h5")
    linear_bound.main([str(tmp_path / "data.h5"), "--modes", "1"])
    rows = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert [(row["part"], row["NRMSE"]) for row in rows] == [
        ("train", pytest.approx(0.0, abs=1e-5)),
        ("test", pytest.approx(0.0, abs=1e-5)),
    ]
