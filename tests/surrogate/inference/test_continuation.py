"""Records that do not begin at rest go on from a state that their first samples tell."""

from functools import partial

import numpy as np
import pytest

from surrogate.data.channels import ChannelGroup, Interface
from surrogate.inference.checkpoint import respond
from surrogate.inference.continuation import continued
from surrogate.networks import LSTM, HystereticStateSpace, NeuralStateSpace, Oscillator
from tests.helpers.checkpoints import ACCELERATION, untrained

DISPLACEMENT = ChannelGroup("displacement", "m", "displacement", "floor", 1)
INTERFACE = Interface((ACCELERATION,), (DISPLACEMENT,), 0.02)
STATISTICS = {
    "input_mean": [0.1],
    "input_scale": [2.0],
    "input_peak": [8.0],
    "target_mean": [0.0],
    "target_scale": [1e-2],
}
NETWORKS = {
    "Oscillator": partial(Oscillator, gain=1.0, period=12.0),
    "HystereticStateSpace": partial(HystereticStateSpace, states=3, hidden=4, period=12.0),
    "NeuralStateSpace": partial(NeuralStateSpace, states=2, hidden=4, period=12.0, substeps=1),
}


def made(network):
    return untrained(network, INTERFACE, STATISTICS)


def motions():
    return 2.0 * np.random.default_rng(0).standard_normal((2, 160, 1))


@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS.keys())
def test_a_record_goes_on_from_its_middle(network):
    surrogate = made(network)
    whole = respond(surrogate, motions())
    cut = 70
    found = continued(surrogate, motions()[:, cut:], whole[:, cut : cut + 50])
    error = found[:, 60:] - whole[:, cut + 60 :]
    assert np.abs(error).max() < 0.02 * whole.std()
    cold = respond(surrogate, motions()[:, cut:])[:, 60:] - whole[:, cut + 60 :]
    assert np.abs(error).max() < 0.2 * np.abs(cold).max()


def test_what_has_no_such_state_is_refused():
    surrogate = made(partial(LSTM, hidden=3))
    with pytest.raises(ValueError, match=r"LSTM has no state .* discarded \(data\.discard\)"):
        continued(surrogate, motions(), np.zeros((2, 20, 1)))


@pytest.mark.parametrize(
    ("known", "message"),
    [
        ((3, 20, 1), "the records of the input, 2, and 2 to 160 samples, got"),
        ((2, 1, 1), "2 to 160 samples"),
        ((2, 161, 1), "2 to 160 samples"),
        ((2, 20, 2), "must have 1 targets"),
    ],
)
def test_shapes_that_do_not_belong_together_are_refused(known, message):
    with pytest.raises(ValueError, match=message):
        continued(made(NETWORKS["Oscillator"]), motions(), np.zeros(known))
