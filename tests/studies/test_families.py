"""The study families: its tiny preset, its networks, and what a training gets."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from datasets import open_dataset
from datasets.contract import partition
from studies.families import BLACK, CONDITION, ERROR, ODD, PRESETS, STUDY, fitted, page, training
from studies.families.contenders import CHANNELS, CONTENDERS, FILM, GREY, ODD_FILM, spec
from studies.families.training import Training
from studies.framework import shear_family
from studies.framework.cache import read
from studies.framework.run import RESULTS, measure, publish
from studies.framework.shear_family import PARAMETERS
from studies.framework.surrogates import Course, errors, fit
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
    assert results.nrmse.sizes == {"network": 5, "seed": 1, "building": TINY.unseen}
    assert (results.nrmse > 0.0).all()
    assert (results.seconds > 0.0).all()
    assert not results.converged.any()  # one epoch lowers no rate
    assert results.own_nrmse.sizes == {"own": TINY.fitted}
    assert len(verdicts) == 7


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


def trained(one, family, **changes):
    """A surrogate of one training, with changes to its configuration."""
    config = training.configuration(TINY, one, family) | changes
    return fit(config, family.parent / f"{one} {sorted(changes)}")


@pytest.mark.parametrize("name", CONTENDERS)
def test_every_network_takes_the_family(name, family):
    one = Training(name, 0)
    network = training.configuration(TINY, one, family)["model"]["network"]
    assert network == spec(name, TINY.width, shear_family.samples(TINY.duration))
    found = errors(trained(one, family), family, "test")
    assert np.isfinite(found["nrmse"]).all()
    assert len(found["peak_error"]) == TINY.unseen


def test_the_odd_network_of_a_building_negates_its_response(family):
    surrogate = trained(Training(ODD_FILM, 0), family)
    samples = shear_family.samples(TINY.duration)
    input = surrogate.input_scaling.mean.expand(1, samples, -1).clone()
    input[..., 0] = np.pi
    answer = surrogate(input)
    input[..., 0] = -np.pi
    np.testing.assert_allclose(surrogate(input).detach(), -answer.detach(), rtol=1e-4, atol=1e-9)


def test_the_grey_box_is_trained_by_its_own_optimizer_on_the_processor(family):
    config = training.configuration(TINY, Training(GREY, 0), family)
    assert config["optimizer"]["class_path"].endswith("LevenbergMarquardt")
    assert config["trainer"]["accelerator"] == "cpu"
    assert config["data"]["windows_per_epoch"] == 2 * config["data"]["batch_size"]
    assert "loss" not in config["model"]


def test_a_training_that_diverges_counts_with_the_epochs_before(family):
    config = training.configuration(TINY, Training(ODD_FILM, 0), family)
    config["trainer"].pop("gradient_clip_val")
    surrogate = trained(
        Training(ODD_FILM, 0),
        family,
        optimizer={"class_path": "torch.optim.SGD", "init_args": {"lr": 1e-2}},
        lr_scheduler={"class_path": "tests.studies.test_families.Bursts"},
        trainer=config["trainer"] | {"max_epochs": 3},
    )
    assert np.isfinite(errors(surrogate, family, "test")["nrmse"]).all()


def test_a_training_that_fails_otherwise_is_none_that_diverges(family):
    """Its folder has the weights of other settings."""
    one = Training(CHANNELS, 0)
    config = training.configuration(TINY, one, family)
    folder = family.parent / "of other settings"
    fit(config, folder)
    course = Course(1.0)
    config["data"] = config["data"] | {"batch_size": 1}
    with pytest.raises(ValueError, match=r"cannot continue: data\.batch_size is 1"):
        fit(config, folder, (course,))
    assert not course.diverged


def test_a_training_that_diverges_is_told(tmp_path, monkeypatch):
    configured = training.configuration

    def bursting(settings, one, path):
        config = configured(settings, one, path)
        config["trainer"] |= {"max_epochs": 3, "gradient_clip_val": None}
        rates = {"class_path": "tests.studies.test_families.Bursts"}
        steps = {"class_path": "torch.optim.SGD", "init_args": {"lr": 1e-2}}
        return config | {"optimizer": steps, "lr_scheduler": rates}

    monkeypatch.setattr(training, "configuration", bursting)
    scores = training.run(TINY, tmp_path, Training(ODD_FILM, 0))
    assert float(scores.diverged) == 1.0
    assert float(scores.converged) == 0.0
    assert float(scores.rate) == CONTENDERS[ODD_FILM].rate


class Bursts(torch.optim.lr_scheduler.LambdaLR):
    """One epoch of small steps, then steps of no size that a number has."""

    def __init__(self, optimizer: torch.optim.Optimizer) -> None:
        super().__init__(optimizer, lambda epoch: 1.0 if epoch == 0 else float("inf"))


def test_a_fit_is_of_the_building_whose_record_it_is_scored_on(family):
    result = fitted.run(TINY, family.parents[1], 1)
    dataset = open_dataset(family)
    place = partition.members(dataset, "test")[1]
    own = open_dataset(family.parent / "building 1.h5")
    for name in PARAMETERS:
        values = own[name].values
        np.testing.assert_allclose(
            values, np.broadcast_to(dataset[name].values[place], values.shape)
        )
    motions = own.base_acceleration.values
    assert not (motions == dataset.base_acceleration.values[place]).all(axis=1).any()
    assert len(motions) == TINY.own_records + TINY.own_validation
    assert 0.0 < float(result.nrmse) < 10.0


def test_page_is_up_to_date():
    """Otherwise run python -m studies.families.page."""
    written = (page.FOLDER / page.PAGE).read_text(encoding="utf-8")
    assert_same_but_for_rounding(page.render(), written)


def test_page_has_a_row_for_each_network(tiny, tiny_folder):
    rows = page.render(tiny_folder).splitlines()
    assert [sum(row.startswith(f"| {name} |") for row in rows) for name in TINY.networks] == [1] * 5
    assert any(row.startswith("| ShearBuilding, fitted to each |") for row in rows)
    assert "not finished" not in "\n".join(rows).lower()


@pytest.fixture(scope="module")
def stopped(tmp_path_factory):
    """A measurement of two seeds that was stopped after the first and one network of the second."""
    folder = tmp_path_factory.mktemp("stopped") / "families"
    settings = replace(TINY, networks=(GREY, ODD_FILM, FILM), seeds=2)

    def stop(settings, folder, one):
        if one == Training(ODD_FILM, 1):
            raise KeyboardInterrupt
        return training.run(settings, folder, one)

    study = replace(STUDY, presets=STUDY.presets | {"cpu": settings})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "studies.families.training", SimpleNamespace(**vars(training) | {"run": stop})
        )
        with pytest.raises(KeyboardInterrupt):
            measure(study, "cpu", 0, folder)
    measure(study, "cpu", 0, folder, so_far=True)
    verdicts, _ = publish(study, folder)
    return folder, verdicts


def test_results_so_far_have_the_seeds_of_each_network(stopped):
    folder, verdicts = stopped
    results = read(folder / RESULTS)
    seeds = results.parameters.notnull().sum("seed")
    assert dict(zip(seeds.network.values, seeds.values, strict=True)) == {
        GREY: 2,
        ODD_FILM: 1,
        FILM: 1,
    }
    values = {verdict.claim.statement: verdict.values for verdict in verdicts}
    assert np.isfinite([value for own in values.values() for value in own]).all()
    assert [len(values[claim.statement]) for claim in (ODD, ERROR, BLACK)] == [1, 2, 1]
    assert CONDITION.statement not in values


def test_page_so_far_tells_what_is_missing(stopped):
    folder, _ = stopped
    text = page.render(folder)
    assert "4 of 6 trainings" in text
    assert "no network is left out" in text
    cells = {row.split(" | ")[0].strip("| "): row.split(" | ") for row in text.splitlines()}
    assert [cells[name][2] for name in (GREY, ODD_FILM, FILM)] == ["2", "1", "1"]
    assert "+-" in cells[GREY][7]
    assert "+-" not in cells[FILM][7]
