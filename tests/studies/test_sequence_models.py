"""The study sequence_models: its tiny preset, the networks that it compares, its records and its
page.
"""

import json
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
import torch
import xarray as xr

from studies.framework import Cache, catalogue
from studies.framework.grid import require_inside
from studies.framework.surrogates import LOWERED
from studies.framework.trainings import search
from studies.sequence_models import PRESETS, STUDY, comparison, motions, page, speed, training
from studies.sequence_models.contenders import CONTENDERS, FIELD, LINEAR, build, count, spec
from studies.sequence_models.drawing import front
from studies.sequence_models.table import advise, summary
from tests.helpers import tiny_study
from tests.helpers.numbers import assert_same_but_for_rounding

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
CONVOLUTIONS = ("CNN", "TCN", "MLP on windows")


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tiny")
    return *tiny_study.run("sequence_models", folder), folder / "sequence_models"


def test_tiny_preset_measures_every_question(tiny):
    results, verdicts, folder = tiny
    settings = PRESETS["tiny"]
    assert tuple(results.network.values) == settings.networks
    assert (results.parameters <= settings.size).all()
    for name in (
        "nrmse",
        "few_nrmse",
        "physics_nrmse",
        "steps",
        "step_seconds",
        "response_seconds",
    ):
        assert (results[name] > 0.0).all(), name
    assert "earthquake_nrmse" not in results
    assert {claim.statement for claim in verdicts} >= {"Every network gains from more records."}
    assert not (folder / "cache").exists()
    rows = page.render(folder).splitlines()
    assert sum(row.startswith(f"| {name} |") for row in rows for name in settings.networks) == len(
        settings.networks
    )


def test_page_is_up_to_date():
    """Otherwise run python -m studies.sequence_models.page."""
    written = (page.FOLDER / page.PAGE).read_text(encoding="utf-8")
    assert_same_but_for_rounding(page.render(), written)


def test_earthquakes_are_scored_where_there_are_some_and_skipped_aloud(
    tmp_path, capsys, monkeypatch
):
    trained = []
    monkeypatch.setattr(
        training, "run", lambda settings, folder, one: trained.append(one) or _scores()
    )
    monkeypatch.setattr(training, "make_records", lambda *_: None)
    monkeypatch.setattr(comparison, "_physics", lambda *_: xr.Dataset())
    comparison.measure(PRESETS["tiny"], [0], Cache(tmp_path))
    assert (
        "earthquakes: skipped, since --earthquakes FOLDER was not given" in capsys.readouterr().err
    )
    assert len(trained) == len(set(trained))  # nothing is trained twice


def _scores():
    ones = dict.fromkeys(("parameters", "steps", "converged", "accelerated"), 1.0)
    scores = {"nrmse": (("case", "record"), np.ones((3, 2))), **ones}
    return xr.Dataset(scores, {"case": list(motions.CASES)})


def test_empty_folder_of_earthquakes_is_refused_before_anything_is_trained(tmp_path, capsys):
    (tmp_path / "none").mkdir()
    words = [
        "study",
        "sequence_models",
        "--preset",
        "tiny",
        "--earthquakes",
        str(tmp_path / "none"),
    ]
    assert tiny_study.main([*words, "--out", str(tmp_path / "out")]) == 2
    assert "holds no file" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", CONTENDERS)
def test_networks_have_equally_many_parameters(name):
    made = count(build(spec(name, 5000)))
    assert made <= 5000
    assert made >= 4000 or name == LINEAR


def test_too_few_parameters_are_refused():
    with pytest.raises(ValueError, match=r"TCN has at least .* parameters, got 3"):
        spec("TCN", 3)


@pytest.mark.parametrize("name", CONTENDERS)
def test_causal_networks_see_the_past_alone(name):
    torch.manual_seed(0)
    network, input = (
        build(spec(name, 1500)).double(),
        torch.randn(1, 300, 1, dtype=torch.float64, requires_grad=True),
    )
    (seen,) = torch.autograd.grad(network(input)[0, 150].sum(), input)
    ahead = seen[0, 151:, 0].abs().max() / seen.abs().max()
    assert bool(ahead < 1e-12) == CONTENDERS[name].causal  # a convolution by FFT rounds
    if name in CONVOLUTIONS:
        assert seen[0, :, 0].nonzero().min() == 150 - FIELD + 1


def test_fewer_records_are_the_first_of_more(tmp_path):
    few, many = (
        motions.load(motions.make(tmp_path / f"{n}.h5", "train", n, 3, 1.0)) for n in (2, 3)
    )
    for a, b in zip(few, many, strict=True):
        assert np.array_equal(a, b[:2])


