"""The curve of a training that was stopped is in one table."""

import pandas as pd
import pytest

from surrogate.training.run import run_training
from tests.helpers.make_records import write_records

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def test_the_last_table_has_the_whole_curve(tmp_path):
    config = {
        "run": str(tmp_path / "run"),
        "data": {
            "path": str(write_records(tmp_path / "records.h5")),
            "inputs": ["base_acceleration"],
            "targets": ["drift"],
            "batch_size": 4,
        },
        "model": {"network": {"class_path": "surrogate.networks.LSTM", "init_args": {"hidden": 2}}},
        "optimizer": {"class_path": "torch.optim.AdamW", "init_args": {"lr": 1e-2}},
        "trainer": {
            "accelerator": "cpu",
            "enable_progress_bar": False,
            "enable_model_summary": False,
            "max_epochs": 2,
        },
    }
    run_training(config)
    for epochs in (3, 5):
        run_training(config, overrides={"ckpt_path": "last", "trainer.max_epochs": epochs})
    tables = sorted((tmp_path / "run").glob("log/version_*/metrics.csv"))
    assert len(tables) == 3
    last = pd.read_csv(tables[-1])
    for name in ("train/loss", "validation/loss"):
        assert last[["epoch", name]].dropna()["epoch"].tolist() == [0, 1, 2, 3, 4]
    first = pd.read_csv(tables[0])["train/loss"].dropna().tolist()
    assert last["train/loss"].dropna().tolist()[:2] == pytest.approx(first)
    # A training from the start has nothing to go on from.
    run_training(config | {"overwrite": True})
    anew = pd.read_csv(tmp_path / "run/log/version_3/metrics.csv")
    assert len(anew) == len(pd.read_csv(tables[0]))
