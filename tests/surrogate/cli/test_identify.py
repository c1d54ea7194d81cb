"""`surrogate identify`: from a dataset to a checkpoint, a page and a picture."""

import numpy as np
import pytest
import xarray as xr

import datasets
import surrogate
from datasets.contract import partition
from datasets.contract.schema import VARIABLES
from simulators import BaseMotion
from surrogate.cli import identify_settings
from surrogate.cli.main import main
from surrogate.identification.recordings import respond
from surrogate.networks.observation import every
from tests.helpers import recorded_building as building

# Lightning 2.6 with jsonargparse 4.53.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
FILES = ("building.ckpt", "draws.ckpt", "building.md", "building.png")


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Records of an elastic building: the accelerations of all floors, with noise."""
    recorded = building.recordings(
        ["acceleration 1", "acceleration 2", "acceleration 3"],
        records=6,
        noise=0.03,
        base_noise=0.02,
        law="elastic",
    )
    names = {"base_acceleration": recorded.base, "acceleration": recorded.measured}
    made = dataset(names, building.INTERVAL)
    path = tmp_path_factory.mktemp("data") / "building.h5"
    datasets.write_dataset(made.assign(split=partition.label([0, 0, 0, 0, 2, 2])), path)
    return path


def dataset(variables, interval):
    """Variables with a record axis, sampled together."""
    samples = next(iter(variables.values())).shape[1]
    time = ("time", interval * np.arange(samples), VARIABLES["time"].attrs)
    own = {
        name: (VARIABLES[name].dims, values.astype(np.float32), VARIABLES[name].attrs)
        for name, values in variables.items()
    }
    return xr.Dataset(own, {"time": time})


@pytest.fixture(scope="module")
def roof(data, tmp_path_factory):
    """The roof of the same building on a recorder of its own: half the rate, 40 ms late."""
    seen = datasets.open_dataset(data)["acceleration"].values[:, ::2, 2:]
    late = np.concatenate([np.zeros_like(seen[:, :1]), seen[:, :-1]], axis=1)
    path = tmp_path_factory.mktemp("roof") / "roof.h5"
    datasets.write_dataset(dataset({"acceleration": late}, 2 * building.INTERVAL), path)
    return path


@pytest.fixture(scope="module")
def identified(data, tmp_path_factory):
    """Folder of a run with accelerometers at the base and two floors."""
    out = tmp_path_factory.mktemp("run")
    words = ["identify", str(data), "--storeys", "3", "--sensors", "base,1,3"]
    assert main([*words, "--law", "elastic", "--out", str(out)]) == 0
    return out


def test_sensors_of_another_recorder_have_their_own_clock(data, roof, tmp_path, capsys):
    words = ["identify", str(data), str(roof), "--storeys", "3", "--sensors", "base,1", "3"]
    more = ["--law", "elastic", "--delay", "3", "--out", str(tmp_path)]
    assert main([*words, *more]) == 0
    assert "its clock may be" not in capsys.readouterr().out
    row = next(
        line
        for line in (tmp_path / "building.md").read_text().splitlines()
        if line.startswith("| acceleration 3 | 0.04 |")
    )
    best, interval = row.split("|")[4].split("(")
    low, high = interval.rstrip(") ").split(" to ")
    assert float(best) == pytest.approx(40.0, abs=2.0)
    assert 0.0 < float(high) - float(low) < 4.0


def test_modes_are_followed_by_sensors_of_two_recorders(data, roof, tmp_path, capsys):
    words = ["identify", str(data), str(roof), "--storeys", "3", "--sensors", "base,1", "3"]
    more = ["--structure", "modal", "--modes", "2", "--track", "frequency", "--delay", "3"]
    assert main([*words, *more, "--out", str(tmp_path)]) == 0
    told = capsys.readouterr().out
    line = next(line for line in told.splitlines() if "the clock of acceleration 3 is" in line)
    assert float(line.split(" is ")[1].split(" ms")[0]) == pytest.approx(40.0, abs=3.0)


def test_a_late_recorder_that_nobody_has_told_of_is_told(data, roof, tmp_path, capsys):
    words = ["identify", str(data), str(roof), "--storeys", "3", "--sensors", "base,1", "3"]
    more = ["--law", "elastic", "--delay", "3=0.03", "--out", str(tmp_path)]
    assert main([*words, *more]) == 0
    assert "--delay acceleration:3 seeks it" in capsys.readouterr().out


def test_more_starts_in_two_processes_are_all_told(data, tmp_path, capsys):
    words = ["identify", str(data), "--storeys", "3", "--sensors", "base,1,3", "--law", "elastic"]
    assert main([*words, "--starts", "4", "--workers", "2", "--out", str(tmp_path)]) == 0
    told = [line for line in capsys.readouterr().out.splitlines() if line.startswith("start: ")]
    assert len(told) == 4
    table = (tmp_path / "building.md").read_text().split("## Searches")[1]
    assert sum(line.startswith("| ") for line in table.splitlines()) == 5


def test_process_noise_is_told_in_its_page(data, tmp_path):
    words = ["identify", str(data), "--storeys", "3", "--sensors", "base,1,3", "--law", "elastic"]
    more = ["--process-noise", "floors", "--mass", "1,0.8,0.6", "--out", str(tmp_path)]
    assert main([*words, *more]) == 0
    page = (tmp_path / "building.md").read_text()
    assert "| floor | force (N) |" in page
    rows = page.split("| floor | force (N) |")[1].splitlines()[2:5]
    assert all(float(row.split("|")[2]) < 1.0 for row in rows)  # there are none in these records


def test_the_folder_holds_everything(identified):
    assert sorted(path.name for path in identified.iterdir()) == sorted(FILES)


def test_the_checkpoint_answers_drifts_that_nobody_measured(identified):
    base = building.motions(2, seed=7)
    motions = [BaseMotion(motion, building.INTERVAL) for motion in base]
    response = surrogate.respond(surrogate.load(identified / "building.ckpt"), motions)
    truth = respond(building.structure("elastic"), base, building.INTERVAL, every("drift", 3))[0]
    error = np.sqrt(np.square(response["drift"].values - truth).mean(axis=(0, 1)))
    assert (error < 0.03 * truth.std(axis=(0, 1))).all()
    assert response["drift"].attrs["units"] == "m"
    assert response["acceleration"].shape == (2, base.shape[1], 3)


def test_the_draws_are_an_ensemble_whose_spread_is_small_here(identified):
    base = building.motions(1, seed=7)
    members = surrogate.ensemble(identified / "draws.ckpt")
    response = surrogate.respond(members, [BaseMotion(base[0], building.INTERVAL)])
    spread = float(response["drift_spread"].max() / response["drift"].std())
    assert 0.0 < spread < 0.1


def test_the_page_tells_modes_parameters_and_other_records(identified):
    text = (identified / "building.md").read_text()
    frequency = building.structure("elastic").frequencies[0]
    row = next(line for line in text.splitlines() if line.startswith("| 1 |"))
    assert float(row.split("|")[2].split("±")[0]) == pytest.approx(frequency, rel=0.01)
    assert "NRMSE on 2 other records" in text
    assert "| stiffness | N m-1 |" in text


def test_the_page_tells_what_bands_hold_of_other_records(identified):
    text = (identified / "building.md").read_text()
    rows = text.split("band of the truth holds")[1].splitlines()[2:4]
    for row in rows:
        with_noise = float(row.split("|")[3].strip().rstrip("%"))
        assert 75.0 < with_noise <= 100.0


def test_of_several_laws_the_page_tells_which_predicts_best(data, tmp_path, capsys):
    words = ["identify", str(data), "--storeys", "3", "--sensors", "base,1,3"]
    laws = ["--law", "elastic", "bouc_wen", "--folds", "2"]
    assert main([*words, *laws, "--out", str(tmp_path)]) == 0
    told = capsys.readouterr().out
    chosen = next(line for line in told.splitlines() if line.startswith("law: "))
    text = (tmp_path / "building.md").read_text()
    table = text.split("## Laws that were compared")[1]
    assert table.index("| elastic |") > 0
    assert f"({chosen.split()[1]})" in text


def test_an_earlier_run_is_not_replaced(identified, data, capsys):
    words = ["identify", str(data), "--storeys", "3", "--sensors", "base,3"]
    assert main([*words, "--out", str(identified)]) == 2
    assert "building.ckpt" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--sensors", "1,3"], "name base, too"),
        (["--sensors", "base,4"], "a building of 3 storeys has no floor 4"),
        (["--sensors", "base,1", "--answers", "force"], "answers: 'force' is unknown"),
        (["--sensors", "base,1", "--mass", "1,2"], "start of mass has 2 numbers"),
        (["--sensors", "base,1", "--mass", "a"], "--mass 'a': must be numbers"),
        (["--sensors", "base,1", "--prior", "mass=1,2"], "--prior mass=1,2: must be one number"),
        (["--sensors", "base,1", "--prior", "mass=-1"], "prior of mass = -1.0: must be a positive"),
        (["--sensors", "base,1", "--prior", "mass=normal"], "write mass=normal:0.2 or"),
        (["--sensors", "base,1", "--prior", "mass=smooth:0.1:3"], "write mass=smooth:0.2"),
        (["--sensors", "base,1", "--prior", "mass=lognormal:x"], "spread = 'x': must be positive"),
        (["--sensors", "base,1", "--prior", "stiffness=lognormal:0.1"], "about what?"),
        (["--sensors", "base,1", "--prior", "stif=smooth:0.1"], "prior: 'stif' is unknown"),
        (["--sensors", "base,1", "--start", "stiff=1"], "start: 'stiff' is unknown"),
        (["--sensors", "base,1", "--tied", "law"], "tied: 'law' is unknown"),
        (["--sensors", "base,1", "--settings", "no.yaml"], "--settings no.yaml does not exist"),
        (["--sensors", "base,1", "--law", "steel"], "invalid choice: 'steel'"),
        (["--sensors", "base,1", "--law", "iwan", "iwan"], "one is named twice"),
        (["--sensors", "base,1", "--law", "iwan", "elastic", "--folds", "9"], "folds = 9: must"),
        (["--sensors", "base,1", "--process-noise", "walls"], "invalid choice: 'walls'"),
        (
            ["--sensors", "base,1", "--process-noise", "floors", "--delay", "1"],
            "process noise is for sensors that are sampled together",
        ),
        (
            ["--sensors", "base,1", "--law", "elastic", "--fixed", "mass", "stiffness", "damping"],
            "every parameter is fixed, nothing is left to seek",
        ),
        (
            ["--sensors", "base,1", "--fixed", "damping", "--tied", "damping"],
            "tied: 'damping' is fixed, too",
        ),
        (
            ["--sensors", "base,1", "--mass", "1,1,1", "--prior", "mass=normal:0.2:1"],
            "prior: 'mass' is fixed, too",
        ),
        (
            ["--sensors", "base,1", "--track", "stiffness", "--law", "menegotto_pinto"],
            "law = 'menegotto_pinto': its responses jump where a storey turns",
        ),
        (["--sensors", "base,1", "--starts", "9999"], "starts = 9999: must be 1 to 1000"),
        (["--sensors", "base,1", "--starts", "0"], "argument --starts: '0' must be a whole"),
        (["--sensors", "base,1", "--workers", "x"], "argument --workers: 'x' must be a whole"),
        (["--sensors", "base,1", "--storeys", "0"], "argument --storeys: '0' must be a whole"),
        (["--sensors", "base,1", "3"], "2 lists of sensors for 1 datasets"),
        (["--sensors", "base"], "no channel is named"),
        (["--sensors", "base,1", "--delay", "2"], "delay: '2' is no sensor here, choose from 1"),
        (["--sensors", "base,1", "--delay", "base"], "the other clocks are told against it"),
        (["--sensors", "base,1", "--delay", "1=late"], "delay of 1 = 'late': must be seconds"),
        (["--sensors", "base,1", "--delay", "1=2"], "must lie between -0.5 and 0.5 s"),
        (["--sensors", "base,1", "--delay", "1", "1"], "--delay names 1 twice"),
        (["--sensors", "base,1", "--delay", "1", "acceleration:1"], "is named twice"),
    ],
)
def test_wrong_words_are_refused_before_anything_is_written(words, message, data, tmp_path, capsys):
    out = tmp_path / "run"
    assert main(["identify", str(data), "--storeys", "3", *words, "--out", str(out)]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1
    assert not out.exists()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("start:", "start must be numbers by the name of the parameter, got None"),
        ("tied: 5", "tied must be a list of parameters, got 5"),
        ("fixed: exponent", "fixed must be a list of parameters, got 'exponent'"),
        ("priors: {a: 1}", "priors must be a list of class paths with their init_args"),
        ("fixed: [3]", "fixed must be a list of parameters, got [3]"),
        ("start: {mass: [a]}", "start of mass must be a number, or a list of one a storey"),
        ("delay: 0.01", "delay must be seconds, or sought, by the name of the sensor, got 0.01"),
        ('base_noise: "no"', "base_noise must be true or false, got 'no'"),
        ("law: elastic\nlaw: bouc_wen", "law"),
    ],
)
def test_settings_of_another_kind_are_refused(tmp_path, text, message):
    path = tmp_path / "settings.yaml"
    path.write_text(text)
    with pytest.raises(ValueError, match="--settings") as caught:
        identify_settings.of_file(path)
    assert message in str(caught.value)


OWN = """
import numpy as np

