"""Predictions as labelled datasets of the contract."""

import json
from functools import partial

import numpy as np
import pytest
import torch

import datasets
from datasets.contract import renamed
from surrogate import inference
from surrogate.data.channels import ChannelGroup, Interface
from surrogate.data.labelled import as_dataset
from surrogate.inference import extrapolation
from surrogate.inference.ensemble import Ensemble
from surrogate.inference.histories import Excitation
from surrogate.networks import LSTM
from surrogate.training.module import Surrogate
from surrogate.training.restoring import made_from
from tests.helpers.checkpoints import STATISTICS, save, untrained

ACCELERATION = ChannelGroup("base_acceleration", "m s-2", "acceleration of the base", "", 1)
STIFFNESS = ChannelGroup(
    "stiffness", "N m-1", "stiffness of the storeys", "storey", 2, constant=True
)
DRIFT = ChannelGroup("drift", "m", "storey drift", "storey", 2)
INTERFACE = Interface((ACCELERATION, STIFFNESS), (DRIFT,), 0.05)


def test_responses_become_a_dataset_of_the_contract(tmp_path):
    generator = np.random.default_rng(0)
    acceleration, stiffness = generator.standard_normal((3, 40)), generator.uniform(1, 2, (3, 2))
    input = np.concatenate(
        [acceleration[..., None], np.repeat(stiffness[:, None], 40, axis=1)], axis=2
    )
    prediction = generator.standard_normal((3, 40, 2))
    dataset = as_dataset(INTERFACE, input, prediction, {"source": "a test"})
    datasets.write_dataset(dataset, tmp_path / "prediction.h5")
    read = datasets.open_dataset(tmp_path / "prediction.h5")
    assert np.array_equal(read["base_acceleration"], acceleration)
    assert np.array_equal(read["stiffness"], stiffness)
    assert np.array_equal(read["drift"], prediction)
    assert read["drift"].dims == ("record", "time", "storey")
    assert read["drift"].attrs == {"units": "m", "long_name": "storey drift"}
    np.testing.assert_allclose(read["time"], 0.05 * np.arange(40))
    assert read.attrs["source"] == "a test"


def test_points_of_a_function_become_samples():
    x, y = ChannelGroup("x", "1", "point", "input", 2), ChannelGroup("y", "1", "value", "output", 1)
    dataset = as_dataset(Interface((x,), (y,), None), np.ones((5, 2)), np.zeros((5, 1)))
    assert dataset["x"].dims == ("sample", "input")
    assert dataset["y"].dims == ("sample", "output")
    assert "time" not in dataset


def test_an_interface_survives_its_way_through_a_checkpoint():
    assert Interface.from_dict(INTERFACE.to_dict()) == INTERFACE


@pytest.mark.parametrize(
    ("other", "message"),
    [
        (
            Interface((ACCELERATION,), (DRIFT,), 0.05),
            "inputs of the surrogate are base_acceleration",
        ),
        (
            Interface((ACCELERATION, STIFFNESS), (ACCELERATION,), 0.05),
            r"targets of the surrogate are drift \(2 x m\)",
        ),
        (
            Interface((ACCELERATION, STIFFNESS), (DRIFT,), 0.02),
            r"interval of the surrogate is 0\.05 s, x has 0\.02 s",
        ),
    ],
)
def test_another_interface_is_refused(other, message):
    INTERFACE.require(INTERFACE, "x")
    with pytest.raises(ValueError, match=message):
        INTERFACE.require(other, "x")


@pytest.mark.parametrize("content", [b"no checkpoint", b""])
def test_a_file_that_is_no_checkpoint_is_refused(tmp_path, content):
    (tmp_path / "file.ckpt").write_bytes(content)
    with pytest.raises(ValueError, match=r"file\.ckpt is not a checkpoint of this package"):
        inference.load(tmp_path / "file.ckpt")


def test_a_checkpoint_of_another_program_is_refused(tmp_path):
    torch.save({"state_dict": {}}, tmp_path / "other.ckpt")
    with pytest.raises(ValueError, match=r"other\.ckpt is not a checkpoint of this package"):
        inference.load(tmp_path / "other.ckpt")
    with pytest.raises(FileNotFoundError, match=r"absent\.ckpt does not exist"):
        inference.load(tmp_path / "absent.ckpt")


def spoil(content, what):
    """A checkpoint whose network is of another class, of none, or of another size."""
    if what == "class":
        content["hyper_parameters"]["network"]["class_path"] = "nowhere.Network"
    elif what == "size":
        content["hyper_parameters"]["network"]["init_args"]["hidden"] = 9
    else:
        content["hyper_parameters"] = {}


