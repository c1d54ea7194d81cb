"""Parameters that change from record to record: the walk, the course, and what is said of it."""

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
import xarray as xr

import datasets
from datasets.contract.schema import VARIABLES
from simulators import Elastic, shear_building
from surrogate import inference
from surrogate.cli.main import main
from surrogate.identification.modal import ModalModel
from surrogate.identification.recordings import Recordings, respond
from surrogate.identification.tracking import report
from surrogate.identification.tracking.changes import changes
from surrogate.identification.tracking.records import RecordLikelihood
from surrogate.identification.tracking.track import track
from surrogate.identification.tracking.walk import Walk
from surrogate.identification.unknowns import Choice, Space
from surrogate.networks.observation import channels
from tests.helpers import recorded_building as building

pytestmark = pytest.mark.filterwarnings(
    "ignore::DeprecationWarning"
)  # Lightning 2.6 with jsonargparse 4.53
SENSORS = channels(["acceleration 1", "acceleration 3"], 3)
CHOICE = Choice(fixed=("mass", "mass_damping"))
LOSS = 0.2
DAMAGED = 3
"""Record before which storey 2 loses 20 % of its stiffness."""


def damaged(records=6, noise=0.05, seed=0, duration=6.0):
    """Records of an elastic building whose second storey softens, and the logarithms of its
    stiffnesses relative to the first record.
    """
    base = building.motions(records, seed, duration)
    course = np.zeros((records, 3))
    course[DAMAGED:, 1] = np.log(1.0 - LOSS)
    model = building.model("elastic")
    answers = []
    for motion, moved in zip(base, course, strict=True):
        values = {unknown.name: unknown.start for unknown in model.unknowns}
        values["stiffness"] = values["stiffness"] * np.exp(moved)
        structure = model.structure(values)
        answers.append(respond(structure, motion[None], building.INTERVAL, SENSORS)[0])
    clean = np.concatenate(answers)
    spread = noise * clean.std(axis=(0, 1))
    seen = clean + spread * np.random.default_rng(100 + seed).standard_normal(clean.shape)
    return Recordings(base, seen, SENSORS, building.INTERVAL), course


@pytest.fixture(scope="module")
def found():
    model = building.model("elastic")
    recordings, course = damaged()
    return track(model, Space(model.unknowns, CHOICE), recordings, ["stiffness"]), course


def test_damage_is_found_where_and_when_it_came(found):
    (change,) = changes(found[0])
    assert (change.label, change.record) == ("stiffness 2", DAMAGED)
    loss, low, high = change.interval
    assert loss == pytest.approx(-LOSS, abs=0.01)
    assert low < -LOSS < high
    sentence = change.sentence([f"record {n}" for n in range(6)])
    assert sentence.startswith("stiffness 2 falls by ")
    assert sentence.endswith("between record 2 and record 3")


def test_storeys_without_damage_do_not_move(found):
    own, course = found
    np.testing.assert_allclose(own.course[:, [0, 2]], course[:, [0, 2]], atol=0.01)


def test_frequencies_follow_the_damage(found):
    own, course = found
    model = building.model("elastic")
    values = {unknown.name: unknown.start for unknown in model.unknowns}
    for record in (0, DAMAGED):
        moved = {**values, "stiffness": values["stiffness"] * np.exp(course[record])}
        expected = model.structure(moved).frequencies
        np.testing.assert_allclose(own.frequencies()[record], expected, rtol=0.005)


def test_bands_cover_the_course_as_often_as_they_say():
    """Of six draws of the noise and five steps of three storeys, 90 in 100, give or take."""
    model = building.model("elastic")
    inside = []
    for seed in range(6):
        recordings, course = damaged(noise=0.1, seed=seed)
        space = Space(model.unknowns, CHOICE)
        own = track(model, space, recordings, ["stiffness"], step=0.1)
        apart = np.abs(own.course - course)[1:]
        inside.append(apart < 1.645 * own.deviations[1:])
    assert 0.8 < np.mean(inside) < 0.98


