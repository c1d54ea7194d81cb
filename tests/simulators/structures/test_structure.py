"""Structures: modes and damping, constructors, families of records, descriptions, and what is
refused.
"""

import numpy as np
import pytest

from simulators import (
    BaberNoori,
    BoucWen,
    Elastic,
    ForceFormBoucWen,
    Structure,
    Viscous,
    base_isolated,
    shear_building,
)
from simulators.hysteresis.linear import LINEAR
from simulators.structures.structure import chain, linear_twin


def three_storeys(**changes):
    return shear_building(
        **{"mass": [3.0, 2.0, 1.0], "laws": Elastic([300.0, 200.0, 100.0]), "damping": 0.5}
        | changes
    )


def uniform_building(storeys, mass=2.0, stiffness=500.0):
    return shear_building([mass] * storeys, Elastic([stiffness] * storeys))


# Modes and damping


@pytest.mark.parametrize("storeys", [1, 2, 7, 40])
def test_frequencies_of_a_uniform_building_are_those_of_the_closed_form(storeys):
    """omega_j = 2 sqrt(k/m) sin((2 j - 1) pi / (2 (2 n + 1)))."""
    j = np.arange(1, storeys + 1)
    omega = 2.0 * np.sqrt(500.0 / 2.0) * np.sin((2 * j - 1) * np.pi / (2 * (2 * storeys + 1)))
    np.testing.assert_allclose(
        2.0 * np.pi * uniform_building(storeys).frequencies, omega, rtol=1e-12
    )


def test_modes_diagonalise_mass_and_stiffness():
    building = three_storeys()
    frequencies, shapes = building.modes()
    np.testing.assert_allclose(shapes.T @ building.mass @ shapes, np.eye(3), atol=1e-12)
    squared = np.diag((2.0 * np.pi * frequencies) ** 2)
    np.testing.assert_allclose(shapes.T @ building.initial_stiffness() @ shapes, squared, atol=1e-9)


def test_stiffness_at_rest_is_that_of_a_small_elongation():
    """A of (3), eta of Baber-Noori, a + (1 - a) A of Bouc-Wen; a dashpot has none."""
    laws = (
        Elastic(7.0),
        ForceFormBoucWen(5.0, 1.0, 0.5, 2.0),
        BoucWen(10.0, 0.2, 1.0, 0.5, 1.0, amplitude=3.0),
        BaberNoori(10.0, 0.2, 1.0, 0.5, 2.0, mass=1.0, amplitude=3.0, flexibility=2.0),
        Viscous(4.0),
    )
    column = Structure(np.eye(1), [[0.0]], np.ones((5, 1)), laws)
    np.testing.assert_allclose(
        column.initial_stiffness(), [[7.0 + 5.0 + (2.0 + 24.0) + (2.0 + 12.0)]], rtol=1e-14
    )
    np.testing.assert_allclose(column.total_damping(), [[4.0]])


def test_rayleigh_damping_has_the_ratio_in_its_two_modes():
    ratios = three_storeys().with_rayleigh_damping(0.05, modes=(1, 3)).damping_ratios
    np.testing.assert_allclose(ratios[[0, 2]], 0.05, rtol=1e-12)
    assert ratios[1] < 0.05  # a_0 / (2 omega) + a_1 omega / 2 is convex in omega
    different = three_storeys().with_rayleigh_damping([0.02, 0.04]).damping_ratios
    np.testing.assert_allclose(different[:2], [0.02, 0.04], rtol=1e-12)


@pytest.mark.parametrize("ratios", [0.05, [0.01, 0.05, 0.2]])
def test_modal_damping_has_the_ratios_and_couples_no_modes(ratios):
    building = three_storeys().with_modal_damping(ratios)
    np.testing.assert_allclose(building.damping_ratios, np.broadcast_to(ratios, 3), rtol=1e-12)
    shapes = building.modes()[1]
    generalised = shapes.T @ building.damping @ shapes
    np.testing.assert_allclose(generalised, np.diag(np.diag(generalised)), atol=1e-12)


def free_in_space(**changes):
    """Two masses that a spring and a dashpot join to one another, and nothing to the base."""
    joined = {
        "incidence": [[-1.0, 1.0]],
        "laws": Elastic(6.0),
        "damping": 0.3 * np.array([[1.0, -1.0], [-1.0, 1.0]]),
    }
    return Structure(np.diag([1.0, 2.0]), **joined | changes)


