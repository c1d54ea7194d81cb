"""What a channel sees is what the simulator says of that floor or storey."""

import numpy as np
import pytest

from simulators import solve
from simulators.excitation.load import BaseMotions
from surrogate.identification.recordings import respond
from surrogate.networks.observation import UNITS, Channel, channels, every
from tests.helpers import recorded_building as building


@pytest.mark.parametrize("quantity", UNITS)
def test_every_quantity_is_that_of_the_simulator(quantity):
    base = building.motions(2, duration=2.0)
    structure = building.structure()
    seen = respond(structure, base, building.INTERVAL, every(quantity, 3))[0]
    solved = solve(structure, BaseMotions(base, building.INTERVAL))
    expected = {
        "drift_velocity": np.diff(solved.velocity.values, axis=-1, prepend=0.0),
        "relative_acceleration": solved.acceleration.values - base[..., None],
    }
    known = expected[quantity] if quantity in expected else solved[quantity].values
    np.testing.assert_allclose(seen, known, rtol=0, atol=1e-12 * np.abs(known).max())


def test_channels_are_read_in_the_order_that_they_are_named():
    assert channels(["acceleration 2", "drift:1"], 3) == (
        Channel("acceleration", 2),
        Channel("drift", 1),
    )


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["sway 2"], "channel 'sway 2' is unknown: write a quantity and a number"),
        (["drift"], "channel 'drift' is unknown"),
        (["drift 4"], "channel 'drift 4': a building of 3 storeys has no storey 4"),
        (["velocity 0"], "channel 'velocity 0': a building of 3 storeys has no floor 0"),
        (["drift 1", "drift 1"], "channel 'drift 1' is named twice"),
        ([], "no channel is named"),
    ],
)
def test_a_wrong_channel_is_refused(words, message):
    with pytest.raises(ValueError, match=message):
        channels(words, 3)