def test_the_gradient_by_the_course_is_that_of_the_value():
    model = building.model("elastic")
    recordings, _ = damaged(records=3)
    likelihood = RecordLikelihood(model, Space(model.unknowns, CHOICE), recordings)
    walk = Walk(6, np.array([0, 1, 2]), 3)
    generator = np.random.default_rng(0)
    z = 0.05 * generator.standard_normal(walk.size)
    residuals = likelihood.residuals(walk.thetas(z))
    scores = likelihood.derivatives(walk.thetas(z), residuals).scores.sum(axis=1)
    gradient = sum(walk.gathered(own[None], record)[0] for record, own in enumerate(scores))
    direction = generator.standard_normal(walk.size)
    ends = [z + 1e-4 * direction, z - 1e-4 * direction]
    ahead, behind = (likelihood.value(likelihood.residuals(walk.thetas(end))) for end in ends)
    assert (ahead - behind) / 2e-4 == pytest.approx(gradient @ direction, rel=0.01)


def test_the_prior_is_that_of_a_random_walk():
    walk = Walk(2, np.array([1]), 4)
    z = np.array([0.3, -0.2, 0.1, 0.4, 0.2])
    prior = z @ (walk.precision(np.array([0.1])) + walk.widened(np.diag([0.0, 4.0]))) @ z
    steps = np.diff([0.0, 0.1, 0.4, 0.2])
    assert prior == pytest.approx((steps**2).sum() / 0.01 + 0.04 / 0.25)
    np.testing.assert_allclose(walk.thetas(z)[:, 1], [-0.2, -0.1, 0.2, 0.0])
    np.testing.assert_allclose(walk.thetas(z)[:, 0], 0.3)


def test_a_record_that_says_nothing_is_told_by_its_neighbours():
    """Without motion in record 1 its stiffness is between those of its neighbours, less sure."""
    model = building.model("elastic")
    recordings, _ = damaged(records=4)
    base = recordings.base.copy()
    measured = recordings.measured.copy()
    base[1] *= 1e-9
    measured[1] = 1e-3 * np.random.default_rng(0).standard_normal(measured[1].shape)
    silent = Recordings(base, measured, SENSORS, building.INTERVAL)
    own = track(model, Space(model.unknowns, CHOICE), silent, ["stiffness"], step=0.05)
    middle = 0.5 * (own.course[0] + own.course[2])
    np.testing.assert_allclose(own.course[1], middle, atol=1e-3)
    # Midway of a bridge of two steps whose ends are known.
    assert own.deviations[1] == pytest.approx(0.05 / np.sqrt(2.0), rel=0.1)


@pytest.fixture
def recorded(tmp_path, monkeypatch):
    """The damaged building as a dataset with a test part, which a course takes in as well."""
    monkeypatch.chdir(tmp_path)
    recordings, _ = damaged()
    time = building.INTERVAL * np.arange(recordings.base.shape[1])
    attrs = VARIABLES["acceleration"].attrs
    made = xr.Dataset(
        {
            "base_acceleration": (
                ("record", "time"),
                recordings.base.astype(np.float32),
                VARIABLES["base_acceleration"].attrs,
            ),
            "acceleration": (
                ("record", "time", "floor"),
                recordings.measured.astype(np.float32),
                attrs,
            ),
        },
        {"time": ("time", time, VARIABLES["time"].attrs)},
    )
    datasets.write_dataset(made, "records.h5")
    return tmp_path


def command(*more):
    words = ["identify", "records.h5", "--storeys", "3", "--sensors", "base,1,3", "--out", "out"]
    return main([*words, "--law", "elastic", "--mass", "1,0.8,0.6", *more])


