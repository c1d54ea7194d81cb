"""Structural parameters and attributes of motions as the condition of a network, from a recipe to
an answer.
"""

from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch
import yaml

import datasets
import surrogate
from surrogate import Records, Surrogate, export, inference
from surrogate.cli.main import main
from surrogate.inference import ensemble
from surrogate.networks import GRU, MCGRU, DeepONet, FiLMLSTM
from surrogate.training.making import network_for
from tests.helpers.checkpoints import INTERFACE, STATISTICS, save, untrained

pytestmark = [
    pytest.mark.filterwarnings("ignore:.*does not have many workers"),  # the data are in memory
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # Lightning with jsonargparse
]
PARAMETERS = ["stiffness", "mass", "motion_scale"]
NETWORKS = {
    "FiLMLSTM": {"hidden": 4, "odd": True},
    "MCGRU": {"hidden": 4},
    "DeepONet": {"sensors": 101, "basis": 4, "hidden": 4, "frequencies": 4},
}


@pytest.fixture(scope="module")
def family(tmp_path_factory):
    """A few buildings of a family, each under a motion of its own."""
    path = tmp_path_factory.mktemp("family") / "family.h5"
    datasets.generate("five_storey_varied", path, {"records": 24, "motion.duration": 1.5})
    return path


def config(path, network, **data):
    own = {"path": str(path), "inputs": ["base_acceleration"], "targets": ["drift"]}
    named = {"class_path": f"surrogate.networks.{network}", "init_args": NETWORKS[network]}
    return {
        "run": "run",
        "data": own | {"parameters": PARAMETERS, "batch_size": 8} | data,
        "model": {"network": named},
        "trainer": {"accelerator": "cpu", "max_epochs": 1, "enable_progress_bar": False},
    }


@pytest.fixture
def trained(family, tmp_path, monkeypatch, request):
    """A surrogate of the family, by the command line."""
    monkeypatch.chdir(tmp_path)
    Path("fit.yaml").write_text(yaml.safe_dump(config(family, request.param)))
    assert main(["fit", "--config", "fit.yaml"]) == 0
    return Path("run/best.ckpt")


every = pytest.mark.parametrize("trained", NETWORKS, indirect=True)


@every
def test_the_number_of_conditions_is_filled_in_and_kept(trained):
    made = surrogate.load(trained)
    assert made.network.conditions == 11  # five stiffnesses, five masses, the scale of the motion
    assert made.network.series == 1


@every
def test_parameters_are_standardised_by_their_bounds(trained, family):
    made = surrogate.load(trained)
    dataset = datasets.open_dataset(family)
    training = dataset.isel(record=datasets.contract.partition.members(dataset, "train"))
    values = np.column_stack([training[name].values for name in PARAMETERS]).astype(np.float32)
    low, high = values.min(axis=0), values.max(axis=0)
    scaled = made.input_scaling(torch.from_numpy(np.column_stack([values[:, :1], values])))[:, 1:]
    np.testing.assert_allclose(scaled.min(dim=0).values, -1.0, atol=1e-4)
    np.testing.assert_allclose(scaled.max(dim=0).values, 1.0, atol=1e-4)
    np.testing.assert_allclose(made.bounds["low"][1:], low)
    np.testing.assert_allclose(made.bounds["high"][1:], high)


@pytest.mark.parametrize("trained", ["FiLMLSTM"], indirect=True)
def test_an_odd_surrogate_negates_a_motion_and_no_parameter(trained):
    made = surrogate.load(trained)
    motion = torch.randn(2, 50, 1)
    constant = made.input_scaling.mean[1:].expand(2, 50, -1)
    ahead, back = (made(torch.cat([m, constant], dim=2)) for m in (motion, -motion))
    torch.testing.assert_close(back, -ahead)


@every
def test_answers_beyond_the_bounds_are_told(trained, capsys):
    rows = [f"{0.02 * n:.2f},{0.1 * np.sin(n):.5f}" for n in range(60)]
    Path("motion.csv").write_text("\n".join(["time,base_acceleration (m/s2)", *rows]) + "\n")
    words = ["respond", "--checkpoint", str(trained), "--record", "motion.csv", "--out", "out.h5"]
    assert main([*words, "--parameter", "motion_scale=1"]) == 0
    told = capsys.readouterr()
    assert "the surrogate extrapolates" not in told.err
    assert main([*words, "--overwrite", "--parameter", "motion_scale=1", "mass=9e9"]) == 0
    assert "mass 1 = 9e+09 is outside the" in capsys.readouterr().err


