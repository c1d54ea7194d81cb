"""`surrogate respond`: accelerograms, forces, structural parameters, folders, bands; wrong input
told in one line.
"""

from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

import datasets
import surrogate.inference.ensemble
from datasets.recipes.catalogue import load_recipe, read_recipe
from simulators import BaseMotion, ExternalForce, solve
from simulators.structures import presets
from surrogate import inference
from surrogate.cli.main import main
from surrogate.data.channels import ChannelGroup, Interface
from surrogate.networks import LSTM
from tests.helpers.checkpoints import DRIFT, STATISTICS, save, untrained
from tests.helpers.make_records import write_records

pytestmark = pytest.mark.filterwarnings(
    "ignore::DeprecationWarning"
)  # Lightning 2.6 with jsonargparse 4.53
NETWORK = partial(LSTM, hidden=4)
FORCE = ChannelGroup("force", "N", "external force", "", 1)
DISPLACEMENT = ChannelGroup("displacement", "m", "displacement relative to the base", "floor", 1)
VARIED = """
structure: five_storey
motion: {process: KanaiTajimi, root_mean_square: 2.0, duration: 1.0, interval: 0.02}
vary:
  laws.stiffness: {distribution: uniform, low: 0.8, high: 1.2, each: part}
  damping: {distribution: uniform, low: 0.5, high: 2.0}
records: 4
outputs: [drift]
"""


def accelerogram(path, interval=0.005, samples=400, header="time (s),acceleration (m s-2)"):
    time = interval * np.arange(samples)
    rows = [
        f"{t:.4f},{a:.8f}"
        for t, a in zip(time, np.sin(2 * np.pi * time) * np.exp(-time), strict=True)
    ]
    path.write_text("\n".join([header, *rows]) + "\n")
    return path


