"""The building with sensors: what it answers is what the simulator says, in physical units."""

import numpy as np
import pytest
import torch

from surrogate.data.channels import ChannelGroup, Interface
from surrogate.identification.model import ShearModel
from surrogate.identification.recordings import respond
from surrogate.networks import InstrumentedBuilding
from surrogate.networks.observation import channels
from surrogate.networks.storey_laws import SLIPS, WEIGHTS
from surrogate.optim.levenberg_marquardt import LevenbergMarquardt
from surrogate.training.scaled_network import ScaledNetwork
from tests.helpers import recorded_building as building

torch.set_num_threads(1)  # networks of this size only lose by more
BASE = ChannelGroup("base_acceleration", "m s-2", "acceleration of the base", "", 1)
DRIFT = ChannelGroup("drift", "m", "storey drift", "storey", 3)
ACCELERATION = ChannelGroup("acceleration", "m s-2", "absolute acceleration", "floor", 3)
PARAMETERS = tuple(building.TRUTH)
STATISTICS = {
    "input_mean": [0.2],
    "input_scale": [2.0],
    "input_peak": [8.0],
    "target_mean": [0.001],
    "target_scale": [0.01],
}


def known(storeys=3, **options):
    """The network of the small building, whose parameters it takes."""
    network = InstrumentedBuilding(1, 3, storeys=storeys, **options)
    network.set({name: np.broadcast_to(building.TRUTH[name], 3) for name in PARAMETERS})
    return network


def scaled(network, targets=(DRIFT,), **statistics):
    interface = Interface((BASE,), targets, building.INTERVAL)
    return ScaledNetwork(network, interface, STATISTICS | statistics)


@pytest.mark.parametrize("group", [DRIFT, ACCELERATION], ids=lambda group: group.variable)
def test_it_is_the_building_whose_parameters_it_has(group):
    base = building.motions(2, duration=4.0)
    words = [f"{group.variable} {place}" for place in (1, 2, 3)]
    expected = respond(building.structure(), base, building.INTERVAL, channels(words, 3))[0]
    model = scaled(known(substeps=8), (group,)).double()
    with torch.no_grad():
        answer = model(torch.tensor(base)[..., None]).numpy()
    np.testing.assert_allclose(answer, expected, rtol=0, atol=2e-3 * np.abs(expected).max())


@pytest.mark.parametrize("mass_damping", [0.0, 0.8])
def test_a_building_of_sliders_is_the_structure_of_sliders(mass_damping):
    generator = np.random.default_rng(3)
    values = {name: np.array(building.TRUTH[name]) for name in ("mass", "stiffness", "damping")} | {
        name: generator.uniform(0.3, 2.0, 3) for name in (*WEIGHTS, *SLIPS)
    }
    values["yield_displacement"] = np.array([0.03, 0.025, 0.02])
    values["post_yield_ratio"] = np.full(3, 0.1)
    values["mass_damping"] = np.full(3, mass_damping)
    model = ShearModel(3, "iwan", values)
    base = building.motions(2, duration=4.0)
    words = channels(["drift 1", "drift 2", "drift 3"], 3)
    expected = respond(model.structure(values), base, building.INTERVAL, words)[0]
    network = InstrumentedBuilding(1, 3, law="iwan", mass_damping=mass_damping, substeps=8)
    network.set({k: v for k, v in values.items() if k in network.parameter_names})
    with torch.no_grad():
        answer = scaled(network).double()(torch.tensor(base)[..., None]).numpy()
    np.testing.assert_allclose(answer, expected, rtol=0, atol=2e-3 * np.abs(expected).max())


@pytest.mark.parametrize("shift", [0.0, 0.1])
def test_a_building_of_steel_is_the_chain_of_steel(shift):
    values = {name: np.array(building.TRUTH[name]) for name in ("mass", "stiffness", "damping")}
    values["yield_displacement"] = np.array([0.03, 0.025, 0.02])
    values["mass_damping"] = np.full(3, 0.4)
    steel = {"post_yield_ratio": 0.05, "transition": 18.0, "transition_loss": 0.9}
    steel |= {"transition_path": 0.15, "negative_shift": shift, "positive_shift": 2.0 * shift}
    values |= {name: np.full(3, value) for name, value in steel.items()}
    base = building.motions(2, duration=4.0)
    words = channels(["drift 1", "drift 2", "acceleration 3"], 3)
    expected = ShearModel(3, "menegotto_pinto", values).answer(
        values, base, building.INTERVAL, words
    )[0]
    assert np.abs(expected[..., 0]).max() > 1.5 * 0.03
    network = InstrumentedBuilding(
        1, 3, observed=list(map(str, words)), law="menegotto_pinto", mass_damping=0.4, substeps=8
    )
    network.set({k: v for k, v in values.items() if k in network.parameter_names})
    drifts = ChannelGroup("drift", "m", "storey drift", "storey", 2)
    roof = ChannelGroup("acceleration", "m s-2", "absolute acceleration", "floor", 1)
    model = scaled(network, (drifts, roof), target_mean=[0.0] * 3, target_scale=[1.0] * 3).double()
    with torch.no_grad():
        answer = model(torch.tensor(base)[..., None]).numpy()
    peaks = np.abs(expected).max(axis=(0, 1))
    np.testing.assert_allclose(answer / peaks, expected / peaks, rtol=0, atol=2e-3)


