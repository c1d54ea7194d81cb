"""A training that continues: what may change, what is refused by name, and what begins anew."""

import pytest
import torch
import yaml

from surrogate.networks import LSTM
from surrogate.training.continuing import changed
from surrogate.training.run import run_training
from tests.helpers.make_records import write_records

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
torch.set_num_threads(1)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Configuration of a training of two epochs that has been done."""
    folder = tmp_path_factory.mktemp("continuing")
    config = {
        "seed_everything": 1,
        "run": str(folder / "run"),
        "data": {
            "path": str(write_records(folder / "records.h5")),
            "inputs": ["base_acceleration"],
            "targets": ["drift"],
            "batch_size": 4,
        },
        "model": {"network": {"class_path": "surrogate.networks.LSTM", "init_args": {"hidden": 4}}},
        "optimizer": {"class_path": "torch.optim.AdamW", "init_args": {"lr": 1e-2}},
        "trainer": {
            "accelerator": "cpu",
            "max_epochs": 2,
            "enable_progress_bar": False,
            "enable_model_summary": False,
        },
    }
    run_training(config)
    return config


def last(config):
    return torch.load(f"{config['run']}/last.ckpt", weights_only=True)


def continued(config, **overrides):
    return run_training(
        config, overrides={"ckpt_path": "last", "trainer.max_epochs": 3} | overrides
    )


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("model.loss", "torch.nn.HuberLoss", "model.loss"),
        ("optimizer", "torch.optim.RMSprop", "optimizer.class_path is torch.optim.RMSprop, was"),
        ("lr_scheduler", "torch.optim.lr_scheduler.ConstantLR", "lr_scheduler.class_path"),
        ("data.batch_size", 2, "data.batch_size is 2, was 4"),
        ("trainer.gradient_clip_val", 1.0, "trainer.gradient_clip_val is 1.0, was not set"),
        ("freeze", ["head"], r"freeze is \['head'\], was not set"),
    ],
)
def test_what_belongs_to_the_state_cannot_change(trained, key, value, told):
    before = last(trained)["global_step"]
    with pytest.raises(ValueError, match=rf"last\.ckpt cannot continue.*{told}.*--init_from"):
        continued(trained, **{key: value})
    assert last(trained)["global_step"] == before


def test_other_records_are_refused_and_a_copy_elsewhere_is_not(trained, tmp_path):
    other = str(write_records(tmp_path / "other.h5", seed=7))
    with pytest.raises(ValueError, match="the train records are not those of its training"):
        continued(trained, **{"data.path": other})


def test_numbers_of_the_optimizer_change_and_the_record_is_true(trained):
    """Lightning restores the rate of the checkpoint over that of the configuration."""
    result = continued(trained, **{"optimizer.lr": 2e-3, "optimizer.weight_decay": 0.5})
    assert result.metrics["train/learning_rate"] == pytest.approx(2e-3)
    group = last(trained)["optimizer_states"][0]["param_groups"][0]
    assert group["lr"] == 2e-3
    assert group["weight_decay"] == 0.5
    (*_, kept) = sorted(result.run.glob("log/version_*/config.yaml"))
    stated = yaml.safe_load(kept.read_text())
    assert stated["optimizer"]["init_args"]["lr"] == 2e-3


def test_a_finished_cycle_has_no_more_steps(trained, tmp_path):
    cycle = {name: value for name, value in trained.items() if name != "optimizer"}
    cycle["run"] = str(tmp_path / "cycle")
    run_training(cycle)
    with pytest.raises(ValueError, match=r"laid out for \d+ steps.*--init_from"):
        continued(cycle)


def test_another_training_gives_its_weights(trained, tmp_path):
    source = f"{trained['run']}/best.ckpt"
    overrides = {
        "run": str(tmp_path / "tuned"),
        "init_from": source,
        "optimizer.lr": 0.0,
        "optimizer.weight_decay": 0.0,
    }
    result = run_training(trained, overrides=overrides)
    old = torch.load(source, weights_only=True)["state_dict"]
    new = torch.load(result.checkpoint, weights_only=True)["state_dict"]
    assert all(torch.equal(value, new[name]) for name, value in old.items())


def test_a_training_that_began_with_the_weights_of_another_is_continued(trained, tmp_path, capsys):
    """Its configuration says where it began, which is not where it goes on."""
    begun = trained | {"run": str(tmp_path / "tuned"), "init_from": f"{trained['run']}/best.ckpt"}
    run_training(begun)
    before = last(begun)["state_dict"]
    run_training(begun, overrides={"ckpt_path": "last", "trainer.max_epochs": 3, "optimizer.lr": 0})
    assert "init_from" in capsys.readouterr().out
    assert last(begun)["global_step"] > 0
    assert all(
        torch.equal(value, last(begun)["state_dict"][name]) for name, value in before.items()
    )


def test_an_odd_network_takes_the_scales_of_another_without_its_means(trained, tmp_path):
    """With a mean of the targets it would answer no motion with a response."""
    source = f"{trained['run']}/best.ckpt"
    old = torch.load(source, weights_only=True)["state_dict"]
    overrides = {
        "run": str(tmp_path / "odd"),
        "init_from": source,
        "model.network.init_args.odd": True,
    }
    result = run_training(trained, overrides=overrides)
    new = torch.load(result.checkpoint, weights_only=True)["state_dict"]
    assert old["target_scaling.mean"].abs().max() > 0.0
    for channels in ("input", "target"):
        assert torch.equal(new[f"{channels}_scaling.scale"], old[f"{channels}_scaling.scale"])
        assert new[f"{channels}_scaling.mean"].abs().max() == 0.0


def test_frozen_parts_stay_and_the_others_learn(trained, tmp_path):
    source = f"{trained['run']}/best.ckpt"
    old = torch.load(source, weights_only=True)["state_dict"]
    frozen = sorted(name for name in old if name.startswith("network."))[0]
    beginning = frozen.removeprefix("network.").split(".")[0]
    overrides = {"run": str(tmp_path / "tuned"), "init_from": source, "freeze": [beginning]}
    result = run_training(trained, overrides=overrides)
    new = torch.load(result.checkpoint, weights_only=True)["state_dict"]
    for name, value in old.items():
        if name.startswith("network."):
            assert torch.equal(value, new[name]) == name.startswith(f"network.{beginning}")


def test_parts_are_taken_whatever_the_other_channels_and_weights(trained, tmp_path):
    """The read-out of another input, and the scaling of the new data."""
    source = f"{trained['run']}/best.ckpt"
    old = torch.load(source, weights_only=True)["state_dict"]
    overrides = {
        "run": str(tmp_path / "parts"),
        "init_from": source,
        "init_parts": ["head"],
        "data.parameters": ["stiffness"],
        "optimizer.lr": 0.0,
        "optimizer.weight_decay": 0.0,
    }
    result = run_training(trained, overrides=overrides)
    new = torch.load(result.checkpoint, weights_only=True)["state_dict"]
    shared = [name for name in new if name.startswith("network.") and name in old]
    same = [
        new[name].shape == old[name].shape and torch.equal(new[name], old[name]) for name in shared
    ]
    assert [name.startswith("network.head") for name in shared] == same


@pytest.mark.parametrize("with_scaling", [None, True])
def test_the_scaling_comes_with_parts_where_it_is_asked_for(trained, tmp_path, with_scaling):
    source = f"{trained['run']}/best.ckpt"
    content = torch.load(source, weights_only=True)
    content["state_dict"]["target_scaling.scale"] *= 2.0
    torch.save(content, tmp_path / "other.ckpt")
    overrides = {
        "run": str(tmp_path / "parts"),
        "init_from": str(tmp_path / "other.ckpt"),
        "init_parts": ["head"],
        "init_scaling": with_scaling,
    }
    result = run_training(trained, overrides=overrides)
    new = torch.load(result.checkpoint, weights_only=True)["state_dict"]
    taken = torch.equal(new["target_scaling.scale"], content["state_dict"]["target_scaling.scale"])
    assert taken == bool(with_scaling)


@pytest.mark.parametrize(
    ("overrides", "told"),
    [
        (
            {"init_parts": ["head"], "init_scaling": True, "data.parameters": ["stiffness"]},
            "the data",
        ),
        ({"init_parts": ["nothing"]}, "init_parts: no parameter begins with 'nothing'"),
        ({"model.network.hidden": 5, "init_parts": ["head"]}, "leave it out of init_parts"),
        ({"init_from": None, "init_parts": ["head"]}, "of which checkpoint"),
        ({"init_from": None, "init_scaling": True}, "init_scaling = True: of which checkpoint"),
        ({"model.network.hidden": 5}, "choose the same network"),
        ({"freeze": ["nothing"]}, "no parameter begins with 'nothing'"),
        ({"freeze": [""]}, "no parameter is left to train"),
    ],
)
def test_what_cannot_begin_so_is_refused_before_a_folder_is_made(
    trained, tmp_path, overrides, told
):
    start = {"run": str(tmp_path / "new"), "init_from": f"{trained['run']}/best.ckpt"}
    with pytest.raises(ValueError, match=told):
        run_training(trained, overrides=start | overrides)
    assert not (tmp_path / "new").exists()


class Narrow(LSTM):
    """One output, however many there should be."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__(inputs, 1, hidden=4)


