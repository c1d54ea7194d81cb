"""A training that begins with weights of another one: what goes with them, and what is told."""

from functools import partial

import pytest
import torch

from surrogate.data.channels import ChannelGroup, Interface
from surrogate.networks import LSTM, ShearFamily
from surrogate.optim.levenberg_marquardt import LevenbergMarquardt
from surrogate.training.module import Surrogate
from surrogate.training.starting import take_parts, take_weights, tell_of_bounds

torch.set_num_threads(1)
MIDDLES = {"mass": 1e5, "stiffness": 4e7, "yield_displacement": 0.02, "exponent": 2.0}
UNITS = ("kg", "N m-1", "m", "1")
GROUPS = tuple(
    ChannelGroup(name, unit, name, "", 1, constant=True)
    for name, unit in zip(MIDDLES, UNITS, strict=True)
)
MOTION = ChannelGroup("base_acceleration", "m s-2", "acceleration of the base", "", 1)
DRIFT = ChannelGroup("drift", "m", "storey drift", "storey", 1)
INTERFACE = Interface((MOTION, *GROUPS), (DRIFT,), 0.02)


FAMILY = partial(ShearFamily, known=["exponent"])


def surrogate_of(factor, network=FAMILY, **options):
    """A family whose parameters lie half of their middle around it, times a factor."""
    torch.manual_seed(0)
    middle = [factor * value for value in MIDDLES.values()]
    made = Surrogate(network=network, **options)
    statistics = {
        "input_mean": [0.0, *middle],
        "input_scale": [factor, *(0.5 * value for value in middle)],
        "input_peak": [3.0 * factor, *(1.5 * value for value in middle)],
        "target_mean": [0.0],
        "target_scale": [0.01 * factor],
    }
    made.build(INTERFACE, statistics)
    return made


def checkpoint_of(surrogate):
    return {"interface": surrogate.interface.to_dict(), "state_dict": surrogate.state_dict()}


@pytest.mark.parametrize("with_scaling", [True, False])
@pytest.mark.parametrize("parts", [None, ["law"]])
def test_a_network_that_knows_units_undoes_the_scaling_of_its_channels(parts, with_scaling):
    """With the scaling of one training in the network and that of the other around it, a motion
    would be another one and a mass another mass.
    """
    old = surrogate_of(1.0)
    new = surrogate_of(1.2)
    if parts is None:
        take_weights(new, checkpoint_of(old), "old.ckpt", with_scaling)
    else:
        take_parts(new, checkpoint_of(old), "old.ckpt", parts, with_scaling)
    expected = old if with_scaling else surrogate_of(1.2)
    assert torch.equal(new.input_scaling.scale, expected.input_scaling.scale)
    assert torch.equal(new.network.input_mean, new.input_scaling.mean)
    assert torch.equal(new.network.input_scale, new.input_scaling.scale)
    assert torch.equal(new.network.output_scale, new.target_scaling.scale)
    assert torch.equal(new.network.damping.shapes, expected.network.damping.shapes)


def test_weights_of_other_bounds_are_told(capsys):
    content = checkpoint_of(surrogate_of(1.0))
    tell_of_bounds(surrogate_of(1.02), content, "old.ckpt")
    assert capsys.readouterr().err == ""
    tell_of_bounds(surrogate_of(1.2), content, "old.ckpt")
    told = capsys.readouterr().err
    assert "exponent is 1 to 3 in old.ckpt, 1.2 to 3.6 in the data" in told
    assert "--init_scaling true" in told
    assert "mass is" not in told  # which the equation of motion takes in kilograms


def test_an_optimizer_that_cannot_train_the_network_is_refused_when_it_is_made():
    """Which is before the folder of the run; the trainer attaches it when there is one."""
    made = surrogate_of(1.0, partial(LSTM, hidden=64), optimizer=LevenbergMarquardt)
    with pytest.raises(ValueError, match="LevenbergMarquardt solves an equation of all"):
        made.new_optimizer()
