"""The study families: its tiny preset, its networks, and what a training gets."""

import time
from dataclasses import replace

import numpy as np
import pytest
import torch

from datasets import open_dataset
from datasets.contract import partition
from studies.families import PRESETS, page, training
from studies.families.contenders import CONTENDERS, ODD_FILM, spec
from studies.families.training import Training
from studies.framework.shear_family import INTERVAL, PARAMETERS
from studies.framework.surrogates import errors, fit
from tests.helpers import tiny_study
from tests.helpers.numbers import assert_same_but_for_rounding

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
TINY = PRESETS["tiny"]


@pytest.fixture(scope="module")
def tiny_folder(tmp_path_factory):
    return tmp_path_factory.mktemp("tiny") / "families"


@pytest.fixture(scope="module")
def tiny(tiny_folder):
    return tiny_study.run("families", tiny_folder.parent)


def test_tiny_preset_scores_every_network_on_every_unseen_building(tiny):
    results, verdicts = tiny
    assert tuple(results.network.values) == TINY.networks
    assert results.nrmse.sizes == {"network": 4, "seed": 1, "building": TINY.unseen}
    assert (results.nrmse > 0.0).all()
    assert (results.rate == TINY.rates[0]).all()
    assert (results.seconds > 0.0).all()
    assert len(verdicts) == 6


@pytest.fixture(scope="module")
def family(tmp_path_factory):
    return training.make_family(TINY, tmp_path_factory.mktemp("family"))


def test_every_building_of_the_family_is_another_one(family):
    dataset = open_dataset(family)
    counts = {name: len(partition.members(dataset, name)) for name in ("train", "validation")}
    assert counts == {"train": TINY.buildings, "validation": TINY.validation}
    for name in PARAMETERS:
        values = dataset[name].values
        values = values.reshape(len(values), -1)
        assert len(np.unique(values, axis=0)) == len(values)
        assert values.max() / values.min() <= 4.0 * (1.8 if name == "stiffness" else 1.0)
    assert dataset.yield_displacement.attrs["units"] == "m"


@pytest.mark.parametrize("name", CONTENDERS)
def test_every_network_takes_the_family(name, family):
    samples = round(TINY.duration / INTERVAL) + 1
    config = training.configuration(TINY, Training(name, 1e-2, 0), family, 1)
    assert config["model"]["network"] == spec(name, TINY.width, samples)
    surrogate = fit(config, family.parent / str(time.time_ns()))
    found = errors(surrogate, family, "test")
    assert np.isfinite(found["nrmse"]).all()
    assert len(found["peak_error"]) == TINY.unseen


def test_the_odd_network_of_a_building_negates_its_response(family):
    config = training.configuration(TINY, Training(ODD_FILM, 1e-2, 0), family, 1)
    surrogate = fit(config, family.parent / str(time.time_ns()))
    samples = round(TINY.duration / INTERVAL) + 1
    input = surrogate.input_scaling.mean.expand(1, samples, -1).clone()
    input[..., 0] = np.pi
    answer = surrogate(input)
    input[..., 0] = -np.pi
    np.testing.assert_allclose(surrogate(input).detach(), -answer.detach(), rtol=1e-4, atol=1e-9)


def test_as_many_epochs_as_fit_into_the_seconds(family, monkeypatch):
    def timed(config, folder, callbacks):
        (watch,) = callbacks
        watch.times = [0.0, 10.0, 12.0]  # the first epoch is left out

    monkeypatch.setattr(training, "fit", timed)
    settings = replace(TINY, seconds=61.0, epochs=100, short=3)
    one = Training(ODD_FILM, 1e-2, 0)
    assert training.epochs_of(settings, family, family.parent, one) == 30
    assert training.epochs_of(settings, family, family.parent, replace(one, short=True)) == 10
    assert training.epochs_of(replace(settings, epochs=7), family, family.parent, one) == 7
    assert training.epochs_of(TINY, family, family.parent, one) == TINY.epochs


def test_a_training_that_diverges_counts_with_the_epochs_before(family):
    config = training.configuration(TINY, Training(ODD_FILM, 1e-2, 0), family, 3)
    config["optimizer"] = {"class_path": "torch.optim.SGD"}
    config["lr_scheduler"] = {
        "class_path": "tests.studies.test_families.Bursts",
    }
    config["trainer"].pop("gradient_clip_val")
    surrogate = fit(config, family.parent / str(time.time_ns()))
    assert np.isfinite(errors(surrogate, family, "test")["nrmse"]).all()


class Bursts(torch.optim.lr_scheduler.LambdaLR):
    """One epoch of small steps, then steps of no size that a number has."""

    def __init__(self, optimizer: torch.optim.Optimizer) -> None:
        super().__init__(optimizer, lambda epoch: 1.0 if epoch == 0 else float("inf"))


def test_page_is_up_to_date():
    """Otherwise run python -m studies.families.page."""
    written = (page.FOLDER / page.PAGE).read_text(encoding="utf-8")
    assert_same_but_for_rounding(page.render(), written)


def test_page_has_a_row_for_each_network(tiny, tiny_folder):
    rows = page.render(tiny_folder).splitlines()
    assert [sum(row.startswith(f"| {name} |") for row in rows) for name in TINY.networks] == [1] * 4