def test_a_network_of_fewer_outputs_is_refused(trained, tmp_path):
    """Its loss would be taken between one output and each of the targets."""
    overrides = {"run": str(tmp_path / "run"), "model.network": Narrow}
    with pytest.raises(ValueError, match=r"Narrow gives the shape \(4, \d+, 1\), its targets ask"):
        run_training(trained, overrides=overrides)


@pytest.mark.parametrize(
    "kept",
    [
        "surrogate.training.losses.errors.RelativeSquaredError",
        "surrogate.objective.RelativeSquaredError",
    ],
)
def test_a_class_by_an_earlier_file_is_the_class_of_today(kept):
    asked = {"model.loss.class_path": "surrogate.training.losses.RelativeSquaredError"}
    assert changed({"model.loss.class_path": kept}, asked) == {}
    other = {"model.loss.class_path": "surrogate.training.losses.GaussianNLL"}
    assert changed({"model.loss.class_path": kept}, other)


def test_a_checkpoint_without_settings_says_what_is_not_compared(trained, tmp_path, capsys):
    content = last(trained) | {"settings": {}}
    torch.save(content, tmp_path / "old.ckpt")
    overrides = {"ckpt_path": str(tmp_path / "old.ckpt"), "run": str(tmp_path / "run")}
    run_training(trained, overrides=overrides | {"trainer.max_epochs": 3})
    warning = capsys.readouterr().err.splitlines()[0]
    assert "not compared are model.compile" not in warning
    for key in ("data.batch_size", "optimizer.class_path", "optimizer.init_args.lr"):
        assert key in warning
    assert "the optimizer goes on with the numbers that it had" in warning


