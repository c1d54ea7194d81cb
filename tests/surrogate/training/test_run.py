"""A training from a configuration: what it returns, and how it fails."""

import os
import signal
from pathlib import Path

import numpy as np
import pytest
import torch
import yaml
from lightning.pytorch import Callback

from surrogate import inference
from surrogate.cli.main import main
from surrogate.networks import GRU
from surrogate.training.run import check_config, options, run_training
from tests.helpers.make_records import write_records

pytestmark = pytest.mark.filterwarnings(
    "ignore::DeprecationWarning"  # Lightning 2.6 with jsonargparse 4.53
)
torch.set_num_threads(1)  # networks of this size only lose by more


@pytest.fixture(scope="module")
def config(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    return {
        "run": str(folder / "run"),
        "data": {
            "path": write_records(folder / "records.h5"),
            "inputs": ["base_acceleration"],
            "targets": ["drift"],
            "window": 80,
            "windows_per_epoch": 16,
        },
        "model": {"network": {"class_path": GRU, "init_args": {"hidden": np.int64(4)}}},
        "optimizer": {"class_path": torch.optim.SGD, "init_args": {"lr": 1e-2, "momentum": 0.9}},
        "trainer": {
            "accelerator": "cpu",
            "max_epochs": 3,
            "enable_progress_bar": False,
            "enable_model_summary": False,
        },
    }


@pytest.fixture(scope="module")
def result(config):
    return run_training(config)


def weights(path):
    return torch.load(path, weights_only=True)["state_dict"]


def test_the_result_has_the_best_checkpoint_and_what_was_logged(config, result):
    run = Path(config["run"])
    assert result.run == run
    assert result.checkpoint == run / "best.ckpt"
    assert not result.interrupted
    table = np.genfromtxt(run / "log/version_0/metrics.csv", delimiter=",", names=True)
    for name in ("trainloss", "trainlearning_rate", "validationloss"):
        logged = table[name][np.isfinite(table[name])]
        key = name.replace("train", "train/").replace("validation", "validation/")
        np.testing.assert_allclose(result.history[key], logged, rtol=1e-6)
        assert result.metrics[key] == pytest.approx(logged[-1], rel=1e-6)
    assert result.history["epoch"].values.tolist() == [0, 1, 2]
    assert isinstance(inference.load(result.checkpoint).network, GRU)


def test_the_command_trains_to_the_same_weights(config, result, tmp_path):
    plain = yaml.safe_load(options(config, {})[1])
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(plain))
    words = ["fit", "--config", str(tmp_path / "config.yaml"), "--run", str(tmp_path / "run")]
    assert main(words) == 0
    mine = weights(result.run / "last.ckpt")
    theirs = weights(tmp_path / "run/last.ckpt")
    assert all(torch.equal(mine[name], value) for name, value in theirs.items())


def test_a_training_goes_on_with_the_epochs_that_are_left(config, result, tmp_path):
    run = {"run": tmp_path / "run"}
    run_training(config, overrides=run | {"trainer.max_epochs": 1})
    rest = run_training(config, overrides=run | {"ckpt_path": "last"})
    assert rest.history["epoch"].values.tolist() == [1, 2]
    assert rest.metrics == pytest.approx(result.metrics)
    nothing = run_training(config, overrides=run | {"ckpt_path": "last"})
    assert nothing.history.sizes["epoch"] == 0
    assert nothing.checkpoint == tmp_path / "run/best.ckpt"


def test_another_class_keeps_the_arguments_that_it_takes(config, tmp_path):
    overrides = {
        "run": tmp_path,
        "trainer.max_epochs": 1,
        "optimizer.class_path": torch.optim.Adam,
        "model.network": "surrogate.networks.LSTM",
    }
    run_training(config, overrides=overrides)
    kept = yaml.safe_load((tmp_path / "log/version_0/config.yaml").read_text())
    assert kept["optimizer"]["class_path"] == "torch.optim.Adam"
    assert kept["optimizer"]["init_args"]["lr"] == 1e-2
    assert kept["model"]["network"]["class_path"] == "surrogate.networks.LSTM"
    assert kept["model"]["network"]["init_args"]["hidden"] == 4