def respond(*arguments):
    return main(["respond", *map(str, arguments)])


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Two surrogates of acceleration and stiffness, without a recipe, and a record."""
    monkeypatch.chdir(tmp_path)
    for seed in range(2):
        save(untrained(NETWORK, seed=seed), tmp_path / f"{seed}.ckpt")
    accelerogram(tmp_path / "record.csv")
    return tmp_path


def family():
    """A surrogate of the drifts of varied five-storey buildings."""
    recipe = read_recipe(VARIED, "test")
    dataset = recipe.make(0, 4)
    signals = {
        name: ChannelGroup(name, dataset[name].attrs["units"], "for a test", dim, size, constant)
        for name, dim, size, constant in (
            ("base_acceleration", "", 1, False),
            ("stiffness", "storey", 5, True),
            ("damping_factor", "", 1, True),
            ("drift", "storey", 5, False),
        )
    }
    *inputs, drift = signals.values()
    numbers = {
        "input_mean": [0.0, 30e3, 24e3, 30e3, 24e3, 30e3, 1.2],
        "input_scale": [2.0, *[3e3] * 5, 0.3],
        "input_peak": [9.0, *[4e4] * 5, 2.0],
        "target_mean": [0.0] * 5,
        "target_scale": [1e-2] * 5,
    }
    return untrained(NETWORK, Interface(tuple(inputs), (drift,), 0.02, recipe.to_yaml()), numbers)


def test_parameters_are_given_on_the_command_line(folder):
    assert (
        respond(
            "--checkpoint",
            "0.ckpt",
            "--record",
            "record.csv",
            "--out",
            "a.h5",
            "--parameter",
            "stiffness=3e4,2e4",
        )
        == 0
    )
    response = datasets.open_dataset("a.h5")
    datasets.validate(response)
    np.testing.assert_allclose(response["stiffness"], [[3e4, 2e4]])
    acceleration = response["base_acceleration"].values[0]
    input = np.column_stack(
        [acceleration, np.full_like(acceleration, 3e4), np.full_like(acceleration, 2e4)]
    )
    expected = inference.respond(inference.load("0.ckpt"), input[None])
    assert np.array_equal(response["drift"], expected)


def test_parameters_of_a_recipe_are_nominal_unless_given(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    save(family(), Path("family.ckpt"))
    accelerogram(Path("record.csv"))
    usual = ["--checkpoint", "family.ckpt", "--record", "record.csv", "--out", "a.h5"]
    assert respond(*usual, "--reference", "Euler") == 2
    assert "--reference Euler: expected one of batch, DOP853" in capsys.readouterr().err
    assert respond(*usual, "--parameter", "damping_factor=1.5", "--reference", "batch") == 0
    response = datasets.open_dataset("a.h5")
    np.testing.assert_allclose(response["stiffness"], [[30e3, 24e3, 30e3, 24e3, 30e3]])
    np.testing.assert_allclose(response["damping_factor"], [1.5])
    motion = BaseMotion(response["base_acceleration"].values[0], 0.02)
    damped = replace(presets.five_storey(), damping=1.5 * presets.five_storey().damping)
    exact = solve(damped, motion, outputs=["drift"], tolerance=1e-6)["drift"].values
    np.testing.assert_allclose(response["drift_reference"], exact, atol=1e-4 * np.abs(exact).max())


def test_a_force_with_a_reference(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    recipe = load_recipe(
        "benchmark_oscillator", ["motion.duration=2", "motion.interval=0.002", "records=1"]
    )
    numbers = {name: [50.0] if "input" in name else [1e-3] for name in STATISTICS}
    save(
        untrained(NETWORK, Interface((FORCE,), (DISPLACEMENT,), 0.002, recipe.to_yaml()), numbers),
        Path("a.ckpt"),
    )
    time = 0.001 * np.arange(501)
    rows = [f"{t},{f}" for t, f in zip(time, 0.02 * np.sin(40 * np.pi * time), strict=True)]
    Path("force.csv").write_text("\n".join(["time (s),force (kN)", *rows]))
    usual = ["--checkpoint", "a.ckpt", "--record", "force.csv", "--out"]
    assert respond(*usual, "a.h5", "--reference", "batch") == 0
    response = datasets.open_dataset("a.h5")
    assert float(response["time"][1]) == pytest.approx(0.002)
    assert float(np.abs(response["force"]).max()) == pytest.approx(20.0, rel=1e-2)
    force = ExternalForce(response["force"].values[0], 0.002)
    exact = solve(presets.benchmark_oscillator(), force, outputs=["displacement"], tolerance=1e-6)[
        "displacement"
    ].values
    np.testing.assert_allclose(
        response["displacement_reference"], exact, atol=1e-4 * np.abs(exact).max()
    )
    assert respond(*usual, "b.h5", "--peak", "60") == 0
    assert (
        "record's peak of 60 N is above the 50 N of the training records" in capsys.readouterr().err
    )
    assert float(np.abs(datasets.open_dataset("b.h5")["force"]).max()) == pytest.approx(
        60.0, rel=1e-6
    )
    Path("record.at2").write_text("a record in g\n 1.0 *\n")
    for name, detail in (
        ("record.at2", "has no numbers under its titles"),
        (accelerogram(Path("a.csv")), "a.csv has no column 'force' for the input force"),
    ):
        assert respond("--checkpoint", "a.ckpt", "--record", name, "--out", "c.h5") == 2
        error = capsys.readouterr().err
        assert detail in error
        assert len(error.splitlines()) == 1


def test_a_record_much_longer_than_those_of_the_training_is_told(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    save(family(), Path("family.ckpt"))  # of records of 1 s
    for samples, longer in ((401, False), (460, True)):
        accelerogram(Path("record.csv"), samples=samples)
        assert (
            respond(
                "--checkpoint",
                "family.ckpt",
                "--record",
                "record.csv",
                "--out",
                "a.h5",
                "--overwrite",
            )
            == 0
        )
        error = capsys.readouterr().err
        assert ("s are more than 2 times the 1 s of the training records" in error) == longer


def test_several_records_and_folders(folder):
    (folder / "records/deeper").mkdir(parents=True)
    accelerogram(folder / "records/a.csv", samples=300)
    accelerogram(folder / "records/deeper/b.csv", interval=0.01)
    usual = [
        "--checkpoint",
        "0.ckpt",
        "--parameter",
        "stiffness=3e4",
        "--record",
        "records",
        "record.csv",
        "--out",
        "out",
    ]
    assert respond(*usual) == 0
    assert {path.name for path in (folder / "out").iterdir()} == {
        f"{name}.csv.{suffix}" for name in ("a", "b", "record") for suffix in ("h5", "png")
    }
    assert datasets.open_dataset("out/b.csv.h5").sizes["time"] == 200
    before = Path("out/a.csv.h5").read_bytes()
    assert respond(*usual) == 2
    assert Path("out/a.csv.h5").read_bytes() == before


def test_an_ensemble_draws_its_band(folder, capsys):
    write_records(folder / "data.h5", records=120, samples=60)
    usual = [
        "--checkpoint",
        "0.ckpt",
        "1.ckpt",
        "--record",
        "record.csv",
        "--parameter",
        "stiffness=3e4,2e4",
    ]
    assert respond(*usual, "--out", "a.h5", "--coverage", "0.9", "--calibration", "data.h5") == 0
    assert main(["ensemble", *usual[:3], "--data", "data.h5", "--out", "both.ckpt"]) == 0
    assert (
        respond("--checkpoint", "both.ckpt", *usual[3:], "--out", "b.h5", "--coverage", "0.9") == 0
    )
    response, again = datasets.open_dataset("a.h5"), datasets.open_dataset("b.h5")
    for name in ("drift", "drift_spread", "drift_lower", "drift_upper"):
        np.testing.assert_allclose(response[name], again[name])
    ensemble = surrogate.inference.ensemble.load(["both.ckpt"])
    half = ensemble.half_width(response["drift_spread"].values, 0.9)
    np.testing.assert_allclose(response["drift_upper"] - response["drift"], half, rtol=1e-3)
    np.testing.assert_allclose(response["drift"] - response["drift_lower"], half, rtol=1e-3)
    assert response.attrs["coverage"] == 0.9
    assert "half_width" in capsys.readouterr().out


def test_a_parameter_far_from_the_training_is_told(folder, capsys):
    usual = ["--checkpoint", "0.ckpt", "--record", "record.csv", "--parameter", "stiffness=3e4,9e4"]
    assert respond(*usual, "--out", "a.h5") == 0
    warning = capsys.readouterr().err
    assert warning.startswith(
        "warning: stiffness 2 = 9e+04 is 35.0 standard deviations from the mean"
    )
    assert len(warning.splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "parameter stiffness needs a value"),
        (["--parameter", "stiffness"], "--parameter 'stiffness' must be NAME=VALUE"),
        (["--parameter", "mass=3"], "the surrogate takes no parameter 'mass', it takes stiffness"),
        (["--parameter", "stiffness=1,2,3"], "parameter stiffness has 2 values (N m-1), got 3"),
        (["--parameter", "stiffness=soft"], "--parameter stiffness=soft must hold finite numbers"),
        (["--parameter", "stiffness=inf"], "must hold finite numbers"),
        (["--record", "absent.csv"], "absent.csv"),
        (["--record", "empty"], "folder empty holds no file"),
        (["--record", "notes.txt"], "notes.txt: not an accelerogram of a known format"),
        (["--record", "record.csv", "unitless.csv"], "is one file for several records"),
        (
            ["--record", "record.csv", "more/record.csv", "--out", "out"],
            "two records are called record.csv",
        ),
        (["--record", "unitless.csv"], "give unit"),
        (["--peak", "-3"], "peak must be a positive number, got -3"),
        (["--peak", "high"], "argument --peak: invalid float value: 'high'"),
        (["--coverage", "0.9"], "--coverage needs calibration records"),
        (["--calibration", "data.h5"], "--calibration is for a band: give --coverage too"),
        (
            ["--coverage", "1.5", "--calibration", "data.h5"],
            "coverage must lie between 0 and 1, got 1.5",
        ),
        (
            ["--coverage", "0.9", "--calibration", "data.h5"],
            "coverage 0.9 needs at least 9 calibration records, got 2",
        ),
        (["--checkpoint", "0.ckpt", "0.ckpt"], "members 1 and 2 have the same weights"),
        (["--checkpoint", "notes.txt"], "notes.txt is not a checkpoint of this package"),
        (["--out", "taken.h5"], "taken.h5 exists"),
        (
            ["--out", "picture.png"],
            "--out picture.png must be a folder, or end in one of .h5, .nc, .hdf5",
        ),
        (["--reference", "batch"], "the training data of this surrogate had no recipe"),
        (["--referense"], "unrecognized arguments: --referense"),
    ],
)
def test_errors_of_the_user_are_one_line_and_leave_nothing(folder, capsys, arguments, message):
    write_records(folder / "data.h5")
    accelerogram(folder / "unitless.csv", header="time (s), acceleration")
    Path("notes.txt").write_text("no accelerogram\n")
    Path("taken.h5").touch()
    for name in ("empty", "more"):
        Path(name).mkdir()
    accelerogram(folder / "more/record.csv")
    before = set(folder.rglob("*"))
    given = (
        []
        if "stiffness" in str(arguments) or not arguments
        else ["--parameter", "stiffness=3e4,2e4"]
    )
    assert (
        respond(
            "--checkpoint", "0.ckpt", "--record", "record.csv", "--out", "a.h5", *given, *arguments
        )
        == 2
    )
    error = capsys.readouterr().err
    assert error.startswith("error: ")
    assert message in error
    assert len(error.splitlines()) == 1
    assert set(folder.rglob("*")) == before


def test_a_surrogate_of_something_else_is_told(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    interface = Interface((DRIFT,), (ChannelGroup("acceleration", "m s-2", "a", "floor", 1),), 0.02)
    numbers = {name: [1.0] * (2 if "input" in name else 1) for name in STATISTICS}
    save(untrained(NETWORK, interface, numbers), Path("a.ckpt"))
    accelerogram(Path("record.csv"))
    assert respond("--checkpoint", "a.ckpt", "--record", "record.csv", "--out", "a.h5") == 2
    assert (
        "record.csv has no column 'drift 1' for the input drift of the surrogate, it has time, "
        "acceleration: name it, as in --input drift=COLUMN,COLUMN" in capsys.readouterr().err
    )


def single(path):
    """A surrogate of the acceleration alone."""
    numbers = {name: [1.0] if "input" in name else [1e-3] for name in STATISTICS}
    acceleration = ChannelGroup("base_acceleration", "m s-2", "acceleration of the base", "", 1)
    interface = Interface((acceleration,), (DISPLACEMENT,), 0.02)
    save(untrained(NETWORK, interface, numbers), path)


def test_each_record_is_told_in_a_line_with_its_warnings(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    single(Path("a.ckpt"))
    rows = [f"{0.01 * i:.2f},{i % 7:.3f},{i % 5:.3f}" for i in range(200)]
    Path("two.csv").write_text("\n".join(["time (s),NS (gal),UD (gal)", *rows]))
    usual = ["--checkpoint", "a.ckpt", "--record", "two.csv", "--out", "a.h5"]
    assert respond(*usual) == 2
    assert "holds 2 components (NS, UD): choose one by its name" in capsys.readouterr().err
    assert not Path("a.h5").exists()
    assert respond(*usual, "--component", "UD") == 0
    told = capsys.readouterr()
    assert "two.csv: CSV, component UD, interval 0.01 s (times in s, column 'time (s)')" in told.out
    assert "unit gal (title 'UD (gal)'), 200 samples, peak 0.04 m/s^2, resampled to" in told.out
    assert "warning: two.csv: component UD is vertical" in told.err


def test_row_numbers_are_asked_about_and_not_answered(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    single(Path("a.ckpt"))
    rows = [f"{i},{0.1 * (i % 7):.3f}" for i in range(200)]
    Path("pandas.csv").write_text("\n".join([",acc_g", *rows]))
    usual = ["--checkpoint", "a.ckpt", "--record", "pandas.csv", "--out", "a.h5"]
    assert respond(*usual) == 2
    assert "row numbers, which are no times: give interval (--interval)" in capsys.readouterr().err
    assert respond(*usual, "--interval", "0.01") == 0
    response = datasets.open_dataset("a.h5")
    assert response.sizes["time"] == 100


def test_a_folder_with_other_things(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    single(Path("a.ckpt"))
    Path("records").mkdir()
    samples = "".join(f"{0.01 * (i % 7):15.7E}" for i in range(5))
    for name, quantity, unit in (("a.AT2", "ACCELERATION", "G"), ("a.VT2", "VELOCITY", "CM/S")):
        head = ["PEER", "A, 1/2/2003, B, 90", f"{quantity} TIME SERIES IN UNITS OF {unit}"]
        lines = [*head, "NPTS= 50, DT= .01 SEC", *[samples] * 10]
        Path("records", name).write_text("\n".join(lines))
    Path("records/event.json").write_text("{}")
    usual = ["--checkpoint", "a.ckpt", "--record", "records", "--out", "responses"]
    assert respond(*usual) == 0
    told = capsys.readouterr().out
    assert told.count("left: ") == 2
    assert sorted(path.name for path in Path("responses").iterdir()) == ["a.AT2.h5", "a.AT2.png"]
    assert respond(*usual, "--overwrite", "--pattern", "*.json") == 2
