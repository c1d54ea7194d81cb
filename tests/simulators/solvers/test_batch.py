"""The batch integrator: observed order, proved tolerance, invariances, independent records,
agreement with SciPy.
"""

import numpy as np
import pytest

from simulators import (
    BaberNoori,
    BaseMotion,
    BoucWen,
    Elastic,
    ForceFormBoucWen,
    Structure,
    Viscous,
    shear_building,
    solve,
)
from simulators.solvers.batch import OUTPUTS
from simulators.structures.structure import linear_twin
from tests.helpers.buildings import HYSTERETIC, random_building, random_motion
from tests.helpers.problems import LINEAR, Cycling, refined


def drift_of(*arguments, **how):
    return solve(*arguments, **{"outputs": ("drift",)} | how)["drift"].values


def relative_error(drift, exact):
    """Largest over the storeys of max |error| / max |drift|; arrays of shape (time, storey)."""
    return (np.abs(drift - exact).max(axis=0) / np.abs(exact).max(axis=0)).max()


def case(seed, storeys=2, samples=80, **options):
    generator = np.random.default_rng(seed)
    return random_building(generator, storeys, **options), random_motion(generator, samples)


# Accuracy


@pytest.mark.parametrize("tolerance", [1e-3, 1e-6, 1e-10])
@pytest.mark.parametrize("make", LINEAR)
def test_linear_response_is_the_matrix_exponential_within_the_tolerance(make, tolerance):
    problem = make()
    response = solve(problem.structure, problem.motion, tolerance=tolerance, **problem.start)
    assert relative_error(response["drift"].values[0], problem.exact["drift"]) <= tolerance
    for name, exact in problem.exact.items():
        assert (
            np.abs(response[name].values[0] - exact).max() < 10.0 * tolerance * np.abs(exact).max()
        )


def observed_order(building, motion, exact, factors=(2, 4, 8, 16)):
    """Slope of log(error) over log(step) with one step a sample, on records whose samples come ever
    closer.
    """
    points = []
    for factor in factors:
        response = solve(building, refined(motion, factor), tolerance=0.99, outputs=("drift",))
        step = motion.interval / factor / response["steps"].item()
        points.append((step, relative_error(response["drift"].values[0, ::factor], exact)))
    steps, errors = np.log(np.array(points).T)
    return np.polyfit(steps, errors, 1)[0]


def test_order_of_convergence_is_four_for_linear_structures():
    problem = LINEAR[0]()
    assert 3.9 < observed_order(problem.structure, problem.motion, problem.exact["drift"]) < 4.2


ORDER_LAWS = {
    "BoucWen n = 1": (2.0, lambda k, d: BoucWen.from_yield(k, d, 0.1, 1.0)),
    "BoucWen n = 1.5": (2.5, lambda k, d: BoucWen.from_yield(k, d, 0.1, 1.5)),
    "BoucWen n = 2": (3.0, lambda k, d: BoucWen.from_yield(k, d, 0.1, 2.0)),
    "BoucWen n = 2.7": (3.0, lambda k, d: BoucWen.from_yield(k, d, 0.1, 2.7, 0.8)),
    "ForceForm n = 3": (
        3.0,
        lambda k, d: ForceFormBoucWen(k, 0.5 * k**-2 * d**-3, k**-2 * d**-3, 3.0),
    ),
    "BaberNoori n = 2": (
        3.0,
        lambda k, d: BaberNoori(
            k,
            0.1,
            0.5 * d**-2,
            0.5 * d**-2,
            2.0,
            mass=70.0,
            strength_loss=0.05,
            flexibility_gain=0.05,
            pinching=0.8,
            pinching_rate=0.3,
            pinching_onset=0.2,
            spread=d,
            coupling=0.5,
        ),
    ),
}


@pytest.mark.parametrize("name", ORDER_LAWS)
def test_order_of_convergence_is_three_for_hysteretic_structures(name):
    """Or n + 1 if that is less: z' has |z|^n, whose derivatives up to the n-th are smooth at z = 0.

    The error of a reversal depends on where in its step it falls, hence the median over several
    buildings.
    """
    order, law = ORDER_LAWS[name]
    slopes = []
    for seed in range(7):
        generator = np.random.default_rng(seed)
        yields = 0.005 * generator.uniform(0.5, 1.5, 2)
        building = shear_building([1e4, 1e4], law(np.array([3e6, 3e6]), yields), 2e4)
        motion = random_motion(generator, 60)
        exact = drift_of(building, motion, method="DOP853", tolerance=1e-11)[0]
        slopes.append(observed_order(building, motion, exact))
    assert np.median(slopes) > order - 0.3


