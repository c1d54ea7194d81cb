"""The benchmark's official signals, from a local copy and through the package that fetches them."""

import sys
import types

import numpy as np
import pytest
import scipy.io

import datasets
from datasets import benchmark, partition
from datasets.__main__ import main


@pytest.fixture
def official(tmp_path):
    """Files laid out and named as the authors distribute them."""
    folder = tmp_path / "BoucWenFiles" / "Test signals" / "Validation signals"
    folder.mkdir(parents=True)
    for signal, samples in (("multisine", 80), ("sinesweep", 300)):
        for letter, scale in (("u", 50.0), ("y", 1e-3)):
            values = scale * np.sin(np.arange(samples))
            scipy.io.savemat(folder / f"{letter}val_{signal}.mat", {f"{letter}val_{signal}": values[None]})
    return tmp_path / "BoucWenFiles"


def test_a_local_copy(official, tmp_path):
    assert main(["benchmark-data", "--path", str(official), "--out", str(tmp_path / "out")]) == 0
    found = datasets.open_dataset(tmp_path / "out" / "test_sinesweep.h5")
    np.testing.assert_allclose(found["force"][0], 50 * np.sin(np.arange(300)), rtol=1e-6)
    np.testing.assert_allclose(found["displacement"][0, :, 0], 1e-3 * np.sin(np.arange(300)), rtol=1e-6)
    assert float(found["time"][1]) == pytest.approx(1 / 750)
    assert partition.members(found, "test").tolist() == [0]
    assert "uval_sinesweep.mat (sha256" in found.attrs["source"]
    assert main(["benchmark-data", "--path", str(official), "--out", str(tmp_path / "out")]) == 2


def test_the_package_fetches_them(official, tmp_path, monkeypatch):
    stand_in = types.SimpleNamespace(BoucWen=lambda data_file_locations: str(official))
    monkeypatch.setitem(sys.modules, "nonlinear_benchmarks", types.ModuleType("nonlinear_benchmarks"))
    monkeypatch.setitem(sys.modules, "nonlinear_benchmarks.not_splitted_benchmarks", stand_in)
    assert main(["benchmark-data", "--out", str(tmp_path / "out")]) == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["test_multisine.h5", "test_sinesweep.h5"]


def test_what_cannot_be_fetched_is_one_line(tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "nonlinear_benchmarks", None)
    words = ["benchmark-data", "--out", str(tmp_path / "out")]
    assert main(words) == 2
    assert main([*words, "--path", str(tmp_path / "absent")]) == 2
    assert main([*words, "--path", str(tmp_path)]) == 2
    first, second, third = capsys.readouterr().err.splitlines()
    assert "give a local copy by --path" in first
    assert "absent does not exist" in second
    assert "holds no signal of the benchmark" in third
    assert not (tmp_path / "out").exists()


def test_the_shared_copy(shared_data):
    found = benchmark.read_signals(shared_data / "bouc_wen_benchmark")
    assert {name: dataset.sizes["time"] for name, dataset in found.items()} == {
        "test_multisine": 8192,
        "train_multisine": 40960,
    }
    assert partition.names(found["train_multisine"]) == ["train"]
