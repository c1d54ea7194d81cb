"""Buildings of steel storeys, whose law remembers reversals: answers, parameters, checkpoint."""

import numpy as np
import pytest

import surrogate
from simulators import BaseMotion
from surrogate.identification import checkpoint, picture
from surrogate.identification.coverage import coverage
from surrogate.identification.identify import identify
from surrogate.identification.laws import LAWS
from surrogate.identification.model import ShearModel
from surrogate.identification.prediction import predict
from surrogate.identification.recordings import Recordings
from surrogate.identification.settings import Settings
from surrogate.identification.summary import errors, summary
from surrogate.networks.observation import every
from tests.helpers import recorded_building as building

# Lightning 2.6 with jsonargparse 4.53.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
MASS = [1.0, 0.8]
TRUTH = {
    "mass": np.array(MASS),
    "stiffness": np.array([300.0, 220.0]),
    "damping": np.array([1.2, 0.9]),
    "mass_damping": np.zeros(2),
    "yield_displacement": np.array([0.02, 0.015]),
    "post_yield_ratio": np.array([0.05, 0.03]),
    "transition": np.array([18.0, 18.0]),
    "transition_loss": np.array([0.92, 0.92]),
    "transition_path": np.array([0.15, 0.15]),
    "negative_shift": np.zeros(2),
    "positive_shift": np.zeros(2),
}
DRIFTS = every("drift", 2)


def answered(base, channels):
    model = ShearModel(2, "menegotto_pinto", TRUTH)
    return model.answer(TRUTH, base, building.INTERVAL, channels)[0]


@pytest.fixture(scope="module")
def recordings():
    base = building.motions(8, duration=8.0) * np.linspace(0.4, 1.2, 8)[:, None]
    clean = answered(base, DRIFTS)
    generator = np.random.default_rng(5)
    noise = 0.01 * clean.std(axis=(0, 1)) * generator.standard_normal(clean.shape)
    return Recordings(base, clean + noise, DRIFTS, building.INTERVAL)


@pytest.fixture(scope="module")
def found(recordings):
    start = {"mass": MASS}
    settings = Settings(2, "menegotto_pinto", start, fixed=("mass",), base_noise=False)
    return identify(recordings, settings)


def test_parameters_are_found_from_linear_starts(found):
    assert np.abs(answered(building.motions(1), DRIFTS)).max() > 2.0 * 0.02
    for name, within in (
        ("stiffness", 0.005),
        ("yield_displacement", 0.02),
        ("transition", 0.3),
    ):
        np.testing.assert_allclose(found.values[name], TRUTH[name], rtol=within, err_msg=name)
    np.testing.assert_allclose(
        found.values["post_yield_ratio"], TRUTH["post_yield_ratio"], atol=0.01
    )


def test_bounds_cover_the_truth(found):
    """Within four standard deviations each, since there are a dozen."""
    numbers = summary(found)
    for name in ("stiffness", "yield_displacement", "post_yield_ratio", "transition_loss"):
        best, low, high = numbers.parameters[name]
        deviation = (high - low) / (2.0 * 1.645)
        assert (np.abs(best - TRUTH[name]) <= 4.0 * deviation).all(), name


def test_unseen_records_are_predicted_within_bands(found):
    base = building.motions(3, seed=9)
    truth = answered(base, DRIFTS)
    others = Recordings(base, truth, DRIFTS, building.INTERVAL)
    assert (errors(found, others) < 0.01).all()
    held = predict(found, base, building.INTERVAL, DRIFTS).covers(truth)
    assert (held > 0.75).all()
    assert (coverage(found, others).measured > 0.9).all()


def test_other_laws_leave_more(found, recordings):
    settings = Settings(2, "bouc_wen", {"mass": MASS}, fixed=("mass",), base_noise=False)
    base = building.motions(3, seed=9)
    others = Recordings(base, answered(base, DRIFTS), DRIFTS, building.INTERVAL)
    smooth = errors(identify(recordings, settings), others)
    assert (smooth > 3.0 * errors(found, others)).all()


def test_the_checkpoint_answers_as_the_identification(found, recordings, tmp_path):
    path = tmp_path / "building.ckpt"
    checkpoint.save(found, recordings, path)
    base = building.motions(1, seed=9)
    response = surrogate.respond(surrogate.load(path), [BaseMotion(base[0], building.INTERVAL)])
    expected = found.answer(base, building.INTERVAL, DRIFTS)
    spread = expected.std(axis=(0, 1))
    apart = np.abs(response["drift"].values - expected).max(axis=(0, 1))
    assert (apart < 0.01 * spread).all()


def test_loops_have_the_force_of_the_law(found):
    base = building.motions(1, seed=9)
    drift, force = found.model.loops(found.values, base, building.INTERVAL)
    assert drift.shape == force.shape == (1, base.shape[1], 2)
    stiffness = found.values["stiffness"]
    np.testing.assert_allclose(force[0, 1:3], stiffness * drift[0, 1:3], rtol=1e-3)
    assert np.abs(force).max() < 0.8 * (stiffness * np.abs(drift[0]).max(axis=0)).max()


def test_loops_of_sliders_have_the_force_of_all_of_them():
    """At first the stiffness, later what their weights and slips make of the drift."""
    start = {"mass": 1.0, "stiffness": 300.0, "damping": 1.0, "yield_displacement": 0.02}
    model = ShearModel(2, "iwan", start)
    values = {unknown.name: unknown.start for unknown in model.unknowns}
    drift, force = model.loops(values, building.motions(1, duration=1.0), building.INTERVAL)
    np.testing.assert_allclose(force[0, 1:3], 300.0 * drift[0, 1:3], rtol=1e-3)
    elements = LAWS["iwan"].elements(values)
    forces = [law.drive(drift[0], building.INTERVAL).restoring_force.values for law in elements]
    expected = np.sum(forces, axis=0)
    np.testing.assert_allclose(force[0], expected, rtol=0, atol=0.05 * np.abs(expected).max())


def test_the_picture_is_drawn(found, recordings, tmp_path):
    picture.write(found, summary(found), recordings, tmp_path / "building.png")
    assert (tmp_path / "building.png").stat().st_size > 10_000


def test_isotropic_hardening_is_sought_where_it_has_a_start():
    without = Settings(2, "menegotto_pinto", {"mass": MASS})
    given = Settings(2, "menegotto_pinto", {"mass": MASS, "positive_shift": 0.05})
    assert set(without.absent()) == {"mass_damping", "negative_shift", "positive_shift"}
    assert set(given.absent()) == {"mass_damping", "negative_shift"}
    model = ShearModel(2, "menegotto_pinto", TRUTH)
    assert "negative_shift" in given.choice(model).fixed
    assert "positive_shift" not in given.choice(model).fixed


def test_a_structure_of_a_law_that_remembers_is_refused():
    model = ShearModel(2, "menegotto_pinto", TRUTH)
    with pytest.raises(ValueError, match="its branches begin at reversals, which no Structure"):
        model.structure(TRUTH)
    assert model.at_rest(TRUTH).frequencies.shape == (2,)