def test_a_rigid_body_moves_at_the_frequency_zero_and_has_no_damping_ratio():
    """omega^2 = k (1/m_1 + 1/m_2), zeta = c (1/m_1 + 1/m_2) / (2 omega)."""
    structure = free_in_space()
    frequencies, shapes = structure.modes()
    assert frequencies[0] == 0.0
    np.testing.assert_allclose(2.0 * np.pi * frequencies[1], 3.0)
    np.testing.assert_allclose(np.abs(shapes[:, 0]), 1.0 / np.sqrt(3.0))
    np.testing.assert_allclose(structure.damping_ratios, [np.nan, 0.3 * 1.5 / 6.0])


def test_damping_by_modes_leaves_a_rigid_body_free():
    structure = free_in_space().with_modal_damping(0.05)
    np.testing.assert_allclose(structure.damping @ [1.0, 1.0], 0.0, atol=1e-15)
    np.testing.assert_allclose(structure.damping_ratios, [np.nan, 0.05])
    with pytest.raises(ValueError, match=r"modes = \(1, 2\): one has the frequency zero"):
        structure.with_rayleigh_damping(0.05)


def test_an_unstable_structure_has_no_modes():
    """The weight on a column that is too soft (P-delta) is a negative stiffness."""
    leaning = Structure([[1.0]], [[0.0]], [[1.0]], Elastic(2.0), stiffness=[[-3.0]])
    with pytest.raises(
        ValueError, match=r"stiffness: omega\^2 = -1 1/s\^2 in one mode: the structure is unstable"
    ):
        _ = leaning.frequencies


def test_two_modes_of_one_frequency_do_not_determine_rayleigh_damping():
    twins = Structure(np.eye(2), np.zeros((2, 2)), np.eye(2), Elastic([4.0, 4.0]))
    with pytest.raises(ValueError, match=r"modes = \(1, 2\): both have the same frequency"):
        twins.with_rayleigh_damping(0.05)


def test_dashpots_among_the_elements_count_as_damping():
    by_matrix = three_storeys(damping=[1.0, 2.0, 3.0])
    by_element = Structure(
        by_matrix.mass,
        np.zeros((3, 3)),
        np.concatenate([chain(3), chain(3)]),
        (Elastic([300.0, 200.0, 100.0]), Viscous([1.0, 2.0, 3.0])),
    )
    np.testing.assert_allclose(by_element.damping_ratios, by_matrix.damping_ratios, rtol=1e-12)


# Constructors


def test_drift_of_a_shear_building_is_the_difference_of_neighbours():
    y = np.array([1.0, 3.0, -2.0])
    np.testing.assert_array_equal(chain(3) @ y, [1.0, 2.0, -5.0])


def test_shear_building_takes_one_number_for_all_dashpots():
    np.testing.assert_array_equal(
        three_storeys(damping=0.5).damping, three_storeys(damping=[0.5, 0.5, 0.5]).damping
    )


@pytest.mark.parametrize(
    ("upper", "lower", "row"), [(3, 1, [-1, 0, 1]), (1, 3, [1, 0, -1]), (2, None, [0, 1, 0])]
)
def test_an_element_joins_any_two_floors(upper, lower, row):
    plain = three_storeys()
    braced = plain.with_element(Elastic(40.0), upper, lower)
    np.testing.assert_allclose(
        braced.initial_stiffness() - plain.initial_stiffness(), 40.0 * np.outer(row, row)
    )
    assert braced.elements == 4


def isolated(influence=(1.0, 1.0, 1.0), **changes):
    building = three_storeys(
        laws=BoucWen([300.0, 200.0, 100.0], 0.1, 1.0, 0.5, 2.0)
    ).with_rayleigh_damping(0.03)
    building = Structure(
        building.mass,
        building.damping,
        building.incidence,
        building.laws,
        influence,
        5.0 * np.diag([1.0, 2.0, 3.0]),
    )
    return building, base_isolated(
        building, **{"mass": 4.0, "law": Elastic(20.0), "damping": 0.7} | changes
    )


