"""A family of buildings as a network: exact where its law is known, bounded whatever its weights,
the same for a storey wherever it stands.
"""

import math
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
import torch
from torch import nn

from simulators import BaseMotion, YieldBoucWen, shear_building, solve
from surrogate.data.channels import ChannelGroup, Interface
from surrogate.networks import ShearFamily
from surrogate.networks.storey_law import StoreyLaw

torch.set_num_threads(1)  # networks of this size only lose by more
STOREYS = 3
INTERVAL = 0.02
MASS = np.array([[1000.0, 800.0, 600.0], [500.0, 1500.0, 900.0]])
STIFFNESS = np.array([[3e5, 2.4e5, 2e5], [5e5, 3e5, 1.5e5]])
YIELD = np.array([[0.01, 0.02, 0.03], [0.03, 0.01, 0.02]])
EXPONENT = np.array([[1.0, 2.0, 3.0], [3.0, 2.0, 1.0]])
FACTOR = np.array([[0.5], [2.0]])
HEIGHT = np.array([[3.0], [2.0]])
UNITS = {
    "mass": "kg",
    "stiffness": "N m-1",
    "yield_displacement": "m",
    "exponent": "1",
    "damping_factor": "1",
    "storeys": "1",
}
VALUES = dict(zip(UNITS, (MASS, STIFFNESS, YIELD, EXPONENT, FACTOR, HEIGHT), strict=True))
DRIFT = ChannelGroup("drift", "m", "storey drift", "storey", STOREYS)
MOTION = ChannelGroup("base_acceleration", "m s-2", "acceleration of the base", "", 1)


def group(name, units=None, channels=None):
    count = channels or VALUES[name].shape[1]
    return ChannelGroup(name, units or UNITS[name], name, "", count, constant=True)


def interface(*names):
    return Interface((MOTION, *map(group, names)), (DRIFT,), INTERVAL)


TOLD = ("mass", "stiffness", "yield_displacement")


def statistics(names):
    """Bounds of the parameters that put both buildings at 1 and -1."""
    values = np.concatenate([VALUES[name] for name in names], axis=1)
    low = values.min(axis=0)
    high = values.max(axis=0)
    half = np.where(high > low, 0.5 * (high - low), 1.0)
    return {
        "input_mean": [0.0, *(0.5 * (low + high))],
        "input_scale": [2.0, *half],
        "target_mean": [0.0] * STOREYS,
        "target_scale": [0.01, 0.02, 0.03],
    }


def built(*names, **options):
    """A network that is told these parameters, in double precision."""
    torch.manual_seed(0)
    inputs = 1 + sum(VALUES[name].shape[1] for name in names)
    network = ShearFamily(inputs, STOREYS, conditions=inputs - 1, **options).double()
    network.attach_channels(interface(*names), statistics(names))
    return network


def asked(names, acceleration):
    """Standardised channels of both buildings under one motion."""
    values = np.concatenate([VALUES[name] for name in names], axis=1)
    known = statistics(names)
    constant = (values - known["input_mean"][1:]) / known["input_scale"][1:]
    constant = np.repeat(constant[:, None], len(acceleration), axis=1)
    motion = np.repeat(acceleration[None, :, None] / 2.0, 2, axis=0)
    return torch.tensor(np.concatenate([motion, constant], axis=2))


def noise(samples=300, peak=4.0):
    """Accelerations that do not begin at zero."""
    return peak * np.random.default_rng(0).uniform(-1.0, 1.0, samples)


@pytest.mark.parametrize("building", [0, 1])
def test_it_starts_as_buildings_of_a_law_of_bouc_and_wen(building):
    """G = B = 1 is the exponent 1 with the share 1, whose steps are exact."""
    names = (*TOLD, "damping_factor")
    network = built(*names, substeps=6)
    with torch.no_grad():
        answer = network(asked(names, noise(150)))[building].numpy() * [0.01, 0.02, 0.03]
    law = YieldBoucWen(
        STIFFNESS[building],
        YIELD[building],
        post_yield_ratio=1.0 / (1.0 + math.exp(2.0)),
        exponent=1.0,
        beta_share=1.0,
    )
    damping = FACTOR[building] * network.damping(torch.tensor([STOREYS]))[0].detach().numpy()
    structure = replace(shear_building(MASS[building], law), damping=damping)
    motion = BaseMotion(noise(150), INTERVAL)
    drift = solve(structure, motion, method="DOP853", tolerance=1e-9).drift.values[0]
    assert (np.abs(drift).max(axis=0) > YIELD[building]).any()
    np.testing.assert_allclose(answer, drift, rtol=0, atol=1e-3 * np.abs(drift).max())


