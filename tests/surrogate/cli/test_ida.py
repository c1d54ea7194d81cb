"""`surrogate ida`: the demands are those of the simulator or the surrogate, a run goes on, and
wrong use is one line.
"""

import sys
from functools import partial

import numpy as np
import pytest
import xarray as xr

from datasets.files.locking import exclusive
from datasets.recipes.catalogue import load_recipe
from simulators.excitation import intensity
from simulators.excitation.load import BaseMotions
from simulators.solvers.solve import solve
from surrogate.cli.main import main
from surrogate.data.channels import ChannelGroup, Interface
from surrogate.inference import respond
from surrogate.networks import LSTM
from surrogate.risk import analysis
from surrogate.risk.asking import simulated
from tests.helpers.checkpoints import ACCELERATION, save, untrained

pytestmark = pytest.mark.filterwarnings(
    "ignore::DeprecationWarning"
)  # Lightning 2.6 with jsonargparse 4.53
RECIPE = ["five_storey", "records=6", "motion.duration=4", "heights=[4,3,3,3,3]"]
LEVELS = [0.2, 0.5, 1.0]
MEASURE = ["--measure", "SA(1.2)", "--levels", *LEVELS, "--collapse", 0.05]
DRIFT = ChannelGroup("drift", "m", "storey drift", "storey", 5)
STATISTICS = {
    "input_mean": [0.0],
    "input_scale": [2.0],
    "input_peak": [9.0],
    "target_mean": [0.0] * 5,
    "target_scale": [0.05] * 5,
}


def ida(*words):
    return main(["ida", *map(str, words)])


def network(seed):
    interface = Interface((ACCELERATION,), (DRIFT,), 0.02)
    return untrained(partial(LSTM, hidden=4), interface, STATISTICS, seed)


@pytest.fixture
def checkpoints(tmp_path):
    return [save(network(seed), tmp_path / f"{seed}.ckpt") for seed in range(2)]


def scaled(record, level):
    """A motion of the recipe at a level, and the drift ratios that the simulator gives it."""
    recipe = load_recipe(RECIPE[0], RECIPE[1:])
    _, motions, _ = recipe.inputs(record, 1)
    own = intensity.spectral_acceleration(motions.acceleration, 0.02, 1.2)[0] / 9.80665
    return BaseMotions(motions.acceleration * level / own, 0.02), recipe.nominal


def test_demands_are_those_of_the_scaled_motions(tmp_path):
    assert ida(*RECIPE, *MEASURE, "--out", tmp_path / "run") == 0
    result = analysis.read(tmp_path / "run")
    motions, building = scaled(4, 0.5)
    drift = solve(building, motions, outputs=["drift"], tolerance=1e-4)["drift"].values[0]
    expected = (np.abs(drift).max(axis=0) / [4, 3, 3, 3, 3]).max()
    assert result["demand"].sel(level=0.5).values[0, 4] == pytest.approx(expected, rel=1e-4)
    assert result.attrs["measure"] == "SA(1.2)"
    assert result.attrs["answered_by"] == "simulator"
    assert not result["beyond"].any()
    table = (tmp_path / "run/curves.csv").read_text().splitlines()
    assert table[0] == "level_g,demand_16_percent,demand_50_percent,demand_84_percent,collapsed"
    assert len(table) == 4
    assert (tmp_path / "run/ida.png").stat().st_size > 10_000


def test_a_run_that_was_stopped_asks_for_what_is_missing_alone(tmp_path, monkeypatch):
    words = [*RECIPE, *MEASURE, "--out", tmp_path / "run"]
    assert ida(*words) == 0
    whole = analysis.read(tmp_path / "run")
    (tmp_path / "run/answers/member-0-level-001-block-0000.npy").unlink()
    asked = []
    original = simulated.Simulated.__call__

    def counted(self, records):
        asked.append(records.records)
        return original(self, records)

    monkeypatch.setattr(simulated.Simulated, "__call__", counted)
    assert ida(*words) == 0
    assert asked == [6]
    np.testing.assert_array_equal(analysis.read(tmp_path / "run")["demand"], whole["demand"])


def test_two_processes_do_not_work_in_one_folder(tmp_path, capsys):
    (tmp_path / "run").mkdir()
    with exclusive(tmp_path / "run", "taken"):
        assert ida(*RECIPE, *MEASURE, "--out", tmp_path / "run") == 2
    line = f"error: another process works in {tmp_path / 'run'}: wait for its end"
    assert capsys.readouterr().err.startswith(line)
    assert not list((tmp_path / "run").iterdir())


@pytest.mark.parametrize(
    "spoil",
    [
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(path.read_bytes()[:-9]),
        lambda path: np.save(path, 10.0 * np.load(path)),
    ],
    ids=["empty", "torn", "edited"],
)
def test_answers_that_were_changed_since_are_refused(tmp_path, capsys, spoil):
    words = [*RECIPE, *MEASURE, "--out", tmp_path / "run"]
    assert ida(*words) == 0
    path = tmp_path / "run/answers/member-0-level-001-block-0000.npy"
    spoil(path)
    capsys.readouterr()
    assert ida(*words) == 2
    assert f"{path} was changed since it was written" in capsys.readouterr().err.splitlines()[-1]
    path.unlink()
    assert ida(*words) == 0


