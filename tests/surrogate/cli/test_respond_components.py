"""`surrogate respond` takes a component of an accelerogram for each input of a surrogate."""

from functools import partial
from pathlib import Path

import numpy as np
import pytest

import datasets
from surrogate import inference
from surrogate.cli.main import main
from surrogate.data.channels import ChannelGroup, Interface
from surrogate.networks import LSTM
from tests.helpers.checkpoints import save, untrained
from tests.helpers.recorded_files import FILES, MOTION, STEP

pytestmark = pytest.mark.filterwarnings(
    "ignore::DeprecationWarning"  # Lightning 2.6 with jsonargparse 4.53
)
X = ChannelGroup("x", "m s-2", "along", "", 1)
Y = ChannelGroup("y", "m s-2", "across", "", 1)
SWAY = ChannelGroup("sway", "m", "of the roof", "", 1)
NUMBERS = {
    "input_mean": [0.0, 0.0],
    "input_scale": [1.0, 0.5],
    "input_peak": [10.0, 10.0],
    "target_mean": [0.0],
    "target_scale": [0.01],
}
HORIZONTAL = {
    "CSMIP": ("360 Deg", "90 Deg"),
    "COSMOS": ("360 Deg", "90 Deg"),
    "GeoNet": ("S16W", "S74E"),
    "CWB": ("N", "E"),
    "AFAD": ("N-S", "E-W"),
}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A surrogate of two accelerations of the base at the interval of the files."""
    monkeypatch.chdir(tmp_path)
    interface = Interface((X, Y), (SWAY,), STEP)
    save(untrained(partial(LSTM, hidden=4), interface, NUMBERS), Path("a.ckpt"))
    return tmp_path


def respond(*words):
    return main(["respond", "--checkpoint", "a.ckpt", "--out", "a.h5", *words])


def require_answer(north, east):
    """The answer is that of the network to two histories (m s-2)."""
    response = datasets.open_dataset("a.h5")
    np.testing.assert_allclose(response["x"][0], north, atol=4e-4)
    np.testing.assert_allclose(response["y"][0], east, atol=4e-4)
    given = np.stack([response["x"][0], response["y"][0]], axis=-1)[None]
    expected = inference.respond(inference.load("a.ckpt"), given)[0, :, 0]
    np.testing.assert_allclose(response["sway"][0], expected, rtol=1e-4, atol=1e-8)


@pytest.mark.parametrize("name", HORIZONTAL)
def test_each_input_has_the_component_that_is_named(folder, capsys, name):
    lines, factors = FILES[name]
    Path("record.txt").write_text("\n".join(lines) + "\n")
    first, second = HORIZONTAL[name]
    north = factors[first] * MOTION / 100.0
    east = factors[second] * MOTION / 100.0
    assert respond("--record", "record.txt", "--input", f"x={first}", f"y={second}") == 0
    require_answer(north, east)
    line = next(row for row in capsys.readouterr().out.splitlines() if row.startswith("record.txt"))
    assert line.count(f"component {first}") == line.count(f"component {second}") == 1
    words = ["--input", f"y={first}", f"x={second}", "--overwrite"]
    assert respond("--record", "record.txt", *words) == 0
    require_answer(east, north)


def test_columns_of_a_table_are_named_alike(folder):
    time = STEP * np.arange(len(MOTION))
    rows = np.column_stack([time, -0.7 * MOTION, MOTION])
    text = "\n".join(",".join(f"{value:.6g}" for value in row) for row in rows)
    Path("record.csv").write_text(f"time (s),EW (cm/s2),NS (cm/s2)\n{text}\n")
    assert respond("--record", "record.csv", "--input", "x=NS", "y=EW") == 0
    require_answer(MOTION / 100.0, -0.7 * MOTION / 100.0)


def test_both_components_are_resampled_and_it_is_told(folder, capsys):
    interface = Interface((X, Y), (SWAY,), 2.0 * STEP)
    save(untrained(partial(LSTM, hidden=4), interface, NUMBERS), Path("a.ckpt"))
    Path("record.txt").write_text("\n".join(FILES["AFAD"][0]) + "\n")
    assert respond("--record", "record.txt", "--input", "x=N-S", "y=E-W") == 0
    response = datasets.open_dataset("a.h5")
    assert response.sizes["time"] == len(MOTION) // 2
    np.testing.assert_allclose(response["y"][0], -0.7 * response["x"][0], atol=1e-5)
    assert "component E-W" in capsys.readouterr().out.split(", resampled to 0.02 s")[0]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "the surrogate takes x, y: name a component for each, as in --input x=COMPONENT"),
        (["--input", "x=N-S"], "name a component for each, as in --input y=COMPONENT"),
        (["--input", "x=N-S", "y=HNE"], "component = 'HNE': must be one of"),
        (["--input", "x=N-S", "y=E-W", "time=T"], "--input time=T: record.txt is an accelerogram"),
        (["--input", "x=N-S", "y=E-W", "--component", "U-D"], "--component U-D: --input names the"),
        (["--input", "z=N-S"], "--input names 'z': the surrogate takes x, y"),
    ],
)
def test_errors_of_the_user_are_one_line_and_leave_nothing(folder, capsys, words, message):
    Path("record.txt").write_text("\n".join(FILES["AFAD"][0]) + "\n")
    assert respond("--record", "record.txt", *words) == 2
    error = capsys.readouterr().err
    assert message in error
    assert len(error.splitlines()) == 1
    assert not Path("a.h5").exists()


def test_two_inputs_from_one_component_are_told(folder, capsys):
    lines, _ = FILES["COSMOS"]
    Path("record.txt").write_text("\n".join(lines) + "\n")
    assert respond("--record", "record.txt", "--input", "x=360 Deg", "y=360 Deg") == 0
    assert "the inputs x and y are one component, " in capsys.readouterr().err