def test_errors_of_shorter_steps_are_those_of_second_order():
    """Such they are on average: within a step a drift turns early or late."""
    names = (*TOLD, "damping_factor")
    motion = asked(names, 6.0 * np.sin(2.0 * np.pi * 3.0 * INTERVAL * np.arange(60)))
    with torch.no_grad():
        coarse, fine, exact = (built(*names, substeps=count)(motion) for count in (1, 8, 32))
    errors = [float((each - exact).square().mean().sqrt()) for each in (coarse, fine)]
    assert errors[0] / errors[1] > 8.0**1.5


def shaken(network):
    """The network with other weights, large ones."""
    with torch.no_grad():
        for parameter in network.law.parameters():
            nn.init.normal_(parameter, std=3.0)
    return network


def test_the_force_keeps_its_bound_for_any_weights_and_any_path():
    law = shaken(built("exponent", known=["exponent"], **GIVEN)).law
    known = torch.rand(50, STOREYS, 1).double() * 2.0 - 1.0
    drive, bound = law.of_storeys(known)
    force = torch.zeros(50, STOREYS).double()
    for length in (0.01, 0.3, 5.0, 1e4) * 5:
        path = length * torch.randn(50, STOREYS).double()
        force = law.moved(force, path, drive, bound)
        assert (force.abs() <= bound * (1.0 + 1e-12)).all()


GIVEN = {"mass": 1000.0, "stiffness": 3e5, "yield_displacement": 0.01}


def test_without_a_path_the_force_stays_and_its_sign_does_not_matter():
    law = shaken(built("exponent", known=["exponent"], **GIVEN)).law
    storeys = law.of_storeys(torch.zeros(4, STOREYS, 1).double())
    force = torch.rand(4, STOREYS).double() * storeys[1]
    path = torch.randn(4, STOREYS).double()
    torch.testing.assert_close(law.moved(force, 0.0 * path, *storeys), force)
    torch.testing.assert_close(
        law.moved(-force, -path, *storeys), -law.moved(force, path, *storeys)
    )


def test_the_law_starts_with_exact_steps():
    """Two steps in one direction are one of both lengths."""
    law = StoreyLaw(known=0).double()
    storeys = law.of_storeys(torch.zeros(2, 4, 0).double())
    start = torch.linspace(-0.9, 0.9, 4).double().expand(2, 4)
    once = law.moved(start, torch.full((2, 4), 0.7).double(), *storeys)
    half = torch.full((2, 4), 0.35).double()
    twice = law.moved(law.moved(start, half, *storeys), half, *storeys)
    torch.testing.assert_close(once, twice, rtol=0.0, atol=1e-4)


def test_responses_are_bounded_for_any_weights():
    names = (*TOLD, "exponent")
    network = shaken(built(*names, known=["exponent"]))
    with torch.no_grad():
        network.law.left.fill_(-2.0)
        answer = network(asked(names, noise(800, peak=50.0)))
    assert answer.isfinite().all()
    late = answer[:, 400:].abs().max()
    assert late <= 2.0 * answer[:, :400].abs().max()


def test_a_negated_motion_has_the_negated_response():
    names = (*TOLD, "exponent")
    network = shaken(built(*names, known=["exponent"]))
    input = asked(names, noise(60))
    negated = input * torch.tensor([-1.0] + [1.0] * (input.shape[2] - 1)).double()
    torch.testing.assert_close(network(negated), -network(input))


def test_a_lower_building_is_one_without_the_storeys_above():
    """The second building has two storeys, and the answer of a network of two."""
    names = (*TOLD, "exponent", "storeys")
    tall = shaken(built(*names, known=["exponent"]))
    input = asked(names, noise(80))
    answer = tall(input)[1]
    assert (answer[:, 2] == 0.0).all()
    low = ShearFamily(1, 2, known=["exponent"], conditions=0, **GIVEN).double()
    low.law = tall.law
    buildings = tall._buildings(tall.features(input)[:, 0])
    own = buildings._replace(
        mobility=buildings.mobility[1:, :2],
        elastic=buildings.elastic[1:, :2],
        yielding=buildings.yielding[1:, :2],
        yield_displacement=buildings.yield_displacement[1:, :2],
        law=tuple(each[1:, :2] for each in buildings.law),
        damping=buildings.damping[1:, :2, :2],
    )
    x = torch.zeros(1, low.states).double()
    for w in tall.features(input)[1:].unbind(1):
        x = low._advance(own, x, w)
    drift = x[0, :2].diff(prepend=torch.zeros(1).double())
    expected = drift / torch.tensor([0.01, 0.02]).double()
    torch.testing.assert_close(answer[-1, :2], expected)


