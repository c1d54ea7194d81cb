"""`surrogate design-loop`: an oscillator whose records are all counted as well."""

import csv
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from datasets.recipes.catalogue import load_recipe
from surrogate.cli.main import main
from surrogate.design import members

pytestmark = pytest.mark.filterwarnings(
    "ignore::DeprecationWarning"
)  # Lightning 2.6 with jsonargparse 4.53
RECIPE = """
structure:
  mass: [1000.0]
  laws: [{law: Elastic, stiffness: [40000.0]}]
  damping_ratio: 0.05
motion: {process: BandLimitedNoise, low_frequency: 0.2, high_frequency: 4.0,
         root_mean_square: 1.0, duration: 3.0, interval: 0.05}
vary: {motion.scale: {distribution: lognormal, median: 1.0, sigma: 0.5}}
outputs: [drift]
records: 1500
seed: 5
"""
CONFIG = """
data: {inputs: [base_acceleration], targets: [drift], batch_size: 8}
model:
  network: {class_path: surrogate.networks.LSTM, init_args: {hidden: 6, odd: true}}
optimizer: {class_path: torch.optim.Adam, init_args: {lr: 2.0e-2}}
trainer: {accelerator: cpu, max_epochs: 15, enable_progress_bar: false}
"""
LIMIT = 0.15


@pytest.fixture
def words(tmp_path):
    (tmp_path / "recipe.yaml").write_text(RECIPE)
    (tmp_path / "fit.yaml").write_text(CONFIG)
    return [
        *("design-loop", str(tmp_path / "recipe.yaml"), "--quantity", "drift"),
        *("--limit", str(LIMIT), "--config", str(tmp_path / "fit.yaml")),
        *("--start", "30", "--step", "20", "--workers", "1", "--out", str(tmp_path / "loop")),
        *("--further-fit", "trainer.max_epochs=6", "--runs", "90"),
    ]


def rows(folder):
    with (folder / "path.csv").open() as file:
        return [{name: float(value) for name, value in row.items()} for row in csv.DictReader(file)]


@pytest.fixture(scope="module")
def counted(tmp_path_factory):
    path = tmp_path_factory.mktemp("recipe") / "recipe.yaml"
    path.write_text(RECIPE)
    made = load_recipe(path).make(0, 1500)
    return np.abs(made["drift"].values).max(axis=(1, 2)) > LIMIT


def test_the_loop_finds_what_is_counted_and_goes_on(tmp_path, words, counted, monkeypatch, capsys):
    assert main([*words, "--until", "probability=0.01"]) == 0
    told = capsys.readouterr().out
    assert "not reached: standard error of probability 1.0%" in told
    found = rows(tmp_path / "loop")
    assert found[-1]["runs"] <= 90
    of_records = np.sqrt(counted.mean() * (1.0 - counted.mean()) / 1500)
    of_runs = np.sqrt(found[-1]["probability_standard_error"] ** 2 - of_records**2)
    assert abs(found[-1]["probability"] - counted.mean()) < 3.5 * of_runs
    assert (tmp_path / "loop/path.png").stat().st_size > 10_000

    def refuse(*arguments):
        raise AssertionError("what is kept is not made again")

    monkeypatch.setattr(members.Members, "_train", refuse)
    assert main([*words, "--until", "probability=0.01"]) == 0
    assert rows(tmp_path / "loop") == found
    # What is asked may change: the same runs tell a curve.
    curve = ["--until", "median=0.9", "beta=0.9", "--measure", "PGA"]
    assert main([*words, *curve]) == 0
    assert "reached: standard error of median 90.0%, beta 90.0%" in capsys.readouterr().out
    assert rows(tmp_path / "loop")[-1]["median"] > 0.0


def test_a_loop_that_is_killed_goes_on(tmp_path, words):
    command = [sys.executable, "-m", "surrogate", *words, "--until", "probability=0.01"]
    environment = dict(os.environ, CUDA_VISIBLE_DEVICES="")
    process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
    _wait_for(tmp_path / "loop/round-01/seed-1/log.txt", process)
    process.send_signal(signal.SIGKILL)
    process.wait()
    made = (tmp_path / "loop/round-00/data.h5").stat().st_mtime_ns
    assert main([*words, "--until", "probability=0.01"]) == 0
    assert (tmp_path / "loop/round-00/data.h5").stat().st_mtime_ns == made
    assert rows(tmp_path / "loop")[-1]["runs"] <= 90


