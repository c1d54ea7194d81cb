"""Laws of storeys: what sliders in parallel are, and a law that is chosen by records left out."""

from itertools import pairwise

import numpy as np
import pytest

from simulators import BandLimitedNoise, Bilinear, Structure
from surrogate.identification.identify import identify
from surrogate.identification.law_choice import restricted, scores
from surrogate.identification.laws import LAWS
from surrogate.identification.model import ShearModel
from surrogate.identification.recordings import Recordings, respond
from surrogate.identification.settings import Settings
from surrogate.identification.summary import errors
from surrogate.networks.observation import every
from surrogate.networks.storey_laws import SLIPS, WEIGHTS, sliders

INTERVAL = 0.02


def values(generator, places=2):
    made = {name: generator.uniform(0.2, 3.0, places) for name in WEIGHTS}
    made |= {name: generator.uniform(0.2, 3.0, places) for name in SLIPS}
    made["stiffness"] = np.array([300.0, 200.0])
    made["yield_displacement"] = np.array([0.02, 0.01])
    made["post_yield_ratio"] = np.array([0.1, 0.0])
    return made


def force(given, drift):
    """Sum over the elements of each storey of the forces under one drift, (time, storey)."""
    elements = LAWS["iwan"].elements(given)
    return sum(law.drive(drift, 0.01).restoring_force.values for law in elements)


def test_the_first_loading_of_sliders_is_monotone_softens_and_begins_with_the_stiffness():
    given = values(np.random.default_rng(0))
    drift = np.append(0.0, np.geomspace(5e-4, 0.2, 80))
    slope = np.diff(force(given, drift), axis=0) / np.diff(drift)[:, None]
    np.testing.assert_allclose(slope[0], given["stiffness"], rtol=1e-9)
    assert (np.diff(slope, axis=0) <= 1e-6 * given["stiffness"]).all()
    np.testing.assert_allclose(
        slope[-1], given["post_yield_ratio"] * given["stiffness"], rtol=1e-6, atol=1e-6
    )


def test_the_curve_of_sliders_is_that_of_their_weights():
    given = values(np.random.default_rng(1))
    weights, slips = map(np.stack, sliders(given))
    np.testing.assert_allclose(weights.sum(axis=0), 1.0)
    ratio = given["post_yield_ratio"]
    drift = np.linspace(0.0, 0.2, 21)
    own = (weights * np.minimum(drift[:, None, None], slips)).sum(axis=1)
    expected = given["stiffness"] * (ratio * drift[:, None] + (1.0 - ratio) * own)
    np.testing.assert_allclose(force(given, drift), expected, rtol=1e-9, atol=1e-12)


def test_masing_holds_on_the_branch_after_a_reversal():
    """F(d) = F_r + 2 f((d - d_r) / 2) with the first loading f."""
    given = values(np.random.default_rng(2))
    up = np.linspace(0.0, 0.05, 21)
    back = np.linspace(0.05, -0.05, 41)
    loop = force(given, np.concatenate([up, back[1:]]))
    first = force(given, up)
    np.testing.assert_allclose(loop[20::2], first[-1] - 2.0 * first, atol=1e-9)


def test_a_closed_path_gives_no_energy():
    generator = np.random.default_rng(4)
    given = values(generator)
    turns = np.concatenate([[0.0], generator.uniform(-0.06, 0.06, 4), [0.0]])
    drift = np.concatenate([np.linspace(*ends, 8)[1:] for ends in pairwise(turns)])
    forces = force(given, drift)
    work = (0.5 * (forces[1:] + forces[:-1]) * np.diff(drift)[:, None]).sum(axis=0)
    assert (work > 0.0).all()


def test_damping_by_masses_and_stiffness_is_that_of_rayleigh():
    start = {"mass": [2.0, 1.0], "stiffness": 300.0, "damping": 0.3, "mass_damping": 0.4}
    model = ShearModel(2, "elastic", start)
    structure = model.structure({unknown.name: unknown.start for unknown in model.unknowns})
    omega = 2.0 * np.pi * structure.frequencies
    of_stiffness = 0.3 / 300.0
    np.testing.assert_allclose(structure.damping_ratios, 0.5 * (0.4 / omega + of_stiffness * omega))


@pytest.fixture(scope="module")
def two_springs():
    """Records of one storey of two bilinear springs that yield at 17 and 42 mm."""
    springs = (Bilinear(150.0, 0.017, 0.2), Bilinear(250.0, 0.042))
    structure = Structure(np.eye(1), 1.5 * np.eye(1), np.ones((2, 1)), springs)
    generator = np.random.default_rng(0)
    noise = BandLimitedNoise(low_frequency=0.3, high_frequency=8.0, root_mean_square=2.0)
    base = np.stack([noise.sample(generator, 8.0, INTERVAL).acceleration for _ in range(8)])
    base *= np.linspace(0.5, 2.0, 8)[:, None]
    seen = every("drift", 1)
    return Recordings(base, respond(structure, base, INTERVAL, seen)[0], seen, INTERVAL)


def test_the_learnt_law_follows_springs_that_yield_elsewhere(two_springs):
    trained = two_springs.some(slice(0, 8, 2))
    others = two_springs.some(slice(1, 8, 2))
    found = identify(trained, Settings(1, law="iwan", base_noise=False))
    assert errors(found, others)[0] < 0.01
    weights, slips = sliders(found.values)
    for slip in (0.017, 0.042):
        used = [own for own, weight in zip(slips, weights, strict=True) if weight[0] > 0.05]
        assert min(abs(own[0] - slip) for own in used) < 0.05 * slip
    stiff = identify(trained, Settings(1, law="elastic", base_noise=False))
    assert errors(stiff, others)[0] > 0.3


def test_records_left_out_choose_the_law_that_predicts_them(two_springs):
    told = []
    found = scores(
        two_springs.some(slice(0, 8, 2)),
        Settings(1, base_noise=False, prior={"slip_1": 1.0}),
        ["elastic", "iwan"],
        folds=2,
        say=told.append,
    )
    assert [score.law for score in found] == ["iwan", "elastic"]
    assert found[0].mean < 0.5 * found[1].mean
    assert told[0].startswith("elastic: NRMSE ")


def test_settings_of_one_law_are_left_out_for_another():
    settings = Settings(
        1, start={"mass": 2.0, "exponent": 3.0}, fixed=("share 1", "mass"), prior={"share": 0.1}
    )
    own = restricted(settings, "iwan")
    assert own.law == "iwan"
    assert own.start == {"mass": 2.0}
    assert own.fixed == ("mass",)
    assert own.prior == {}


@pytest.mark.parametrize(
    ("laws", "settings", "folds", "message"),
    [
        (["steel"], Settings(1), 2, "law = 'steel': expected one of bouc_wen, elastic, iwan"),
        (["iwan"], Settings(1, start={"share": 0.5}), 2, "'share' is a parameter of none of the"),
        (["iwan", "iwan"], Settings(1), 2, "laws iwan, iwan: one is named twice"),
        (["iwan"], Settings(1), 1, "folds = 1: must be at least 2 and at most"),
        (["iwan"], Settings(1), 20, "folds = 20: must be at least 2 and at most"),
    ],
)
def test_a_choice_that_cannot_be_made_is_refused(two_springs, laws, settings, folds, message):
    with pytest.raises(ValueError, match=message):
        scores(two_springs, settings, laws, folds)
