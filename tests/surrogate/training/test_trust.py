"""A checkpoint is data: what it names is not run unless the user has allowed it."""

import os
import struct
import sys
from functools import partial

import pytest
import torch

from surrogate import inference
from surrogate.cli.main import main
from surrogate.inference import ensemble
from surrogate.networks import LSTM
from surrogate.training.trust import network_of, resolve
from tests.helpers.checkpoints import save, untrained

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.fixture
def sound(tmp_path):
    return save(untrained(partial(LSTM, hidden=4)), tmp_path / "sound.ckpt")


def spoilt(sound, **settings):
    """A checkpoint with other hyper-parameters."""
    content = torch.load(sound, weights_only=True)
    content["hyper_parameters"] |= settings
    path = sound.with_name("hostile.ckpt")
    torch.save(content, path)
    return path


def shell(marker):
    """An initialiser that is a program of the shell, as tried."""
    arguments = {"file": "/bin/sh", "args": ["sh", "-c", f"touch {marker}"]}
    return {
        "class_path": "surrogate.optim.initializers.Initialize",
        "init_args": {"weight": "os.spawnv", "arguments": {"mode": os.P_WAIT, **arguments}},
    }


@pytest.mark.parametrize(
    "settings",
    [
        {"initialize": shell("MARKER")},
        {"_instantiator": "harmful.run"},
        {"optimizer": {"class_path": "harmful.run"}, "lr_scheduler": {"class_path": "harmful.run"}},
    ],
)
def test_what_is_not_needed_to_answer_is_not_made(sound, tmp_path, monkeypatch, settings):
    """The exploit that was tried started a shell under `surrogate respond`."""
    (tmp_path / "harmful.py").write_text("open('MARKER', 'w')\nrun = print\n")
    monkeypatch.chdir(tmp_path)
    loaded = inference.load(spoilt(sound, **settings))
    assert loaded.initialize is None
    assert loaded.make_optimizer is None
    assert not (tmp_path / "MARKER").exists()
    assert "harmful" not in sys.modules


