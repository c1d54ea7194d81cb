"""What the packages offer by their own names."""

import subprocess
import sys
from functools import partial

import numpy as np
import pytest
import torch
import xarray as xr

import datasets
import surrogate
from datasets.recipes.catalogue import load_recipe
from simulators import BaseMotion
from surrogate import inference
from surrogate.inference.ensemble import Ensemble
from surrogate.inference.face import Extrapolation
from surrogate.networks import LSTM
from tests.helpers.checkpoints import save, untrained
from tests.helpers.make_records import write_records

pytestmark = pytest.mark.filterwarnings(
    "ignore::DeprecationWarning"  # Lightning 2.6 with jsonargparse 4.53
)
SMALL = {"records": 3, "motion.duration": 1, "motion.interval": 0.02}
STIFFNESS = {"stiffness": [3e4, 2e4]}


@pytest.fixture(scope="module")
def network():
    return untrained(partial(LSTM, hidden=4))


def sine(samples=100, interval=0.02, peak=2.0):
    time = np.arange(samples) * interval
    return BaseMotion(peak * np.sin(2.0 * np.pi * time), interval)


def run(code):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("package", [datasets, surrogate])
def test_every_name_of_a_face_is_there(package):
    assert set(package.__all__) <= set(dir(package))
    assert all(callable(getattr(package, name)) for name in package.__all__)


def test_generate_from_the_command_line_loads_no_torch(tmp_path):
    words = ["generate", "five_storey", "records=2", "motion.duration=1", "--workers", "1"]
    words += ["--no-card", "--out", str(tmp_path / "data.h5")]
    code = (
        f"import sys; from surrogate.cli.main import main; assert main({words}) == 0; "
        "import surrogate, datasets; datasets.generate; surrogate.__all__; "
        "assert 'torch' not in sys.modules and 'lightning' not in sys.modules"
    )
    result = run(code)
    assert result.returncode == 0, result.stderr


def test_generate_makes_what_the_recipe_says_and_opens_it(tmp_path):
    dataset = datasets.generate("five_storey", tmp_path / "data.h5", SMALL)
    recipe = load_recipe("five_storey", [f"{key}={value}" for key, value in SMALL.items()])
    xr.testing.assert_equal(dataset["drift"].load(), recipe.make(0, 3)["drift"])
    assert datasets.check(tmp_path / "data.h5") == {}
    again = datasets.generate(recipe, tmp_path / "data.h5")  # there already
    assert again.attrs["checksum"] == dataset.attrs["checksum"]
    with pytest.raises(FileExistsError):
        datasets.generate("five_storey", tmp_path / "data.h5", SMALL | {"seed": 1})
    with pytest.raises(ValueError, match="overrides are for a recipe that is read"):
        datasets.generate(recipe, tmp_path / "other.h5", SMALL)


def test_check_tells_what_is_wrong(tmp_path):
    path = write_records(tmp_path / "records.h5")
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    (problem,) = datasets.check(path).values()
    assert str(path) in problem


def test_arrays_are_imported_with_units_parts_and_a_word_on_how(tmp_path):
    time = np.arange(50) * 0.01
    table = np.stack([time, np.sin(time), np.cos(time)], axis=1)
    np.savetxt(tmp_path / "a.csv", table, delimiter=",", header="time,a,d", comments="")
    dataset = datasets.import_records(
        tmp_path / "a.csv",
        {"time": "time", "base_acceleration": "a", "displacement": "d"},
        units={"base_acceleration": "cm/s2", "displacement": "mm"},
        segment=25,
    )
    expected = 0.01 * np.sin(time).reshape(2, 25)
    np.testing.assert_allclose(dataset["base_acceleration"], expected, rtol=1e-6)
    assert dataset["displacement"].attrs["units"] == "m"
    assert "every 0.01 s" in dataset.attrs["read"]
    datasets.write_dataset(dataset, tmp_path / "a.h5")
    assert datasets.check(tmp_path / "a.h5") == {}


def test_accelerograms_are_imported_by_record(tmp_path):
    for number in range(4):
        rows = "".join(f"{0.01 * step:.2f},{number + step % 3}\n" for step in range(20))
        (tmp_path / f"{number}.csv").write_text(f"time (s),acceleration (m/s2)\n{rows}")
    dataset = datasets.import_records(tmp_path, fractions={"train": 0.5, "test": 0.5})
    assert dataset["base_acceleration"].shape == (4, 20)
    assert sorted(dataset["split"].values.tolist()) == [0, 0, 1, 1]
    assert len(dataset.attrs["read"].splitlines()) == 4


def test_the_response_to_a_motion_is_labelled(network):
    motion = sine()
    response = surrogate.respond(network, motion, STIFFNESS)
    input = np.concatenate(
        [motion.acceleration[None, :, None], np.full((1, 100, 2), STIFFNESS["stiffness"])], axis=2
    )
    assert np.array_equal(response["drift"], inference.respond(network, input))
    assert response["drift"].dims == ("record", "time", "storey")
    assert response["drift"].attrs["units"] == "m"
    np.testing.assert_allclose(response["time"], motion.time)
    np.testing.assert_allclose(response["base_acceleration"][0], motion.acceleration, rtol=1e-6)
    np.testing.assert_allclose(response["stiffness"][0], STIFFNESS["stiffness"])