def test_derivatives_of_a_building_of_steel_are_those_of_differences():
    """Through turns, at rest and behind them."""
    base = torch.tensor(building.motions(1, duration=3.0))[..., None]
    network = InstrumentedBuilding(1, 3, law="menegotto_pinto", mass_damping=0.4).double()
    values = {name: np.array(building.TRUTH[name]) for name in ("mass", "stiffness", "damping")}
    network.set(values | {"yield_displacement": np.full(3, 0.01)})
    weights = torch.randn(150, 3, dtype=torch.float64, generator=torch.manual_seed(0))

    def loss():
        return (network(base)[:, :150] * weights).sum()

    loss().backward()
    for name, parameter in network.named_parameters():
        step = torch.zeros_like(parameter)
        step[0] = 1e-6
        with torch.no_grad():
            parameter.add_(step)
            above = loss()
            parameter.sub_(2.0 * step)
            below = loss()
            parameter.add_(step)
        found = parameter.grad[0].item()
        difference = ((above - below) / 2e-6).item()
        assert found == pytest.approx(difference, rel=1e-4, abs=1e-7), name


def test_its_parameters_are_those_that_it_was_given():
    values = known().values()
    for name in PARAMETERS:
        np.testing.assert_allclose(values[name], building.TRUTH[name], rtol=1e-4)


def test_a_building_at_rest_stays_there_whatever_the_scaling():
    model = scaled(known())
    with torch.no_grad():
        answer = model(torch.zeros(1, 20, 1))
    np.testing.assert_allclose(answer.numpy(), 0.0, atol=1e-8)


def test_fixed_parameters_are_not_learnt_and_tied_ones_are_one_number():
    network = InstrumentedBuilding(1, 3, mass=[2.0, 1.0, 1.0], fixed=["share"], tied=["exponent"])
    learnt = {name: parameter.numel() for name, parameter in network.named_parameters()}
    assert "raw_mass" not in learnt
    assert "raw_share" not in learnt
    assert learnt["raw_exponent"] == 1
    assert learnt["raw_stiffness"] == 3
    np.testing.assert_allclose(network.values()["mass"], [2.0, 1.0, 1.0])
    np.testing.assert_allclose(network.values()["exponent"], 2.0 * np.ones(3))


def test_it_learns_from_accelerations_of_two_floors():
    """Levenberg-Marquardt finds the stiffnesses; the law of all storeys is known here."""
    seen = channels(["acceleration 1", "acceleration 3"], 3)
    base = building.motions(2, duration=4.0)
    measured = respond(building.structure(), base, building.INTERVAL, seen)[0]
    network = InstrumentedBuilding(
        1,
        2,
        storeys=3,
        observed=list(map(str, seen)),
        period=0.8,
        mass=building.TRUTH["mass"],
        fixed=["yield_displacement", "exponent", "share", "post_yield_ratio"],
        substeps=1,
    )
    law = ("yield_displacement", "exponent", "share", "post_yield_ratio")
    network.set({name: np.broadcast_to(building.TRUTH[name], 3) for name in law})
    group = ChannelGroup("acceleration", "m s-2", "absolute acceleration", "floor", 2)
    model = scaled(network, (group,), target_mean=[0.0], target_scale=[3.0])
    optimizer = LevenbergMarquardt(network.parameters())
    optimizer.attach(network)
    input = model.input_scaling(torch.tensor(base, dtype=torch.float32)[..., None])
    target = torch.tensor(measured / 3.0, dtype=torch.float32)

    def closure():
        optimizer.zero_grad()
        loss = (network(input) - target).square().mean()
        loss.backward()
        return loss

    for _ in range(8):
        optimizer.step(closure)
    stiffness = network.values()["stiffness"]
    np.testing.assert_allclose(stiffness, building.TRUTH["stiffness"], rtol=0.02)


def test_a_checkpoint_of_another_interval_has_its_own_step():
    interface = Interface((BASE,), (DRIFT,), 0.005)
    network = known()
    ScaledNetwork(network, interface, STATISTICS)
    assert network.interval.item() == pytest.approx(0.005)


@pytest.mark.parametrize(
    ("options", "targets", "message"),
    [
        ({}, (ChannelGroup("drift", "mm", "", "storey", 3),), "cannot observe drift in mm"),
        ({}, (ChannelGroup("force", "N", "", "storey", 3),), "cannot observe force in N"),
        (
            {"storeys": 5},
            (DRIFT,),
            "drift has 3 channels for 5 storeys: say which they are by observed",
        ),
        (
            {"observed": ["drift 1", "drift 2", "acceleration 3"]},
            (DRIFT,),
            "observed names drift 1, drift 2, acceleration 3 where the target is drift",
        ),
    ],
)
def test_targets_that_it_cannot_observe_are_refused(options, targets, message):
    with pytest.raises(ValueError, match=message):
        scaled(InstrumentedBuilding(1, 3, **options), targets)


def test_inputs_that_are_no_accelerations_are_refused():
    force = ChannelGroup("force", "N", "external force", "", 1)
    with pytest.raises(ValueError, match="takes accelerations of the base in m s-2, force is in N"):
        ScaledNetwork(InstrumentedBuilding(1, 3), Interface((force,), (DRIFT,), 0.02), STATISTICS)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"observed": ["sway 1"] * 3}, "channel 'sway 1' is unknown"),
        ({"observed": ["drift 1"]}, "observed names 1 channels for 3 outputs"),
        ({"storeys": 2}, "3 outputs of 2 storeys: say what they are by observed"),
        ({"fixed": ["masses"]}, "fixed: 'masses' is unknown, choose from mass"),
        ({"tied": ["law"]}, "tied: 'law' is unknown"),
        ({"mass": [1.0, 0.0, 1.0]}, "mass must be 3 positive numbers"),
        ({"period": 0.0}, r"period must be positive, got 0\.0"),
        ({"law": "steel"}, "law = 'steel': expected one of bouc_wen, iwan"),
        ({"mass_damping": -1.0}, r"mass_damping = -1\.0: must be >= 0 and finite"),
    ],
)
def test_settings_that_do_not_fit_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        InstrumentedBuilding(1, 3, **options)
