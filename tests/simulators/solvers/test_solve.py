"""`solve`: labelled output, families of structures, kinds of excitation, initial states, arguments
that are refused.
"""

import numpy as np
import pytest

from simulators import (
    BaberNoori,
    BaseMotion,
    BoucWen,
    Elastic,
    ExternalForce,
    Viscous,
    shear_building,
    solve,
)
from simulators.solvers.batch import OUTPUTS
from simulators.solvers.solve import VARIABLES
from simulators.structures.presets import five_storey
from simulators.structures.structure import linear_twin
from tests.helpers.buildings import random_motion
from tests.helpers.problems import LINEAR, noise, refined

MOTION = random_motion(np.random.default_rng(8), 60)
BOTH = pytest.mark.parametrize("method", ["batch", "DOP853"])


def yielding(mass=(1e4, 1e4, 1e4), stiffness=(4e6, 3e6, 2e6)):
    return shear_building(mass, BoucWen.from_yield(stiffness, 0.004), 2e4)


def largest(array):
    return np.abs(array).max()


# What comes back


@BOTH
def test_response_is_labelled_with_dimensions_units_and_provenance(method):
    response = solve(yielding(), [MOTION, MOTION], method=method, tolerance=1e-5)
    assert dict(response.sizes) == {"record": 2, "time": 60, "floor": 3, "storey": 3}
    np.testing.assert_allclose(response["time"], MOTION.time, atol=1e-15)
    np.testing.assert_array_equal(response["base_acceleration"].values, [MOTION.acceleration] * 2)
    for name in OUTPUTS:
        dims, unit, words = VARIABLES[name]
        assert response[name].dims == dims
        assert response[name].attrs == {"units": unit, "long_name": words}
    assert all(
        {"units", "long_name"} <= set(variable.attrs) for variable in response.variables.values()
    )
    assert response.attrs["integrator"] == method
    assert response.attrs["tolerance"] == 1e-5
    assert ("error_estimate" in response) == (method == "batch")


@BOTH
def test_outputs_are_chosen_and_change_nothing_else(method):
    everything = solve(yielding(), MOTION, method=method)
    for name in OUTPUTS:
        alone = solve(yielding(), MOTION, method=method, outputs=(name,))
        assert set(alone) - {"error_estimate", "steps"} == {"base_acceleration", name}
        np.testing.assert_array_equal(alone[name].values, everything[name].values)


@BOTH
def test_single_precision_is_double_precision_rounded(method):
    double, single = (
        solve(yielding(), MOTION, method=method, dtype=dtype) for dtype in (np.float64, np.float32)
    )
    for name in OUTPUTS:
        assert single[name].dtype == np.float32
        np.testing.assert_array_equal(single[name].values, double[name].values.astype(np.float32))


@BOTH
def test_outputs_obey_kinematics_and_equilibrium(method):
    """Drift is B y; what the elements and dashpots carry and the inertia of the absolute motion
    cancel.
    """
    building = yielding()
    response = {
        name: value.values[0]
        for name, value in solve(building, MOTION, method=method, tolerance=1e-6).items()
    }
    np.testing.assert_allclose(
        response["drift"], np.diff(response["displacement"], axis=1, prepend=0.0), atol=1e-15
    )
    inertia = response["acceleration"] @ building.mass
    forces = (
        response["restoring_force"] @ building.incidence + response["velocity"] @ building.damping.T
    )
    np.testing.assert_allclose(inertia, -forces, atol=1e-9 * largest(inertia))


def test_force_of_a_dashpot_is_its_rate_times_its_coefficient():
    building = yielding().with_element(Viscous(5e4), 3, 1)
    response = solve(building, MOTION)
    rate = response["velocity"].values[0] @ [-1.0, 0.0, 1.0]
    np.testing.assert_allclose(
        response["restoring_force"].values[0, :, 3], 5e4 * rate, rtol=1e-12, atol=1e-9
    )