@pytest.mark.parametrize(
    "name",
    [
        "harmful.Network",
        "os.system",
        "torch.nn.os.system",
        "torch.nn.init.math.sin",
        "torch.nn.modules.module.torch.hub.load",
        "surrogate.networks.lstm.torch.hub.load",
        "surrogate.networks.__loader__.load_module",
        "torch.nn.init.warnings.warn",
        "torch.nn.Module.apply",
        "surrogate.training.losses.physics.Structure",
        "torch.hub.load",
        "surrogate.networks..LSTM",
        "",
    ],
)
def test_a_name_that_is_not_known_is_refused_before_it_is_imported(tmp_path, monkeypatch, name):
    (tmp_path / "harmful.py").write_text("open('MARKER', 'w')\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ValueError, match=r"names|is not the name"):
        resolve(name)
    assert "harmful" not in sys.modules


def test_names_of_this_package_and_of_torch_are_known():
    assert resolve("surrogate.networks.LSTM") is LSTM
    assert resolve("surrogate.networks.lstm.LSTM") is LSTM
    assert resolve("torch.nn.modules.activation.Tanh") is torch.nn.Tanh
    assert resolve("torch.nn.init.orthogonal_") is torch.nn.init.orthogonal_
    assert resolve("torch.optim.Adam") is torch.optim.Adam


@pytest.mark.parametrize(
    "network",
    [
        {"class_path": "surrogate.optim.initializers.Initialize"},
        {"class_path": "torch.nn.init.ones_"},
        {"class_path": "surrogate.networks.LSTM", "init_args": {"hidden": "/etc/passwd"}},
        {"class_path": "surrogate.networks.LSTM", "init_args": {"deep": [{"a": "os.system"}]}},
        {"class_path": "surrogate.networks.LSTM", "dict_kwargs": {"hidden": 3}},
        "surrogate.networks.LSTM",
    ],
)
def test_a_network_is_a_module_whose_settings_are_words_and_known_names(network):
    with pytest.raises(ValueError, match=r"network|names"):
        network_of({"hyper_parameters": {"network": network}})


def test_a_module_of_the_user_is_taken_where_it_is_trusted(sound, tmp_path, monkeypatch, capsys):
    (tmp_path / "own_networks.py").write_text(
        "from surrogate.networks import LSTM\n\n\nclass Mine(LSTM):\n    pass\n"
    )
    monkeypatch.chdir(tmp_path)
    network = {"class_path": "own_networks.Mine", "init_args": {"hidden": 4}}
    path = spoilt(sound, network=network)
    with pytest.raises(ValueError, match=r"names own_networks\.Mine.*--trust own_networks"):
        inference.load(path)
    words = ["export", "--checkpoint", str(path), "--out", str(tmp_path / "small.ckpt")]
    assert main(words) == 2
    assert "own_networks.Mine" in capsys.readouterr().err
    assert "own_networks" not in sys.modules
    assert main([*words, "--trust", "own_networks"]) == 0
    assert type(inference.load(path, trust=["own_networks"]).network).__name__ == "Mine"


def test_members_of_an_ensemble_are_data_too(sound, tmp_path):
    content = torch.load(sound, weights_only=True)
    content["hyper_parameters"]["network"]["class_path"] = "os.system"
    whole = {"interface": content["interface"], "members": [content], "scores": None}
    torch.save(whole, tmp_path / "ensemble.ckpt")
    with pytest.raises(ValueError, match=r"member 1 of .*ensemble\.ckpt.*os\.system"):
        ensemble.load([tmp_path / "ensemble.ckpt"])


def test_every_flipped_bit_of_the_weights_is_noticed(sound, tmp_path):
    """The answer would be another one, in silence."""
    expected = inference.load(sound).state_dict()
    whole = sound.read_bytes()
    path = tmp_path / "flipped.ckpt"
    for place in range(50, len(whole), max(1, len(whole) // 40)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 16]) + whole[place + 1 :])
        try:
            found = inference.load(path).state_dict()
        except ValueError:
            continue
        assert all(torch.equal(value, found[name]) for name, value in expected.items())


def test_a_flipped_weight_is_told_by_its_checksum(sound, tmp_path):
    weight = inference.load(sound).network.state_dict()
    bytes_of = max(weight.values(), key=torch.Tensor.numel).numpy().tobytes()
    whole = bytearray(sound.read_bytes())
    whole[whole.index(bytes_of) + 3] ^= 1
    sound.write_bytes(whole)
    with pytest.raises(ValueError, match=r"sound\.ckpt is damaged: the checksum of its part"):
        inference.load(sound)


def test_a_part_that_lies_before_the_start_of_the_file_is_told(sound, tmp_path):
    content = bytearray(sound.read_bytes())
    ends = {b"PK\x06\x06": (48, "<Q"), b"PK\x05\x06": (16, "<I")}  # where the directory begins
    for mark, (place, kind) in ends.items():
        at = content.rfind(mark)
        if at >= 0:
            (begin,) = struct.unpack_from(kind, content, at + place)
            struct.pack_into(kind, content, at + place, begin + 10**6)
    path = tmp_path / "spoilt.ckpt"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"spoilt\.ckpt is (damaged|not a checkpoint)"):
        inference.read(path)


@pytest.mark.parametrize("size", [{"layers": 10**9}, {"hidden": 10**9}, {"layers": -(10**9)}])
def test_sizes_that_the_stored_weights_cannot_have_are_refused_at_once(sound, size):
    """A network of a thousand million layers would be made for hours."""
    network = {"class_path": "surrogate.networks.LSTM", "init_args": {"hidden": 4} | size}
    (name,) = size
    with pytest.raises(ValueError, match=rf"network has {name} = {size[name]}, for which \d+"):
        inference.load(spoilt(sound, network=network))


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("target_scaling.scale", 0.0),
        ("input_scaling.scale", -1.0),
        ("target_scaling.scale", float("nan")),
        ("input_peak", float("nan")),
    ],
)
def test_a_scaling_that_no_training_has_is_refused(sound, tmp_path, name, number):
    content = torch.load(sound, weights_only=True)
    content["state_dict"][name] = torch.full_like(content["state_dict"][name], number)
    torch.save(content, tmp_path / "odd.ckpt")
    with pytest.raises(ValueError, match=r"odd\.ckpt is not a checkpoint of this package"):
        inference.load(tmp_path / "odd.ckpt")


def test_bounds_that_are_no_finite_numbers_are_refused(sound, tmp_path):
    content = torch.load(sound, weights_only=True)
    channels = len(content["state_dict"]["input_peak"])
    sides = {"low": [float("nan")] * channels, "high": [1.0] * channels}
    content["bounds"] = sides | {"duration": None}
    torch.save(content, tmp_path / "odd.ckpt")
    with pytest.raises(ValueError, match=r"odd\.ckpt is not a checkpoint of this package"):
        inference.load(tmp_path / "odd.ckpt")
