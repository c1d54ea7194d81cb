"""The package and OpenSees, which share no code, converge to the same drifts for every law that
both have.
"""

from itertools import pairwise

import numpy as np
import pytest

from benchmarks import opensees
from benchmarks.problem import largest_error, noise
from simulators import BaberNoori, BoucWen, shear_building, solve
from simulators.structures.presets import five_storey

STEPS = (8, 16, 32, 64)
STIFFNESS = np.array([30e3, 24e3, 30e3])
WEN = BoucWen.from_yield(
    STIFFNESS, [0.04, 0.05, 0.03], post_yield_ratio=0.1, exponent=[2.0, 1.5, 3.0], beta_share=0.6
)


@pytest.fixture(scope="module")
def _opensees():
    try:
        opensees.load_opensees()
    except ImportError as failure:
        pytest.skip(str(failure))


def _three_storeys(law):
    return shear_building([100.0, 80.0, 80.0], law, [500.0, 400.0, 500.0])


def _baber_noori(**losses):
    return BaberNoori(
        STIFFNESS, WEN.post_yield_ratio, WEN.beta, WEN.gamma, WEN.exponent, mass=100.0, **losses
    )


BUILDINGS = {
    "force form": five_storey(),
    "Bouc-Wen": _three_storeys(WEN),
    "degradation": _three_storeys(
        _baber_noori(strength_loss=0.05, flexibility_gain=0.05, amplitude_loss=0.02)
    ),
    "pinching": _three_storeys(
        _baber_noori(
            pinching=0.9,
            pinching_rate=0.5,
            pinching_onset=0.1,
            spread=0.05,
            spread_rate=0.01,
            coupling=0.3,
        )
    ),
}


@pytest.mark.usefixtures("_opensees")
@pytest.mark.parametrize("building", BUILDINGS.values(), ids=BUILDINGS)
def test_opensees_converges_to_our_drifts(building):
    motion = noise(1, duration=4.0)[0]
    ours = solve(building, motion, tolerance=1e-6, outputs=("drift",))["drift"].values
    theirs = [opensees.respond(building, motion, steps)[None] for steps in STEPS]

    # OpenSees advances z by the implicit Euler method, so that it is first-order accurate.
    errors = np.array([largest_error(drift, ours) for drift in theirs])
    np.testing.assert_allclose(errors[:-1] / errors[1:], 2.0, rtol=0.05)
    assert errors[-1] < 3e-3

    # Without its first-order term the difference falls with the square of the step, to a few parts
    # in a million.
    extrapolated = [largest_error(2.0 * fine - coarse, ours) for coarse, fine in pairwise(theirs)]
    assert extrapolated[0] / extrapolated[-1] > 8.0
    assert extrapolated[-1] < 2e-5


def test_verification_yields():
    """The agreement above means something: the first storey drifts beyond 1.5 times its yield
    displacement.
    """
    for building in BUILDINGS.values():
        law = building.laws[0]
        yields = WEN.yield_displacement if len(law) == 3 else law.ultimate_force / law.stiffness
        drift = solve(building, noise(1, duration=4.0), outputs=("drift",))["drift"].values
        assert np.abs(drift[..., 0]).max() > 1.5 * yields[0]


@pytest.mark.parametrize("fault", [{"pinching": 0.5, "strength_loss": 0.1}, {"strength": 1.5}])
def test_opensees_material_refuses_what_opensees_lacks(fault):
    columns = _three_storeys(_baber_noori(**fault)).element_columns()
    with pytest.raises(ValueError, match="pinches and degrades"):
        opensees.material(columns, 0)
