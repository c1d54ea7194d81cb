"""A training that has explained nothing of its own records says so at its end."""

from functools import partial

import numpy as np
import pytest
import torch
from lightning.pytorch import Trainer

import datasets
from surrogate import Records, Surrogate
from surrogate.networks import LSTM, MLP, Modal
from surrogate.training.explained import Sums

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # Lightning with jsonargparse 4.53
    pytest.mark.filterwarnings("ignore:.*does not have many workers"),  # the data are in memory
    pytest.mark.filterwarnings("ignore:`isinstance"),  # Lightning 2.6 with torch 2.13
]
QUIET = {
    "logger": False,
    "enable_checkpointing": False,
    "enable_progress_bar": False,
    "enable_model_summary": False,
    "accelerator": "cpu",
    "num_sanity_val_steps": 0,
}


def trained(path, network, targets, epochs, rate=1e-2, **options):
    surrogate = Surrogate(network=network, optimizer=partial(torch.optim.Adam, lr=rate))
    records = Records(str(path), ["base_acceleration"], [targets], **options)
    Trainer(max_epochs=epochs, log_every_n_steps=1, **QUIET).fit(surrogate, datamodule=records)
    return surrogate


@pytest.fixture(scope="module")
def building(tmp_path_factory):
    """Records of the five storeys, of which the drift is no noise."""
    path = tmp_path_factory.mktemp("data") / "building.h5"
    few = {"records": 10, "motion.duration": 4, "split": {"train": 0.8, "validation": 0.2}}
    datasets.generate("five_storey", path, few)
    return path


def test_r2_is_that_of_its_definition():
    generator = torch.Generator().manual_seed(0)
    target = 3.0 + torch.randn(50, 2, generator=generator)
    answer = target + 0.5 * torch.randn(50, 2, generator=generator)
    sums = Sums(2)
    sums.add(answer[:20], target[:20])
    sums.add(answer[20:], target[20:])
    apart = (target - answer).square().sum(dim=0)
    total = (target - target.mean(dim=0)).square().sum(dim=0)
    torch.testing.assert_close(sums.r2(), (1.0 - apart / total).double(), rtol=1e-5, atol=0.0)


def test_a_target_that_does_not_vary_is_no_complaint():
    sums = Sums(1)
    sums.add(torch.zeros(5, 1), torch.full((5, 1), 2.0))
    assert sums.r2().item() == 1.0


def test_noise_is_not_explained_and_it_is_said(small_dataset, tmp_path, capsys):
    datasets.write_dataset(small_dataset(20), tmp_path / "noise.h5")
    trained(tmp_path / "noise.h5", partial(LSTM, hidden=3), "drift", 1, rate=1e-4)
    error = capsys.readouterr().err
    assert "warning: the fit explains nothing of drift 1 (R2 " in error


def test_a_fit_that_explains_its_records_says_nothing(building, capsys):
    trained(building, partial(Modal, modes=4), "drift", 60, rate=0.03)
    assert "explains nothing" not in capsys.readouterr().err


def test_windows_and_pieces_are_judged_by_whole_records(building, capsys):
    options = {"window": 100, "washout": 20, "truncation": 50, "batch_size": 4}
    trained(building, partial(LSTM, hidden=4), "drift", 1, rate=1e-9, **options)
    assert "warning: the fit explains nothing of drift 1" in capsys.readouterr().err


def test_classes_are_judged_by_the_most_frequent_one(tmp_path, capsys):
    datasets.generate("iris", tmp_path / "iris.h5")
    for rate, told in ((1e-9, True), (0.03, False)):
        surrogate = Surrogate(
            network=partial(MLP, hidden=[8]), optimizer=partial(torch.optim.Adam, lr=rate)
        )
        torch.manual_seed(0)
        records = Records(str(tmp_path / "iris.h5"), ["x"], ["label"], batch_size=50)
        Trainer(max_epochs=1 if told else 40, log_every_n_steps=1, **QUIET).fit(
            surrogate, datamodule=records
        )
        assert ("the most frequent class alone is" in capsys.readouterr().err) == told


def test_the_network_goes_on_in_the_mode_that_it_was_in(building):
    surrogate = trained(building, partial(LSTM, hidden=2), "drift", 1)
    assert surrogate.scaled.training
    assert np.isfinite(surrogate.trainer.callback_metrics["train/loss"].item())
