"""The benchmark's official signals, from a local copy and through the package that fetches them."""

import sys
import types

import numpy as np
import pytest
import scipy.io

import datasets
from datasets.contract import partition
from datasets.measured import benchmark
from surrogate.cli.main import main


@pytest.fixture
def official(tmp_path):
    """Files laid out and named as the authors distribute them."""
    folder = tmp_path / "BoucWenFiles" / "Test signals" / "Validation signals"
    folder.mkdir(parents=True)
    for signal, samples in (("multisine", 80), ("sinesweep", 300)):
        for letter, scale in (("u", 50.0), ("y", 1e-3)):
            values = scale * np.sin(np.arange(samples))
            scipy.io.savemat(
                folder / f"{letter}val_{signal}.mat", {f"{letter}val_{signal}": values[None]}
            )
    return tmp_path / "BoucWenFiles"


def test_a_local_copy(official, tmp_path):
    assert main(["benchmark-data", "--path", str(official), "--out", str(tmp_path / "out")]) == 0
    found = datasets.open_dataset(tmp_path / "out" / "test_sinesweep.h5")
    np.testing.assert_allclose(found["force"][0], 50 * np.sin(np.arange(300)), rtol=1e-6)
    np.testing.assert_allclose(
        found["displacement"][0, :, 0], 1e-3 * np.sin(np.arange(300)), rtol=1e-6
    )
    assert float(found["time"][1]) == pytest.approx(1 / 750)
    assert partition.members(found, "test").tolist() == [0]
    assert "uval_sinesweep.mat (sha256" in found.attrs["source"]
    assert main(["check", str(tmp_path / "out")]) == 0
    assert main(["benchmark-data", "--path", str(official), "--out", str(tmp_path / "out")]) == 2


def test_the_package_fetches_them(official, tmp_path, monkeypatch):
    stand_in = types.SimpleNamespace(BoucWen=lambda data_file_locations: str(official))
    monkeypatch.setitem(
        sys.modules, "nonlinear_benchmarks", types.ModuleType("nonlinear_benchmarks")
    )
    monkeypatch.setitem(sys.modules, "nonlinear_benchmarks.not_splitted_benchmarks", stand_in)
    assert main(["benchmark-data", "--out", str(tmp_path / "out")]) == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "test_multisine.h5",
        "test_sinesweep.h5",
    ]


def test_no_network_is_one_line(tmp_path, monkeypatch, capsys):
    def fail(data_file_locations):
        raise OSError("Name or service not known")

    monkeypatch.setitem(
        sys.modules, "nonlinear_benchmarks", types.ModuleType("nonlinear_benchmarks")
    )
    stand_in = types.SimpleNamespace(BoucWen=fail)
    monkeypatch.setitem(sys.modules, "nonlinear_benchmarks.not_splitted_benchmarks", stand_in)
    assert main(["benchmark-data", "--out", str(tmp_path / "out")]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "cannot fetch the files: Name or service not known; give a local copy by --path" in line
    assert not (tmp_path / "out").exists()


def test_a_damaged_copy_is_named_and_nothing_is_written(official, tmp_path, capsys):
    file = next(official.rglob("yval_sinesweep.mat"))
    words = ["benchmark-data", "--path", str(official), "--out", str(tmp_path / "out")]
    for spoil, message in (
        (lambda: file.write_bytes(file.read_bytes()[:-9]), "damaged"),
        (file.unlink, "not exist"),
    ):
        spoil()
        assert main(words) == 2
        (line,) = capsys.readouterr().err.splitlines()
        assert "yval_sinesweep.mat" in line
        assert message in line
        assert not (tmp_path / "out").exists()


def test_signals_of_unequal_length_are_refused(official, tmp_path, capsys):
    file = next(official.rglob("yval_sinesweep.mat"))
    scipy.io.savemat(file, {"yval_sinesweep": np.zeros((1, 299))})
    assert main(["benchmark-data", "--path", str(official), "--out", str(tmp_path / "out")]) == 2
    assert "300 forces for 299 displacements" in capsys.readouterr().err


def test_what_cannot_be_fetched_is_one_line(tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "nonlinear_benchmarks", None)
    words = ["benchmark-data", "--out", str(tmp_path / "out")]
    assert main(words) == 2
    assert main([*words, "--path", str(tmp_path / "absent")]) == 2
    assert main([*words, "--path", str(tmp_path)]) == 2
    first, second, third = capsys.readouterr().err.splitlines()
    assert (
        "is not installed: pip install nonlinear_benchmarks, or give a local copy by --path"
        in first
    )
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