def _wait_for(path, process):
    end = time.monotonic() + 120.0
    while not path.exists():
        assert process.poll() is None
        assert time.monotonic() < end
        time.sleep(0.05)


def test_a_changed_file_or_setup_is_refused(tmp_path, words, capsys):
    asked = [*words[:-1], "50", "--until", "probability=0.5"]
    assert main(asked) == 0
    assert main([*asked[:2], "seed=6", *asked[2:]]) == 2
    assert "another setup, which differs in recipe.seed" in capsys.readouterr().err
    assert main([*asked, "--fit", "trainer.max_epochs=2"]) == 2
    assert "which differs in training.first.trainer.max_epochs" in capsys.readouterr().err
    checkpoint = next((tmp_path / "loop/round-01/seed-1").glob("best.ckpt"), None)
    checkpoint = checkpoint or tmp_path / "loop/round-01/seed-1/last.ckpt"
    checkpoint.write_bytes(checkpoint.read_bytes() + b"more")
    assert main(asked) == 2
    assert "was changed since it was trained" in capsys.readouterr().err


PROBABILITY = ["--until", "probability=0.1"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (["--until", "probability=0"], "until probability=0: must be a share between 0 and 1"),
        (["--until", "probability=x"], "--until probability=x: must be a share such as 0.1"),
        (["--until", "median=0.1"], "--measure is missing, as in --measure PGA"),
        (["--until", "warmth=0.1", "--measure", "PGA"], "until warmth: expected median or beta"),
        (["--until", "median=0.1", "--measure", "SA(0.01)"], "period"),
        ([*PROBABILITY, "--measure", "PGA"], "--measure is for a curve"),
        ([*PROBABILITY, "--limit", "-1"], "limit = -1: must be a positive demand"),
        ([*PROBABILITY, "--runs", "40"], "runs = 40: must be at least 50"),
        ([*PROBABILITY, "--start", "5"], "start = 5: must be at least 20"),
        ([*PROBABILITY, "--step", "2"], "step = 2: must be at least 10"),
        ([*PROBABILITY, "--seeds", "1", "1"], "seeds = 1 1: must be whole numbers"),
        ([*PROBABILITY, "--seed", "-1"], "seed = -1: must be at least 0"),
        ([*PROBABILITY, "--fit", "data.path=x"], "data.path: the loop sets it"),
        ([*PROBABILITY, "--fit", "trainer.epochs=3"], "trainer.epochs"),
        (
            [*PROBABILITY, "--fit", "data.targets=[velocity]"],
            "asked for drift by base motions, name drift there",
        ),
        (
            [*PROBABILITY, "--further-fit", "data.inputs=[force]"],
            "asked for drift by base motions, name base_acceleration there",
        ),
        ([*PROBABILITY, "--config", "none.yaml"], "none.yaml does not exist"),
        ([*PROBABILITY, "--quantity", "drift_ratio"], "storey heights are missing"),
    ],
)
def test_wrong_use_is_one_line_and_nothing_is_made(tmp_path, words, capsys, changes, message):
    assert main([*words, *changes]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert message in lines[-1]
    assert not (tmp_path / "loop").exists()


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("records=150", "records = 150: surrogates answer many"),
        ("outputs=[velocity]", "add it to outputs of the recipe"),
        ("sampling=sobol", "sampling must be independent"),
        ("chosen=[1,2,3]", "chosen has 3 records"),
        (
            "vary={laws.stiffness: {distribution: uniform, low: 0.8, high: 1.2}}",
            "vary = laws.stiffness: the surrogate is not told it",
        ),
    ],
)
def test_a_recipe_that_nothing_can_be_chosen_from_is_refused(
    tmp_path, words, capsys, override, message
):
    assert main([*words[:2], override, *words[2:], *PROBABILITY]) == 2
    assert message in capsys.readouterr().err.splitlines()[-1]
    assert not (tmp_path / "loop").exists()
