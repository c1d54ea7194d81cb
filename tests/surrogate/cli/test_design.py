"""`surrogate design`: the records chosen are those that surrogates disagree about."""

from functools import partial

import numpy as np
import pytest

from datasets.files.locking import exclusive
from datasets.recipes.catalogue import load_recipe
from surrogate.cli.main import main
from surrogate.data.channels import ChannelGroup, Interface
from surrogate.networks import LSTM
from surrogate.risk import design
from surrogate.risk.asking import predicted
from tests.helpers.checkpoints import ACCELERATION, save, untrained

pytestmark = pytest.mark.filterwarnings(
    "ignore::DeprecationWarning"
)  # Lightning 2.6 with jsonargparse 4.53
RECIPE = ["five_storey", "motion.duration=2", "heights=3", "records=40"]
STATISTICS = {
    "input_mean": [0.0],
    "input_scale": [2.0],
    "input_peak": [9.0],
    "target_mean": [0.0] * 5,
    "target_scale": [0.05] * 5,
}


def propose(*words):
    return main(["design", *map(str, words)])


@pytest.fixture
def checkpoints(tmp_path):
    drift = ChannelGroup("drift", "m", "storey drift", "storey", 5)
    interface = Interface((ACCELERATION,), (drift,), 0.02)
    network = partial(LSTM, hidden=4)
    return [
        save(untrained(network, interface, STATISTICS, seed), tmp_path / f"{seed}.ckpt")
        for seed in range(2)
    ]


def test_the_recipe_makes_the_records_that_were_looked_at(tmp_path, checkpoints):
    words = ["--checkpoint", *checkpoints, "--runs", 6, "--out", tmp_path / "answers"]
    assert propose(*RECIPE, *words, "--next", tmp_path / "next.yaml") == 0
    recipe = load_recipe(tmp_path / "next.yaml")
    assert recipe.records == len(set(recipe.chosen)) == 6
    whole = load_recipe(RECIPE[0], RECIPE[1:]).make(0, 40)
    made = recipe.make(0, 6)
    np.testing.assert_array_equal(made["drift"], whole["drift"][list(recipe.chosen)])


def test_runs_are_where_members_disagree():
    generator = np.random.default_rng(0)
    middle = generator.standard_normal(2000)
    spread = np.where(np.arange(2000) < 200, 0.5, 0.005)
    proposal = design.by_disagreement(middle, spread, 50, generator)
    assert len(proposal.places) == 50
    assert (proposal.places < 200).mean() > 0.85


def test_runs_by_effect_are_near_the_limit():
    generator = np.random.default_rng(1)
    middle = generator.standard_normal(2000)
    proposal = design.by_effect(middle, np.full(2000, 0.1), np.exp(1.5), 60, generator)
    near = np.abs(middle[proposal.places] - 1.5) < 0.4
    assert near.mean() > 0.7


def test_the_standard_error_to_expect_is_that_of_the_estimate():
    """Members whose spread is their error: 300 estimates scatter as expected."""
    from surrogate.risk.estimation import guided

    generator = np.random.default_rng(2)
    true = generator.standard_normal(5000)
    middle = true + 0.2 * generator.standard_normal(5000)
    spread = np.full(5000, 0.2)
    expected = design.expected_variation(middle, spread, np.exp(1.5), 100)
    values = []
    for _ in range(300):
        plan = guided(middle, 1.5, 0.2, 100, generator)
        values.append(plan.estimate(true[plan.chosen] > 1.5).value)
    share = (true > 1.5).mean()
    of_runs = np.std(values) / share
    of_inputs = np.sqrt((1.0 - share) / share / 5000)
    assert expected == pytest.approx(np.hypot(of_runs, of_inputs), rel=0.2)


def test_a_limit_that_all_records_exceed_tells_no_error():
    """It was told as an expected standard error of 0.0 %."""
    middle = np.random.default_rng(3).standard_normal(50)
    for logarithm, count in ((-9.0, "50.0"), (9.0, "0.0")):
        limit = np.exp(logarithm)
        with pytest.raises(
            ValueError, match=f"{count} of 50 records exceed it, which tells no standard error"
        ):
            design.expected_variation(middle, np.full(50, 0.5), limit, 20)


def test_where_members_agree_nothing_is_left_to_train_for(
    tmp_path, checkpoints, monkeypatch, capsys
):
    def answer(self, asked):
        return np.abs(asked.motions.acceleration).max(axis=1)

    monkeypatch.setattr(predicted.Predicted, "__call__", answer)
    words = ["--checkpoint", *checkpoints, "--runs", 6, "--out", tmp_path / "answers"]
    words += ["--limit", 5.0, "--standard-error", 0.5, "--next", tmp_path / "next.yaml"]
    words += ["--quantity", "drift"]
    assert propose(*RECIPE, "records=300", *words) == 0
    assert "nothing to train for, no recipe" in capsys.readouterr().out
    assert not (tmp_path / "next.yaml").exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--runs", 40], "runs = 40: must be at least 2 and fewer than the 40 records"),
        (["--runs", 5, "--standard-error", 0.1], "give --limit"),
        (["--runs", 5, "--limit", -1], "--limit -1: must be a positive demand"),
        (["--runs", 5, "--limit", 1], "--for-runs 200: must be fewer than the 40 records"),
        (["--runs", 5, "--limit", "inf"], "--limit inf: must be a positive demand"),
        (["--runs", 5, "--limit", 1, "--standard-error", "nan"], "--standard-error nan: must be"),
        (["--runs", 5, "--seed", -2], "--seed -2: must be a whole number >= 0"),
        (["--runs", 5, "motion.interval=0.01"], "the surrogate takes motions every 0.02 s"),
    ],
)
def test_wrong_use_is_one_line(tmp_path, capsys, checkpoints, words, message):
    asked = [*RECIPE, "--checkpoint", *checkpoints, *words, "--out", tmp_path / "answers"]
    assert propose(*asked, "--next", tmp_path / "next.yaml") == 2
    assert message in capsys.readouterr().err.splitlines()[-1]
    assert not (tmp_path / "next.yaml").exists()


def test_two_processes_do_not_work_in_one_folder(tmp_path, capsys, checkpoints):
    (tmp_path / "run").mkdir()
    words = ["--checkpoint", *checkpoints, "--runs", 5, "--next", tmp_path / "next.yaml"]
    with exclusive(tmp_path / "run", "taken"):
        assert propose(*RECIPE, *words, "--out", tmp_path / "run") == 2
    assert f"another process works in {tmp_path / 'run'}" in capsys.readouterr().err
    assert not (tmp_path / "next.yaml").exists()


def test_one_surrogate_disagrees_with_nobody(tmp_path, capsys, checkpoints):
    asked = [*RECIPE, "--checkpoint", checkpoints[0], "--runs", 5, "--out", tmp_path / "answers"]
    assert propose(*asked, "--next", tmp_path / "next.yaml") == 2
    assert "disagrees with nobody" in capsys.readouterr().err
    assert propose(*asked, "--next", tmp_path / "next.txt") == 2
    assert "must end in .yaml, .yml" in capsys.readouterr().err