@pytest.mark.parametrize("seed", range(8))
def test_estimate_times_safety_bounds_the_true_error(seed):
    building, motion = case(seed, laws=HYSTERETIC[seed % 3], samples=60)
    exact = drift_of(building, motion, method="DOP853", tolerance=1e-11)[0]
    for tolerance in (1e-3, 1e-5):
        response = solve(building, motion, tolerance=tolerance)
        error = relative_error(response["drift"].values[0], exact)
        assert error <= response.attrs["safety_factor"] * response["error_estimate"].item() + 1e-8
        assert error <= tolerance


def check_agreement(seed, tolerance, reference):
    """Both integrators on a building of 1 to 20 storeys, more of the low ones."""
    generator = np.random.default_rng(seed)
    storeys = int(np.ceil(20.0 ** generator.uniform()))
    building, motion = random_building(generator, storeys), random_motion(generator, 80)
    exact = solve(building, motion, method="LSODA", tolerance=reference)
    response = solve(building, motion, tolerance=tolerance)
    # The reference has an error, too: some ten times its tolerance of a step.
    assert (
        relative_error(response["drift"].values[0], exact["drift"].values[0])
        <= tolerance + 30.0 * reference
    )
    for name in OUTPUTS:
        largest = np.abs(exact[name].values).max()
        np.testing.assert_allclose(
            response[name].values, exact[name].values, rtol=0.0, atol=10.0 * tolerance * largest
        )


@pytest.mark.parametrize("seed", range(0, 100, 10))
def test_integrators_agree_on_random_buildings(seed):
    for i in range(10):
        check_agreement(seed + i, 1e-4, 1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1000, 1400))
def test_integrators_agree_on_hundreds_of_random_buildings(seed):
    check_agreement(seed, 1e-5, 1e-8)


@pytest.mark.parametrize("seed", range(4))
def test_a_storey_a_thousand_times_stiffer_meets_the_tolerance(seed):
    generator = np.random.default_rng(seed)
    stiffness = 4e6 * generator.uniform(0.5, 1.5, 4)
    stiffness[generator.integers(4)] *= 1e3
    building = shear_building(
        [1e4] * 4, BoucWen.from_yield(stiffness, 4e3 / stiffness, 0.05, 2.3), 2e4
    )
    motion = random_motion(generator, 40)
    exact = drift_of(building, motion, method="LSODA", tolerance=1e-8)[0]
    assert relative_error(drift_of(building, motion, tolerance=1e-4)[0], exact) <= 1e-4 + 1e-6


@pytest.mark.parametrize(
    "laws",
    [
        Elastic([4e6, 4e17]),
        (Elastic([4e6]), BoucWen.from_yield(4e17, 1e-12, 0.0)),
        (Elastic(4e6), Viscous(1e13)),
    ],
    ids=["spring", "hysteretic", "dashpot"],
)
def test_a_storey_too_stiff_for_explicit_steps_is_refused(laws):
    motion = random_motion(np.random.default_rng(0), 20)
    with pytest.raises(
        ValueError, match=r"record 0: tolerance = 0.0001 is not met with \d+ steps a sample"
    ):
        solve(shear_building([1e4, 1e4], laws), motion)


def test_a_response_that_grows_beyond_bounds_is_refused():
    """f' = (k + 5 f^2) v reaches infinity at a finite drift."""
    path = Cycling((10.0,), samples=20)
    with pytest.raises(ValueError, match=r"record 0: tolerance = 0\.0001 is not met"):
        solve(path.impose_on(ForceFormBoucWen(1.0, 0.0, -5.0, 2.0)), path.motion)


def test_the_record_that_cannot_be_met_is_named():
    stiffness = np.full((3, 2), 4e6)
    stiffness[1] = 4e14
    with pytest.raises(ValueError, match="record 1: tolerance"):
        solve(
            shear_building([1e4, 1e4], Elastic(stiffness)),
            random_motion(np.random.default_rng(0), 20),
        )


def test_an_element_at_rest_by_symmetry_needs_no_accuracy():
    """A brace between two like columns has a drift of nothing but rounding, of which no digit can
    be right.
    """
    column = shear_building(1e4, BoucWen.from_yield(3e6, 0.004, 0.1, 2.3), 2e4)
    braced = BoucWen.from_yield([3e6, 3e6, 3e6], 0.004, 0.1, 2.3)
    twins = Structure(
        1e4 * np.diag([1.0, 1.0 + 1e-15]), 2e4 * np.eye(2), [[1, 0], [0, 1], [-1, 1]], braced
    )
    motion = random_motion(np.random.default_rng(2), 60)
    drift, alone = drift_of(twins, motion)[0], drift_of(column, motion)[0]
    np.testing.assert_allclose(drift[:, :1], alone, atol=2e-4 * np.abs(alone).max())
    assert np.abs(drift[:, 2]).max() < 1e-10 * np.abs(alone).max()