@pytest.mark.parametrize("influence", [(1.0, 1.0, 1.0), (1.0, 0.5, 0.0)])
def test_isolated_building_moves_with_its_slab_as_one_body(influence):
    """Rigid motion strains the isolator alone and carries all the mass."""
    building, whole = isolated(influence)
    ride, G = np.array([1.0, *influence]), np.asarray(influence)
    np.testing.assert_array_equal(whole.influence, ride)
    np.testing.assert_allclose(ride @ whole.mass @ ride, 4.0 + G @ building.mass @ G)
    np.testing.assert_allclose(whole.incidence @ ride, [1.0, 0.0, 0.0, 0.0], atol=1e-15)
    np.testing.assert_allclose(whole.initial_stiffness() @ ride, [20.0, 0.0, 0.0, 0.0], atol=1e-12)
    np.testing.assert_allclose(whole.total_damping() @ ride, [0.7, 0.0, 0.0, 0.0], atol=1e-12)


def test_isolator_too_stiff_to_move_leaves_the_building_as_it_was():
    building, whole = isolated(law=Elastic(1e12))
    np.testing.assert_allclose(whole.frequencies[:3], building.frequencies, rtol=1e-9)


def test_soft_isolator_carries_a_rigid_block():
    _, whole = isolated(law=Elastic(1e-3))
    np.testing.assert_allclose(
        2.0 * np.pi * whole.frequencies[0], np.sqrt(1e-3 / (4.0 + 6.0)), rtol=1e-4
    )


def test_linear_twin_has_the_modes_of_the_structure_at_rest():
    building, _ = isolated()
    twin = linear_twin(building.with_element(Viscous(3.0), 2))
    assert {law.rate for law in twin.laws} == {LINEAR}
    np.testing.assert_allclose(twin.frequencies, building.frequencies, rtol=1e-12)
    np.testing.assert_allclose(
        twin.total_damping() - building.total_damping(), np.diag([0.0, 3.0, 0.0]), atol=1e-12
    )


# Families and descriptions


def family():
    stiffness = np.array([[300.0, 200.0, 100.0], [310.0, 210.0, 110.0]])
    return shear_building(
        [[3.0, 2.0, 1.0], [4.0, 3.0, 2.0]], BoucWen(stiffness, 0.1, 1.0, 0.5, 2.0), 0.5
    )


def test_each_record_of_a_family_is_the_structure_made_alone():
    for i, (mass, stiffness) in enumerate(
        zip(([3, 2, 1], [4, 3, 2]), ([300, 200, 100], [310, 210, 110]), strict=True)
    ):
        alone = shear_building(mass, BoucWen(stiffness, 0.1, 1.0, 0.5, 2.0), 0.5)
        assert family().record(i).to_dict() == alone.to_dict()
    assert family().records == 2
    np.testing.assert_array_equal(
        family().initial_stiffness()[1], family().record(1).initial_stiffness()
    )


@pytest.mark.parametrize(
    "change",
    [
        lambda building, i: building.with_rayleigh_damping([0.02, 0.05], (1, 3)),
        lambda building, i: building.with_modal_damping([0.02, 0.03, 0.04]),
        lambda building, i: base_isolated(
            building, np.array([4.0, 5.0])[i], Elastic(20.0), np.array([0.7, 0.8])[i]
        ),
        lambda building, i: building.with_element(Viscous(3.0), 3, 1),
    ],
    ids=["Rayleigh", "modal", "isolated", "braced"],
)
def test_families_have_the_modes_and_the_damping_of_their_members(change):
    together = change(family(), slice(None))
    for i in range(2):
        alone = change(family().record(i), i)
        for name in ("mass", "damping", "incidence", "influence", "stiffness"):
            np.testing.assert_allclose(
                getattr(together.record(i), name), getattr(alone, name), rtol=1e-12, atol=1e-12
            )
        np.testing.assert_allclose(together.frequencies[i], alone.frequencies, rtol=1e-12)
        np.testing.assert_allclose(together.damping_ratios[i], alone.damping_ratios, rtol=1e-12)


def test_a_structure_without_record_axis_is_its_own_record():
    building = three_storeys()
    assert building.records is None
    assert building.record(5) is building


