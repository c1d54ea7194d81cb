"""Records that do not begin at rest: `surrogate respond --known`, `surrogate test --data.known`."""

import json
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import surrogate
from datasets import write_dataset
from datasets.contract import lengths, partition
from surrogate.cli.main import main
from surrogate.data.channels import ChannelGroup, Interface
from surrogate.inference.checkpoint import respond
from surrogate.networks import LSTM, Oscillator
from tests.helpers.checkpoints import ACCELERATION, save, untrained

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
INTERVAL = 0.02
CUT = 70
"""Samples that are taken from the start of each record, so that the rest begins in motion."""
KNOWN = 12
SECONDS = (KNOWN - 1) * INTERVAL
DISPLACEMENT = ChannelGroup("displacement", "m", "displacement", "floor", 1)
INTERFACE = Interface((ACCELERATION,), (DISPLACEMENT,), INTERVAL)
STATISTICS = {
    "input_mean": [0.0],
    "input_scale": [2.0],
    "input_peak": [20.0],
    "target_mean": [0.0],
    "target_scale": [1e-2],
}
ASKED = ["--checkpoint", "a.ckpt", "--record", "cut.h5", "--out", "answer.h5"]
TESTED = ["--ckpt_path", "a.ckpt", "--data.path", "cut.h5", "--run", "run"]
TESTED += ["--data.inputs", "[base_acceleration]", "--data.targets", "[displacement]"]
TESTED += ["--trainer.logger", "false", "--trainer.accelerator", "cpu"]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An oscillator, and its own responses without their beginnings."""
    monkeypatch.chdir(tmp_path)
    made = untrained(partial(Oscillator, gain=1.0, period=12.0), INTERFACE, STATISTICS)
    save(made, Path("a.ckpt"))
    write_dataset(in_motion(made), Path("cut.h5"))
    return tmp_path


def in_motion(made) -> xr.Dataset:
    acceleration = 2.0 * np.random.default_rng(0).standard_normal((4, 230, 1))
    displacement = respond(made, acceleration)
    values = {"base_acceleration": acceleration[..., 0], "displacement": displacement}
    units = {"base_acceleration": "m s-2", "displacement": "m"}
    dims = ("record", "time", "floor")
    found = {
        name: xr.Variable(
            dims[: value.ndim],
            value[:, CUT:].astype(np.float32),
            {"units": units[name], "long_name": name},
        )
        for name, value in values.items()
    }
    seconds = np.arange(acceleration.shape[1] - CUT) * INTERVAL
    time = xr.Variable("time", seconds, {"units": "s", "long_name": "time"})
    dataset = xr.Dataset(found, {"time": time})
    dataset["split"] = partition.label([0, 0, 1, 2])
    return dataset


def error_of(dataset, start=KNOWN):
    truth = dataset.displacement_reference[:, start:]
    error = dataset.displacement[:, start:] - truth
    return float(np.sqrt((error**2).mean()) / truth.std())


def scores_of_the_run():
    """Metrics of the last test."""
    return json.loads(Path("run/test/summary.json").read_text())["metrics"]


def test_respond_goes_on_from_the_known_samples(folder, capsys):
    assert main(["respond", *ASKED, "--known", f"{SECONDS}"]) == 0
    known = xr.open_dataset("answer.h5")
    assert main(["respond", *ASKED[:-1], "rest.h5"]) == 0
    assert error_of(known) < 0.02
    assert error_of(xr.open_dataset("rest.h5")) > 0.1
    asked = surrogate.respond(surrogate.load("a.ckpt"), "cut.h5", known=SECONDS)
    np.testing.assert_allclose(asked.displacement, known.displacement, atol=1e-7)


def test_metrics_of_respond_leave_out_what_is_known(folder, capsys):
    data = xr.open_dataset("cut.h5").load()
    data["displacement"][:, KNOWN:] *= 2.0
    write_dataset(data.isel(record=[3]), Path("doubled.h5"))
    words = ["--checkpoint", "a.ckpt", "--record", "doubled.h5", "--out", "b.h5"]
    assert main(["respond", *words, "--known", f"{SECONDS}"]) == 0
    row = capsys.readouterr().out.splitlines()[-2].split()
    answer = xr.open_dataset("b.h5")
    assert float(row[4]) == pytest.approx(error_of(answer), rel=1e-3)


def test_a_test_scores_what_follows_the_known_samples(folder):
    assert main(["test", *TESTED, f"--data.known={KNOWN}"]) == 0
    assert scores_of_the_run()["NRMSE"]["all"]["worst"] < 1e-4


def test_records_of_different_lengths(folder):
    data = xr.open_dataset("cut.h5").load()
    last = data.isel(record=[3], time=slice(0, 120))
    longer = data.isel(record=[2])
    joined = xr.concat([longer, last], "record", join="outer")
    joined["split"] = partition.label([2, 2])
    joined = joined.assign(samples=lengths.label([160, 120]))
    write_dataset(joined, Path("ragged.h5"))
    words = [word.replace("cut.h5", "ragged.h5") for word in TESTED]
    assert main(["test", *words, f"--data.known={KNOWN}"]) == 0
    assert scores_of_the_run()["NRMSE"]["all"]["worst"] < 1e-4


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--known", "0"], "known must be a positive number of seconds, got 0"),
        (["--known", "5"], "known must be 0.02 to 3.16 s for cut.h5"),
        (["--known", "1", "--coverage", "0.9"], "--known and --coverage do not go together"),
        (["--known", "1", "--peak", "2"], "--known and --peak do not go together"),
    ],
)
def test_what_cannot_be_known_is_refused(folder, capsys, words, message):
    assert main(["respond", *ASKED, *words]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert len(error.splitlines()) == 1
    assert not Path("answer.h5").exists()


def test_records_without_a_response_and_networks_without_such_a_state_are_refused(folder, capsys):
    data = xr.open_dataset("cut.h5").load()
    write_dataset(data.drop_vars("displacement"), Path("bare.h5"))
    words = ["--checkpoint", "a.ckpt", "--record", "bare.h5", "--out", "b.h5", "--known", "1"]
    assert main(["respond", *words]) == 2
    assert "states no response to tell its state" in capsys.readouterr().err
    save(untrained(partial(LSTM, hidden=3), INTERFACE, STATISTICS), Path("a.ckpt"))
    assert main(["respond", *ASKED, "--known", "1"]) == 2
    assert "LSTM has no state that first samples tell" in capsys.readouterr().err
    assert main(["test", *TESTED, "--data.known", "12"]) == 2
    assert "LSTM has no state that first samples tell" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("known", "message"),
    [
        ("1", "known must be at least 2 samples, which tell a velocity, or 0, got 1"),
        ("-3", "known must be at least 0, got -3"),
        ("160", "records of cut.h5 have 160 samples: too few for known = 160"),
    ],
)
def test_numbers_of_known_samples_that_a_test_cannot_take(folder, capsys, known, message):
    assert main(["test", *TESTED, f"--data.known={known}"]) == 2
    assert message in capsys.readouterr().err