@pytest.mark.parametrize("text", ["a: [", "- 3", ""])
def test_a_damaged_setup_is_refused_in_one_line(tmp_path, capsys, text):
    words = [*RECIPE, *MEASURE, "--out", tmp_path / "run"]
    assert ida(*words) == 0
    (tmp_path / "run/setup.yaml").write_text(text)
    capsys.readouterr()
    assert ida(*words) == 2
    assert "setup.yaml is damaged" in capsys.readouterr().err


def test_an_ensemble_answers_by_each_member_and_tells_what_is_beyond(tmp_path, checkpoints, capsys):
    words = ["--checkpoint", *checkpoints, "--out", tmp_path / "run"]
    assert ida(*RECIPE, *MEASURE, *words) == 0
    result = analysis.read(tmp_path / "run")
    motions, _ = scaled(2, 1.0)
    values = motions.acceleration[..., None].astype(np.float32)
    for member in range(2):
        drift = np.abs(respond(network(member), values)[0]).max(axis=0)
        expected = (drift / [4, 3, 3, 3, 3]).max()
        found = result["demand"].sel(level=1.0).values[member, 2]
        assert found == pytest.approx(expected, rel=1e-5)
    flags = result["beyond"].values
    assert flags[0, 2, 2] == (np.abs(motions.acceleration).max() > 9.0)
    assert 0 < flags.sum() < flags.size
    assert f"{flags.sum()} of 36 answers" in capsys.readouterr().out


def test_beyond_its_training_the_simulator_takes_the_place_of_a_surrogate(tmp_path, checkpoints):
    assert ida(*RECIPE, *MEASURE, "--out", tmp_path / "true") == 0
    words = ["--checkpoint", checkpoints[0], "--beyond", "simulate", "--out", tmp_path / "both"]
    assert ida(*RECIPE, *MEASURE, *words) == 0
    true = analysis.read(tmp_path / "true")["demand"].values
    both = analysis.read(tmp_path / "both")
    assert both.attrs["answered_by"] == "surrogate, the simulator beyond its training"
    beyond = both["beyond"].values
    np.testing.assert_allclose(both["demand"].values[beyond], true[beyond], rtol=1e-5)
    assert (both["demand"].values[~beyond] != true[~beyond]).all()


def test_accelerograms_take_the_place_of_the_motions(tmp_path, capsys):
    folder = tmp_path / "records"
    folder.mkdir()
    generator = np.random.default_rng(0)
    for number, samples in enumerate((150, 200)):
        time = 0.02 * np.arange(samples)
        rows = zip(time, generator.standard_normal(samples), strict=True)
        lines = ["time (s),acceleration (m s-2)", *(f"{t:.2f},{a:.6f}" for t, a in rows)]
        (folder / f"{number}.csv").write_text("\n".join(lines) + "\n")
    words = [*RECIPE[:1], "heights=3", "--accelerograms", folder, "--out", tmp_path / "run"]
    assert ida(*words, "--measure", "PGA", "--levels", 0.3, 0.6, "--collapse", 0.1) == 0
    result = analysis.read(tmp_path / "run")
    assert result["demand"].shape == (1, 2, 2)
    peak = result["intensity"].values * result["scale"].values[:, 0]
    np.testing.assert_allclose(peak, 0.3, rtol=1e-6)
    changed = (folder / "0.csv").read_text().replace("0.02,", "0.02,1")
    (folder / "0.csv").write_text(changed)
    assert ida(*words, "--measure", "PGA", "--levels", 0.3, 0.6, "--collapse", 0.1) == 2
    assert "another setup, which differs in recipe.motion.digest" in capsys.readouterr().err


def test_answers_of_a_program_whose_source_has_changed_are_not_gone_on_with(
    tmp_path, monkeypatch, capsys
):
    source = """
from simulators.external import ExternalSimulator, Output


class Frame(ExternalSimulator):
    outputs = (Output("drift", "m", "storey", size=1),)

    def simulate(self, motions, parameters, seed):
        return {"drift": FACTOR * motions[0].acceleration[:, None]}
"""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    recipe = tmp_path / "changing.yaml"
    recipe.write_text(
        "simulator: {class_path: changing_frame.Frame}\nrecords: 3\n"
        "motion: {process: KanaiTajimi, peak: 2.0, duration: 2.0, interval: 0.02}\n"
    )
    words = [recipe, "--quantity", "drift", "--measure", "PGA", "--levels", 0.1, 0.2]
    words += ["--collapse", 9, "--workers", 1, "--out", tmp_path / "run"]
    for factor, code in (("0.01", 0), ("0.02", 2)):
        (tmp_path / "changing_frame.py").write_text(source.replace("FACTOR", factor))
        monkeypatch.delitem(sys.modules, "changing_frame", raising=False)
        assert ida(*words) == code
    told = capsys.readouterr().err
    assert "another setup, which differs in recipe.simulator.version" in told