@pytest.mark.parametrize("make", [three_storeys, family, lambda: isolated()[1]])
def test_description_goes_to_plain_lists_and_back(make):
    structure = make()
    description = structure.to_dict()
    assert Structure.from_dict(description).to_dict() == description
    again = Structure.from_dict(description).element_columns()
    for name, column in structure.element_columns().items():
        np.testing.assert_array_equal(again[name], column)
    assert all(isinstance(value, list) for value in description.values())


def test_influence_and_stiffness_may_be_left_out_of_a_description():
    description = three_storeys().to_dict()
    del description["influence"], description["stiffness"]
    assert Structure.from_dict(description).to_dict() == three_storeys().to_dict()


def test_what_was_checked_cannot_be_changed():
    mass = np.diag([3.0, 2.0, 1.0])
    structure = Structure(mass, np.zeros((3, 3)), chain(3), Elastic([1.0, 1.0, 1.0]))
    mass[0, 0] = -1.0
    assert structure.mass[0, 0] == 3.0
    with pytest.raises(ValueError, match="read-only"):
        structure.mass[0, 0] = -1.0


# What is refused


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"mass": [3.0, -2.0, 1.0]}, "mass = -2 kg: must be > 0"),
        ({"mass": [3.0, np.nan, 1.0]}, r"mass\[1\] = nan: must be finite"),
        (
            {"mass": np.ones((0, 3))},
            r"mass has shape \(0, 3\): expected at least one floor and record",
        ),
        ({"mass": np.ones((1, 1, 1, 3))}, "mass has 4 dimensions: expected 0 or 1 or 2"),
        (
            {"laws": None},
            "laws = None: expected a law of simulators.hysteresis or a sequence of them",
        ),
        ({"laws": Elastic}, "laws = .*Elastic.*: expected a law of simulators.hysteresis"),
        ({"mass": "heavy"}, "mass = 'heavy': expected a number or an array of numbers"),
        ({"damping": [1.0, -2.0, 1.0]}, "damping = -2 N s/m: must be >= 0"),
        ({"damping": [1.0, 2.0]}, "damping has 2 storeys: expected 3, one for each floor"),
        ({"laws": Elastic([1.0, 2.0])}, "laws are of 2 elements: expected 3, one for each storey"),
        (
            {"laws": [Elastic([1.0, 2.0, 3.0]), "spring"]},
            "laws: expected objects of simulators.hysteresis, got str",
        ),
    ],
)
def test_bad_shear_building_is_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        three_storeys(**changes)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"mass": np.ones((2, 3))},
            r"mass has shape \(2, 3\): expected \(..., 3, 3\) for 3 floors",
        ),
        ({"mass": np.ones(3)}, "mass has 1 dimensions: expected 2 or 3"),
        (
            {"mass": np.ones((0, 0))},
            r"mass has shape \(0, 0\): expected at least one floor and record",
        ),
        (
            {"laws": ()},
            r"laws: expected at least one element; Elastic\(0.0\) is one that carries no force",
        ),
        ({"mass": [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]}, r"mass has shape \(2, 3\)"),
        (
            {"mass": [[1.0, 0.0], [0.0]]},
            "mass = .*: expected a number or an array of numbers, rows of one length",
        ),
        (
            {"mass": np.diag([1.0, -1.0, 1.0])},
            "mass has the eigenvalue -1 kg: must be positive definite",
        ),
        (
            {"mass": np.diag([1.0, 0.0, 1.0])},
            "mass has the eigenvalue 0 kg: must be positive definite",
        ),
        ({"mass": np.eye(3) + np.eye(3, k=1)}, "mass: must be symmetric"),
        ({"damping": np.zeros((2, 2))}, r"damping has shape \(2, 2\): expected \(..., 3, 3\)"),
        ({"damping": np.full((3, 3), np.inf)}, r"damping\[0, 0\] = inf: must be finite"),
        (
            {"incidence": np.eye(2, 3)},
            r"incidence has shape \(2, 3\): expected \(3, 3\) for 3 elements",
        ),
        ({"influence": [1.0, 1.0]}, r"influence has shape \(2,\): expected \(3,\)"),
        ({"stiffness": np.eye(2)}, r"stiffness has shape \(2, 2\)"),
        (
            {"mass": np.stack([np.eye(3)] * 2), "damping": np.zeros((3, 3, 3))},
            "mass has 2, damping has 3",
        ),
        (
            {"mass": np.stack([np.eye(3)] * 2), "laws": Elastic(np.ones((4, 3)))},
            "mass has 2, Elastic has 4",
        ),
    ],
)
def test_bad_matrices_are_refused(changes, message):
    good = {
        "mass": np.eye(3),
        "damping": np.zeros((3, 3)),
        "incidence": chain(3),
        "laws": Elastic([1.0, 1.0, 1.0]),
    }
    with pytest.raises(ValueError, match=message):
        Structure(**good | changes)


