"""From records to a building: starts from linear identification, searches, bounds."""

from dataclasses import replace

import numpy as np
import pytest

from surrogate.identification.bounds import Bounds, bounds
from surrogate.identification.identify import identify
from surrogate.identification.likelihood import Likelihood
from surrogate.identification.linear import linear_modes
from surrogate.identification.model import ShearModel
from surrogate.identification.search import search
from surrogate.identification.settings import Settings
from surrogate.identification.starts import starts
from surrogate.identification.unknowns import Choice, Space, Unknown
from tests.helpers import recorded_building as building


def test_linear_modes_are_those_of_an_elastic_building():
    recordings = building.recordings(
        ["acceleration 1", "acceleration 3"], records=20, law="elastic"
    )
    modes = linear_modes(recordings, 3)
    structure = building.structure("elastic")
    np.testing.assert_allclose(modes.frequencies[:2], structure.frequencies[:2], rtol=0.03)


@pytest.fixture(scope="module")
def accelerometers():
    """Two accelerometers and one at the base, with noise; and what is found."""
    recordings = building.recordings(
        ["acceleration 1", "acceleration 3"], records=16, noise=0.05, base_noise=0.05
    )
    told = []
    return identify(recordings, Settings(3), told.append), told


def test_a_building_is_identified_from_two_accelerometers(accelerometers):
    found, _ = accelerometers
    truth = building.structure()
    np.testing.assert_allclose(found.structure.frequencies, truth.frequencies, rtol=0.03)
    np.testing.assert_allclose(found.structure.damping_ratios, truth.damping_ratios, rtol=0.15)
    assert (found.r2 > 0.98).all()


def test_the_truth_lies_within_three_deviations(accelerometers):
    found, _ = accelerometers
    for name in ("mass", "stiffness"):
        logs = np.log(found.values[name] / np.array(building.TRUTH[name]))
        labels = found.bounds.space.labels
        for place in range(3):
            label = f"{name} {place + 1}"
            if label in labels:
                assert abs(logs[place]) < 3.0 * found.bounds.deviations[labels.index(label)] + 1e-3


def test_processes_find_what_one_finds():
    recordings = building.recordings(["acceleration 1", "acceleration 3"], records=3, noise=0.05)
    settings = Settings(3, law="elastic", start={"mass": building.TRUTH["mass"]}, fixed=("mass",))
    alone, together = (identify(recordings, settings, workers=workers) for workers in (1, 2))
    np.testing.assert_allclose(together.bounds.theta, alone.bounds.theta, rtol=1e-9, atol=1e-12)
    assert [str(trial) for trial in together.trials] == [str(trial) for trial in alone.trials]


def test_starts_beyond_the_grid_are_spread_and_keep_what_is_known():
    recordings = building.recordings(["acceleration 3"], records=4)
    known = {"yield_displacement": [0.03, 0.025, 0.02]}
    made = starts(recordings, 3, "bouc_wen", known, count=7)
    begun = [{unknown.name: unknown.start for unknown in model.unknowns} for model in made]
    stiffness = np.array([start["stiffness"][0] for start in begun])
    assert len(np.unique(stiffness)) == 7
    assert stiffness.max() > 1.8 * stiffness.min()
    for start in begun:
        np.testing.assert_array_equal(start["yield_displacement"], known["yield_displacement"])
    assert len(starts(recordings, 3, "bouc_wen", {}, count=2)) == 2


def test_more_starts_than_there_can_be_are_refused():
    recordings = building.recordings(["acceleration 3"], records=4)
    known = {"stiffness": 300.0, "yield_displacement": 0.03}
    with pytest.raises(ValueError, match="starts = 3: what is given leaves one start alone"):
        starts(recordings, 3, "bouc_wen", known, count=3)


def test_every_start_is_reported(accelerometers):
    found, told = accelerometers
    assert len([line for line in told if line.startswith("start: ")]) == len(found.trials) == 6
    assert sum(np.isfinite(trial.fine) for trial in found.trials) == 2


