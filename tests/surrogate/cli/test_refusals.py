"""What a fit refuses or says of its settings: one line, the right name, and nothing left behind."""

import copy

import pytest
import torch
import yaml
from lightning.pytorch import Callback
from torch import nn

import datasets
from datasets.contract import partition
from surrogate.cli.main import main
from surrogate.networks import LSTM
from surrogate.training.run import run_training
from tests.helpers.make_records import make_records

pytestmark = pytest.mark.filterwarnings(
    "ignore::DeprecationWarning"
)  # Lightning 2.6 with jsonargparse 4.53
torch.set_num_threads(1)  # networks of this size only lose by more
CALLBACK = "--trainer.callbacks+=lightning.pytorch.callbacks."
HERE = __name__


class Wrong(nn.Module):
    """Takes one input channel more than there are."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.layer = nn.Linear(inputs + 1, outputs)

    def forward(self, input):
        return self.layer(input)


class Logs(Callback):
    """A metric of the user, which falls from epoch to epoch."""

    def on_validation_epoch_end(self, trainer, pl_module):
        pl_module.log("mine", torch.tensor(-float(trainer.current_epoch)))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("refusals")
    datasets.write_dataset(make_records(), folder / "records.h5")
    two = make_records().assign(split=partition.label([0] * 10 + [1] * 2, ["train", "test"]))
    datasets.write_dataset(two, folder / "two_parts.h5")
    config = {
        "data": {
            "path": str(folder / "records.h5"),
            "inputs": ["base_acceleration"],
            "targets": ["drift"],
            "batch_size": 4,
        },
        "model": {"network": {"class_path": "surrogate.networks.LSTM", "init_args": {"hidden": 4}}},
        "optimizer": {"class_path": "torch.optim.SGD", "init_args": {"lr": 0.1}},
        "trainer": {
            "accelerator": "cpu",
            "max_epochs": 1,
            "enable_progress_bar": False,
            "enable_model_summary": False,
        },
    }
    (folder / "config.yaml").write_text(yaml.safe_dump(config))
    return folder


def fit(folder, run, *options):
    words = ["fit", "--config", folder / "config.yaml", "--run", run, *options]
    return main(list(map(str, words)))


def without(folder):
    return ["--data.path", folder / "two_parts.h5"]


EARLY = [f"{CALLBACK}EarlyStopping", "--trainer.callbacks.monitor=validation/loss"]
PLATEAU = ["--lr_scheduler", "torch.optim.lr_scheduler.ReduceLROnPlateau"]
NONE = ["--model.loss", "torch.nn.L1Loss", "--model.loss.reduction", "none"]
MLP = ["--model.network", "surrogate.networks.WindowMLP"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (NONE, "L1Loss has reduction = none"),
        (["--model.loss", "torch.nn.TripletMarginLoss"], "cannot compare prediction and target"),
        (["--model.network", f"{HERE}.Wrong"], "Wrong cannot take an input of the shape (4, 200,"),
        ([f"{CALLBACK}LearningRateFinder"], "surrogate.optim.schedulers.RangeTest"),
        (["--trainer.accelerator", "tpu"], "trainer: Requirement 'torch_xla"),
        (["--model.network.hidden", 10**9], "the network would take "),
        ([*MLP, "--model.network.hidden", "[1000000,1000000]"], "the network would take 4,0"),
        ([*MLP, "--model.network.window", 10**9], "choose a smaller network"),
        (["--data.windows_per_epoch", 10**12], "windows_per_epoch"),
        (["--optimizer.lr", "null"], "optimizer"),
        (["--optimizer.lr", "1e-3x"], "error: optimizer.lr: expected float, got 1e-3x\n"),
        (["--optimizer.lr", "true"], "error: optimizer.lr: expected float, got true\n"),
        (["--run", " "], "error: run must name a folder, got ' '\n"),
        (
            [f"{CALLBACK}EarlyStopping", "--trainer.callbacks.monitor=validation/los"],
            "the nearest is validation/loss",
        ),
        (
            ["--trainer.logger", "lightning.pytorch.loggers.TensorBoardLogger"],
            "name its folder by save_dir\n",
        ),
    ],
)
def test_a_setting_that_cannot_be_trained_is_refused(folder, tmp_path, capsys, options, message):
    assert fit(folder, tmp_path / "run", *options) == 2
    error = capsys.readouterr().err
    assert error.startswith("error: ")
    assert message in error
    assert len(error.splitlines()) == 1


@pytest.mark.parametrize(("options", "name"), [(EARLY, "EarlyStopping"), (PLATEAU, "lr_scheduler")])
def test_what_waits_for_a_validation_is_refused_without_one(
    folder, tmp_path, capsys, options, name
):
    assert fit(folder, tmp_path / "run", *without(folder), *options) == 2
    error = capsys.readouterr().err
    assert f"{name} monitors validation/loss, and this training has no validation" in error
    assert not (tmp_path / "run").exists()
    assert fit(folder, tmp_path / "run", *options, "--trainer.limit_val_batches", 0) == 2


def test_a_fit_without_validation_says_so_and_what_it_keeps(folder, tmp_path, capsys):
    assert fit(folder, tmp_path / "run", *without(folder)) == 0
    line, last = capsys.readouterr().err.splitlines()
    assert "training without validation" in line
    assert "the fit explains nothing" in last  # it is a short one
    assert "its parts are train, test: name a file for validation by data.validation_path" in line
    assert "last.ckpt is kept, and no best.ckpt" in line
    assert (tmp_path / "run/last.ckpt").exists()
    assert not (tmp_path / "run/best.ckpt").exists()
    assert fit(folder, tmp_path / "other") == 0
    assert "validation" not in capsys.readouterr().err


def test_callbacks_watch_what_a_callback_of_the_user_logs(folder, tmp_path, capsys):
    watch = [f"{CALLBACK}EarlyStopping", "--trainer.callbacks.monitor=mine"]
    watch += ["--trainer.callbacks.mode=max", "--trainer.callbacks.patience=2"]
    own = [f"--trainer.callbacks+={HERE}.Logs", *watch, "--trainer.max_epochs", 9]
    assert fit(folder, tmp_path / "run", *own) == 0
    state = torch.load(tmp_path / "run/last.ckpt", weights_only=True)
    assert state["epoch"] == 3  # the first is the best, and two are waited for
    assert fit(folder, tmp_path / "other", *watch) == 2
    assert "or what a callback of yours logs, got mine" in capsys.readouterr().err
    watch[1] = "--trainer.callbacks.monitor=yours"
    assert fit(folder, tmp_path / "third", f"--trainer.callbacks+={HERE}.Logs", *watch) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "`yours` which is not available" in line


def test_overfitting_repeats_its_batches(folder, tmp_path):
    """The windows of a batch are drawn once: with a rate of 0 their loss stays."""
    config = yaml.safe_load((folder / "config.yaml").read_text())
    settings = {"run": tmp_path, "trainer.max_epochs": 3, "optimizer.init_args.lr": 0.0}
    settings |= {"data.window": 50, "data.windows_per_epoch": 8}
    once = run_training(config, overrides=settings | {"trainer.overfit_batches": 1})
    losses = once.history["train/loss"].values
    assert losses[0] == losses[1] == losses[2]
    drawn = run_training(config, overrides=settings | {"run": tmp_path / "drawn"})
    assert len(set(drawn.history["train/loss"].values)) == 3


@pytest.mark.parametrize("precision", ["bf16-true", "64-true"])
def test_any_precision_of_a_training_can_be_tested_and_goes_on(folder, tmp_path, capsys, precision):
    words = ["--trainer.precision", precision]
    run = tmp_path / "run"
    assert fit(folder, run, *words) == 0
    for name in ("validate", "test", "predict"):
        capsys.readouterr()
        line = [name, "--config", folder / "config.yaml", "--run", run, *words]
        assert main(list(map(str, line))) == 0
        noted = "note: precision = bf16-true is for training" in capsys.readouterr().err
        assert noted == (precision == "bf16-true")
    predicted = datasets.open_dataset(run / "predictions.h5")
    original = datasets.open_dataset(folder / "records.h5").isel(record=[10, 11])
    assert (predicted["base_acceleration"].values == original["base_acceleration"].values).all()
    assert fit(folder, run, *words, "--ckpt_path", "last", "--trainer.max_epochs", 2) == 0


def test_a_network_that_answers_nan_has_no_score(folder, tmp_path, capsys):
    assert fit(folder, tmp_path / "run") == 0
    path = tmp_path / "run/last.ckpt"
    content = torch.load(path, weights_only=True)
    content["state_dict"]["network.head.bias"].fill_(torch.nan)
    torch.save(content, path)
    words = ["test", "--config", folder / "config.yaml", "--run", tmp_path / "run"]
    capsys.readouterr()  # of the fit
    assert main([*map(str, words), "--ckpt_path", "last"]) == 2
    error = capsys.readouterr().err
    assert "the response of the surrogate to record 10 is not finite" in error
    assert len(error.splitlines()) == 1


def test_the_validation_loss_of_a_sum_is_a_sum(folder, tmp_path):
    """Two records, each in a batch of its own or both in one: one loss."""
    config = yaml.safe_load((folder / "config.yaml").read_text())
    config["model"]["loss"] = {"class_path": nn.MSELoss, "init_args": {"reduction": "sum"}}
    config["optimizer"]["init_args"]["lr"] = 0.0
    losses = [
        run_training(config, overrides={"run": tmp_path / str(size), "data.batch_size": size})
        for size in (1, 2)
    ]
    first, second = (result.metrics["validation/loss"] for result in losses)
    assert first == pytest.approx(second, rel=1e-5)
    mean = run_training(
        config, overrides={"run": tmp_path / "mean", "model.loss.init_args.reduction": "mean"}
    )
    assert first == pytest.approx(mean.metrics["validation/loss"] * 2 * 200 * 2, rel=1e-5)


@pytest.mark.parametrize(
    ("place", "value", "message"),
    [
        (["modle"], {}, "modle is no key of a configuration: the nearest is model"),
        (["modle"], {"network": 3}, "modle.network is no key of a configuration: the nearest is"),
        (["optimiser"], {}, "the nearest is optimizer"),
        (["model", "netwrk"], {}, "netwrk is no key of a configuration: the nearest is model."),
        (["data", "windw"], {}, "the nearest is data.window"),
        (["trainer", "max_epoch"], {}, "the nearest is trainer.max_epochs"),
        (["trainer", "max_epoch"], 2, "the nearest is trainer.max_epochs"),
        (["model", "network", "init_args", "hiden"], {}, "model.network.init_args.hiden is no key"),
        (["model", "network", "init_args", "hiden"], 3, "the nearest is hidden"),
        (["optimizer", "init_args", "momentm"], 3, "the nearest is momentum"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", ["fit", "test"])
def test_an_unknown_key_is_refused_with_the_nearest(
    folder, tmp_path, capsys, place, value, message, name
):
    config = copy.deepcopy(yaml.safe_load((folder / "config.yaml").read_text()))
    section = config
    for key in place[:-1]:
        section = section[key]
    section[place[-1]] = value
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(config))
    assert main([name, "--config", str(tmp_path / "config.yaml"), "--run", "nowhere"]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert len(error.splitlines()) == 1


def test_a_key_that_stands_twice_is_refused(folder, tmp_path, capsys):
    text = (folder / "config.yaml").read_text() + "run: one\nrun: two\n"
    (tmp_path / "config.yaml").write_text(text)
    assert main(["fit", "--config", str(tmp_path / "config.yaml")]) == 2
    assert "the key run stands on line" in capsys.readouterr().err


def test_an_empty_mapping_that_means_something_is_taken(folder, tmp_path):
    config = yaml.safe_load((folder / "config.yaml").read_text())
    config["model"] = {}
    config["lr_scheduler"] = None
    config["optimizer"] = {"class_path": "torch.optim.Adam", "init_args": {}}
    result = run_training(config, overrides={"run": tmp_path / "run"})
    assert isinstance(result.checkpoint, type(tmp_path))
    assert LSTM.__name__ in str(torch.load(result.checkpoint)["hyper_parameters"])