@pytest.mark.parametrize("what", ["class", "size", "none"])
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # Lightning 2.6 with jsonargparse 4.53
def test_a_network_that_cannot_be_remade_is_told_in_one_line(tmp_path, what):
    content = torch.load(save(untrained(partial(LSTM, hidden=4)), tmp_path / "a.ckpt"))
    spoil(content, what)
    torch.save(content, tmp_path / "a.ckpt")
    with pytest.raises(
        ValueError, match=r"the network of .*a\.ckpt cannot be made as it was trained: "
    ) as error:
        inference.load(tmp_path / "a.ckpt")
    assert len(str(error.value).splitlines()) == 1


def test_the_network_of_a_checkpoint_is_told_apart_by_its_settings(tmp_path):
    path = save(
        untrained(partial(LSTM, hidden=4)), tmp_path / "a.ckpt"
    )  # holds its class by the path of the module
    settings = {"class_path": "surrogate.networks.LSTM", "init_args": {"hidden": 4, "layers": 1}}
    inference.require_network(path, settings)
    with pytest.raises(
        ValueError,
        match=r"model\.network\.hidden is 5, and 4 in .*a\.ckpt, from which the training",
    ):
        inference.require_network(path, settings | {"init_args": {"hidden": 5}})
    with pytest.raises(
        ValueError, match=r"model\.network\.class_path is surrogate\.networks\.GRU, and"
    ):
        inference.require_network(path, settings | {"class_path": "surrogate.networks.GRU"})


FORCE = ChannelGroup("restoring_force", "N", "restoring force", "storey", 2)
RECIPE = "outputs:\n- drift\n- restoring_force\n"


def test_a_checkpoint_of_version_0_1_has_the_names_of_today_and_its_answers(tmp_path):
    """Its `hysteretic_force` was the whole force of a storey."""
    interface = Interface((ACCELERATION, STIFFNESS), (DRIFT, FORCE), 0.05, RECIPE)
    statistics = STATISTICS | {"target_mean": [0.0] * 4, "target_scale": [0.01, 0.01, 1e3, 1e3]}
    surrogate = untrained(partial(LSTM, hidden=4), interface, statistics)
    path = save(surrogate, tmp_path / "old.ckpt")
    content = torch.load(path, weights_only=True)
    old = json.loads(renamed.past_text(json.dumps(content["interface"])))
    del old["schema_version"]
    assert old["targets"][1]["variable"] == "hysteretic_force"
    torch.save(content | {"interface": old}, path)
    loaded = inference.load(path)
    assert loaded.interface == interface
    input = np.random.default_rng(0).standard_normal((2, 30, 3))
    assert np.array_equal(inference.respond(loaded, input), inference.respond(surrogate, input))


@pytest.mark.parametrize(("factor", "told"), [(0.54, True), (1.5, True), (1.25, False)])
def test_a_parameter_outside_the_training_records_is_told(tmp_path, factor, told):
    """Uniform from 0.7 to 1.3 of nominal has a standard deviation of 0.17: three are too many."""
    nominal = 2e4
    statistics = STATISTICS | {
        "input_mean": [0.0, nominal, nominal],
        "input_scale": [2.0, 0.173 * nominal, 0.173 * nominal],
    }
    surrogate = untrained(partial(LSTM, hidden=4), INTERFACE, statistics)
    surrogate.bounds = {
        "low": [-8.0, 0.7 * nominal, 0.7 * nominal],
        "high": [8.0, 1.3 * nominal, 1.3 * nominal],
        "duration": 4.0,
    }
    path = save(surrogate, tmp_path / "a.ckpt")
    content = torch.load(path, weights_only=True)
    torch.save(content | {"bounds": surrogate.bounds}, path)
    loaded = inference.load(path)
    assert loaded.bounds == surrogate.bounds
    short = Excitation(np.zeros((50, 1)), "a test")
    values = {"stiffness": np.full((1, 2), factor * nominal)}
    lines = extrapolation.warnings(Ensemble((loaded,)), [short], values)
    assert any("outside the 1.4e+04 to 2.6e+04" in line for line in lines) == told
    long = Excitation(np.zeros((402, 1)), "a test")
    values = {"stiffness": np.full((1, 2), nominal)}
    lines = extrapolation.warnings(Ensemble((loaded,)), [long], values)
    assert any("more than 2 times the 4 s" in line for line in lines)


@pytest.mark.parametrize(
    "ask", [inference.respond, lambda surrogate, input: surrogate(torch.from_numpy(input))]
)
def test_an_input_of_fewer_channels_is_refused(ask):
    """It would be spread over all of them."""
    surrogate = untrained(partial(LSTM, hidden=4))
    with pytest.raises(ValueError, match=r"\(2, 30, 1\), its last axis must hold 3 channels: base"):
        ask(surrogate, np.zeros((2, 30, 1), dtype=np.float32))


def test_a_network_that_cannot_be_remade_keeps_its_reason(tmp_path):
    def fail(*_):
        raise ValueError('Parser key "module.network":\n  - hidden must be positive\n')

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Surrogate, "restored", fail)
        with pytest.raises(ValueError, match=r'"module\.network": hidden must be positive$'):
            made_from({}, "a.ckpt")