def test_strong_motions_are_those_of_the_test_times_two(tmp_path):
    cases = {
        name: motions.load(path)[0] for name, path in motions.make_cases(tmp_path, 2, 1.0).items()
    }
    assert cases["strong"] == pytest.approx(2.0 * cases["test"])
    assert not np.allclose(cases["validation"], cases["test"])


def test_earthquakes_have_the_peak_and_their_response(tmp_path):
    times = 0.02 * np.arange(101)
    table = np.stack([times, np.sin(9.0 * times)], axis=1)
    np.savetxt(
        tmp_path / "sine.csv",
        table,
        delimiter=",",
        header="time (s), acceleration (m/s^2)",
        comments="",
    )
    motions.earthquakes.cache_clear()
    ((name, (input, drift)),) = motions.earthquakes(tmp_path).items()
    assert name == "sine.csv"
    assert input.shape == (1, 51, 1)
    assert drift.shape == (1, 51, 5)
    assert abs(input).max() == pytest.approx(motions.PEAK, rel=0.02)
    assert abs(drift[:, 0]).max() == 0.0
    assert abs(drift).max() > 1e-3


def test_configuration_reaches_the_penalty_and_the_memory():
    one = training.Training("LSTM", 500, 1e-2, 0, 2, physics=0.1)
    config = training.configuration(PRESETS["tiny"], one, "train.h5", "validation.h5")
    assert config["model"]["penalties"][0]["init_args"] == {"motion": 0.1, "law": 0.1}
    assert "initialize" in config["model"]
    off = training.configuration(
        PRESETS["tiny"], training.Training("GRU", 500, 1e-2, 0, 2), "a", "b"
    )
    assert off["optimizer"]["init_args"] == {"lr": 1e-2}
    assert off["data"]["targets"] == ["drift"]
    assert set(off["model"]) == {"network"}
    assert json.dumps(off)


def _by_error(errors):
    """A training that is no better than its learning rate: score by rate."""

    def train(trainings):
        return [
            xr.Dataset(
                {"nrmse": (("case", "record"), [[errors[one.rate]]])}, {"case": ["validation"]}
            )
            for one in trainings
        ]

    return train


def _search(errors, extensions=2):
    settings = replace(PRESETS["tiny"], networks=("LSTM",), rates=(1.0, 2.0, 4.0))
    settings = replace(settings, extensions=extensions)
    make = partial(training.Training, size=1, seed=0, records=1)
    return search(_by_error(errors), make, settings, comparison.validation_error)


def test_a_best_rate_that_stays_at_an_end_is_an_error_of_the_study():
    found = _search({1.0: 0.5, 2.0: 0.4, 4.0: 0.3, 8.0: 0.2}, extensions=1)
    results = xr.Dataset(
        {"validation_by_rate": found.rename(rate="scanned"), "rate": ("network", [8.0])}
    )
    with pytest.raises(ValueError, match="learning rate of LSTM, network LSTM: the best, 8, is"):
        require_inside("sequence_models", STUDY.searches(results))


def test_a_training_ends_where_its_loss_no_longer_falls(tmp_path):
    """With nothing to learn after the first epoch, it takes the patience at each of four rates."""
    settings = replace(PRESETS["tiny"], epochs=200, patience=0)
    result = training.run(settings, tmp_path, training.Training(LINEAR, 150, 1e-6, 0, 2))
    assert bool(result.converged)
    epochs = int(result.steps) / np.ceil(settings.records[-1] / settings.batch)
    assert epochs == 1 + (LOWERED + 1) * (settings.patience + 1) + 1


def test_a_training_that_is_cut_off_is_told(tmp_path):
    settings = replace(PRESETS["tiny"], epochs=2)
    result = training.run(settings, tmp_path, training.Training(LINEAR, 150, 1e-6, 0, 2))
    assert not bool(result.converged)
    assert int(result.steps) == 2


def test_shortest_time_leaves_the_first_round_out():
    calls = []
    times = speed.shortest([lambda: calls.append(0), lambda: calls.append(1)])
    assert calls == [0, 1] * (1 + speed.ROUNDS)
    assert (times >= 0.0).all()
    assert np.isfinite(times).all()


def test_front_is_what_nothing_beats_in_both():
    cost, error = np.array([3.0, 1.0, 2.0, 2.5, 1.0]), np.array([0.1, 0.5, 0.3, 0.4, 0.6])
    assert front(cost, error).tolist() == [1, 2, 0]


def test_advice_is_the_best_of_the_table(tiny):
    results, _, _ = tiny
    advice = {one.need: one.network for one in advise(results)}
    ordered = summary(results)
    assert advice["the lowest error"] == ordered.network[0]
    assert set(advice.values()) - {
        "with physics in the loss",
        "without physics in the loss",
    } <= set(ordered.network.values)
    assert (np.diff(ordered.test) >= 0.0).all()


def test_study_is_in_the_catalogue():
    assert catalogue.find("sequence_models") is STUDY