def test_the_command_writes_page_table_picture_and_the_building_of_now(recorded, capsys):
    assert command("--track", "stiffness") == 0
    assert "stiffness 2 falls by " in capsys.readouterr().out
    page = Path("out/track.md").read_text()
    assert "between record 2 and record 3" in page
    with Path("out/track.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert float(rows[-1]["stiffness 2"]) == pytest.approx(1.0 - LOSS, abs=0.01)
    assert float(rows[0]["stiffness 2 low"]) == 1.0
    assert Path("out/track.png").stat().st_size > 5000
    network = inference.load("out/building.ckpt").network
    stiffness = network.values()["stiffness"]
    expected = np.array(building.TRUTH["stiffness"]) * [1.0, 1.0 - LOSS, 1.0]
    np.testing.assert_allclose(stiffness, expected, rtol=0.01)
    assert len(torch.load("out/draws.ckpt", weights_only=False)["members"]) == 16


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--track", "stifness"], "track: 'stifness' is no parameter that is free, choose from st"),
        (["--track", "mass"], "track: 'mass' is no parameter that is free"),
        (["--track", "stiffness", "--law", "iwan", "elastic"], "--track follows one law, got iwan"),
        (["--structure", "modal", "--track", "frequency"], "--law is for a shear building"),
        (["--structure", "modal"], "--law is not for --structure modal: leave it out"),
        (["--modes", "0"], "argument --modes: '0' must be a whole number >= 1"),
        (["--modes", "2"], "--modes is for --structure modal"),
        (["--step", "0.1"], "--step is the step of what --track names"),
        (["--track", "stiffness", "--step", "0"], "step = 0.0: must be positive and finite"),
    ],
)
def test_what_cannot_be_tracked_is_refused_before_anything_is_made(
    recorded, capsys, words, message
):
    assert command(*words) == 2
    assert message in capsys.readouterr().err
    assert not Path("out").exists()


def test_modes_are_followed_without_masses_and_stiffnesses(recorded, capsys):
    words = ["identify", "records.h5", "--storeys", "3", "--sensors", "base,1,3", "--out", "out"]
    more = ["--structure", "modal", "--modes", "2", "--track", "frequency"]
    assert main([*words, *more]) == 0
    assert "frequency 1 falls by" in capsys.readouterr().out
    model = building.model("elastic")
    values = {unknown.name: unknown.start for unknown in model.unknowns}
    softer = {**values, "stiffness": values["stiffness"] * [1.0, 1.0 - LOSS, 1.0]}
    with Path("out/track.csv").open() as file:
        rows = list(csv.DictReader(file))
    for row, own in ((rows[0], values), (rows[-1], softer)):
        expected = model.structure(own).frequencies[0]
        assert float(row["frequency 1 Hz"]) == pytest.approx(expected, rel=0.01)
    assert not Path("out/building.ckpt").exists()


def test_more_modes_than_records_show_are_refused(recorded, capsys):
    words = ["identify", "records.h5", "--storeys", "3", "--sensors", "base,1,3", "--out", "out"]
    assert main([*words, "--structure", "modal", "--modes", "9", "--track", "frequency"]) == 2
    assert "modes = 9: the records show " in capsys.readouterr().err


def test_a_mode_answers_as_an_oscillator_does():
    """Displacements of one mode are those of the building of one storey, absolute accelerations
    too.
    """
    base = building.motions(3, duration=4.0)
    seen = channels(["displacement 1", "velocity 1", "acceleration 1"], 1)
    model = ModalModel(np.array([1.5]), np.array([0.04]), np.ones((3, 1)))
    values = {unknown.name: np.tile(unknown.start, (3, 1)) for unknown in model.unknowns}
    omega = 2.0 * np.pi * 1.5
    chain = shear_building([1.0], Elastic([omega**2]), [2.0 * 0.04 * omega])
    expected = respond(chain, base, building.INTERVAL, seen)[0]
    answer = model.answer(values, base, building.INTERVAL, seen)[0]
    np.testing.assert_allclose(answer, expected, atol=1e-4 * np.abs(expected).max())


def test_frequencies_that_follow_the_strength_of_the_motion_are_told(found):
    own, _ = found
    recordings, _ = damaged()
    strong_last = replace(recordings, base=recordings.base * np.arange(1, 7)[:, None])
    (sentence,) = report.of_strength(own, strong_last)
    assert "stiffness 2 is lower in stronger motions (rank correlation -" in sentence
    weak_last = replace(recordings, base=recordings.base * np.array([[3, 1, 4, 2, 6, 5]]).T)
    assert report.of_strength(own, weak_last) == []


def test_two_records_are_no_course():
    model = building.model("elastic")
    recordings, _ = damaged()
    with pytest.raises(ValueError, match="needs at least 3 records, got 2"):
        track(model, Space(model.unknowns), recordings.some([0, 1]), ["stiffness"])
