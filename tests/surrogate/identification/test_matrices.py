"""Structures given as matrices: their answers, the search for factors, bounds, and their files."""

import numpy as np
import pytest

from simulators import solve
from simulators.excitation.load import BaseMotions
from surrogate.identification.linear_identification import identify_linear
from surrogate.identification.linear_page import linear_summary
from surrogate.identification.matrix_file import read_matrices
from surrogate.identification.matrix_model import MatrixModel
from surrogate.identification.modal import ModalModel
from surrogate.identification.prediction import predict
from surrogate.identification.priors import LogNormal
from surrogate.identification.recordings import Recordings
from surrogate.identification.unknowns import Choice
from surrogate.networks.observation import channels
from tests.helpers import recorded_building as building
from tests.helpers import torsion

WORDS = ["acceleration 1", "relative_acceleration 2", "displacement 3", "velocity 4"]


def test_answers_are_those_of_the_integrator():
    base = building.motions(2)
    model = torsion.model()
    found = model.answer(torsion.TRUTH, base, building.INTERVAL, channels(WORDS, 4))[0]
    outputs = ["displacement", "velocity", "acceleration"]
    solved = solve(
        model.structure(torsion.TRUTH),
        BaseMotions(base, building.INTERVAL),
        tolerance=1e-7,
        outputs=outputs,
    )
    at = model.locations
    seen = {name: solved[name].values @ at.T for name in outputs}
    ground = base * (at @ torsion.INFLUENCE)[1]
    expected = np.stack(
        [
            seen["acceleration"][..., 0],
            seen["acceleration"][..., 1] - ground,
            seen["displacement"][..., 2],
            seen["velocity"][..., 3],
        ],
        axis=-1,
    )
    peaks = np.abs(expected).max(axis=(0, 1))
    np.testing.assert_allclose(found / peaks, expected / peaks, atol=2e-6)


def test_rows_of_parameters_are_structures_of_their_own():
    base = building.motions(2)
    seen = channels(["displacement 3"], 4)
    model = torsion.model()
    other = {name: 1.2 * value for name, value in torsion.TRUTH.items()}
    rows = {
        name: np.repeat([torsion.TRUTH[name], other[name]], 2, axis=0) for name in torsion.TRUTH
    }
    found = model.answer(rows, base, building.INTERVAL, seen)
    for row, values in enumerate((torsion.TRUTH, other)):
        expected = model.answer(values, base, building.INTERVAL, seen)[0]
        np.testing.assert_allclose(found[row], expected, atol=1e-12)


@pytest.mark.parametrize("kind", ["rayleigh", "parts"])
def test_damping_is_what_the_parameters_say(kind):
    base = torsion.model()
    stiffness = torsion.frame(1.0) + torsion.frame(-1.0)
    if kind == "rayleigh":
        damping = {"mass_damping": np.array([0.2]), "stiffness_damping": np.array([0.003])}
        model = MatrixModel(torsion.MASS, base.stiffness, base.locations, base.influence, damping)
        expected = 0.2 * torsion.MASS + 0.003 * stiffness
    else:
        parts = {"dampers": np.diag([1.0, 0.0, 2.0, 0.0])}
        model = MatrixModel(
            torsion.MASS, base.stiffness, base.locations, base.influence, {}, {}, parts
        )
        expected = parts["dampers"]
    values = {unknown.name: unknown.start for unknown in model.unknowns}
    np.testing.assert_allclose(model.structure(values).damping, expected)


def test_damping_ratios_of_the_modes_are_those_that_are_sought():
    structure = torsion.model().structure(torsion.TRUTH)
    np.testing.assert_allclose(structure.damping_ratios, 0.04)


def identified(seed, records=6, choice=None):
    """From three accelerometers with noise; drawings have both frames alike."""
    seen = channels(["acceleration 1", "acceleration 2", "acceleration 4"], 4)
    base = building.motions(records, duration=10.0)
    clean = torsion.model().answer(torsion.TRUTH, base, building.INTERVAL, seen)[0]
    noise = np.random.default_rng(seed).standard_normal(clean.shape)
    measured = clean + 0.05 * clean.std(axis=(0, 1)) * noise
    recordings = Recordings(base, measured, seen, building.INTERVAL)
    return identify_linear(recordings, torsion.model(), choice or Choice(), base_noise=False)


@pytest.fixture(scope="module")
def found():
    return identified(seed=2)


def test_factors_are_found_within_their_bounds(found):
    numbers = linear_summary(found)
    for name, truth in torsion.TRUTH.items():
        best, low, high = numbers.parameters[name]
        deviation = (high - low) / (2.0 * 1.645)
        assert 0.0 < deviation < 0.02 * truth, name
        assert abs(best - truth) < 4.0 * deviation, name
    expected = torsion.model().structure(torsion.TRUTH).frequencies
    np.testing.assert_allclose(numbers.frequencies, expected, rtol=1e-3)