@BOTH
def test_the_hysteretic_force_is_what_spring_and_dashpot_leave_of_the_restoring_force(method):
    laws = [BoucWen.from_yield(3e6, 0.004, 0.1), Elastic(2e6), BoucWen.from_yield(2e6, 0.005, 0.0)]
    building = shear_building([1e4] * 3, laws).with_element(Viscous(5e4), 3, 1)
    names = ("velocity", "drift", "restoring_force", "hysteretic_force")
    response = solve(building, MOTION, method=method, tolerance=1e-6, outputs=names)
    rate = response["velocity"].values @ building.incidence.T
    column = building.element_columns()
    rest = column["elastic"] * response["drift"].values + column["viscous"] * rate
    expected = response["restoring_force"].values - rest
    found = response["hysteretic_force"].values
    np.testing.assert_allclose(found, expected, rtol=0.0, atol=1e-10 * largest(expected))
    assert largest(found[..., 0]) > 0.0
    assert not found[..., [1, 3]].any()


# Families


@BOTH
def test_a_family_responds_as_its_members_do_alone(method):
    mass = 1e4 * np.array([[1.0, 1.1, 1.2], [0.9, 0.8, 0.7]])
    stiffness = 1e6 * np.array([[4.0, 3.0, 2.0], [5.0, 5.0, 5.0]])
    motions = [random_motion(np.random.default_rng(seed), 60) for seed in (1, 2)]
    family = solve(yielding(mass, stiffness), motions, method=method)
    for i in range(2):
        alone = solve(yielding(mass[i], stiffness[i]), motions[i], method=method)
        for name in OUTPUTS:
            np.testing.assert_allclose(
                family[name].values[i],
                alone[name].values[0],
                rtol=0.0,
                atol=1e-12 * largest(alone[name].values),
            )


def test_one_motion_serves_a_whole_family():
    mass = 1e4 * np.array([[1.0, 1.1, 1.2], [0.9, 0.8, 0.7], [1.0, 1.0, 1.0]])
    one, each = solve(yielding(mass), MOTION), solve(yielding(mass), [MOTION] * 3)
    np.testing.assert_array_equal(one["drift"].values, each["drift"].values)


# Kinds of excitation


@BOTH
def test_base_motion_is_a_force_on_the_mass_in_the_frame_of_the_base(method):
    """One degree of freedom: -m a_g as a force, less the acceleration of the frame itself."""
    column = shear_building(2e4, BoucWen.from_yield(4e6, 0.004), 2e4)
    shaken = solve(column, MOTION, method=method)
    pushed = solve(
        column, ExternalForce(-2e4 * MOTION.acceleration, MOTION.interval), method=method
    )
    assert pushed["force"].attrs["units"] == "N"
    for name in ("displacement", "velocity", "restoring_force"):
        np.testing.assert_allclose(
            pushed[name].values, shaken[name].values, atol=1e-9 * largest(shaken[name].values)
        )
    frame = shaken["acceleration"].values[0, :, 0] - MOTION.acceleration
    np.testing.assert_allclose(
        pushed["acceleration"].values[0, :, 0], frame, atol=1e-9 * largest(frame)
    )


@BOTH
def test_elastic_structures_are_reciprocal(method):
    """Betti and Maxwell: floor 2 answers to a force at floor 0 as floor 0 does to that force at
    floor 2.
    """
    building = shear_building([1e4, 2e4, 3e4], Elastic([4e6, 3e6, 2e6])).with_modal_damping(0.02)
    force = 1e4 * MOTION.acceleration
    at_floor = {
        i: solve(building, ExternalForce(force, 0.02, floor=i), method=method, tolerance=1e-9)
        for i in (0, 2)
    }
    there, back = (
        at_floor[0]["displacement"].values[..., 2],
        at_floor[2]["displacement"].values[..., 0],
    )
    np.testing.assert_allclose(there, back, atol=1e-8 * largest(back))


@BOTH
def test_floors_are_counted_from_either_end(method):
    force = 1e4 * MOTION.acceleration
    top, last = (
        solve(yielding(), ExternalForce(force, 0.02, floor=i), method=method) for i in (2, -1)
    )
    np.testing.assert_array_equal(top["drift"].values, last["drift"].values)


