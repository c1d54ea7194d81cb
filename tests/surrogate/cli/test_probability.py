"""`surrogate probability`: counts of the simulator, and surrogates that true runs correct."""

import csv
from functools import partial

import numpy as np
import pytest

from datasets.files.locking import exclusive
from datasets.recipes.catalogue import load_recipe
from surrogate.cli.main import main
from surrogate.data.channels import ChannelGroup, Interface
from surrogate.networks import LSTM
from surrogate.risk.asking import predicted, simulated
from tests.helpers.checkpoints import ACCELERATION, save, untrained

pytestmark = pytest.mark.filterwarnings(
    "ignore::DeprecationWarning"
)  # Lightning 2.6 with jsonargparse 4.53
RECIPE = ["five_storey", "motion.duration=4", "heights=3"]
STATISTICS = {
    "input_mean": [0.0],
    "input_scale": [2.0],
    "input_peak": [9.0],
    "target_mean": [0.0] * 5,
    "target_scale": [0.05] * 5,
}


def probability(*words):
    return main(["probability", *map(str, words)])


def row(folder):
    with (folder / "probability.csv").open() as file:
        (only,) = csv.DictReader(file)
    return {name: value if name == "quantity" else float(value) for name, value in only.items()}


@pytest.fixture(scope="module")
def peaks():
    """Drift ratios of 4000 records."""
    made = load_recipe(RECIPE[0], [*RECIPE[1:], "records=4000"]).make(0, 4000)
    return np.abs(made["drift"].values).max(axis=(1, 2)) / 3.0


@pytest.fixture
def checkpoint(tmp_path):
    drift = ChannelGroup("drift", "m", "storey drift", "storey", 5)
    interface = Interface((ACCELERATION,), (drift,), 0.02)
    return save(
        untrained(partial(LSTM, hidden=4), interface, STATISTICS), tmp_path / "network.ckpt"
    )


@pytest.fixture
def approximate(monkeypatch):
    """A surrogate that answers with the demand times noise of 10 %."""

    def answer(self, asked):
        true = simulated.Simulated(self.quantity, None)(asked)
        seeds = (np.abs(asked.motions.acceleration).sum(axis=1) * 1e6).astype(int)
        noise = [np.random.default_rng(seed).standard_normal() for seed in seeds]
        return 1.3 * true * np.exp(0.1 * np.array(noise))

    monkeypatch.setattr(predicted.Predicted, "__call__", answer)


def test_the_simulator_counts(tmp_path, peaks):
    words = [*RECIPE, "records=300", "--limit", 0.02, "--out", tmp_path / "run"]
    assert probability(*words) == 0
    found = row(tmp_path / "run")
    assert found["probability"] == pytest.approx((peaks[:300] > 0.02).mean(), abs=1e-12)
    assert found["runs"] == 300
    assert (tmp_path / "run/probability.png").stat().st_size > 10_000


def test_two_processes_do_not_work_in_one_folder(tmp_path, capsys):
    with exclusive(tmp_path, "taken"):
        assert probability(*RECIPE, "records=300", "--limit", 0.02, "--out", tmp_path) == 2
    assert f"another process works in {tmp_path}" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_true_runs_correct_a_surrogate_that_is_off(
    tmp_path, peaks, checkpoint, approximate, capsys
):
    limit = float(np.quantile(peaks, 0.98))
    words = [*RECIPE, "records=4000", "--limit", limit, "--checkpoint", checkpoint]
    assert probability(*words, "--runs", 160, "--out", tmp_path / "run") == 0
    found = row(tmp_path / "run")
    exact = (peaks > limit).mean()
    assert found["probability"] == pytest.approx(exact, abs=3.0 * found["standard_error"])
    assert found["standard_error"] < 0.2 * exact
    assert found["crude_runs"] > 5 * found["runs"]
    assert found["surrogate_error"] == pytest.approx(0.1, rel=0.5)
    assert found["answers"] == 4000
    assert "beyond its training" in capsys.readouterr().out


def test_runs_stop_at_a_standard_error_and_go_on_to_a_smaller_one(
    tmp_path, peaks, checkpoint, approximate, monkeypatch
):
    limit = float(np.quantile(peaks, 0.9))
    words = [*RECIPE, "records=4000", "--limit", limit, "--checkpoint", checkpoint]
    words += ["--runs", 300, "--out", tmp_path / "run"]
    assert probability(*words, "--standard-error", 0.3) == 0
    first = row(tmp_path / "run")
    assert first["runs"] < 120
    asked = []
    original = simulated.Simulated.__call__

    def counted(self, records):
        if self.executor is not None:
            asked.append(records.records)
        return original(self, records)

    monkeypatch.setattr(simulated.Simulated, "__call__", counted)
    assert probability(*words) == 0
    second = row(tmp_path / "run")
    assert second["standard_error"] < first["standard_error"]
    assert sum(asked) == second["runs"] - first["runs"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--limit", -1], "limit = -1: must be a positive demand"),
        (["--limit", 1, "--standard-error", 2], "standard error = 2: must be a share"),
        (["--limit", 1, "--runs", 1], "runs = 1: must be at least 2"),
        (
            ["--limit", 2],
            "limit = 2: a drift ratio is a share of the storey height, at most 1: 2 %",
        ),
        (["--limit", "inf"], "limit = inf: must be a positive demand"),
        (["--limit", 1, "--runs", 50], "runs = 50: the recipe has 40 records"),
        (["--limit", 1, "--seed", -1], "seed = -1: must be a whole number >= 0"),
        (["--limit", 0.9], "0 of 40 runs exceed: the standard error cannot be told"),
        (["--limit", 1, "--quantity", "warmth"], "quantity = 'warmth': expected drift_ratio"),
        (["--limit", 1, "heights=null"], "storey heights are missing"),
    ],
)
def test_wrong_use_is_one_line(tmp_path, capsys, words, message):
    assert probability(*RECIPE, "records=40", *words, "--out", tmp_path / "run") == 2
    told = capsys.readouterr().err
    assert message in told.splitlines()[-1]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "--runs is missing: how many true runs correct it"),
        (["--runs", 30], "runs = 30: a surrogate is corrected by 60 or more"),
        (["--runs", 60], "records = 40: a surrogate answers more records than the 60"),
    ],
)
def test_a_surrogate_without_enough_runs_is_refused(tmp_path, capsys, checkpoint, words, message):
    asked = [*RECIPE, "records=40", "--limit", 0.02, "--checkpoint", checkpoint, *words]
    assert probability(*asked, "--out", tmp_path / "run") == 2
    assert message in capsys.readouterr().err
    assert not (tmp_path / "run").exists()