def test_bands_cover_what_nobody_measured():
    """Three parameters err together: the share of one identification says little."""
    base = building.motions(4, seed=8)
    seen = channels(["displacement 1", "displacement 3", "acceleration 3"], 4)
    truth = torsion.model().answer(torsion.TRUTH, base, building.INTERVAL, seen)[0]
    shares = [
        predict(identified(seed, records=2), base, building.INTERVAL, seen).covers(truth)
        for seed in range(8)
    ]
    assert 0.75 < np.mean(shares) < 0.99


def test_a_prior_stays_about_the_drawings():
    """So strong a prior leaves the factor where the drawings have it, whatever the records say."""
    prior = LogNormal("left", 1e-5).about({"left": [1.0]})
    own = identified(seed=2, records=2, choice=Choice(priors=[prior]))
    np.testing.assert_allclose(own.values["left"], 1.0, rtol=2e-3)


def test_poles_of_modes_answer_as_the_oscillators():
    base = building.motions(2)
    seen = channels(["acceleration 1", "relative_acceleration 2", "drift 3", "velocity 1"], 3)
    shape = np.array([[1.0, 0.2], [0.5, -0.4], [1.2, 0.1], [0.7, 0.3]])
    model = ModalModel(np.array([2.0, 5.0]), np.array([0.03, 0.05]), shape)
    values = {unknown.name: unknown.start for unknown in model.unknowns}
    expected = model.answer(values, base, building.INTERVAL, seen)[0]
    found = model.poles(values, seen).answer(base, building.INTERVAL)
    peaks = np.abs(expected).max(axis=(0, 1))
    np.testing.assert_allclose(found / peaks, expected / peaks, atol=2e-4)


def test_a_file_is_the_model(tmp_path):
    _, path = torsion.write(tmp_path, channels(["acceleration 1"], 4), records=3)
    model = read_matrices(path)
    expected = torsion.model()
    np.testing.assert_allclose(model.mass, expected.mass)
    np.testing.assert_allclose(model.stiffness["left"], expected.stiffness["left"])
    np.testing.assert_allclose(model.locations, expected.locations)
    np.testing.assert_allclose(model.influence, expected.influence)
    assert [unknown.name for unknown in model.unknowns] == ["left", "right", "damping_ratio"]


GOOD = (
    "mass: [[1, 0], [0, 1]]\nstiffness: {k: [[2, -1], [-1, 1]]}\ndamping: {damping_ratio: 0.03}\n"
)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("mass: [[1]]\n", "stiffness is missing"),
        (GOOD + "springs: 1\n", "'springs' is unknown, choose from mass, stiffness"),
        (GOOD.replace("[[2, -1], [-1, 1]]", "[[2]]"), r"k has shape \(1, 1\): expected \(2, 2\)"),
        (GOOD.replace("[-1, 1]]}", "[0, 1]]}"), "k is not symmetric"),
        (GOOD.replace("[-1, 1]]}", "[-1, 0.1]]}"), "stiffness at the start is not positive def"),
        (GOOD.replace("[0, 1]]\nst", "[0, 0]]\nst"), "mass at the start is not positive definite"),
        (GOOD.replace("damping_ratio", "viscous"), "damping: 'viscous' is unknown, choose from"),
        (GOOD.replace("0.03", "0.9"), "start of damping_ratio = 0.9: must lie in"),
        (
            GOOD.replace("0.03", "[0.1, 0.1, 0.1]"),
            "damping_ratio has 3 numbers: expected one, or 2",
        ),
        (GOOD + "influence: [1]\n", r"influence has shape \(1,\): expected \(2,\)"),
        (GOOD + "locations: [[1]]\n", r"locations have shape \(1, 1\): expected rows of 2"),
        (GOOD + "start: {roof: 2}\n", "start: 'roof' is unknown, choose from k, damping_ratio"),
        (GOOD + "start: {k: x}\n", "start must be numbers by the name of the factor"),
        ("- 1\n", "expected a mapping with mass, stiffness, damping"),
        ("mass: [\n", "is not YAML"),
    ],
)
def test_a_file_that_is_no_structure_is_refused(tmp_path, text, message):
    path = tmp_path / "own.yaml"
    path.write_text(text)
    with pytest.raises(ValueError, match=message):
        read_matrices(path)


def test_files_that_do_not_exist_are_told(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"--matrices .*none.yaml does not exist"):
        read_matrices(tmp_path / "none.yaml")
    path = tmp_path / "own.yaml"
    path.write_text(GOOD.replace("[[1, 0], [0, 1]]", "mass.csv"))
    with pytest.raises(FileNotFoundError, match=r"mass: .*mass.csv does not exist"):
        read_matrices(path)
    (tmp_path / "mass.csv").write_text("1,x\n")
    with pytest.raises(ValueError, match="is no matrix with commas"):
        read_matrices(path)
