"""Lightning's `Trainer.test` on a surrogate of two inputs that vary in time, in Python."""

from functools import partial

import numpy as np
import pytest
import xarray as xr
from lightning.pytorch import Trainer

import datasets
import surrogate
from datasets.contract import partition
from surrogate import inference
from surrogate.evaluation import metrics
from surrogate.networks import LSTM
from surrogate.training.module import Surrogate

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # Lightning 2.6, jsonargparse 4.53
    pytest.mark.filterwarnings("ignore:.*does not have many workers"),  # the data are in memory
    pytest.mark.filterwarnings("ignore:`isinstance"),  # Lightning 2.6 with torch 2.13
]


def labelled(dims, values, unit):
    return xr.Variable(dims, np.asarray(values, np.float32), {"units": unit, "long_name": "test"})


@pytest.fixture
def records(tmp_path):
    """Records of a force and of accelerations along two directions, with a varied damping ratio."""
    values = np.random.default_rng(0).standard_normal((8, 40, 3))
    dims = ("record", "time")
    time = xr.Variable("time", 0.02 * np.arange(40), {"units": "s", "long_name": "time"})
    made = xr.Dataset(
        {
            "push": labelled(dims, values[..., 0], "kN"),
            "shake": labelled((*dims, "direction"), values[..., 1:], "m s-2"),
            "damping_ratio": labelled("record", np.linspace(0.02, 0.06, 8), "1"),
            "sway": labelled(dims, np.cumsum(values[..., 0] - values[..., 2], axis=1), "m"),
        },
        {"time": time},
    )
    made["split"] = partition.label([0, 0, 0, 0, 1, 2, 2, 2])
    datasets.write_dataset(made, tmp_path / "two.h5")
    return surrogate.Records(
        str(tmp_path / "two.h5"),
        inputs=["push", "shake"],
        targets=["sway"],
        parameters=["damping_ratio"],
    )


def test_metrics_are_those_of_the_responses_to_both_inputs(records):
    records.setup("fit")
    model = Surrogate(partial(LSTM, hidden=4))
    model.build_for(records)
    trainer = Trainer(accelerator="cpu", logger=False, enable_progress_bar=False)
    (found,) = trainer.test(model, datamodule=records, verbose=False)
    whole = datasets.open_dataset(records.paths["test"]).isel(record=slice(5, 8)).load()
    ratio = np.broadcast_to(whole["damping_ratio"].values[:, None, None], (3, 40, 1))
    input = np.concatenate([whole["push"].values[..., None], whole["shake"], ratio], axis=2)
    answer = inference.respond(model, input)
    expected = metrics.evaluate(answer, whole["sway"].values[..., None])
    for name in ("RMSE", "NRMSE", "correlation"):
        assert found[name] == pytest.approx(expected[name].mean(), rel=1e-3), name
    # Another order of the inputs is another answer: the metrics would differ.
    swapped = inference.respond(model, input[..., [1, 0, 2, 3]])
    other = metrics.evaluate(swapped, whole["sway"].values[..., None])
    assert abs(other["NRMSE"].mean() - found["NRMSE"]) > 1e-3
