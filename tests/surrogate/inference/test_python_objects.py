"""`surrogate.respond` takes motions, arrays and labelled data of any surrogate."""

from functools import partial

import numpy as np
import pytest
import xarray as xr

import surrogate
from simulators import BaseMotion, ExternalForce
from surrogate import inference
from surrogate.data.channels import ChannelGroup, Interface
from surrogate.inference.face import Extrapolation
from surrogate.networks import LSTM
from tests.helpers.checkpoints import untrained

pytestmark = pytest.mark.filterwarnings(
    "ignore::DeprecationWarning"  # Lightning 2.6 with jsonargparse 4.53
)
INTERVAL = 0.02
RATIOS = [0.03, 0.05, 0.06]


@pytest.fixture(scope="module")
def network():
    """A surrogate of a force, an acceleration and a varied damping ratio."""
    push = ChannelGroup("push", "kN", "force at the top", "", 1)
    shake = ChannelGroup("shake", "m s-2", "acceleration", "", 1)
    ratio = ChannelGroup("damping_ratio", "1", "damping", "", 1, constant=True)
    sway = ChannelGroup("sway", "m", "of the roof", "", 1)
    numbers = {
        "input_mean": [0.0, 0.0, 0.05],
        "input_scale": [2.0, 1.0, 0.02],
        "input_peak": [10.0, 5.0, 0.1],
        "target_mean": [0.0],
        "target_scale": [0.01],
    }
    interface = Interface((push, shake, ratio), (sway,), INTERVAL)
    return untrained(partial(LSTM, hidden=4), interface, numbers)


def histories(records=3, samples=50):
    """Push (kN) and shaking (m s-2), (record, time, channel)."""
    return np.random.default_rng(0).standard_normal((records, samples, 2))


def expected(network, values, ratios=RATIOS):
    beside = np.broadcast_to(np.reshape(ratios, (-1, 1, 1)), (*values.shape[:2], 1))
    return inference.respond(network, np.concatenate([values, beside], axis=2))[..., 0]


def test_all_forms_of_several_inputs_are_the_same_records(network):
    values = histories()
    time = INTERVAL * np.arange(50)
    coordinates = {"time": time}
    dims = ("record", "time")
    push = xr.DataArray(1e3 * values[..., 0], coordinates, dims, attrs={"units": "N"})
    forces = [ExternalForce(1e3 * record, INTERVAL) for record in values[..., 0]]
    shakes = [BaseMotion(record, INTERVAL) for record in values[..., 1]]
    parameters = {"damping_ratio": RATIOS}
    ratio = xr.DataArray(RATIOS, dims="record", attrs={"units": "1"})
    shake = xr.DataArray(values[..., 1], coordinates, dims, attrs={"units": "m/s2"})
    whole = np.concatenate([values, np.tile(np.reshape(RATIOS, (3, 1, 1)), (1, 50, 1))], axis=2)
    for answer in (
        surrogate.respond(network, {"push": values[..., 0], "shake": values[..., 1]}, parameters),
        surrogate.respond(network, {"shake": shakes, "push": forces}, parameters),
        surrogate.respond(network, {"push": push, "shake": values[..., 1]}, parameters),
        surrogate.respond(network, values, parameters),
        surrogate.respond(network, whole),
        surrogate.respond(
            network, xr.Dataset({"push": push, "shake": shake, "damping_ratio": ratio})
        ),
    ):
        np.testing.assert_allclose(answer["sway"], expected(network, values), rtol=1e-4, atol=1e-7)
        np.testing.assert_allclose(answer["damping_ratio"], RATIOS, rtol=1e-6)
        assert answer["push"].attrs["units"] == "kN"


def test_one_record_of_several_channels(network):
    values = histories(1)
    for answer in (
        surrogate.respond(network, values[0], {"damping_ratio": 0.03}),
        surrogate.respond(
            network, {"push": values[0, :, 0], "shake": values[0, :, 1]}, {"damping_ratio": 0.03}
        ),
    ):
        np.testing.assert_allclose(answer["sway"], expected(network, values, [0.03]), rtol=1e-4)


def test_a_parameter_that_is_given_wins_over_that_of_the_dataset(network):
    values = histories()
    time = {"time": INTERVAL * np.arange(50)}
    dims = ("record", "time")
    dataset = xr.Dataset(
        {
            "push": xr.DataArray(values[..., 0], time, dims, attrs={"units": "kN"}),
            "shake": xr.DataArray(values[..., 1], time, dims, attrs={"units": "m/s2"}),
            "damping_ratio": xr.DataArray([0.09] * 3, dims="record", attrs={"units": "1"}),
        }
    )
    answer = surrogate.respond(network, dataset, {"damping_ratio": RATIOS})
    np.testing.assert_allclose(answer["sway"], expected(network, values), rtol=1e-4, atol=1e-7)


