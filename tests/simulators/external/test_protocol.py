"""What goes into a simulator and comes out of it is checked in one place, in one line."""

import numpy as np
import pytest
import xarray as xr

from simulators import BaseMotion, solve
from simulators.external import (
    DidNotConverge,
    ExternalSimulator,
    FunctionSimulator,
    Output,
    Parameter,
    StructureSimulator,
    run_isolated,
)
from simulators.structures.presets import five_storey
from tests.helpers.foreign_simulators import Declares, Misbehaves, Raises, Returns, oscillate

TIME = 0.02 * np.arange(200)
MOTION = BaseMotion(2.0 * np.sin(2.0 * np.pi * TIME), 0.02)
GOOD = {"drift": np.zeros((200, 3)), "base_shear": np.zeros(200)}
OSCILLATOR = {
    "outputs": {"displacement": {"units": "m"}},
    "parameters": {"frequency": {"units": "Hz", "default": 2.0, "minimum": 0.1, "maximum": 9.0}},
}


def test_a_response_has_time_units_and_where_it_comes_from():
    response = Returns(GOOD).respond(MOTION, seed=7)
    assert response["drift"].dims == ("time", "storey")
    assert response["drift"].attrs == {"units": "m", "long_name": "drift"}
    assert response["base_shear"].attrs == {"units": "N", "long_name": "base shear"}
    np.testing.assert_array_equal(response["time"], MOTION.time)
    assert response.attrs["seed"] == 7
    assert response.attrs["simulator"] == Returns(GOOD).version
    assert response.attrs["seconds"] >= 0.0


@pytest.mark.parametrize(
    ("result", "message"),
    [
        (np.zeros(200), "Returns.simulate returned a ndarray: expected a mapping"),
        ({"drift": np.zeros((200, 3))}, "base_shear missing or not declared; expected drift, base"),
        (GOOD | {"extra": 1.0}, "extra missing or not declared"),
        (
            GOOD | {"drift": np.zeros((199, 3))},
            r"output drift has shape \(199, 3\), expected \(200",
        ),
        (GOOD | {"drift": np.zeros(200)}, r"has shape \(200,\), expected \(200, storey\)"),
        (GOOD | {"drift": np.zeros((200, 0))}, r"has shape \(200, 0\)"),
        (
            GOOD | {"base_shear": "many"},
            "output base_shear is a str, expected an array of real num",
        ),
        (GOOD | {"base_shear": None}, "output base_shear is a NoneType, expected an array"),
        (GOOD | {"base_shear": [[1.0], [1.0, 2.0]]}, "output base_shear is a list, expected an"),
        (GOOD | {"base_shear": np.zeros(200, complex)}, "base_shear is an array of complex128"),
        (GOOD | {"base_shear": np.zeros(200, bool)}, "base_shear is an array of bool, expected"),
        (GOOD | {"base_shear": np.full(200, "1.0")}, "base_shear is an array of <U3, expected"),
        (
            GOOD | {"base_shear": xr.DataArray(np.zeros(200), attrs={"units": "kN"})},
            "output base_shear has the units 'kN', declared are 'N'",
        ),
        (
            GOOD | {"base_shear": xr.DataArray(np.zeros(200))},
            "output base_shear has the units None, declared are 'N'",
        ),
    ],
)
def test_a_result_that_is_not_as_declared_is_refused_in_one_line(result, message):
    with pytest.raises(ValueError, match=message) as caught:
        Returns(result).respond(MOTION)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("number", [np.nan, np.inf])
def test_numbers_that_are_not_finite_are_a_failure_with_their_time(number):
    drift = np.zeros((200, 3))
    drift[50:, 1] = number
    with pytest.raises(DidNotConverge, match="output drift is not finite at t = 1 s") as caught:
        Returns(GOOD | {"drift": drift}).respond(MOTION)
    assert caught.value.time == 1.0


@pytest.mark.parametrize("values", [np.full(200, 1e300), np.ma.masked_less(np.arange(200), 1)])
def test_what_single_precision_cannot_hold_and_what_is_masked_is_not_finite(values):
    with pytest.raises(DidNotConverge, match="output base_shear is not finite at t = 0 s") as found:
        Returns(GOOD | {"base_shear": values}).respond(MOTION)
    assert found.value.kind == "not_finite"