def test_bounds_cover_the_truth_as_often_as_they_say():
    """An elastic building, fitted to thirty draws of the noise: of its six parameters 90 in 100 lie
    within 1.645 deviations, give or take what thirty draws leave open.
    """
    model = building.model("elastic")
    space = Space(model.unknowns, Choice(fixed=("mass", "mass_damping")))
    inside = []
    for seed in range(30):
        recordings = building.recordings(
            ["acceleration 1", "acceleration 3"], records=3, noise=0.1, law="elastic", seed=seed
        )
        likelihood = Likelihood(model, space, recordings)
        found = search(likelihood, 10)
        derivatives = likelihood.derivatives(found.theta, likelihood.residuals(found.theta))
        known = bounds(space, found.theta, derivatives)
        inside.append(np.abs(found.theta) < 1.645 * known.deviations)
    assert 0.82 < np.mean(inside) < 0.97


def test_what_is_not_determined_is_said():
    space = Space([Unknown("mass", "kg", np.ones(3))])
    covariance = np.diag([1e-4, 0.0, 0.0]) + np.array(
        [[0.0, 0.0, 0.0], [0.0, 1.0, 0.999], [0.0, 0.999, 1.0]]
    )
    words = Bounds(space, np.zeros(3), covariance, np.zeros(3, bool)).words()
    assert len(words) == 1
    assert "mass 2 and mass 3 are not determined one by one" in words[0] or (
        "mass 3 and mass 2 are not determined one by one" in words[0]
    )


def test_masses_and_stiffnesses_have_no_common_scale():
    """With every mass free the common factor of masses, stiffnesses and dashpots is not seen."""
    recordings = building.recordings(["drift 1", "drift 2", "drift 3"], records=2, noise=0.01)
    model = building.model()
    space = Space(model.unknowns)
    likelihood = Likelihood(model, space, recordings)
    theta = np.zeros(len(space))
    theta[-3:] = 0.01
    known = bounds(space, theta, likelihood.derivatives(theta, likelihood.residuals(theta)))
    assert any("are not determined one by one" in sentence for sentence in known.words())


def test_a_mass_matrix_from_drawings_is_kept():
    recordings = building.recordings(["acceleration 3"], records=4, noise=0.02)
    mass = [2000.0, 1600.0, 1200.0]
    found = identify(recordings, Settings(3, start={"mass": mass}, fixed=("mass",)))
    np.testing.assert_array_equal(found.values["mass"], mass)
    truth = building.structure().frequencies
    np.testing.assert_allclose(found.structure.frequencies[:2], truth[:2], rtol=0.02)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (Settings(3, law="steel"), "law = 'steel': expected one of bouc_wen, elastic, iwan"),
        (Settings(3, start={"mas": 1.0}), "start: 'mas' is unknown, choose from mass"),
        (
            Settings(3, start={"mass": [1.0, 2.0]}),
            "start of mass has 2 numbers: expected one, or 3",
        ),
        (Settings(3, fixed=("mas",)), "fixed: 'mas' is unknown"),
    ],
)
def test_settings_that_do_not_fit_are_refused(settings, message):
    with pytest.raises(ValueError, match=message):
        identify(building.recordings(["acceleration 3"], records=2), settings)


def test_records_without_motion_are_refused():
    recordings = building.recordings(["acceleration 3"], records=2)
    with pytest.raises(ValueError, match="the base does not move in any record"):
        replace(recordings, base=0.0 * recordings.base)


def test_sensors_that_see_no_vibration_are_refused():
    recordings = building.recordings(["acceleration 3"], records=2)
    with pytest.raises(ValueError, match="no mode of vibration is found"):
        identify(replace(recordings, measured=0.0 * recordings.measured), Settings(3))


def test_a_start_that_is_missing_is_refused():
    with pytest.raises(ValueError, match="start of stiffness is missing"):
        ShearModel(2, "elastic", {"mass": 1.0, "damping": 1.0})