@pytest.mark.parametrize(
    ("use", "message"),
    [
        (lambda b: b.with_element(Elastic(1.0), 4), "upper = 4: expected a floor from 1 to 3"),
        (lambda b: b.with_element(Elastic(1.0), 3, 0), "lower = 0: expected a floor from 1 to 3"),
        (lambda b: b.with_element(Elastic(1.0), 1.5), "upper = 1.5: expected a floor"),
        (lambda b: b.with_element(Elastic(1.0), 2, 2), "lower = 2: must differ from upper"),
        (lambda b: b.with_rayleigh_damping(-0.01), "ratio = -0.01: must be >= 0"),
        (
            lambda b: b.with_rayleigh_damping(0.05, (1, 1)),
            r"modes = \(1, 1\): expected two different modes from 1 to 3",
        ),
        (
            lambda b: b.with_rayleigh_damping(0.05, (0, 1)),
            r"modes = \(0, 1\): expected two different modes",
        ),
        (
            lambda b: b.with_rayleigh_damping(0.05, (1, 4)),
            r"modes = \(1, 4\): expected two different modes",
        ),
        (lambda b: b.with_modal_damping([0.05, 0.05]), "ratios has 2 values: expected one, or 3"),
        (
            lambda b: b.with_modal_damping([0.05, np.nan, 0.05]),
            r"ratios\[1\] = nan: must be finite",
        ),
        (lambda b: base_isolated(b, 0.0, Elastic(1.0)), "mass = 0 kg: must be > 0"),
        (lambda b: base_isolated(b, 1.0, Elastic(1.0), -1.0), "damping = -1 N s/m: must be >= 0"),
        (
            lambda b: base_isolated(family(), [1.0, 2.0, 3.0], Elastic(1.0)),
            "mass has 3 values: expected one, or 2, one for each record",
        ),
        (
            lambda b: base_isolated(b, 1.0, Elastic([1.0, 2.0])),
            "law = .*: expected a law of one element",
        ),
        (
            lambda b: base_isolated(None, 1.0, Elastic(1.0)),
            "building is a NoneType: expected a Structure",
        ),
        (lambda b: family().record(2), "index = 2: expected the number of a record, from 0 to 1"),
        (lambda b: b.record("first"), "index = 'first': expected the number of a record"),
        (
            lambda b: Structure.from_dict(b.to_dict() | {"storeys": 3}),
            "structure: storeys missing or unknown",
        ),
        (lambda b: Structure.from_dict(None), "structure = None: expected a mapping of its fields"),
        (
            lambda b: Structure.from_dict(b.to_dict() | {"laws": 3}),
            "laws = 3: expected a list of laws",
        ),
        (
            lambda b: Structure.from_dict(b.to_dict() | {"laws": [3]}),
            "law = 3: expected a mapping of its name",
        ),
        (lambda b: b.with_element("brace", 1), "law = 'brace': expected a law of one element"),
        (lambda b: b.with_rayleigh_damping(0.05, 3), "modes = 3: expected two different modes"),
        (lambda b: linear_twin(3), "structure is a int: expected a Structure"),
        (lambda b: chain(0), "floors = 0: must be a whole number >= 1"),
        (
            lambda b: Structure.from_dict({"mass": [[1.0]]}),
            "structure: damping, incidence, laws missing or unknown",
        ),
    ],
)
def test_bad_arguments_are_refused(use, message):
    with pytest.raises(ValueError, match=message):
        use(three_storeys())


def test_modes_need_a_symmetric_stiffness():
    structure = Structure(
        np.eye(2), np.zeros((2, 2)), np.eye(1, 2), Elastic(0.0), stiffness=[[2.0, 1.0], [0.0, 2.0]]
    )
    with pytest.raises(
        ValueError, match="stiffness: must be symmetric for the structure to have natural modes"
    ):
        _ = structure.frequencies