# Invariances


def buildings_of_each_law():
    for seed, law in enumerate(HYSTERETIC):
        yield case(seed, storeys=4, laws=law)
    building, motion = case(5, storeys=4)
    yield building.with_element(Viscous(1e4), 4, 2), motion


@pytest.mark.parametrize("index", range(4))
def test_response_changes_sign_with_the_motion(index):
    building, motion = list(buildings_of_each_law())[index]
    there, back = (
        solve(building, BaseMotion(sign * motion.acceleration, motion.interval))
        for sign in (1.0, -1.0)
    )
    for name in OUTPUTS:
        sign = 1.0 if name == "dissipated_energy" else -1.0
        np.testing.assert_array_equal(back[name].values, sign * there[name].values)
    np.testing.assert_array_equal(back["error_estimate"], there["error_estimate"])


@pytest.mark.parametrize("index", range(4))
def test_response_starts_when_the_motion_does(index):
    building, motion = list(buildings_of_each_law())[index]
    later = BaseMotion(np.concatenate([np.zeros(17), motion.acceleration]), motion.interval)
    assert motion.acceleration[0] == 0.0
    now, then = solve(building, motion), solve(building, later)
    for name in OUTPUTS:
        np.testing.assert_array_equal(then[name].values[:, 17:], now[name].values)
        assert not then[name].values[:, :17].any()


def test_chains_and_other_structures_are_integrated_alike():
    """One more spring of no stiffness makes a chain a structure of another kind."""
    for building, motion in buildings_of_each_law():
        chain = shear_building(np.diag(building.mass), building.laws[:4], 2e4)
        other = chain.with_element(Elastic(0.0), 3, 1)
        expected = drift_of(chain, motion)[0]
        np.testing.assert_allclose(
            drift_of(other, motion)[0, :, :4], expected, atol=1e-11 * np.abs(expected).max()
        )


def test_units_of_length_and_time_may_be_chosen_freely():
    """Lengths twice as long and motions half as fast: the dimensionless response stays."""
    slow = shear_building([1e4, 1e4], BoucWen.from_yield([3e6, 3e6], 0.004, 0.1, 2.3), 2e4)
    fast = shear_building([1e4, 1e4], BoucWen.from_yield([12e6, 12e6], 0.008, 0.1, 2.3), 4e4)
    motion = random_motion(np.random.default_rng(3), 60)
    scaled = BaseMotion(8.0 * motion.acceleration, motion.interval / 2.0)
    np.testing.assert_allclose(
        drift_of(fast, scaled), 2.0 * drift_of(slow, motion), rtol=1e-9, atol=1e-14
    )


# Independence of records


def family(members=range(19)):
    """Members of one family of 19 that differ in everything that may, and need different steps; a
    motion for each.
    """
    generator = np.random.default_rng(21)
    stiffness = (
        3e6 * generator.uniform(0.5, 2.0, (19, 3)) * 10.0 ** generator.integers(0, 3, (19, 1))
    )
    yields, mass = (
        generator.uniform(0.002, 0.01, (19, 3)),
        1e4 * generator.uniform(0.5, 2.0, (19, 3)),
    )
    exponent = generator.choice([1.0, 2.0, 2.0, 3.0, 1.7], (19, 3))
    motions = [random_motion(generator, 40) for _ in range(19)]
    rows = list(members)
    law = BoucWen.from_yield(stiffness[rows], yields[rows], 0.1, exponent[rows])
    return shear_building(mass[rows], law, 2e4), [motions[i] for i in rows]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_storey_without_stiffness_after_yielding_does_not_depend_on_others_with_it(dtype):
    """The kernel leaves displacements out of its stages where no stiffness reads them."""
    generator = np.random.default_rng(8)
    ratio = np.repeat([0.0, 0.1, 0.0], [3, 4, 3])
    law = BoucWen.from_yield(generator.uniform(3e6, 6e6, (10, 2)), 0.004, ratio[:, None], 2.0)
    family = shear_building([1e4, 1e4], law, 2e4)
    motions = [random_motion(generator, 60) for _ in ratio]
    together = solve(family, motions, dtype=dtype)
    for record in (0, 5, 9):
        alone = solve(family.record(record), motions[record], dtype=dtype)
        for name in (*OUTPUTS, "error_estimate", "steps"):
            np.testing.assert_array_equal(alone[name].values[0], together[name].values[record])


# Range of single precision


def scaled(motion, factor):
    return BaseMotion(factor * motion.acceleration, motion.interval)


