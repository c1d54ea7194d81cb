"""Beams against closed forms, and the two-storey frame with Bouc-Wen links against what its authors
publish.
"""

import warnings

import numpy as np
import pytest
from scipy.linalg import eigh

from simulators import BoucWen
from simulators.hysteresis.bouc_wen import InadmissibleLaw
from simulators.structures.beams import LinkedFrame, Section, beam_matrices
from simulators.structures.linked_frame import CONFIGURATIONS, HEA_200, frame, linked_frame

SECTION = Section(4e-3, 3e-7, 2e-5, 1e-5, 210e9, 0.3, 7850.0)
LENGTH = 3.0
PLACES = np.array([[0.3, -1.0, 2.0], [0.3 + LENGTH, -1.0, 2.0]])


@pytest.fixture(scope="module")
def example():
    return linked_frame()


@pytest.mark.parametrize("end", [[3.0, 0, 0], [0, 3.0, 0], [0, 0, 3.0], [1.0, 2.0, 2.0]])
def test_a_rigid_motion_strains_nothing_and_carries_the_whole_mass(end):
    stiffness, mass = beam_matrices(np.zeros(3), np.array(end, dtype=float), SECTION)
    spin = np.array([0.2, -0.5, 0.7])
    for shift in np.eye(3):
        moved = np.concatenate([shift, np.zeros(3), shift, np.zeros(3)])
        np.testing.assert_allclose(stiffness @ moved, 0.0, atol=1e-6 * np.abs(stiffness).max())
        assert moved @ mass @ moved == pytest.approx(7850.0 * 4e-3 * 3.0)
    turned = np.concatenate([np.zeros(3), spin, np.cross(spin, end), spin])
    np.testing.assert_allclose(stiffness @ turned, 0.0, atol=1e-9 * np.abs(stiffness).max())


@pytest.mark.parametrize(("direction", "inertia"), [(1, 1e-5), (2, 2e-5)])
def test_a_cantilever_bends_by_its_closed_form(direction, inertia):
    """Tip displacement P l^3 / 3 E I, tip rotation P l^2 / 2 E I."""
    stiffness = beam_matrices(*PLACES, SECTION)[0][6:, 6:]
    load = np.zeros(6)
    load[direction] = 1e3
    tip = np.linalg.solve(stiffness, load)
    rigidity = 210e9 * inertia
    assert tip[direction] == pytest.approx(1e3 * LENGTH**3 / (3.0 * rigidity))
    assert abs(tip[6 - direction]) == pytest.approx(1e3 * LENGTH**2 / (2.0 * rigidity))


def test_frequencies_of_a_cantilever_converge_to_those_of_the_continuous_beam():
    """omega = 1.8751041^2 sqrt(E I / (m l^4)), from above; 20 beams."""
    nodes = np.linspace(PLACES[0], PLACES[1], 21)
    beams = tuple((i, i + 1) for i in range(20))
    cantilever = LinkedFrame(nodes, beams, (), (0,), SECTION)
    stiffness, mass = cantilever.matrices()
    omega = np.sqrt(eigh(stiffness[6:, 6:], mass[6:, 6:], eigvals_only=True)[:2])
    per_metre = 7850.0 * 4e-3
    for found, inertia in zip(omega, (1e-5, 2e-5), strict=True):
        exact = 1.8751041**2 * np.sqrt(210e9 * inertia / (per_metre * LENGTH**4))
        assert exact <= found * (1.0 + 1e-9)
        assert found == pytest.approx(exact, rel=1e-5)


def test_published_frequencies(example):
    """3.78, 4.61, 5.04, 5.99, 7.00 Hz: two decimals, cut off."""
    cut = np.floor(100.0 * example.frequencies[:5]) / 100.0
    np.testing.assert_allclose(cut, [3.78, 4.61, 5.04, 5.99, 7.00])


def test_the_frame_has_the_published_members_and_weighs_what_they_weigh(example):
    geometry = frame()
    assert len(geometry.beams) == 26
    assert len(geometry.links) == 40
    metres = 12 * 3.2 + 8 * 7.5 + 6 * 5.0
    along_x = np.tile(np.eye(6)[0], len(geometry.free))
    assert along_x @ example.mass @ along_x == pytest.approx(8000.0 * 5383e-6 * metres)
    np.testing.assert_allclose(example.damping_ratios[:2], 0.02)


def test_base_motion_reaches_every_mass_of_the_frame_along_its_angle(example):
    """G is the rigid motion that a shift of the base brings, so no link and no beam is strained."""
    moved = example.stiffness @ example.influence
    grounded = example.incidence @ example.influence
    np.testing.assert_allclose(moved, 0.0, atol=1e-6 * np.abs(example.stiffness).max())
    assert set(np.round(np.abs(grounded), 12)) == {0.0, np.round(np.sqrt(0.5), 12)}
    assert np.count_nonzero(grounded) == 12


def test_configuration_c_is_built_with_a_warning_and_the_others_without():
    with pytest.warns(InadmissibleLaw, match="gamma = -40.21"):
        linked_frame(CONFIGURATIONS["C"])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        linked_frame(CONFIGURATIONS["D initial"])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"beams": ((0, 2),)}, "beams: node 2 does not exist, expected 0 to 1"),
        ({"links": ((0, 1),)}, "links: nodes 0 and 1 do not share one place"),
        ({"beams": ()}, "nodes: node 1 has no beam, and so no mass"),
        ({"nodes": [[0.0, 1.0], [2.0, 1.0]]}, r"nodes has shape \(2, 2\): expected \(node, 3\)"),
    ],
)
def test_a_frame_that_cannot_be_is_refused_in_one_line(change, message):
    right = {"nodes": PLACES, "beams": ((0, 1),), "links": (), "fixed": (0,), "section": HEA_200}
    with pytest.raises(ValueError, match=message):
        LinkedFrame(**right | change)


def test_degrees_of_freedom_are_named():
    cantilever = LinkedFrame(PLACES, ((0, 1),), (), (0,), HEA_200)
    assert cantilever.degree(1, "rz") == 5
    with pytest.raises(ValueError, match="direction = 'up': expected one of x, y, z, rx, ry, rz"):
        cantilever.degree(1, "up")
    with pytest.raises(ValueError, match="node = 0: expected a node that is free"):
        cantilever.degree(0, "x")


def test_a_link_of_two_beams_acts_between_them():
    """Two cantilevers end to end with an elastic link: the tip gives way by the link's P / k."""
    middle = 0.5 * (PLACES[0] + PLACES[1])
    nodes = [PLACES[0], middle, middle, PLACES[1]]
    linked = LinkedFrame(nodes, ((0, 1), (2, 3)), ((1, 2),), (0,), HEA_200)
    law = BoucWen(np.full(6, 1e5), 1.0, 1.0, 0.0, 1.0)
    stiffness = linked.structure(law).initial_stiffness()
    load = np.zeros(18)
    load[linked.degree(3, "x")] = 1e3
    moved = np.linalg.solve(stiffness, load)
    stretch = 1e3 * LENGTH / (HEA_200.modulus * HEA_200.area) + 1e3 / 1e5
    assert moved[linked.degree(3, "x")] == pytest.approx(stretch)
