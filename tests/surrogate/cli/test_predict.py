"""`surrogate predict` on records without targets, and what it says of those that lack something."""

from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch
import xarray as xr
import yaml
from lightning.pytorch import Trainer

import datasets
from surrogate import inference
from surrogate.cli.main import main
from surrogate.data.channels import Interface
from surrogate.data.datamodule import Records
from surrogate.networks import LSTM
from tests.helpers.checkpoints import ACCELERATION, DRIFT, STATISTICS, save, untrained
from tests.helpers.make_records import make_records

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # Lightning 2.6, jsonargparse 4.53
    pytest.mark.filterwarnings("ignore:.*does not have many workers"),  # the data are in memory
    pytest.mark.filterwarnings("ignore:`isinstance"),  # Lightning 2.6 with torch 2.13
]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A run with its best state, its data, and records without targets."""
    monkeypatch.chdir(tmp_path)
    Path("run").mkdir()
    numbers = {name: values[:1] for name, values in STATISTICS.items()}
    numbers |= {name: STATISTICS[name] for name in ("target_mean", "target_scale")}
    interface = Interface((ACCELERATION,), (DRIFT,), 0.02)
    save(untrained(partial(LSTM, hidden=4), interface, numbers), Path("run/best.ckpt"))
    whole = make_records(records=6, samples=50)
    datasets.write_dataset(whole, "records.h5")
    datasets.write_dataset(whole.drop_vars(["drift", "stiffness", "split"]), "asked.h5")
    config = {
        "run": "run",
        "data": {"path": "records.h5", "inputs": ["base_acceleration"], "targets": ["drift"]},
        "model": {"network": {"class_path": "surrogate.networks.LSTM", "init_args": {"hidden": 4}}},
        "trainer": {"accelerator": "cpu", "enable_progress_bar": False},
    }
    Path("c.yaml").write_text(yaml.safe_dump(config))
    return tmp_path


@pytest.mark.parametrize("placement", ["memory", "disk"])
def test_records_without_targets_are_predicted(folder, placement):
    words = ["--data.test_path", "asked.h5", "--data.placement", placement]
    assert main(["predict", "--config", "c.yaml", *words]) == 0
    datasets.validate(datasets.open_dataset("run/predictions.h5"))
    with xr.open_dataset("run/predictions.h5", engine="h5netcdf") as found:
        asked = datasets.open_dataset("asked.h5")["base_acceleration"].values
        expected = inference.respond(inference.load("run/best.ckpt"), asked[..., None])
        np.testing.assert_allclose(found["drift"], expected, rtol=1e-5, atol=1e-9)
        np.testing.assert_allclose(found["base_acceleration"], asked)
        assert found["drift"].attrs["units"] == "m"


@pytest.mark.parametrize(
    ("command", "data", "message"),
    [
        ("test", "asked.h5", "asked.h5 has no variable 'drift', it has base_acceleration"),
        ("predict", "none.h5", "none.h5 has no record in its test part"),
        ("predict", "other.h5", "other.h5 has no variable 'base_acceleration', it has drift"),
    ],
)
def test_what_is_missing_is_told(folder, capsys, command, data, message):
    whole = make_records(records=6, samples=50)
    datasets.write_dataset(whole.isel(record=slice(0, 4)), "none.h5")
    datasets.write_dataset(whole.drop_vars("base_acceleration"), "other.h5")
    assert main([command, "--config", "c.yaml", "--data.test_path", data]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert len(error.splitlines()) == 1
    assert not Path("run/predictions.h5").exists()


def test_records_that_were_predicted_without_targets_are_not_tested_with_none(folder):
    records = Records("asked.h5", ["base_acceleration"], ["drift"], test_path="./asked.h5")
    trainer = Trainer(accelerator="cpu", logger=False, enable_progress_bar=False)
    network = inference.load("run/best.ckpt")
    predicted = trainer.predict(network, datamodule=records)
    assert torch.cat(predicted).shape == (6, 50, 2)
    with pytest.raises(ValueError, match="has no variable 'drift'"):
        trainer.test(network, datamodule=records)