def test_pieces_equal_one_pass():
    names = (*TOLD, "exponent", "storeys")
    network = shaken(built(*names, known=["exponent"]))
    input = asked(names, noise(40))
    state, outputs = None, []
    for piece in input.split([7, 1, 32], dim=1):
        output, state = network.stream(piece, state)
        outputs.append(output)
    torch.testing.assert_close(torch.cat(outputs, dim=1), network(input))


def test_a_condition_apart_and_as_constant_channels_is_the_same():
    names = (*TOLD, "exponent")
    network = built(*names, known=["exponent"])
    input = asked(names, noise(30))
    torch.testing.assert_close(network(input[..., :1], input[:, 0, 1:]), network(input))


def test_gradients_against_finite_differences():
    names = (*TOLD, "exponent", "damping_factor", "storeys")
    network = shaken(built(*names, known=["exponent"]))
    parameters = dict(network.named_parameters())
    input = asked(names, noise(5))

    def output(*values):
        own = dict(zip(parameters, values, strict=True))
        return torch.func.functional_call(network, own, (input,))

    assert torch.autograd.gradcheck(output, tuple(parameters.values()), fast_mode=True)


def attached(*groups, targets=(DRIFT,), **options):
    inputs = sum(each.channels for each in groups)
    constant = sum(each.channels for each in groups if each.constant)
    network = ShearFamily(inputs, STOREYS, conditions=constant, **options)
    known = {
        "input_mean": [1.0] * inputs,
        "input_scale": [0.5] * inputs,
        "target_scale": [1.0] * STOREYS,
    }
    network.attach_channels(Interface(groups, targets, INTERVAL), known)


ALL = tuple(map(group, TOLD))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (partial(attached, MOTION, *ALL[1:]), r"needs mass: add it to data\.parameters, or set"),
        (
            partial(attached, MOTION, *ALL, known=["exponent"]),
            r"needs exponent: add it to data\.parameters$",
        ),
        (
            partial(attached, MOTION, *ALL, group("exponent")),
            r"exponent is told and would not be used: .* model\.network\.known",
        ),
        (partial(attached, MOTION, *ALL, mass=1e3), r"mass is among data\.parameters and in"),
        (
            partial(attached, MOTION, *ALL[1:], group("mass", "t")),
            "mass must be in kg for ShearFamily, got t",
        ),
        (
            partial(attached, MOTION, *ALL[1:], group("mass", channels=2)),
            "mass has 2 numbers a record, must have 3 for 3 storeys",
        ),
        (
            partial(attached, replace(MOTION, units="g"), *ALL),
            "accelerations of the base in m s-2, base_acceleration is in g",
        ),
        (
            partial(attached, MOTION, *ALL, targets=(replace(DRIFT, variable="velocity"),)),
            r"answers drift \(m\) alone, the targets are velocity \(m\)",
        ),
        (partial(built, *TOLD, substeps=0), "substeps must be at least 1, got 0"),
        (partial(ShearFamily, 1, 3, hidden=0), "hidden must be at least 1, got 0"),
        (partial(ShearFamily, 1, 3, mass=-1.0), "mass must be positive, got -1"),
    ],
)
def test_what_it_cannot_use_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_steps_that_are_too_long_are_refused():
    """The stiffest storey and the smallest mass make 2 sqrt(5e5 / 500) = 63 rad/s."""
    stiff = {"mass": 10.0, "stiffness": 3e5, "yield_displacement": 0.01}
    with pytest.raises(ValueError, match=r"frequencies up to 55.1 Hz .* need at least 3"):
        built("exponent", known=["exponent"], **stiff)


def test_a_network_that_does_not_know_its_building_says_so():
    with pytest.raises(ValueError, match="does not know stiffness: set it, or train on data"):
        ShearFamily(1, 3, mass=1e3)(torch.zeros(1, 4, 1))
