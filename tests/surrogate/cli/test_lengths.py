"""Accelerograms of different lengths, from the folder to the answer, by the command line alone."""

import numpy as np
import pytest
import yaml

import datasets
from datasets.contract import lengths
from surrogate.cli.main import main

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # Lightning 2.6, jsonargparse 4.53
    pytest.mark.filterwarnings("ignore:.*does not have many workers"),  # the data are in memory
    pytest.mark.filterwarnings("ignore:`isinstance"),  # Lightning 2.6 with torch 2.13
    pytest.mark.filterwarnings("ignore:The number of training batches"),
]
SAMPLES = {"a": 260, "b": 150, "c": 90}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Three accelerograms in m/s2, a recipe of a building under them, and a configuration."""
    monkeypatch.chdir(tmp_path)
    generator = np.random.default_rng(0)
    records = tmp_path / "records"
    records.mkdir()
    for name, count in SAMPLES.items():
        values = np.sin(0.3 * np.arange(count)) + generator.standard_normal(count)
        rows = ["time (s),a (m/s2)", *(f"{0.02 * i:.2f},{v:.6f}" for i, v in enumerate(values))]
        (records / f"{name}.csv").write_text("\n".join(rows) + "\n")
    motion = {"process": "Recorded", "folder": "records", "interval": 0.02}
    motion["factors"] = [0.5, 1.0, 1.5, 2.0]
    recipe = {"structure": "five_storey", "motion": motion, "records": 12, "outputs": ["drift"]}
    (tmp_path / "own.yaml").write_text(yaml.safe_dump(recipe))
    config = {
        "run": "run",
        "data": {"path": "own.h5", "inputs": ["base_acceleration"], "targets": ["drift"]},
        "model": {"network": {"class_path": "surrogate.networks.LSTM", "init_args": {"hidden": 4}}},
        "trainer": {"accelerator": "cpu", "enable_progress_bar": False, "max_epochs": 2},
    }
    (tmp_path / "fit.yaml").write_text(yaml.safe_dump(config))
    return tmp_path


def test_import_generate_fit_test_predict_respond_and_card(folder, capsys):
    assert main(["import", "records", "--out", "motions.h5"]) == 0
    assert "3 records of 90 to 260 samples, each of its own length" in capsys.readouterr().out
    assert main(["generate", "own.yaml", "--out", "own.h5"]) == 0
    assert main(["check", "own.h5"]) == 0
    assert main(["inspect", "own.h5"]) == 0
    assert "lengths         1.78 to 5.18 s" in capsys.readouterr().out
    for command in ("fit", "test", "predict"):
        assert main([command, "--config", "fit.yaml"]) == 0
    predicted = datasets.open_dataset("run/predictions.h5").load()
    assert set(predicted["samples"].values) <= set(SAMPLES.values())
    asked = ["--checkpoint", "run/best.ckpt", "--record", "records", "--out", "answers"]
    assert main(["respond", *asked, "--reference", "batch"]) == 0
    for name, count in SAMPLES.items():
        assert datasets.open_dataset(f"answers/{name}.csv.h5").sizes["time"] == count
    words = ["--checkpoint", "run/best.ckpt", "--data", "test=own.h5", "--out", "card.md"]
    assert main(["card", *words]) == 0
    assert main(["card", "--verify", "card.md"]) == 0
    truth = lengths.own(datasets.open_dataset("own.h5"))
    assert sorted(set(truth)) == sorted(SAMPLES.values())