@pytest.mark.parametrize("trained", ["MCGRU"], indirect=True)
def test_a_card_and_the_answers_of_a_dataset(trained, family):
    words = ["--checkpoint", str(trained)]
    assert main(["card", *words, "--data", f"test={family}", "--out", "card.md"]) == 0
    assert "MCGRU of 153 parameters" in Path("card.md").read_text()
    assert main(["respond", *words, "--record", str(family), "--out", "out.h5"]) == 0
    answer = datasets.open_dataset("out.h5")
    records = datasets.open_dataset(family)
    np.testing.assert_allclose(answer.stiffness, records.stiffness, rtol=1e-6)
    assert answer.drift.shape == records.drift.shape


@pytest.mark.parametrize("network", ["FiLMLSTM", "MCGRU"])
def test_a_condition_stays_while_a_record_runs_in_pieces(family, tmp_path, monkeypatch, network):
    """Trained in pieces, it answers in pieces as in one pass."""
    monkeypatch.chdir(tmp_path)
    asked = config(family, network, truncation=25)
    result = surrogate.fit(asked)
    made = surrogate.load(result.checkpoint)
    input = torch.from_numpy(np.zeros((1, 30, 12), dtype=np.float32)) + made.input_scaling.mean
    input[..., 0] = torch.randn(1, 30)
    scaled = made.input_scaling(input)
    first, state = made.network.stream(scaled[:, :11])
    rest, _ = made.network.stream(scaled[:, 11:], state)
    torch.testing.assert_close(torch.cat([first, rest], dim=1), made.network(scaled))


@pytest.mark.parametrize("kind", [FiLMLSTM, MCGRU])
@pytest.mark.parametrize("suffix", [".onnx", ".pt2", ".ckpt"])
def test_a_surrogate_with_a_condition_is_exported(kind, suffix, tmp_path):
    source = save(untrained(partial(kind, hidden=4)), tmp_path / "a.ckpt")
    assert export.write(source, tmp_path / f"b{suffix}") < 1e-5


def test_an_ensemble_may_hold_networks_that_take_a_condition_and_others(tmp_path):
    kinds = [partial(FiLMLSTM, hidden=4), partial(MCGRU, hidden=4), partial(GRU, hidden=4)]
    paths = [save(untrained(kind), tmp_path / f"{n}.ckpt") for n, kind in enumerate(kinds)]
    members = ensemble.load(paths)
    input = np.tile(np.array(STATISTICS["input_mean"], dtype=np.float32), (2, 20, 1))
    expected = np.mean([inference.respond(member, input) for member in members.members], axis=0)
    np.testing.assert_allclose(members.respond(input)[0], expected, atol=1e-8)
    assert members.members[0].network.conditions == 2


def test_a_network_of_other_conditions_than_the_data_is_refused():
    with pytest.raises(ValueError, match=r"conditions = 1, the data have 2 .*: leave it out"):
        network_for(partial(MCGRU, conditions=1), INTERFACE, 2)
    assert network_for(partial(MCGRU, conditions=2), INTERFACE, 2).conditions == 2


def test_a_checkpoint_of_a_condition_is_no_smaller_than_its_settings(tmp_path):
    """A network without conditions has more weights here, and is not what is remade."""
    network = partial(DeepONet, sensors=200, basis=2, hidden=4, frequencies=2)
    path = save(untrained(network), tmp_path / "a.ckpt")
    assert inference.load(path).network.conditions == 2


def test_a_parameter_that_does_not_vary_has_the_scale_one(family, tmp_path):
    dataset = datasets.open_dataset(family).load()
    dataset["mass"][:] = 3e4
    dataset.attrs.pop("checksum", None)
    dataset.to_netcdf(tmp_path / "same.h5", engine="h5netcdf")
    records = Records(str(tmp_path / "same.h5"), ["base_acceleration"], ["drift"], ["mass"])
    records.setup("fit")
    statistics = records.statistics()
    assert statistics["input_mean"][1:] == [3e4] * 5
    assert statistics["input_scale"][1:] == [1.0] * 5


def test_without_parameters_there_is_no_condition(family):
    records = Records(str(family), ["base_acceleration"], ["drift"])
    records.setup("fit")
    made = Surrogate(network=partial(FiLMLSTM, hidden=4))
    made.build_for(records)
    assert made.network.conditions == 0


def test_an_odd_network_without_conditions_takes_no_parameters(family, tmp_path):
    """It would answer for a building of negative mass."""
    content = config(family, "FiLMLSTM") | {"run": str(tmp_path / "run")}
    lstm = {"class_path": "surrogate.networks.LSTM", "init_args": {"hidden": 4, "odd": True}}
    with pytest.raises(ValueError, match="LSTM would negate stiffness, mass, motion_scale, which"):
        surrogate.fit(content | {"model": {"network": lstm}})
    assert not (tmp_path / "run").exists()