@BOTH
def test_linear_responses_superpose(method):
    problem = LINEAR[0]()
    other = noise(np.random.default_rng(99))
    both = BaseMotion(2.0 * problem.motion.acceleration - 3.0 * other.acceleration, other.interval)
    y, y_other, y_both = (
        solve(problem.structure, motion, method=method, tolerance=1e-10)["drift"].values
        for motion in (problem.motion, other, both)
    )
    np.testing.assert_allclose(y_both, 2.0 * y - 3.0 * y_other, atol=1e-9 * largest(y_both))


@BOTH
def test_points_on_the_straight_lines_of_a_record_change_nothing(method):
    """The excitation is what lies between the samples, too."""
    coarse, fine = (
        solve(yielding(), motion, method=method, tolerance=1e-8)["drift"].values
        for motion in (MOTION, refined(MOTION, 3))
    )
    np.testing.assert_allclose(fine[:, ::3], coarse, atol=1e-6 * largest(coarse))


# Initial states


@BOTH
@pytest.mark.parametrize("make", LINEAR[1:])
def test_initial_state_is_where_the_response_starts(make, method):
    problem = make()
    response = solve(problem.structure, problem.motion, method=method, **problem.start)
    np.testing.assert_allclose(
        response["displacement"].values[0, 0], problem.start["initial_displacement"]
    )
    expected = problem.start.get("initial_velocity", np.zeros(problem.structure.floors))
    np.testing.assert_allclose(response["velocity"].values[0, 0], expected)


@BOTH
def test_every_record_may_have_its_own_initial_state(method):
    still = BaseMotion(np.zeros(40), 0.02)
    velocity = np.array([[0.1, 0.0, 0.0], [0.0, 0.2, 0.3]])
    together = solve(yielding(), [still, still], method=method, initial_velocity=velocity)
    for i in range(2):
        alone = solve(yielding(), still, method=method, initial_velocity=velocity[i])
        np.testing.assert_array_equal(together["drift"].values[i], alone["drift"].values[0])


# What is refused


def solve_five(**arguments):
    return solve(five_storey(), **{"motions": MOTION} | arguments)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"method": "Euler"}, "method = 'Euler': expected one of batch, DOP853, RK45"),
        ({"tolerance": 0.0}, r"tolerance = 0.0: must lie in \[1e-13, 1\)"),
        ({"tolerance": 1.0}, r"tolerance = 1.0: must lie in"),
        ({"tolerance": np.nan}, "tolerance = nan: must lie in"),
        ({"tolerance": "fine"}, "tolerance = fine: must lie in"),
        (
            {"outputs": "drift"},
            "outputs = 'drift': expected a sequence of names out of displacement",
        ),
        ({"outputs": ()}, r"outputs = \(\): expected a sequence of names"),
        (
            {"outputs": ("drift", "spin")},
            "outputs: 'spin' is unknown; expected names out of displacement, velocity",
        ),
        ({"dtype": np.int32}, "dtype = .*int32.*: expected float32 or float64"),
        ({"dtype": "double trouble"}, "dtype = 'double trouble': expected float32 or float64"),
        ({"threads": 0}, "threads = 0: must be a whole number >= 1"),
        ({"threads": -1}, "threads = -1: must be a whole number >= 1"),
        ({"threads": True}, "threads = True: must be a whole number >= 1"),
        ({"tolerance": True}, r"tolerance = True: must lie in"),
        ({"method": ["batch"]}, r"method = \['batch'\]: expected one of batch, DOP853"),
        ({"outputs": ([1],)}, r"outputs: \[1\] is unknown; expected names out of displacement"),
        ({"dtype": np.zeros(3)}, r"dtype = array.*: expected float32 or float64"),
        ({"threads": 1.5}, "threads = 1.5: must be a whole number >= 1"),
        ({"motions": []}, "motions: expected at least one"),
        (
            {"motions": 3.0},
            "motions = 3.0: expected a BaseMotion, an ExternalForce or a sequence of them",
        ),
        (
            {"motions": [MOTION, "noise"]},
            r"motions\[1\] is a str: expected BaseMotion or ExternalForce, all of one kind",
        ),
        (
            {"motions": [MOTION, ExternalForce(np.zeros(60), 0.02)]},
            r"motions\[1\] is a ExternalForce: expected BaseMotion or ExternalForce, all of one "
            r"kind",
        ),
        (
            {"motions": [MOTION, BaseMotion(np.zeros(50), 0.02)]},
            r"motions\[1\] has 50 samples at 0.02 s: expected 60 at 0.02 s as motions\[0\]",
        ),
        (
            {"motions": [MOTION, BaseMotion(np.zeros(60), 0.01)]},
            r"motions\[1\] has 60 samples at 0.01 s",
        ),
        (
            {"motions": [ExternalForce(np.zeros(60), 0.02, floor=i) for i in (0, 1)]},
            r"motions\[1\].floor = 1: expected 0 as motions\[0\]",
        ),
        (
            {"motions": ExternalForce(np.zeros(60), 0.02, floor=5)},
            "floor = 5: the structure has floors -5 to 4",
        ),
        (
            {"initial_velocity": [0.0, 0.0]},
            r"initial_velocity has shape \(2,\): expected \(5,\) or \(1, 5\)",
        ),
        (
            {"initial_displacement": np.full(5, np.nan)},
            r"initial_displacement\[0\] = nan: must be finite",
        ),
        ({"initial_displacement": "up"}, "initial_displacement = 'up': expected a number"),
    ],
)
def test_bad_arguments_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        solve_five(**arguments)


