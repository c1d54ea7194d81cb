"""`surrogate fragility --calibration`: conformal bands of a surrogate that is off by an eighth."""

import csv
from functools import partial

import numpy as np
import pytest

import datasets
from datasets.recipes.catalogue import load_recipe
from simulators import solve
from simulators.excitation.load import BaseMotions
from surrogate.cli.main import main
from surrogate.data.channels import ChannelGroup, Interface
from surrogate.networks import LSTM
from surrogate.risk.asking import predicted
from tests.helpers.checkpoints import ACCELERATION, save, untrained

pytestmark = pytest.mark.filterwarnings(
    "ignore::DeprecationWarning"
)  # Lightning 2.6 with jsonargparse 4.53
RECIPE = ["five_storey", "motion.duration=4", "heights=3"]
LEVELS = ["0.05", "0.1", "0.2", "0.4", "0.8", "1.6", "3.2"]
STATISTICS = {
    "input_mean": [0.0],
    "input_scale": [2.0],
    "input_peak": [99.0],
    "target_mean": [0.0] * 5,
    "target_scale": [0.05] * 5,
}


@pytest.fixture
def checkpoint(tmp_path):
    drift = ChannelGroup("drift", "m", "storey drift", "storey", 5)
    interface = Interface((ACCELERATION,), (drift,), 0.02)
    network = partial(LSTM, hidden=4)
    return str(save(untrained(network, interface, STATISTICS), tmp_path / "network.ckpt"))


@pytest.fixture
def off_by_an_eighth(monkeypatch):
    def demands(self, accelerations, parameters, heights):
        motions = BaseMotions(np.asarray(accelerations, float), 0.02)
        building = load_recipe("five_storey").nominal
        drift = solve(building, motions, outputs=["drift"], tolerance=1e-3)["drift"]
        return 8.0 / 7.0 * np.abs(drift.values).max(axis=(1, 2)) / 3.0

    monkeypatch.setattr(predicted.Predicted, "demands", demands)


@pytest.fixture
def calibration(tmp_path):
    changes = {"motion.duration": 4, "heights": 3, "records": 120, "seed": 4}
    changes["vary"] = "{motion.scale: {distribution: lognormal, median: 0.8, sigma: 0.5}}"
    changes["split"] = "{train: 0.2, test: 0.8}"
    datasets.generate("five_storey", tmp_path / "calibration.h5", changes)
    return str(tmp_path / "calibration.h5")


def analysed(folder, *more):
    words = ["ida", *RECIPE, "records=30", "--measure", "PGA", "--levels", *LEVELS]
    assert main([*words, "--collapse", "0.3", "--out", str(folder), *more]) == 0
    return str(folder)


def row(folder):
    with (folder / "fragility.csv").open() as file:
        (only,) = csv.DictReader(file)
    return {name: float(only[name]) for name in only if name != "state"}


def fitted(out, source, *words):
    limits = ["--limits", "moderate=0.02", "--repetitions", "50", "--out", str(out)]
    return main(["fragility", source, *limits, *words])


def test_calibration_records_put_the_median_right(
    tmp_path, checkpoint, off_by_an_eighth, calibration, capsys
):
    true = analysed(tmp_path / "true")
    answered = analysed(tmp_path / "answered", "--checkpoint", checkpoint)
    own = ["--calibration", calibration, "--checkpoint", checkpoint, "--window", "1.4"]
    assert fitted(tmp_path / "a", true, "--capacities") == 0
    assert fitted(tmp_path / "b", answered, "--capacities") == 0
    assert fitted(tmp_path / "c", answered, *own) == 0
    assert "of the answers, with 90% coverage" in capsys.readouterr().out
    exact, alone, mended = (row(tmp_path / name)["median_g"] for name in "abc")
    assert alone < 0.93 * exact
    assert mended == pytest.approx(exact, rel=0.05)


def test_wrong_use_is_one_line(tmp_path, checkpoint, off_by_an_eighth, calibration, capsys):
    true = analysed(tmp_path / "true")
    answered = analysed(tmp_path / "answered", "--checkpoint", checkpoint)
    drift = ChannelGroup("drift", "m", "storey drift", "storey", 5)
    interface = Interface((ACCELERATION,), (drift,), 0.02)
    network = partial(LSTM, hidden=5)
    other = str(save(untrained(network, interface, STATISTICS), tmp_path / "other.ckpt"))
    trained = str(tmp_path / "trained.h5")
    few = {"motion.duration": 4, "heights": 3, "records": 12, "split": "{train: 1.0}"}
    datasets.generate("five_storey", trained, few)
    higher = str(tmp_path / "higher.h5")
    datasets.generate("five_storey", higher, few | {"heights": 4})
    own = ["--calibration", calibration, "--checkpoint", checkpoint]
    cases = [
        (answered, own[:2], "--calibration needs --checkpoint"),
        (answered, own[2:], "--checkpoint is for --calibration, which is missing"),
        (answered, [*own, "--capacities"], "takes the place of --runs and --capacities"),
        (answered, [*own, "--runs", true], "takes the place of --runs and --capacities"),
        (answered, [*own, "--window", "0.5"], "--window 0.5: must be a factor above 1"),
        (answered, ["--window", "1.5"], "--window is for --calibration, which is missing"),
        (answered, [*own[:3], "none.ckpt"], "none.ckpt does not exist"),
        (answered, [*own[:3], other], "other surrogates answered"),
        (answered, [own[0], trained, *own[2:]], "all records are of the part train"),
        (answered, [own[0], higher, *own[2:]], "the recipes differ in heights; generate"),
        (answered, [own[0], "none.h5", *own[2:]], "none.h5 does not exist"),
        (true, own, "has those of the simulator"),
        (calibration, [*own, "--measure", "PGA"], "is a dataset"),
    ]
    for source, words, message in cases:
        assert fitted(tmp_path / "out", source, *words) == 2
        assert message in capsys.readouterr().err.splitlines()[-1]
        assert not (tmp_path / "out").exists()
