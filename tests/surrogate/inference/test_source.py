"""Records of a file: what they are compared with."""

import numpy as np

from datasets.contract.schema import VARIABLES
from surrogate.data.channels import ChannelGroup, Interface
from surrogate.inference.given_parameters import GivenParameters
from surrogate.inference.histories import Excitation
from surrogate.inference.source import Source

MOTION = ChannelGroup("base_acceleration", VARIABLES["base_acceleration"].units, "", "", 1)
EXPONENT = ChannelGroup("exponent", "1", "", "", 1, constant=True)
DRIFT = ChannelGroup("drift", "m", "", "", 1)
INTERFACE = Interface((MOTION, EXPONENT), (DRIFT,), 0.02)


def source():
    values = np.array([[0.0], [2.0], [-1.0]])
    stated = {"exponent": np.array([2.0], np.float32)}
    return Source((Excitation(values, "a file", stated, 0.01 * values),), "read")


def test_a_scaled_record_is_not_compared_with_the_response_to_it_as_it_was():
    scaled = source().scaled(6.0)
    assert scaled.records[0].truth is None
    assert "is not compared: it is that to the record before it was scaled" in scaled.notes[0]


def test_a_response_is_compared_where_its_structure_is_the_one_that_is_asked():
    for asked, same in ((2.0, True), (2.0 + 1e-6, True), (2.5, False)):
        given = GivenParameters(INTERFACE, {"exponent": np.array([asked])})
        path = "file"
        compared = given.compared(source(), given.completed({path: source()})[path])
        assert (compared.records[0].truth is not None) == same
        assert bool(compared.notes) != same