@pytest.mark.parametrize(
    ("kind", "words", "reason"),
    [
        ("ValueError", "singular\n  matrix", r"ValueError: singular matrix \(foreign_simul"),
        ("KeyError", "mass", r"KeyError: 'mass' \(foreign_simulators.py, line \d+\)"),
        ("SystemExit", "3", r"SystemExit: 3 \(foreign_simulators.py, line \d+\)"),
    ],
)
def test_an_error_of_the_simulator_is_a_failure_in_whatever_process(kind, words, reason):
    simulator = Raises(kind, words)
    for run in (simulator.respond, lambda motion: run_isolated(simulator, motion)):
        with pytest.raises(DidNotConverge, match=reason) as caught:
            run(MOTION)
        assert caught.value.kind == "error"
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("declared", "message"),
    [
        ({"outputs": ()}, "Declares.outputs is empty: declare at least one Output"),
        ({"outputs": ("roof",)}, r"Declares.outputs = \('roof',\): expected a tuple of Output"),
        ({"outputs": Output("roof", "m")}, "Declares.outputs = Output.*expected a tuple of Output"),
        ({"outputs": (Output("roof", "m"),) * 2}, "Declares.outputs: roof is declared twice"),
        ({"parameters": {"k": 1.0}}, "Declares.parameters = {'k': 1.0}: expected a tuple of Para"),
        ({"parameters": (Parameter("k", "N m-1", 1.0),) * 2}, "parameters: k is declared twice"),
        ({"directions": 0}, "Declares.directions = 0: expected a whole number >= 1"),
        ({"extra_samples": -5}, "Declares.extra_samples = -5: expected a whole number >= 0"),
        ({"extra_samples": "5"}, "Declares.extra_samples = '5': expected a whole number >= 0"),
    ],
)
def test_a_class_that_declares_something_else_is_refused(declared, message):
    with pytest.raises(ValueError, match=message):
        Declares(**declared).respond(MOTION)


def test_outputs_agree_on_the_size_of_a_component():
    simulator = Returns({"drift": np.zeros((200, 3)), "force": np.zeros((200, 2))})
    simulator.outputs = (Output("drift", "m", "storey"), Output("force", "N", "storey"))
    with pytest.raises(ValueError, match="output force has 2 of storey, another output has 3"):
        simulator.respond(MOTION)


@pytest.mark.parametrize(
    ("motions", "message"),
    [
        ((MOTION, MOTION), "got BaseMotion, BaseMotion, expected 1 BaseMotion"),
        ((), "got nothing, expected 1 BaseMotion"),
        (("sine",), "got str, expected 1 BaseMotion"),
    ],
)
def test_motions_are_one_for_each_direction(motions, message):
    with pytest.raises(ValueError, match=message):
        Returns(GOOD).respond(motions)