@pytest.mark.parametrize(
    ("overrides", "error", "message"),
    [
        (
            {"model.network.init_args.hiden": 3},
            ValueError,
            "has no argument hiden: the nearest is hidden",
        ),
        ({"trainer.max_epoch": 3}, ValueError, "the nearest option is --trainer.max_epochs"),
        ({"optimizer.init_args.lr": "x"}, ValueError, "optimizer.lr: expected float"),
        ({"data.path": "absent.h5"}, FileNotFoundError, "absent.h5 does not exist"),
        ({"trainer.callbacks": [print]}, ValueError, r"trainer\.callbacks\[0\] must be a number"),
    ],
)
def test_what_is_wrong_is_told_in_one_line_and_leaves_nothing(
    config, tmp_path, overrides, error, message
):
    with pytest.raises(error, match=message) as told:
        run_training(config, overrides=overrides | {"run": tmp_path / "new"})
    assert "\n" not in str(told.value)
    assert not (tmp_path / "new").exists()


def test_a_configuration_is_a_mapping_or_a_file(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"absent\.yaml does not exist"):
        run_training(tmp_path / "absent.yaml")
    with pytest.raises(ValueError, match="config must be a mapping or the path"):
        run_training(3)


@pytest.mark.parametrize("callbacks", [Callback(), [Callback], "EarlyStopping"])
def test_callbacks_are_a_list_of_instances(config, callbacks):
    with pytest.raises(ValueError, match="callbacks must be a list of instances"):
        run_training(config, callbacks)


def test_overrides_are_a_mapping(config):
    with pytest.raises(ValueError, match="overrides must be a mapping of dotted keys"):
        run_training(config, overrides=["trainer.max_epochs=1"])


def test_a_check_looks_at_the_keys_alone(config, result):
    check_config(config, {"data.path": "absent.h5"})
    with pytest.raises(ValueError, match="wings"):
        check_config(config, {"wings": 2})


def test_an_error_in_a_callback_comes_as_it_is(config, tmp_path):
    class Broken(Callback):
        def on_train_start(self, trainer, pl_module):
            raise ZeroDivisionError("as it is")

    with pytest.raises(ZeroDivisionError, match="as it is"):
        run_training(config, [Broken()], {"run": tmp_path / "new"})


class Signal(Callback):
    """A signal after the second step."""

    def __init__(self, signum):
        self.signum = signum

    def on_before_zero_grad(self, trainer, pl_module, optimizer):
        if trainer.global_step == 1:
            os.kill(os.getpid(), self.signum)


def test_the_signal_of_a_scheduler_ends_with_a_result(config, tmp_path):
    result = run_training(config, [Signal(signal.SIGUSR1)], {"run": tmp_path})
    assert result.interrupted
    assert result.checkpoint == tmp_path / "interrupted.ckpt"
    assert torch.load(result.checkpoint, weights_only=True)["global_step"] == 2
    whole = run_training(config, overrides={"run": tmp_path, "ckpt_path": "last"})
    assert not whole.interrupted
    assert whole.checkpoint == tmp_path / "best.ckpt"


def test_the_keyboard_ends_with_a_keyboard_interrupt(config, tmp_path, capsys):
    handler = signal.getsignal(signal.SIGINT)
    try:
        with pytest.raises(KeyboardInterrupt):
            run_training(config, [Signal(signal.SIGINT)], {"run": tmp_path})
    finally:
        signal.signal(signal.SIGINT, handler)  # Lightning ignores the next Ctrl-C
    advice = "stopped after epoch 2: the same command with --ckpt_path last"
    assert advice in capsys.readouterr().err