@pytest.mark.parametrize("factor", [1e-27, 1e27])
def test_a_response_beyond_the_range_of_single_precision_is_integrated_in_double(factor):
    """A linear chain: its response is that to the motion as it is, times the factor."""
    motion = random_motion(np.random.default_rng(9), 60)
    law = BoucWen.from_yield([3e6, 3e6], 1e30, 0.1, 2.0)
    chain = shear_building([1e4, 1e4], law, 2e4)
    one, other = (drift_of(chain, scaled(motion, by), dtype=np.float32) for by in (1.0, factor))
    np.testing.assert_allclose(other / np.float32(factor), one, atol=1e-4 * np.abs(one).max())


@pytest.mark.parametrize("factor", [1e-60, 1e-40, 1e35])
def test_drifts_of_which_float32_loses_digits_are_refused(factor):
    motion = random_motion(np.random.default_rng(9), 60)
    chain = shear_building([1e4, 1e4], BoucWen.from_yield([3e6, 3e6], 1e60, 0.1, 2.0), 2e4)
    with pytest.raises(ValueError, match=r"record 1: its drifts reach .* ask for dtype float64"):
        solve(chain, [motion, scaled(motion, factor)], dtype=np.float32)
    assert solve(chain, scaled(motion, factor))["drift"].values.any()


def test_rest_is_no_loss_of_digits():
    motion = random_motion(np.random.default_rng(9), 60)
    chain = shear_building([1e4, 1e4], BoucWen.from_yield([3e6, 3e6], 0.004, 0.1, 2.0), 2e4)
    assert not drift_of(chain, scaled(motion, 0.0), dtype=np.float32).any()


@pytest.mark.parametrize(
    "members",
    [range(18, -1, -1), range(3, 12), [7], [7, 7, 7]],
    ids=["reversed", "part", "one", "thrice"],
)
def test_a_record_does_not_depend_on_its_neighbours(members):
    everything, some = solve(*family()), solve(*family(members))
    for name in (*OUTPUTS, "error_estimate", "steps"):
        np.testing.assert_array_equal(some[name].values, everything[name].values[list(members)])


def test_a_record_does_not_depend_on_the_number_of_threads():
    one, two = (solve(*family(), threads=threads) for threads in (1, 2))
    for name in (*OUTPUTS, "error_estimate", "steps"):
        np.testing.assert_array_equal(one[name].values, two[name].values)


def test_records_of_a_family_need_steps_of_their_own():
    """A stiff member does not make the others pay."""
    steps = solve(*family())["steps"].values
    assert steps.max() > 3 * steps.min()


def test_tighter_tolerance_is_met_with_more_steps():
    building, motion = case(3, storeys=3)
    loose, tight = (solve(building, motion, tolerance=tolerance) for tolerance in (1e-3, 1e-7))
    assert tight["steps"].item() > loose["steps"].item()
    safety = tight.attrs["safety_factor"]
    assert safety * tight["error_estimate"].item() <= 1e-7
    assert safety * loose["error_estimate"].item() <= 1e-3


def test_linear_twin_differs_once_the_building_yields():
    """The random buildings of these tests do yield."""
    for seed in range(5):
        building, motion = case(seed, storeys=3, laws=HYSTERETIC[seed % 3])
        elastic, yielding = drift_of(linear_twin(building), motion), drift_of(building, motion)
        assert relative_error(yielding[0], elastic[0]) > 0.05


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_record_may_end_anywhere_in_a_square_of_samples(dtype):
    """Signals are read, and outputs written, in squares of as many samples as there are lanes."""
    building, motion = case(5, samples=40, laws=HYSTERETIC[0])
    how = {"tolerance": 0.99, "dtype": dtype}
    whole = drift_of(building, motion, **how)
    for samples in (2, 7, 8, 9, 15, 16, 17, 33):
        shorter = BaseMotion(motion.acceleration[:samples], motion.interval)
        np.testing.assert_array_equal(drift_of(building, shorter, **how), whole[:, :samples])


@pytest.mark.parametrize("threads", [1, 2])
def test_many_blocks_of_one_motion_are_those_of_a_motion_each(threads):
    """A motion for all structures lies in memory once."""
    generator = np.random.default_rng(6)
    stiffness = generator.uniform(1e6, 2e6, (70, 2))
    mass = np.full(2, 1e4)
    family = shear_building(mass, BoucWen.from_yield(stiffness, 0.01, 0.1, 2.0), 2.0 * mass)
    motion = random_motion(generator, 50)
    for dtype in (np.float32, np.float64):
        one = drift_of(family, motion, dtype=dtype, threads=threads)
        each = drift_of(family, [motion] * 70, dtype=dtype, threads=1)
        np.testing.assert_array_equal(one, each)