def test_the_share_of_the_records_beyond_the_training_is_told(network):
    values = histories()
    values[2, 3, 1] = -6.0
    with pytest.warns(Extrapolation) as told:
        surrogate.respond(network, values, {"damping_ratio": [0.03, 0.05, 0.2]})
    lines = [str(one.message) for one in told]
    assert lines[0].startswith("1 of 3 records (33%) have a peak of shake above the 5 m s-2")
    assert lines[1].startswith("damping_ratio of 1 of 3 records (33%) goes to 0.2, 7.5 standard")


@pytest.mark.parametrize(
    ("excitation", "message"),
    [
        ({"push": np.zeros(9)}, "excitation lacks shake: the surrogate takes push, shake"),
        (
            {"push": np.zeros(9), "shake": np.zeros(9), "wind": np.zeros(9)},
            "excitation names 'wind', the surrogate takes push, shake",
        ),
        ({"damping_ratio": np.zeros(9)}, "damping_ratio is a structural parameter"),
        (
            {"push": np.zeros(9), "shake": np.zeros(8)},
            "inputs of one record must have one length, samples are: push 9, shake 8",
        ),
        (
            {"push": np.zeros((2, 9)), "shake": np.zeros(9)},
            "inputs must have as many records, there are: push 2, shake 1",
        ),
        (
            {"push": BaseMotion(np.ones(9), INTERVAL), "shake": np.zeros(9)},
            "takes push, as ExternalForce or an array; got a BaseMotion",
        ),
        (BaseMotion(np.ones(9), INTERVAL), "takes push, shake: give a mapping with each"),
        (np.zeros((3, 9, 5)), "excitation has 5 channels, needs 3: push, shake, damping_ratio"),
        (np.zeros((3, 9)), "expected an array"),
        (np.full((1, 9, 2), np.nan), "sample 0 of input channel 1 is nan"),
        (np.cumsum(np.ones((1, 9, 3)), axis=1), "must be the same at all times"),
        (xr.Dataset({"push": ("time", np.zeros(9))}), "no variable 'shake', an input"),
    ],
)
def test_what_does_not_fit_is_refused(network, excitation, message):
    with pytest.raises(ValueError, match=message):
        surrogate.respond(network, excitation, {"damping_ratio": 0.05})


@pytest.mark.parametrize("values", [[0.1, 0.2], [[0.1], [0.2]], ["soft"]])
def test_parameters_of_another_number_of_records_are_refused(network, values):
    with pytest.raises(ValueError, match=r"damping_ratio has 1 values|must be real numbers"):
        surrogate.respond(network, histories(), {"damping_ratio": values})


def labelled(values, unit, time, time_unit=None):
    along = ("time", time, {} if time_unit is None else {"units": time_unit})
    return xr.DataArray(values, dims="time", coords={"time": along}, attrs={"units": unit})


@pytest.mark.parametrize(
    ("time", "unit"),
    [
        (INTERVAL * 1e3 * np.arange(60), "ms"),
        (INTERVAL / 60.0 * np.arange(60), "min"),
        (INTERVAL * np.arange(60), None),
        ((20_000_000 * np.arange(60)).astype("timedelta64[ns]"), None),
        (np.datetime64("2024-05-01", "ns") + 20_000_000 * np.arange(60), None),
    ],
)
def test_times_are_taken_in_their_unit(network, time, unit):
    push, shake = np.random.default_rng(1).standard_normal((2, 60))
    given = {"push": labelled(push, "kN", time, unit), "shake": shake}
    response = surrogate.respond(network, given, {"damping_ratio": 0.05})
    plain = surrogate.respond(network, {"push": push, "shake": shake}, {"damping_ratio": 0.05})
    np.testing.assert_allclose(response["sway"], plain["sway"], rtol=1e-6)
    np.testing.assert_allclose(response["time"], INTERVAL * np.arange(60))


@pytest.mark.parametrize(
    ("push", "message"),
    [
        (labelled(np.zeros(9), "kN", np.arange(9), "m"), "time has the unit 'm', must have one of"),
        (labelled(np.zeros(9), "kN", 5.0 + INTERVAL * np.arange(9)), "begin at one time"),
        (labelled(np.zeros(9), "kN", 1e6 * np.arange(9)), "9 samples every 1e[+]06 s, which"),
        (np.ma.masked_greater(np.arange(9.0), 5.0), "has 3 masked values, must have none"),
        (np.zeros(9, complex), "complex numbers, must hold real ones"),
        (np.zeros((9, 1)), r"shape \(9, 1\) is 9 records of one sample each"),
    ],
)
def test_what_would_be_another_motion_is_refused(network, push, message):
    given = {"push": push, "shake": labelled(np.zeros(9), "m s-2", INTERVAL * np.arange(9))}
    with pytest.raises(ValueError, match=message):
        surrogate.respond(network, given, {"damping_ratio": 0.05})