def test_arrays_data_arrays_and_files_are_the_motions_that_they_hold(network, tmp_path):
    motion = sine()
    expected = surrogate.respond(network, motion, STIFFNESS)["drift"]
    array = np.stack([motion.acceleration, -motion.acceleration])
    labelled = xr.DataArray(
        100.0 * motion.acceleration, {"time": motion.time}, "time", attrs={"units": "cm/s2"}
    )
    rows = np.stack([motion.time, motion.acceleration], axis=1)
    title = "time (s),acceleration (m/s2)"
    np.savetxt(tmp_path / "a.csv", rows, "%.17g", delimiter=",", header=title, comments="")
    whole = np.concatenate(
        [array[:, :, None], np.full((2, 100, 2), STIFFNESS["stiffness"])], axis=2
    )
    for found in (
        surrogate.respond(network, array, STIFFNESS),
        surrogate.respond(network, labelled, STIFFNESS),
        surrogate.respond(network, tmp_path / "a.csv", STIFFNESS),
        surrogate.respond(network, [motion, motion], STIFFNESS),
        surrogate.respond(network, whole),
    ):
        np.testing.assert_allclose(found["drift"][0], expected[0], rtol=1e-5, atol=1e-8)


def test_a_motion_of_another_interval_is_resampled(network):
    response = surrogate.respond(network, sine(400, 0.005), STIFFNESS)
    assert float(response["time"][1]) == pytest.approx(0.02)
    expected = surrogate.respond(network, sine(), STIFFNESS)["drift"]
    inner = slice(20, 80)
    scale = float(abs(expected).max())
    np.testing.assert_allclose(
        response["drift"][0, inner], expected[0, inner], atol=1e-2 * scale, rtol=0.0
    )


def test_motions_of_unlike_lengths_are_answered_each_as_alone(network):
    response = surrogate.respond(network, [sine(), sine(50), sine(peak=1.0)], STIFFNESS)
    assert response["samples"].values.tolist() == [100, 50, 100]
    alone = surrogate.respond(network, sine(50), STIFFNESS)
    np.testing.assert_allclose(response["drift"][1, :50], alone["drift"][0], rtol=1e-5, atol=1e-9)
    assert response["drift"][1, 50:].isnull().all()


def test_an_extrapolation_is_told(network):
    with pytest.warns(Extrapolation, match="peak of 8.98 m s-2 is above the 8 m s-2"):
        surrogate.respond(network, sine(101, peak=9.0), STIFFNESS)
    with pytest.warns(Extrapolation, match="standard deviations from the mean"):
        surrogate.respond(network, sine(), {"stiffness": 9e4})


@pytest.mark.parametrize(
    ("excitation", "parameters", "message"),
    [
        (np.zeros((2, 9, 2)), None, "excitation has 2 channels, needs 3: base_acceleration, stiff"),
        (np.zeros((2, 9, 3)), STIFFNESS, "holds the parameters too"),
        (np.zeros((1, 1, 1, 1)), STIFFNESS, r"must have the shape \(time,\) or \(record, time\)"),
        (np.zeros(9), {"mass": 1.0}, "takes no parameter 'mass', it takes stiffness"),
        (np.zeros(9), {}, "parameter stiffness needs a value"),
        (np.zeros(9), {"stiffness": [1.0, 2.0, 3.0]}, "has 2 values"),
        (xr.DataArray(np.zeros(9), dims="time"), STIFFNESS, "coordinate time"),
        (
            xr.DataArray(np.zeros(3), {"time": [0.0, 1.0, 3.0]}, "time"),
            STIFFNESS,
            "times must rise in equal steps",
        ),
        (
            xr.DataArray(np.zeros(2), {"time": [0.0, 1.0]}, "time", attrs={"units": "m"}),
            STIFFNESS,
            "base_acceleration has the unit 'm'",
        ),
    ],
)
def test_an_excitation_that_does_not_fit_is_refused(network, excitation, parameters, message):
    with pytest.raises(ValueError, match=message):
        surrogate.respond(network, excitation, parameters)


def test_what_is_no_surrogate_or_no_member_is_refused():
    with pytest.raises(
        ValueError, match=r"'best.ckpt': expected a Surrogate or an Ensemble; .*load"
    ):
        surrogate.respond("best.ckpt", np.zeros(5))
    with pytest.raises(ValueError, match="checkpoints is empty: expected at least one path"):
        surrogate.ensemble([])


@pytest.mark.parametrize("excitation", [[], None, np.zeros((0, 5)), [1.0, 2.0]])
def test_an_excitation_without_a_motion_is_refused(network, excitation):
    with pytest.raises(ValueError, match=r"excitation = |must have the shape|or an array; got a"):
        surrogate.respond(network, excitation)


def test_an_ensemble_answers_with_its_spread(tmp_path):
    members = [untrained(partial(LSTM, hidden=4), seed=seed) for seed in range(3)]
    paths = [save(each, tmp_path / f"{number}.ckpt") for number, each in enumerate(members)]
    together = surrogate.ensemble(paths)
    assert isinstance(together, Ensemble)
    response = surrogate.respond(together, sine(), STIFFNESS)
    alone = [surrogate.respond(each, sine(), STIFFNESS)["drift"] for each in members]
    np.testing.assert_allclose(response["drift"], np.mean(alone, axis=0), rtol=1e-5, atol=1e-9)
    spread = np.std(alone, axis=0, ddof=1)
    np.testing.assert_allclose(response["drift_spread"], spread, rtol=1e-4, atol=1e-9)
    assert response["drift_spread"].attrs["units"] == "m"


def test_a_response_is_without_dropout_and_leaves_the_surrogate_in_training():
    network = untrained(partial(LSTM, hidden=4, layers=2, dropout=0.5)).train()
    torch.manual_seed(0)
    first, second = (surrogate.respond(network, sine(), STIFFNESS)["drift"] for _ in range(2))
    assert np.array_equal(first, second)
    assert network.training