def fading(amplitude_loss):
    """Two storeys; the upper one loses amplitude, in both records of a family of which the second
    has more mass.
    """
    law = {
        "stiffness": 4e6,
        "post_yield_ratio": 0.05,
        "beta": 0.5 * 4e-3**-2,
        "gamma": 0.5 * 4e-3**-2,
        "exponent": 2.0,
    }
    laws = (
        BaberNoori(**law, mass=64.0),
        BaberNoori(**law, mass=64.0, amplitude_loss=amplitude_loss),
    )
    return shear_building([[1e3, 1e3], [1e4, 1e4]], laws, 1e4)


@BOTH
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("outputs", [("drift",), ("displacement", "kinetic_energy")])
def test_an_element_that_loses_all_its_amplitude_is_refused(method, dtype, outputs):
    motion = random_motion(np.random.default_rng(0), 200)
    how = {"method": method, "tolerance": 1e-4, "dtype": dtype, "outputs": outputs}
    message = (
        r"record 1: element 1 has lost its amplitude, A = A_0 - amplitude_loss e <= 0, at "
        r"[\d.]+ s: expected a lower"
    )
    with pytest.raises(ValueError, match=message):
        solve(fading(5.0), motion, **how)
    assert np.isfinite(solve(fading(0.02), motion, **how)[outputs[0]]).all()


def test_motions_must_be_as_many_as_structures():
    family = yielding(np.full((2, 3), 1e4))
    with pytest.raises(ValueError, match="3 motions for 2 structures: expected as many, or one"):
        solve(family, [MOTION] * 3)


@BOTH
def test_matrices_alone_are_a_structure(method):
    """K beside an element that carries nothing, instead of springs."""
    springs = shear_building([1e4, 2e4], Elastic([4e6, 3e6]), 2e4)
    matrices = linear_twin(springs)
    expected, response = (
        solve(building, MOTION, method=method, tolerance=1e-9) for building in (springs, matrices)
    )
    for name in ("displacement", "acceleration", "drift"):
        np.testing.assert_allclose(
            response[name], expected[name], atol=1e-7 * largest(expected[name].values)
        )
    assert not response["restoring_force"].values.any()


def test_solve_names_what_is_no_structure():
    with pytest.raises(ValueError, match="structure is a NoneType: expected a Structure"):
        solve(None, BaseMotion([0.0, 1.0, 0.0], 0.02))


def test_a_yield_displacement_must_be_positive():
    with pytest.raises(ValueError, match=r"yield_displacement = -0.01: must be > 0"):
        BoucWen.from_yield(1e6, -0.01)
