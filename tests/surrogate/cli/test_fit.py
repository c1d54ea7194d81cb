"""The command line from end to end on a small dataset, and its one-line errors."""

import csv
import inspect
import json
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
import yaml
from lightning.pytorch import Callback

import datasets
from datasets.recipes.catalogue import read_recipe
from simulators.excitation.motion import BaseMotion
from simulators.solvers.solve import solve
from simulators.structures import presets
from surrogate import inference
from surrogate.cli.main import main
from surrogate.evaluation.metrics import evaluate
from surrogate.networks import LSTM, ShearBuilding
from surrogate.training.module import Surrogate
from surrogate.training.run import train
from tests.helpers.make_records import INTERVAL, write_records

pytestmark = pytest.mark.filterwarnings(
    "ignore::DeprecationWarning"
)  # Lightning 2.6 with jsonargparse 4.53
torch.set_num_threads(1)  # networks of this size only lose by more


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A dataset, a config, and the run that was trained with them."""
    folder = tmp_path_factory.mktemp("surrogate")
    config = {
        "seed_everything": 1,
        "run": str(folder / "run"),
        "data": {
            "path": str(write_records(folder / "records.h5")),
            "inputs": ["base_acceleration"],
            "targets": ["drift"],
            "window": 80,
            "washout": 20,
            "windows_per_epoch": 16,
        },
        "model": {"network": {"class_path": "surrogate.networks.LSTM", "init_args": {"hidden": 8}}},
        "optimizer": {"class_path": "torch.optim.Adam", "init_args": {"lr": 1e-2}},
        "trainer": {
            "accelerator": "cpu",
            "max_epochs": 3,
            "enable_progress_bar": False,
            "enable_model_summary": False,
        },
    }
    (folder / "config.yaml").write_text(yaml.safe_dump(config))
    assert main(["fit", "--config", str(folder / "config.yaml")]) == 0
    return folder


def command(folder, name, *arguments):
    return [name, "--config", str(folder / "config.yaml"), *map(str, arguments)]


def losses(run):
    (file,) = run.glob("log/version_*/metrics.csv")
    with file.open() as lines:
        return [
            (row["epoch"], row["train/loss"], row["validation/loss"])
            for row in csv.DictReader(lines)
        ]


def accelerogram(folder):
    """A record of 200 Hz as CSV, which has to be resampled to the interval of the training data."""
    time = np.arange(0.0, 4.0, 0.005)
    acceleration = np.sin(2 * np.pi * time) * np.exp(-time)
    path = folder / "record.csv"
    lines = [f"{t:.3f},{a:.8f}" for t, a in zip(time, acceleration, strict=True)]
    path.write_text("\n".join(["time (s),acceleration (m s-2)", *lines]) + "\n")
    return path


def test_a_run_keeps_checkpoints_log_and_config(folder):
    run = folder / "run"
    assert {"best.ckpt", "last.ckpt"} <= {path.name for path in run.iterdir()}
    assert (
        yaml.safe_load((run / "log/version_0/config.yaml").read_text())["trainer"]["max_epochs"]
        == 3
    )
    assert len(losses(run)) == 6  # a line for training and one for validation in each epoch


def test_training_twice_gives_the_same_log(folder, tmp_path):
    assert main(command(folder, "fit", "--run", tmp_path / "again")) == 0
    assert losses(tmp_path / "again") == losses(folder / "run")


def test_test_writes_metrics_of_every_record_and_channel(folder, tmp_path, capsys):
    run = folder / "run"
    assert main(command(folder, "test")) == 0
    with (run / "test/metrics.csv").open() as lines:
        rows = list(csv.DictReader(lines))
    assert [(row["record"], row["channel"]) for row in rows] == [
        (record, channel) for record in ("10", "11") for channel in ("drift 1", "drift 2")
    ]
    assert set(rows[0]) == {
        "record",
        "channel",
        "units",
        *evaluate(np.zeros((1, 2, 1)), np.zeros((1, 2, 1))),
    }
    reference = datasets.open_dataset(folder / "records.h5").isel(record=[10, 11])
    prediction = inference.respond(
        inference.load(run / "best.ckpt"), reference["base_acceleration"].values[..., None]
    )
    rmse = np.sqrt(np.mean((prediction - reference["drift"].values) ** 2, axis=1)).ravel()
    np.testing.assert_allclose([float(row["RMSE"]) for row in rows], rmse, rtol=1e-4)
    printed = capsys.readouterr().out
    assert (run / "test/summary.txt").read_text() in printed + "\n"
    assert (run / "test/records.png").stat().st_size > 10_000
    assert main(command(folder, "test")) == 2
    assert "--overwrite" in capsys.readouterr().err
    assert main(command(folder, "test", "--overwrite")) == 0


def test_predict_writes_a_dataset_of_the_contract(folder):
    assert main(command(folder, "predict")) == 0
    predicted = datasets.open_dataset(folder / "run/predictions.h5")
    datasets.validate(predicted)
    original = datasets.open_dataset(folder / "records.h5").isel(record=[10, 11])
    assert np.array_equal(predicted["base_acceleration"], original["base_acceleration"])
    assert predicted["drift"].shape == original["drift"].shape
    assert predicted["drift"].attrs == original["drift"].attrs


@pytest.mark.parametrize("name", ["validate", "test", "predict"])
def test_only_a_fit_writes_a_config(folder, tmp_path, name):
    options = ["--run", tmp_path / "run", "--ckpt_path", folder / "run/best.ckpt"]
    assert main(command(folder, name, *options)) == 0
    assert not list(tmp_path.rglob("config.yaml"))


def test_a_trained_run_is_not_lost_by_a_second_fit(folder, capsys):
    before = (folder / "run/last.ckpt").read_bytes()
    assert main(command(folder, "fit")) == 2
    assert (
        "last.ckpt exists: name another --run or pass --overwrite, --ckpt_path"
        in capsys.readouterr().err
    )
    assert (folder / "run/last.ckpt").read_bytes() == before


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            ["--optimizer", "Adma"],
            "error: optimizer: expected a class path such as torch.optim.Adam, got Adma\n",
        ),
        (["--optimizer.lr", "-1"], "Invalid learning rate: -1.0"),
        (
            ["--lr_scheduler", "torch.optim.lr_scheduler.StepLR", "--lr_scheduler.step_size", "0"],
            "step_size of StepLR",
        ),
        (
            ["--optimizer", "torch.optim.LBFGS", "--data.batch_size", "4"],
            "LBFGS needs the full batch",
        ),
    ],
)
def test_a_trained_run_outlives_a_wrong_setting_of_the_one_that_is_to_replace_it(
    folder, options, message, capsys
):
    before = (folder / "run/best.ckpt").read_bytes()
    assert main(command(folder, "fit", "--overwrite", *options)) == 2
    assert message in capsys.readouterr().err
    assert (folder / "run/best.ckpt").read_bytes() == before


def test_a_new_training_replaces_the_old_one(folder, tmp_path):
    run = tmp_path / "run"
    shutil.copytree(folder / "run", run)
    (run / "interrupted.ckpt").touch()
    assert main(command(folder, "fit", "--run", run, "--overwrite", "--seed_everything", 2)) == 0
    assert not (run / "interrupted.ckpt").exists()
    assert (run / "best.ckpt").read_bytes() != (folder / "run/best.ckpt").read_bytes()


def test_a_fit_that_the_keyboard_stops_says_how_it_goes_on(folder, tmp_path, capsys):
    class Stop(Callback):
        def on_train_epoch_start(self, trainer, pl_module):
            if trainer.current_epoch == 2:
                raise KeyboardInterrupt

    handler = signal.getsignal(signal.SIGINT)
    try:
        with pytest.raises(KeyboardInterrupt):
            train(command(folder, "fit", "--run", tmp_path / "run")[1:], [Stop()])
    finally:
        signal.signal(signal.SIGINT, handler)  # Lightning ignores the next Ctrl-C
    advice = (
        "stopped in epoch 3: the same command with --ckpt_path last continues from "
        f"{tmp_path / 'run/last.ckpt'}"
    )
    assert advice in capsys.readouterr().err
    for nothing_left in (False, True):
        assert main(command(folder, "fit", "--run", tmp_path / "run", "--ckpt_path", "last")) == 0
        warning = "warning: nothing was left to train by trainer.max_epochs = 3"
        assert (warning in capsys.readouterr().err) == nothing_left


def test_a_run_is_no_file(folder, tmp_path, capsys):
    (tmp_path / "file").touch()
    assert main(command(folder, "fit", "--run", tmp_path / "file/run")) == 2
    assert "run must be a folder" in capsys.readouterr().err


def test_a_run_goes_on_from_its_checkpoint(folder, tmp_path):
    """Three epochs, and two and one more, end with the same weights."""
    run = tmp_path / "run"
    assert main(command(folder, "fit", "--run", run, "--trainer.max_epochs", 2)) == 0
    assert main(command(folder, "fit", "--run", run, "--ckpt_path", run / "last.ckpt")) == 0
    whole, resumed = (
        torch.load(path / "last.ckpt")["state_dict"] for path in (folder / "run", run)
    )
    assert all(torch.equal(whole[name], resumed[name]) for name in whole)
    assert [file.parent.name for file in sorted(run.glob("log/*/metrics.csv"))] == [
        "version_0",
        "version_1",
    ]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--model.network.hidden", "16"], "model.network.hidden is 16, and 8 in "),
        (
            ["--model.network.hidden", "64"],
            "model.network.hidden is 64, and 8 in ",
        ),  # the default, but asked for
        (
            ["--model.network", "surrogate.networks.GRU"],
            "class_path is surrogate.networks.GRU, and surrogate.networks.LSTM",
        ),
    ],
)
def test_a_run_goes_on_with_no_other_network(folder, tmp_path, capsys, options, told):
    checkpoint = folder / "run/last.ckpt"
    assert (
        main(command(folder, "fit", "--run", tmp_path / "run", "--ckpt_path", checkpoint, *options))
        == 2
    )
    error = capsys.readouterr().err
    assert told in error
    assert error.endswith(f"in {checkpoint}, from which the training continues\n")
    assert not (tmp_path / "run").exists()


def test_a_run_goes_on_with_the_network_of_its_checkpoint_where_none_is_named(
    folder, tmp_path, capsys
):
    config = yaml.safe_load((folder / "config.yaml").read_text())
    del config["model"]
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(config))
    usual = [
        "--run",
        tmp_path / "run",
        "--ckpt_path",
        folder / "run/last.ckpt",
        "--trainer.max_epochs",
        4,
    ]
    assert main(command(tmp_path, "fit", *usual)) == 0
    assert inference.load(tmp_path / "run/last.ckpt").network.head.in_features == 8
    assert (
        f"written to {tmp_path / 'run/best.ckpt'} and {tmp_path / 'run/last.ckpt'}\n"
        in capsys.readouterr().out
    )


def test_respond_resamples_predicts_and_writes(folder, tmp_path, capsys):
    out = tmp_path / "response.h5"
    arguments = [
        "respond",
        "--checkpoint",
        folder / "run/best.ckpt",
        "--record",
        accelerogram(tmp_path),
        "--out",
        out,
    ]
    assert main([*map(str, arguments), "--peak", "2.0"]) == 0
    response = datasets.open_dataset(out)
    datasets.validate(response)
    assert float(response["time"][1]) == pytest.approx(INTERVAL)
    assert float(np.abs(response["base_acceleration"]).max()) == pytest.approx(2.0, rel=1e-6)
    expected = inference.respond(
        inference.load(folder / "run/best.ckpt"), response["base_acceleration"].values[..., None]
    )
    assert np.array_equal(response["drift"], expected)
    assert out.with_suffix(".png").stat().st_size > 10_000
    assert "drift 2 (m)" in capsys.readouterr().out
    assert main([*map(str, arguments)]) == 2
    assert "exists" in capsys.readouterr().err


def test_respond_warns_outside_the_amplitudes_of_the_training(folder, tmp_path, capsys):
    arguments = [
        "respond",
        "--checkpoint",
        folder / "run/best.ckpt",
        "--record",
        accelerogram(tmp_path),
    ]
    assert main([*map(str, arguments), "--out", str(tmp_path / "a.h5"), "--peak", "30"]) == 0
    warning = capsys.readouterr().err
    assert warning.startswith("warning: the record's peak of 30 m s-2 is above")
    assert len(warning.splitlines()) == 1


def test_respond_needs_a_recipe_for_a_reference(folder, tmp_path, capsys):
    arguments = [
        "respond",
        "--checkpoint",
        folder / "run/best.ckpt",
        "--record",
        accelerogram(tmp_path),
    ]
    assert main([*map(str, arguments), "--out", str(tmp_path / "a.h5"), "--reference"]) == 2
    assert "the training data of this surrogate had no recipe" in capsys.readouterr().err
    assert not (tmp_path / "a.h5").exists()


RECIPE = """
structure: five_storey
motion: {process: KanaiTajimi, root_mean_square: 2.0, duration: 4.0, interval: 0.02}
records: 6
outputs: [drift]
"""


def test_respond_compares_with_the_simulated_structure(folder, tmp_path, capsys):
    recipe = read_recipe(RECIPE, "test")
    dataset = recipe.make(0, 6).assign_attrs(recipe=recipe.to_yaml())
    datasets.write_dataset(dataset, tmp_path / "building.h5")
    arguments = [
        "--data.path",
        tmp_path / "building.h5",
        "--run",
        tmp_path / "run",
        "--trainer.max_epochs",
        1,
    ]
    assert main(command(folder, "fit", *arguments)) == 0
    assert main(command(folder, "test", *arguments)) == 0
    report = json.loads((tmp_path / "run/test/summary.json").read_text())
    assert (
        0.0 < report["metrics"]["energy_error"]["drift 5"]["mean"] < 10.0
    )  # by the law of the recipe
    out = tmp_path / "response.h5"
    arguments = [
        "--checkpoint",
        tmp_path / "run/best.ckpt",
        "--record",
        accelerogram(tmp_path),
        "--out",
        out,
    ]
    capsys.readouterr()
    assert main(["respond", *map(str, arguments), "--reference", "batch"]) == 0
    response = datasets.open_dataset(out)
    motion = BaseMotion(response["base_acceleration"].values[0], INTERVAL)
    exact = solve(presets.five_storey(), motion, outputs=["drift"])["drift"].values[0]
    np.testing.assert_allclose(
        response["drift_reference"].values[0], exact, atol=1e-3 * np.abs(exact).max()
    )
    rows = [
        line.split() for line in capsys.readouterr().out.splitlines() if line.startswith("drift")
    ]
    scores = evaluate(response["drift"].values, response["drift_reference"].values)
    for storey, row in enumerate(rows):
        assert row[:3] == ["drift", str(storey + 1), "(m)"]
        printed = dict(
            zip(
                ("peak", "reference", "NRMSE", "correlation", "peak_error"),
                map(float, row[3:]),
                strict=True,
            )
        )
        assert printed["NRMSE"] == pytest.approx(scores["NRMSE"][0, storey], rel=1e-3)
        assert printed["reference"] == pytest.approx(np.abs(exact[:, storey]).max(), rel=1e-3)
    assert len(rows) == 5


CONSTANT = [
    "--model.initialize",
    "surrogate.optim.initializers.Initialize",
    "--model.initialize.weight",
]
CONSTANT += ["torch.nn.init.constant_"]
CALLBACK = "--trainer.callbacks+"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--data.path", "absent.h5"], "absent.h5 does not exist"),
        (["--data.path", "config.yaml"], "config.yaml"),
        (["--data.targets", "[drfit]"], "no variable 'drfit'"),
        (["--data.window", "500"], "too few for window = 500"),
        (["--model.network", "surrogate.networks.Absent"], "has no attribute 'Absent'"),
        (
            ["--model.network.hiden", "3"],
            "model.network: surrogate.networks.LSTM has no argument hiden: the nearest is hidden",
        ),
        (["--model.network.dropout", "0.5"], "dropout = 0.5 needs layers >= 2"),
        (["--optimizer", "torch.optim.Adamm"], "has no attribute 'Adamm'"),
        (["--ckpt_path", "config.yaml"], "config.yaml is not a checkpoint of this package"),
        (["--ckpt_path", "absent.ckpt"], "checkpoint absent.ckpt does not exist"),
        (
            ["--trainer.gradient_clip_val", "-1"],
            "error: trainer.gradient_clip_val must be greater than 0, got -1\n",
        ),
        (["--trainer.max_epochs", "many"], "error: trainer.max_epochs: expected int, got many\n"),
        (
            ["--trainer.strategy", "ddp", "--trainer.devices", "3"],
            "3 processes need as many validation records, got 2",
        ),
        (["--config", "absent.yaml"], "absent.yaml"),
        (["--config", "binary.yaml"], "the file that --config names is not a text file"),
        (
            ["--config", "beside.yaml"],
            "error: optimizer: the arguments beside class_path belong into init_args\n",
        ),
        (
            ["--model.network.init_args.hidden", "big"],
            "error: model.network.hidden: expected int, got big\n",
        ),
        (
            ["--model.network.class_path", "lstm"],
            "model.network: expected a class path such as surrogate.networks.LSTM, got lstm",
        ),
        (
            ["--model.optimizer", "torch.optim.SGD"],
            "error: --model.optimizer is chosen by --optimizer\n",
        ),
        (
            ["--model.monitor", "loss"],
            "monitor must be one of train/loss, train/learning_rate, validation/loss, got",
        ),
        (
            ["--model.loss", "mse"],
            "error: model.loss: expected a class path such as torch.nn.HuberLoss, got mse\n",
        ),
        (
            ["--model.loss", "torch.nn.HuberLoss", "--model.loss.delta", "x"],
            "model.loss.delta: expected float, got x",
        ),
        (CONSTANT, "error: arguments of constant_: missing a required argument: 'val', got {}\n"),
        (["--optimizer.lr", "-1"], "Invalid learning rate: -1.0"),
        (
            ["--optimizer.rate", "1"],
            "error: optimizer: torch.optim.Adam has no argument rate: it takes lr, betas, eps",
        ),
        (
            ["--optimizer", "torch.nn.Linear"],
            "optimizer: expected 'torch.nn.Linear' to be a subclass of Optimizer\n",
        ),
        (
            ["--lr_scheduler", "StepLR"],
            "error: lr_scheduler: the following arguments are required: step_size\n",
        ),
        (
            ["--trainer.devices", "two"],
            "trainer: `devices` selected with `CPUAccelerator` should be an int > 0",
        ),
        (
            [f"{CALLBACK}=EarlyStopping"],
            "EarlyStopping: the following arguments are required: monitor\n",
        ),
        (
            [f"{CALLBACK}=EarlyStopping", "--trainer.callbacks.monitor=loss"],
            "EarlyStopping must monitor one of train/loss",
        ),
        ([f"{CALLBACK}=EarlyStoping"], "trainer.callbacks: expected"),
        (
            ["--network", "LSTM"],
            "error: unrecognized arguments: --network LSTM: the nearest option is "
            "--model.network\n",
        ),
        (
            ["--trainer.max_epoch", "3"],
            "--trainer.max_epoch 3: the nearest option is --trainer.max_epochs\n",
        ),
        (["--wings", "2"], "error: unrecognized arguments: --wings 2\n"),
    ],
)
def test_errors_of_the_user_are_one_line_and_leave_nothing(
    folder, tmp_path, monkeypatch, capsys, arguments, message
):
    monkeypatch.chdir(tmp_path)
    Path("config.yaml").write_text("no checkpoint and no dataset\n")
    Path("binary.yaml").write_bytes(b"\x89HDF")
    Path("beside.yaml").write_text("optimizer: {class_path: torch.optim.Adam, lr: 3}\n")
    assert main(command(folder, "fit", "--run", "new", *arguments)) == 2
    error = capsys.readouterr().err
    assert error.startswith("error: ")
    assert message in error
    assert len(error.splitlines()) == 1
    assert not Path("new").exists()


def test_a_test_needs_a_trained_run(folder, tmp_path, capsys):
    assert main(command(folder, "test", "--run", tmp_path / "absent")) == 2
    assert "has no best.ckpt and no last.ckpt: train first" in capsys.readouterr().err


@pytest.mark.slow
def test_two_processes_take_the_steps_of_one(folder, tmp_path):
    """Each with half the batch: the mean of their gradients is the gradient of the whole batch."""
    for name, options in {
        "one": ["--data.batch_size", "16"],
        "two": ["--data.batch_size", "8"],
    }.items():
        arguments = command(folder, "fit", "--run", tmp_path / name, *options)
        if name == "two":
            arguments += ["--trainer.strategy", "ddp", "--trainer.devices", "2"]
        subprocess.run(
            [sys.executable, "-m", "surrogate", *arguments], check=True, capture_output=True
        )
    one, two = (torch.load(tmp_path / name / "last.ckpt")["state_dict"] for name in ("one", "two"))
    for name in one:
        torch.testing.assert_close(one[name], two[name], rtol=1e-4, atol=1e-6)


def test_print_config_shows_what_can_be_set(folder, capsys):
    with pytest.raises(SystemExit) as stop:
        main(command(folder, "fit", "--print_config"))
    assert stop.value.code == 0
    shown = yaml.safe_load(capsys.readouterr().out)
    assert shown["model"]["network"]["init_args"]["hidden"] == 8
    assert shown["data"]["washout"] == 20


def test_a_network_chosen_by_its_class_has_its_own_defaults(capsys):
    """Not those of the network that is taken where none is chosen."""
    with pytest.raises(SystemExit):
        main(
            [
                "fit",
                "--data.path",
                "records.h5",
                "--model.network",
                "surrogate.networks.ShearBuilding",
                "--print_config",
            ]
        )
    settings = yaml.safe_load(capsys.readouterr().out)["model"]["network"]["init_args"]
    assert settings["hidden"] == inspect.signature(ShearBuilding).parameters["hidden"].default
    assert Surrogate().make_network is LSTM


def test_the_package_itself_does_not_load_torch():
    code = (
        "import sys, surrogate; assert 'torch' not in sys.modules and 'matplotlib' not in "
        "sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_another_package_called_datasets_is_told_apart(tmp_path):
    (tmp_path / "datasets").mkdir()
    (tmp_path / "datasets/__init__.py").write_text("")
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import surrogate"
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert result.returncode == 1
    assert "pip uninstall datasets" in result.stderr
