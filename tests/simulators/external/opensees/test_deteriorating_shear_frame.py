"""The shear frame of deteriorating springs against its own backbone, by hand."""

import numpy as np
import pytest

from simulators import BaseMotion
from simulators.external import DidNotConverge
from simulators.external.opensees import (
    DeterioratingShearFrame,
    ShearFrame,
    periods,
    push_over,
)
from simulators.external.opensees import deteriorating_shear_frame as frame
from simulators.external.opensees.model import load_opensees

TOP = 30e6 * 0.012
"""Yield force of the third storey (N), the weakest under a force at the roof."""


def sine(amplitude, cycles):
    time = np.arange(0.0, 0.61 * cycles, 0.01)
    return BaseMotion(amplitude * np.sin(2.0 * np.pi * time / 0.61), 0.01)


def test_its_periods_are_those_of_the_frame_that_does_not_deteriorate():
    found = periods(DeterioratingShearFrame(), 3)
    np.testing.assert_allclose(found, periods(ShearFrame(), 3), rtol=1e-9)


def test_a_push_over_follows_the_backbone():
    pushed = push_over(DeterioratingShearFrame(), [0.0, 0.0, 1.0], 0.22, steps=1000)
    displacement = pushed["displacement"].values
    drift = displacement[:, 2] - displacement[:, 1]
    force = pushed["base_shear"].values / TOP
    cap = force.argmax()
    assert force[cap] == pytest.approx(1.09, rel=1e-3)
    assert drift[cap] == pytest.approx(4.0 * 0.012, rel=0.02)
    at = [np.abs(drift - multiple * 0.012).argmin() for multiple in (0.5, 2.5, 9.0)]
    beyond = 1.09 - 0.10 * (drift[at[2]] / 0.012 - 4.0)
    hand = [drift[at[0]] / 0.012, 1.0 + 0.03 * (drift[at[1]] / 0.012 - 1.0), beyond]
    np.testing.assert_allclose(force[at], hand, rtol=2e-3)
    assert force[-1] == pytest.approx(0.05, rel=1e-6)


def losses(deterioration, monkeypatch):
    """Share of its first peak that the spring loses at each further peak of cycles to 3 d_y."""
    monkeypatch.setattr(frame, "DETERIORATION", deterioration)
    ops = load_opensees()
    ops.wipe()
    ops.model("basic", "-ndm", 1, "-ndf", 1)
    frame._spring(ops, 1, 40e6, 0.012)
    ops.testUniaxialMaterial(1)
    drift = 3.0 * 0.012 * np.sin(2.0 * np.pi * np.arange(5 * 400) / 400)
    force = []
    for value in drift:
        ops.setStrain(float(value))
        force.append(ops.getStress())
    ops.wipe()
    peaks = np.abs(np.array(force))[100::200]
    return 1.0 - peaks[1:] / peaks[0]


def test_cycles_take_strength_in_inverse_proportion_to_the_energy_that_is_stated(monkeypatch):
    fast = losses(100.0, monkeypatch)
    slow = losses(1000.0, monkeypatch)
    assert fast[0] > 0.01
    assert np.all(np.diff(fast) > 0.01)
    np.testing.assert_allclose(slow, 0.1 * fast, rtol=0.1)


def test_a_storey_beyond_its_backbone_is_a_collapse():
    with pytest.raises(DidNotConverge, match=r"storey 1 collapsed: its drift passed 0.179 m"):
        DeterioratingShearFrame().respond(sine(12.0, 20))