def test_two_motions_share_their_samples():
    simulator = Returns(GOOD)
    simulator.directions = 2
    assert simulator.respond((MOTION, MOTION)).sizes["time"] == 200
    with pytest.raises(ValueError, match=r"200 samples at 0.01 s, 200 samples at 0.02 s; expected"):
        simulator.respond((MOTION, BaseMotion(MOTION.acceleration, 0.01)))


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"stiffness": 1.0}, "Misbehaves has no parameter stiffness: expected one of way"),
        ({"way": 8.0}, "parameter way = 8.0 1: expected a number from 0 to 7"),
        ({"way": np.nan}, "parameter way = nan 1: expected a number from 0 to 7"),
        ({"way": True}, "parameter way = True 1: expected a number from 0 to 7"),
    ],
)
def test_parameters_are_known_and_within_their_range(given, message):
    with pytest.raises(ValueError, match=message):
        Misbehaves().respond(MOTION, given)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Output("drift", ""), "Output 'drift': units = '', expected a text"),
        (lambda: Output("storey drift", "m"), "Output.name = 'storey drift': expected one word"),
        (lambda: Output("drift", "m", "two words"), "component = 'two words', expected one word"),
        (lambda: Parameter("k", "N m-1", 1.0, 2.0), "parameter k = 1.0 N m-1: expected a number"),
        (lambda: Parameter("k", "N m-1", 1.0, 2.0, 0.0), "minimum = 2.0 must be at most maximum"),
        (lambda: Output.read("drift", {"unit": "m"}), "expected a mapping with units, component"),
        (lambda: Output.read("drift", {}), "Output 'drift': .*units"),
    ],
)
def test_declarations_are_checked_where_they_are_made(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_a_class_without_simulate_is_no_simulator():
    class Lazy(ExternalSimulator):
        outputs = (Output("drift", "m"),)

    with pytest.raises(TypeError, match="simulate"):
        Lazy()


def test_a_plain_function_is_a_simulator():
    """A stiff linear oscillator follows a slow motion statically: y = -a_g / omega^2."""
    simulator = FunctionSimulator(oscillate, **OSCILLATOR)
    response = simulator.respond(MOTION, {"frequency": 9.0})
    late = slice(100, None)
    static = -MOTION.acceleration[late] / (2.0 * np.pi * 9.0) ** 2
    np.testing.assert_allclose(
        response["displacement"][late], static, atol=0.05 * abs(static).max()
    )


def test_a_function_is_named_by_its_path_too():
    by_name = FunctionSimulator("tests.helpers.foreign_simulators.oscillate", **OSCILLATOR)
    by_itself = FunctionSimulator(oscillate, **OSCILLATOR)
    assert by_name.version == by_itself.version
    xr.testing.assert_equal(by_name.respond(MOTION), by_itself.respond(MOTION))


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("oscillate", "'oscillate' is not a path: expected MODULE.NAME"),
        ("no_such_module.f", "no_such_module.f: module no_such_module cannot be imported"),
        ("tests.helpers.foreign_simulators.f", "module tests.helpers.foreign_simulators has no f"),
    ],
)
def test_a_path_that_leads_nowhere_is_refused(path, message):
    with pytest.raises(ValueError, match=message):
        FunctionSimulator(path, **OSCILLATOR)


def test_our_own_structures_follow_the_protocol():
    """Numbers are those of `solve`."""
    simulator = StructureSimulator(five_storey, outputs=("drift", "acceleration"))
    response = simulator.respond(MOTION)
    expected = solve(five_storey(), MOTION, outputs=("drift", "acceleration"))
    for name in ("drift", "acceleration"):
        np.testing.assert_array_equal(response[name], expected[name][0])
        assert response[name].attrs == expected[name].attrs


def test_the_version_changes_with_the_source(tmp_path, monkeypatch):
    module = tmp_path / "my_frame_of_this_test.py"
    monkeypatch.syspath_prepend(tmp_path)
    module.write_text("def respond(a, interval):\n    return 0.0 * a\n")
    simulator = FunctionSimulator("my_frame_of_this_test.respond", {"drift": {"units": "m"}})
    before = simulator.version
    assert simulator.version == before
    module.write_text("def respond(a, interval):\n    return 1.0 * a\n")
    assert simulator.version != before
    assert before.startswith("simulators.external.function.FunctionSimulator ")


class Varies(Returns):
    """Declares that its responses may be shorter than their motion by any, or longer by 50."""

    may_end_early = True
    extra_samples = 50


@pytest.mark.parametrize("samples", [2, 120, 200, 250])
def test_a_response_has_the_number_of_samples_that_its_simulator_declares(samples):
    result = {"drift": np.zeros((samples, 3)), "base_shear": np.zeros(samples)}
    response = Varies(result).respond(MOTION)
    np.testing.assert_allclose(response["time"], 0.02 * np.arange(samples))


@pytest.mark.parametrize(
    ("drift", "shear", "message"),
    [
        (1, 1, "output drift has 1 samples, must have from 2 to 250 for a motion of 200"),
        (251, 251, "output drift has 251 samples, must have from 2 to 250"),
        (120, 121, r"output base_shear has shape \(121,\), expected \(120\)"),
    ],
)
def test_other_numbers_of_samples_are_refused(drift, shear, message):
    result = {"drift": np.zeros((drift, 3)), "base_shear": np.zeros(shear)}
    with pytest.raises(ValueError, match=message):
        Varies(result).respond(MOTION)
