"""Test, predict and card of an ensemble: metrics of its mean, and how often records lie within its
bands and its spread.
"""

import json
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch
import xarray as xr
import yaml
from lightning.pytorch import Trainer

import datasets
import surrogate
from surrogate import inference
from surrogate.card import page
from surrogate.cli.main import main
from surrogate.data.examples import read_part
from surrogate.evaluation import conformal
from surrogate.networks import LSTM
from tests.helpers.checkpoints import INTERFACE, save, untrained
from tests.helpers.make_records import write_records

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # Lightning 2.6, jsonargparse 4.53
    pytest.mark.filterwarnings("ignore:.*does not have many workers"),  # the data are in memory
    pytest.mark.filterwarnings("ignore:`isinstance"),  # Lightning 2.6 with torch 2.13
]
INPUTS = {"inputs": ["base_acceleration"], "parameters": ["stiffness"], "targets": ["drift"]}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Three members, their calibrated ensemble, its data and a configuration."""
    folder = tmp_path_factory.mktemp("ensemble")
    paths = []
    for seed in range(3):
        network = untrained(partial(LSTM, hidden=4), INTERFACE, seed=seed)
        paths.append(str(save(network, folder / f"{seed}.ckpt")))
    write_records(folder / "records.h5", records=60, samples=50)
    words = ["--data", str(folder / "records.h5"), "--out", str(folder / "all.ckpt")]
    assert main(["ensemble", "--checkpoint", *paths, *words, "--discard", "5"]) == 0
    config = {
        "data": {"path": str(folder / "records.h5"), "discard": 5, **INPUTS},
        "model": {"network": {"class_path": "surrogate.networks.LSTM", "init_args": {"hidden": 4}}},
        "trainer": {"accelerator": "cpu", "enable_progress_bar": False},
    }
    (folder / "c.yaml").write_text(yaml.safe_dump(config))
    return folder


def run(made, command, folder, *words):
    usual = ["--config", str(made / "c.yaml"), "--ckpt_path", str(made / "all.ckpt")]
    return main([command, *usual, "--run", str(folder), *words])


def test_a_test_scores_the_mean_and_tells_the_coverage(made, tmp_path, capsys):
    assert run(made, "test", tmp_path) == 0
    found = json.loads((tmp_path / "test/summary.json").read_text())
    assert found["checkpoint"] == str(made / "all.ckpt")
    members = surrogate.ensemble(made / "all.ckpt")
    part = read_part(INTERFACE, made / "records.h5", "test")
    mean, spread = members.respond(part.input)
    error = (mean - part.target)[:, 5:]
    rmse = np.sqrt(np.mean(error**2, axis=1)).mean(axis=0)
    stated = found["metrics"]["RMSE"]
    np.testing.assert_allclose(
        [stated[name]["mean"] for name in ("drift 1", "drift 2")], rmse, rtol=1e-4
    )
    shares = json.loads((tmp_path / "test/coverage.json").read_text())
    scores = conformal.scores(part.target[:, 5:], mean[:, 5:], members.width(spread)[:, 5:])
    inside = (scores <= conformal.quantile(members.calibration, 0.8)).mean(axis=0)
    assert list(shares["80% band"].values()) == pytest.approx(inside.tolist())
    within = (np.abs(error) <= 2 * spread[:, 5:]).mean(axis=(0, 1))
    assert list(shares["2 spreads"].values()) == pytest.approx(within.tolist(), abs=2e-3)
    printed = capsys.readouterr().out
    assert "10 test records within" in printed
    assert (tmp_path / "test/records.png").is_file()


def test_a_trainer_in_python_gives_the_same_metrics(made):
    members = surrogate.ensemble(made / "all.ckpt")
    records = surrogate.Records(str(made / "records.h5"), discard=5, **INPUTS)
    trainer = Trainer(accelerator="cpu", logger=False, enable_progress_bar=False)
    (found,) = trainer.test(members.joined(), datamodule=records, verbose=False)
    part = read_part(INTERFACE, made / "records.h5", "test")
    error = (members.respond(part.input)[0] - part.target)[:, 5:]
    assert found["RMSE"] == pytest.approx(np.sqrt(np.mean(error**2, axis=1)).mean(), rel=1e-4)
    assert {"NRMSE", "correlation", "peak_error"} <= found.keys()


def test_predictions_are_those_of_the_mean(made, tmp_path):
    assert run(made, "predict", tmp_path) == 0
    part = read_part(INTERFACE, made / "records.h5", "test")
    mean, _ = surrogate.ensemble(made / "all.ckpt").respond(part.input)
    with xr.open_dataset(tmp_path / "predictions.h5", engine="h5netcdf") as found:
        np.testing.assert_allclose(found["drift"], mean, rtol=1e-4, atol=1e-8)
    datasets.validate(datasets.open_dataset(tmp_path / "predictions.h5"))


@pytest.mark.parametrize("command", ["fit", "validate"])
def test_what_takes_a_single_surrogate_says_so(made, tmp_path, capsys, command):
    assert run(made, command, tmp_path / "run") == 2
    error = capsys.readouterr().err
    assert "is an ensemble, which `surrogate respond`, test, predict, card and export take" in error
    assert len(error.splitlines()) == 1
    assert not (tmp_path / "run").exists()


def test_a_card_has_the_metrics_of_the_mean_and_the_coverage(made, tmp_path, capsys):
    out = tmp_path / "all.md"
    words = ["--checkpoint", str(made / "all.ckpt"), "--data", f"test={made / 'records.h5'}"]
    assert main(["card", *words, "--out", str(out)]) == 0
    text = out.read_text()
    count = sum(p.numel() for p in inference.load(made / "0.ckpt").parameters())
    assert f"Mean of 3 networks (LSTM) of {3 * count} parameters" in text
    facts = page.read_facts(out)["sets"]["test"]
    row = next(line for line in text.splitlines() if line.startswith("| drift 1 |"))
    assert row.split("|")[2].strip() == f"{facts['coverage']['50% band']['drift 1']:.1%}"
    assert main(["card", "--verify", str(out)]) == 0
    # 7 metrics x 3 groups x 5 statistics, and 4 shares of 2 channels at least
    assert "numbers measured anew" in capsys.readouterr().out


def test_a_card_whose_coverage_is_not_true_is_refused(made, tmp_path, capsys):
    out = tmp_path / "all.md"
    words = ["--checkpoint", str(made / "all.ckpt"), "--data", f"test={made / 'records.h5'}"]
    assert main(["card", *words, "--out", str(out)]) == 0
    text = out.read_text()
    true = page.read_facts(out)["sets"]["test"]["coverage"]["2 spreads"]["drift 1"]
    false = 0.5 * true + 0.4
    # In the block of numbers and in the table of the page.
    text = text.replace(f'"drift 1": {true}', f'"drift 1": {false}')
    row = next(line for line in text.splitlines() if line.startswith("| drift 1 |"))
    text = text.replace(row, row[: row.rindex(f"{true:.1%}")] + f"{false:.1%} |")
    out.write_text(text)
    assert main(["card", "--verify", str(out)]) == 2
    assert "within 2 spreads (drift 1) is" in capsys.readouterr().err


def test_a_member_of_an_own_class_needs_trust(made, tmp_path, capsys):
    content = inference.read(made / "all.ckpt")
    for member in content["members"]:
        member["hyper_parameters"]["network"]["class_path"] = "my_package.Frame"
    torch.save(content, tmp_path / "own.ckpt")
    for words in (
        ["card", "--data", "test=records.h5", "--out", "a.md"],
        ["export", "--out", "a.onnx"],
        ["respond", "--record", "a.csv", "--out", "a.h5"],
    ):
        assert main([*words, "--checkpoint", str(tmp_path / "own.ckpt")]) == 2
        error = capsys.readouterr().err
        assert "member 1 of" in error
        assert "allow it by --trust my_package" in error
        assert len(error.splitlines()) == 1
    assert not Path("a.md").exists()