def test_groups_of_an_optimizer_are_part_of_a_training(trained, tmp_path):
    groups = {"recurrent": {"lr": 0.0}, "*bias*": {"weight_decay": 0.0}}
    own = {"run": str(tmp_path / "run"), "groups": groups}
    run_training(trained, overrides=own | {"trainer.max_epochs": 1})
    trained_once = last({"run": tmp_path / "run"})
    run_training(trained, overrides=own | {"ckpt_path": "last", "trainer.max_epochs": 2})
    trained_twice = last({"run": tmp_path / "run"})
    for name, value in trained_once["state_dict"].items():
        stays = torch.equal(value, trained_twice["state_dict"][name])
        assert stays == name.startswith(("network.recurrent", "input_", "target_"))
    groups = {"recurrent": {"lr": 1.0}}
    with pytest.raises(ValueError, match=r"groups\.recurrent\.lr is 1\.0, was 0\.0"):
        run_training(trained, overrides=own | {"ckpt_path": "last", "groups": groups})
    with pytest.raises(ValueError, match="no parameter lies in 'gru': the network has recurrent"):
        run_training(
            trained, overrides={"run": str(tmp_path / "other"), "groups": {"gru": {"lr": 1.0}}}
        )
    assert not (tmp_path / "other").exists()


@pytest.mark.parametrize(
    ("overrides", "told"),
    [
        ({}, ""),
        ({"data.window": 50, "data.washout": 5}, "got data.window = 50, data.washout = 5"),
        ({"data.window": 50, "freeze": ["recurrent.start"]}, ""),
        ({"data.window": 50, "model.network.learn_start": False}, ""),
    ],
)
def test_a_start_that_is_learnt_from_windows_is_told(trained, tmp_path, capsys, overrides, told):
    start = {"run": str(tmp_path / "start"), "model.network.learn_start": True}
    run_training(trained, overrides=start | {"trainer.max_epochs": 1} | overrides)
    warned = capsys.readouterr().err
    assert told in warned
    assert ("warning: learn_start" in warned) == bool(told)
