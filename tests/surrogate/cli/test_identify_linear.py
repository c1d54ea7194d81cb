"""`surrogate identify --structure matrices` and ``modal``: from records to folder and answers."""

import numpy as np
import pytest

import surrogate
from simulators import BaseMotion
from surrogate.cli.main import main
from surrogate.networks.observation import channels, every
from tests.helpers import recorded_building as building
from tests.helpers import torsion

# Lightning 2.6 with jsonargparse 4.53.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
SENSORS = channels(["acceleration 1", "acceleration 2", "acceleration 4"], 4)
FILES = ("building.ckpt", "building.md", "building.png", "draws.ckpt")


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """Dataset and matrices of a building that turns."""
    return torsion.write(tmp_path_factory.mktemp("torsion"), SENSORS)


def words(written, out, *more):
    data, matrices = written
    command = ["identify", str(data), "--structure", "matrices", "--matrices", str(matrices)]
    return [*command, "--sensors", "base,1,2,4", "--exact-base", "--out", str(out), *more]


@pytest.fixture(scope="module")
def identified(written, tmp_path_factory):
    out = tmp_path_factory.mktemp("run")
    assert main(words(written, out)) == 0
    return out


def test_the_folder_holds_everything(identified):
    assert sorted(path.name for path in identified.iterdir()) == list(FILES)


def test_the_page_has_the_factors_of_the_truth(identified):
    text = (identified / "building.md").read_text()
    for name, truth in (("left", 1.3), ("right", 0.7), ("damping_ratio", 0.04)):
        row = next(line for line in text.splitlines() if line.startswith(f"| {name} |"))
        value = float(row.split("|")[3].split()[0])
        assert value == pytest.approx(truth, rel=0.02), name


def test_the_checkpoint_answers_a_corner_that_nobody_measured(identified):
    base = building.motions(2, seed=7)
    motions = [BaseMotion(motion, building.INTERVAL) for motion in base]
    response = surrogate.respond(surrogate.load(identified / "building.ckpt"), motions)
    for quantity in ("displacement", "acceleration"):
        seen = every(quantity, 4)
        truth = torsion.model().answer(torsion.TRUTH, base, building.INTERVAL, seen)[0]
        error = np.sqrt(np.square(response[quantity].values - truth).mean(axis=(0, 1)))
        assert (error < 0.01 * truth.std(axis=(0, 1))).all()


def test_draws_are_an_ensemble_whose_spread_is_small_here(identified):
    base = building.motions(1, seed=7)
    members = surrogate.ensemble(identified / "draws.ckpt")
    response = surrogate.respond(members, [BaseMotion(base[0], building.INTERVAL)])
    assert 0.0 < float(response["displacement_spread"].max() / response["displacement"].std()) < 0.1


def test_modes_are_found_and_answer_their_sensors(written, tmp_path, capsys):
    data, _ = written
    command = ["identify", str(data), "--structure", "modal", "--modes", "4", "--storeys", "4"]
    command += ["--sensors", "base,1,2,4", "--exact-base", "--out", str(tmp_path)]
    assert main(command) == 0
    assert "frequencies (Hz): " in capsys.readouterr().out
    assert sorted(path.name for path in tmp_path.iterdir()) == list(FILES)
    base = building.motions(1, seed=7)
    response = surrogate.respond(
        surrogate.load(tmp_path / "building.ckpt"), [BaseMotion(base[0], building.INTERVAL)]
    )
    truth = torsion.model().answer(torsion.TRUTH, base, building.INTERVAL, SENSORS)[0]
    error = np.sqrt(np.square(response["acceleration"].values - truth).mean(axis=(0, 1)))
    assert (error < 0.03 * truth.std(axis=(0, 1))).all()


def test_the_scores_of_the_command_test_are_those_of_the_data(identified, written, tmp_path):
    """With answers of the sensors alone the data has the targets."""
    data, _ = written
    out = tmp_path / "modal"
    command = ["identify", str(data), "--structure", "modal", "--modes", "4", "--storeys", "4"]
    assert main([*command, "--sensors", "base,1,2,4", "--out", str(out)]) == 0
    checkpoint = ["--ckpt_path", str(out / "building.ckpt"), "--data.path", str(data)]
    channels_of_data = ["--data.inputs", "[base_acceleration]", "--data.targets", "[acceleration]"]
    assert main(["test", *checkpoint, *channels_of_data, "--run", str(tmp_path / "test")]) == 0


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--storeys", "2"], "--storeys is told by the locations of --matrices: leave it out"),
        (["--law", "iwan"], "--law is not for --structure matrices"),
        (["--mass", "1,2"], "--mass is not for --structure matrices"),
        (["--track", "left"], "--track follows a shear building or modes, not matrices"),
        (["--bounds", "mcmc"], "--bounds mcmc is not for --structure matrices"),
        (["--process-noise", "floors"], "--process-noise is not for --structure matrices"),
        (["--modes", "2"], "--modes is for --structure modal"),
        (["--fixed", "roof"], "fixed: 'roof' is unknown, choose from left, right, damping_ratio"),
        (["--start", "roof=1"], "start: 'roof' is unknown"),
        (["--start", "left=much"], "--start 'much': must be a number"),
        (["--fixed", "left", "right", "damping_ratio"], "fixed: every parameter is fixed"),
        (["--sensors", "base,9"], "a building of 4 storeys has no floor 9"),
    ],
)
def test_what_does_not_fit_is_refused_before_anything_is_written(
    written, tmp_path, capsys, more, message
):
    assert main(words(written, tmp_path / "run", *more)) == 2
    assert message in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def test_matrices_are_for_their_structure_alone(written, tmp_path, capsys):
    data, matrices = written
    command = ["identify", str(data), "--storeys", "2", "--matrices", str(matrices)]
    assert main([*command, "--sensors", "base,1", "--out", str(tmp_path / "run")]) == 2
    assert "--matrices is for --structure matrices" in capsys.readouterr().err
    command = ["identify", str(data), "--structure", "matrices", "--sensors", "base,1"]
    assert main([*command, "--out", str(tmp_path / "run")]) == 2
    assert "--structure matrices needs --matrices FILE.yaml" in capsys.readouterr().err
    command = ["identify", str(data), "--sensors", "base,1", "--out", str(tmp_path / "run")]
    assert main(command) == 2
    assert "--structure shear_building needs --storeys" in capsys.readouterr().err