from surrogate.identification.priors import Prior


class Even(Prior):
    names = ("damping",)

    def __init__(self, spread):
        self.spread = spread

    def negative_log(self, values):
        return np.log(values["damping"]).var(axis=1) / self.spread**2


class Nameless(Even):
    names = ()
"""


def test_a_prior_of_ones_own_comes_by_its_class_path(data, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own_prior_of_tests.py").write_text(OWN)
    settings = tmp_path / "settings.yaml"
    text = "priors: [{class_path: own_prior_of_tests.Even, init_args: {spread: 0.001}}]\n"
    settings.write_text("law: elastic\n" + text)
    words = ["identify", str(data), "--storeys", "3", "--sensors", "base,3", "--prior"]
    more = ["mass=lognormal:0.1:1,0.8,0.6", "--settings", str(settings), "--out"]
    assert main([*words, *more, str(tmp_path / "run")]) == 0
    page = (tmp_path / "run" / "building.md").read_text()
    row = next(line for line in page.splitlines() if line.startswith("| damping |"))
    best = [float(cell.split("(")[0]) for cell in row.split("|")[3:6]]
    np.testing.assert_allclose(best, best[0], rtol=0.02)
    assert "| mass 2 |" in page.split("## What priors hold")[1]
    for path, message in (
        ("own_prior_of_tests.Odd", "module own_prior_of_tests has no Odd"),
        ("own_prior_of_tests.np", "does not derive from surrogate.identification.priors.Prior"),
        ("own_prior_of_tests.Nameless", "names must be a tuple of parameters"),
    ):
        settings.write_text("law: elastic\n" + text.replace("own_prior_of_tests.Even", path))
        assert main([*words, *more, str(tmp_path / "other")]) == 2
        error = capsys.readouterr().err
        assert message in error
        assert error.count("\n") == 1


def test_settings_come_from_a_file(data, tmp_path, capsys):
    settings = tmp_path / "settings.yaml"
    settings.write_text("law: elastic\nstart: {mass: [1000, 800, 600]}\nfixed: [mass]\n")
    words = ["identify", str(data), "--storeys", "3", "--sensors", "base,3"]
    out = tmp_path / "run"
    assert main([*words, "--settings", str(settings), "--out", str(out)]) == 0
    assert "| mass | kg | 1000 | 800 | 600 |" in (out / "building.md").read_text()
    settings.write_text("lwa: elastic\n")
    assert main([*words, "--settings", str(settings), "--out", str(tmp_path / "b")]) == 2
    assert "lwa is unknown, choose from law" in capsys.readouterr().err


def test_the_checkpoint_goes_into_other_programs(identified, tmp_path, capsys):
    words = ["export", "--checkpoint", str(identified / "building.ckpt")]
    assert main([*words, "--out", str(tmp_path / "building.pt2")]) == 0
    assert "standard deviations from the checkpoint at most" in capsys.readouterr().out
