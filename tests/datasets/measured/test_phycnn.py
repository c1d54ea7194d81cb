"""The problem of PhyCNN from a file laid out as its authors', and from theirs."""

import numpy as np
import pytest
import scipy.io
import xarray as xr

import datasets
from datasets.contract import partition
from datasets.measured import phycnn
from surrogate.cli.main import main

TIME = 0.05 * np.arange(200)


def arrays():
    """u = 1 - cos(w t), whose base moves by a sine."""
    w = np.linspace(2.0, 5.0, 100)[:, None]
    base = np.sin(3.0 * TIME) * np.ones((100, 1))
    series = {
        "X": 1.0 - np.cos(w * TIME),
        "Xd": w * np.sin(w * TIME),
        "Xdd": w**2 * np.cos(w * TIME),
    }
    found = {"input_tf": base[:85], "input_pred_tf": base[85:]}
    for name, values in series.items():
        found[f"target_{name}_tf"] = values[:85]
        found[f"target_pred_{name}_tf"] = values[85:]
    return found


@pytest.fixture
def folder(tmp_path):
    place = tmp_path / "theirs"
    place.mkdir()
    scipy.io.savemat(place / phycnn.DATA, arrays())
    return place


def test_both_cases(folder, tmp_path):
    out = tmp_path / "out"
    words = ["benchmark-data", "--problem", "phycnn", "--path", str(folder), "--out", str(out)]
    assert main(words) == 0
    assert main(["check", str(out)]) == 0
    first = datasets.open_dataset(out / "case_1.h5")
    assert partition.members(first, "train").tolist() == list(range(10))
    assert partition.members(first, "test").tolist() == list(range(10, 100))
    own = arrays()
    absolute = own["target_pred_Xdd_tf"] + own["input_pred_tf"]
    np.testing.assert_allclose(first["acceleration"][85:, :, 0], absolute, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(first["displacement"][85:, :, 0], own["target_pred_X_tf"], atol=1e-6)


def test_the_displacements_of_case_2_are_not_given_to_training(folder):
    cases = phycnn.read_cases(folder)
    train = cases["case_2_train"]
    assert partition.members(train, "train").tolist() == list(range(50))
    assert "integrated from the accelerations" in train["displacement"].attrs["comment"]
    assert "velocity" not in train
    displacement = train["displacement"].values[:, :, 0]
    slow = np.stack([np.polyval(np.polyfit(TIME, row, 1), TIME) for row in displacement])
    np.testing.assert_allclose(slow, 0.0, atol=1e-4)  # a line has been taken off
    test = cases["case_2_test"]
    assert partition.members(test, "test").tolist() == list(range(50))
    np.testing.assert_allclose(test["displacement"], cases["case_1"]["displacement"][50:])


def test_what_is_missing_is_one_line(folder, tmp_path, capsys):
    words = ["benchmark-data", "--problem", "phycnn", "--out", str(tmp_path / "out")]
    assert main(words) == 2
    assert "give the folder of data_num.mat by --path" in capsys.readouterr().err
    assert main([*words, "--path", str(tmp_path)]) == 2
    assert "holds no data_num.mat" in capsys.readouterr().err
    scipy.io.savemat(folder / phycnn.DATA, {"input_tf": np.zeros((85, 200))})
    assert main([*words, "--path", str(folder)]) == 2
    assert "input_pred_tf" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_their_displacements_are_met_by_the_integral_of_their_accelerations(shared_data):
    cases = phycnn.read_cases(shared_data / "phycnn")
    xr.testing.assert_equal(cases["case_1"]["time"], cases["case_2_test"]["time"])
    exact = cases["case_1"]["displacement"].values[:50, :, 0]
    found = cases["case_2_train"]["displacement"].values[:, :, 0]
    error = (found - exact).std(axis=1) / exact.std(axis=1)
    assert error.mean() < 0.01
    assert error.max() < 0.05