def failing(tmp_path, ways, more=""):
    """A recipe of a simulator that fails in some of its records."""
    recipe = tmp_path / "fails.yaml"
    recipe.write_text(
        f"""
simulator: {{class_path: tests.helpers.foreign_simulators.Misbehaves}}
motion: {{process: KanaiTajimi, peak: 2.0, duration: 2.0, interval: 0.02}}
vary: {{way: {{distribution: choice, values: {ways}, as: value}}}}
records: 6
seed: 3
{more}
"""
    )
    return recipe


def test_a_simulation_that_does_not_converge_has_collapsed(tmp_path):
    recipe = failing(tmp_path, [0, 1])
    words = ["--measure", "PGA", "--levels", 0.1, 0.2, "--collapse", 1e10, "--workers", 1]
    words += ["--quantity", "drift", "--out", tmp_path / "run"]
    assert ida(recipe, *words) == 0
    result = analysis.read(tmp_path / "run")
    failed = np.isnan(result["demand"].values[0])
    assert 0 < failed[:, 0].sum() < 6
    np.testing.assert_array_equal(failed, result["collapsed"].values[0])


def test_an_error_of_the_program_is_no_collapse(tmp_path, capsys):
    words = ["--measure", "PGA", "--levels", 0.1, "--collapse", 1e10, "--workers", 1]
    words += ["--quantity", "drift", "--out", tmp_path / "run"]
    assert ida(failing(tmp_path, [0, 5], "timeout: 60"), *words) == 2
    assert "is not taken for a collapse: the same command goes on" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (["heights=null"], "storey heights are missing, give them to the recipe"),
        (["--collapse", 10], "collapse = 10: a drift ratio is a share of the storey height"),
        (["--measure", "SA(9)"], "period 9 s lies outside the band of the record"),
        (["--measure", "SA"], "measure = 'SA': expected PGA, PGV, SA(period)"),
        (["--levels", 1.0, 0.5], "expected ascending positive numbers"),
        (["--levels", 30, 50], "levels = 50: in g, and above 20 g there is no earthquake"),
        (["--collapse", 0], "collapse = 0.0: must be a positive demand"),
        (["--quantity", "comfort"], "quantity = 'comfort': expected drift_ratio or one of"),
        (["motion.process=none"], "motion.process must be one of"),
        (["stray"], "unknown argument 'stray'"),
    ],
    ids=lambda value: " ".join(map(str, value)) if isinstance(value, list) else "",
)
def test_wrong_use_is_one_line_before_any_file(tmp_path, capsys, changed, message):
    words = [*RECIPE, *MEASURE, "--out", tmp_path / "run", *changed]
    assert ida(*words) == 2
    told = capsys.readouterr().err
    assert message in told
    assert told.count("\n") == 1
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (["motion.interval=0.01"], "the surrogate takes motions every 0.02 s"),
        (["--quantity", "acceleration"], "needs acceleration, the surrogate gives drift"),
    ],
)
def test_a_surrogate_of_something_else_is_refused(tmp_path, capsys, checkpoints, changed, message):
    words = ["--checkpoint", checkpoints[0], "--out", tmp_path / "run", *changed]
    assert ida(*RECIPE, *MEASURE, *words) == 2
    assert message in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def test_another_setup_does_not_take_the_answers_of_a_run(tmp_path, capsys):
    assert ida(*RECIPE, *MEASURE, "--out", tmp_path / "run") == 0
    assert ida(*RECIPE, *MEASURE, "seed=1", "--out", tmp_path / "run") == 2
    assert "differs in recipe.seed: choose another folder or pass" in capsys.readouterr().err
    assert ida(*RECIPE, *MEASURE, "seed=1", "--out", tmp_path / "run", "--overwrite") == 0


def test_a_structure_that_varies_unknown_to_the_surrogate_is_refused(tmp_path, checkpoints, capsys):
    vary = "vary={mass: {distribution: uniform, low: 0.5, high: 2.0}}"
    words = [*RECIPE, vary, *MEASURE, "--checkpoint", checkpoints[0], "--out", tmp_path / "run"]
    assert ida(*words) == 2
    assert "vary = mass: the surrogate is not told it" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda data: data.assign(demand=-data.demand - 1.0), "a demand is negative"),
        (lambda data: data.drop_vars("collapsed"), "it lacks collapsed"),
        (lambda data: data.assign_coords(level=-data.level), "not positive and ascending"),
    ],
)
def test_an_analysis_that_was_changed_is_refused(tmp_path, change, message):
    assert ida(*RECIPE, *MEASURE, "--out", tmp_path / "run") == 0
    path = tmp_path / "run" / analysis.FILE
    with xr.open_dataset(path, engine="h5netcdf") as opened:
        changed = change(opened.load())
    changed.to_netcdf(path, engine="h5netcdf")
    with pytest.raises(ValueError, match=message):
        analysis.read(tmp_path / "run")
