"""A law that is no part of the package: it works in every solver, or is refused by its name."""

from dataclasses import dataclass, fields
from typing import ClassVar

import numpy as np
import pytest
from numba.extending import register_jitable

from simulators import Bilinear, BoucWen, Elastic, shear_building, solve
from simulators.hysteresis import Law, RateEquation, known_laws
from simulators.hysteresis.bilinear import stop_order, stop_project, stop_stored, stop_tangent
from simulators.solvers.kernel import EQUATIONS
from surrogate.evaluation.energy import dissipated_energy
from tests.helpers.buildings import random_motion


@register_jitable
def saturating(z, velocity, stiffness, sharpness):
    """Bouc-Wen with n = 1 and beta = gamma, in units of its own: z is a force."""
    return stiffness * (1.0 - sharpness * 0.5 * (np.copysign(1.0, velocity) * z + abs(z)))


@register_jitable
def saturating_stored(z, scale, stiffness):
    return 0.5 * scale * z * z / stiffness


@dataclass(frozen=True, eq=False)
class Saturating(Law):
    """f = z, z' = k (1 - (|z| + sgn(v) z) / (2 f_u)) v."""

    stiffness: np.ndarray
    ultimate: np.ndarray
    rate: ClassVar[RateEquation] = RateEquation(
        "saturating", saturating, saturating_stored, order=lambda: 2.0
    )

    def columns(self):
        return {
            "scale": np.ones(self.shape),
            "stiffness": self.stiffness,
            "sharpness": 1.0 / self.ultimate,
        }


@dataclass(frozen=True, eq=False)
class WithoutRate(Law):
    """A law of version 0.1, which named a tangent by its number."""

    stiffness: np.ndarray
    tangent: ClassVar[int] = 7

    def columns(self):
        return {"elastic": self.stiffness}


MOTION = random_motion(np.random.default_rng(3), peak=4.0)
TWIN = BoucWen(2e5, 0.0, 0.5 / 0.01, 0.5 / 0.01, 1.0)


@pytest.fixture(scope="module")
def own():
    return shear_building([1000.0], Saturating(2e5, 2e3), 300.0)


@pytest.mark.parametrize(("method", "tolerance"), [("batch", 1e-5), ("DOP853", 1e-8)])
def test_an_own_law_is_integrated_as_its_twin_of_the_package(own, method, tolerance):
    outputs = ("drift", "hysteretic_force", "dissipated_energy")
    found = solve(own, MOTION, method=method, tolerance=tolerance, outputs=outputs)
    twin = shear_building([1000.0], TWIN, 300.0)
    expected = solve(twin, MOTION, method=method, tolerance=tolerance, outputs=outputs)
    for name in outputs:
        largest = float(np.abs(expected[name]).max())
        np.testing.assert_allclose(found[name], expected[name], atol=1e-6 * largest)


def test_an_own_law_stands_beside_those_of_the_package(own):
    pair = shear_building([1000.0, 800.0], [Saturating(2e5, 2e3), Bilinear(1e5, 0.01)], 300.0)
    exact = solve(pair, MOTION, method="DOP853", tolerance=1e-9, outputs=("drift",))["drift"]
    found = solve(pair, MOTION, tolerance=1e-4, outputs=("drift",))["drift"]
    assert float(np.abs(found - exact).max() / np.abs(exact).max()) < 1e-4


def test_predictions_of_an_own_law_have_its_energy(own):
    drift = 0.03 * np.sin(np.linspace(0.0, 20.0, 400))[None, :, None]
    twin = shear_building([1000.0], TWIN)
    np.testing.assert_allclose(
        dissipated_energy(own, drift), dissipated_energy(twin, drift), rtol=1e-12
    )


def test_an_own_law_is_described_by_its_module_and_class():
    law = Saturating([2e5, 1e5], 2e3)
    description = law.to_dict()
    assert description["law"] == f"{__name__}.Saturating"
    again = Law.from_dict(description)
    assert isinstance(again, Saturating)
    np.testing.assert_array_equal(again.stiffness, law.stiffness)


def test_a_law_without_a_rate_equation_is_refused_by_its_name():
    with pytest.raises(ValueError, match=r"WithoutRate.rate = None: expected a RateEquation"):
        WithoutRate(1e5)


def test_a_law_without_parameters_is_refused():
    @dataclass(frozen=True, eq=False)
    class Empty(Law):
        rate: ClassVar[RateEquation] = Saturating.rate

    with pytest.raises(ValueError, match="Empty has no parameters: expected at least one field"):
        Empty()


def test_columns_that_the_rate_equation_lacks_or_does_not_know_are_refused():
    @dataclass(frozen=True, eq=False)
    class Misspelt(Saturating):
        def columns(self):
            return {"scale": self.stiffness, "stiffnes": self.stiffness}

    with pytest.raises(ValueError, match=r"Misspelt.columns: sharpness, stiffness, stiffnes"):
        Misspelt(1e5, 1e3)


def test_a_rate_equation_whose_arguments_are_out_of_order_is_refused():
    with pytest.raises(ValueError, match=r"crooked: .* expected the state in the order z, drift"):
        RateEquation("crooked", lambda velocity, z: z, saturating_stored)
    with pytest.raises(ValueError, match=r"crooked: .* expected z first"):
        RateEquation("crooked", lambda stiffness, z: z, saturating_stored)


def test_every_law_of_the_package_is_known_to_the_kernel():
    own = [law for law in known_laws().values() if law.__module__.startswith("simulators.")]
    assert len(own) >= 8
    assert {law.rate for law in own} == set(EQUATIONS)


def test_units_are_stated_of_every_parameter():
    for name, law in known_laws().items():
        if law.__module__.startswith("simulators."):
            assert set(law.units) == {field.name for field in fields(law)}, name


def branching(z):
    return 1.0 if z > 0 else 0.5


def constant(z):
    return 1.0


def twice(z):
    return 1.0 + z, 2.0 + z


def undefined(z, drift):
    return np.sqrt(-1.0 - abs(drift))


def many(z):
    return np.ones(7)


def broken(tangent):
    """A law whose tangent is at fault."""

    @dataclass(frozen=True, eq=False)
    class Broken(Law):
        stiffness: np.ndarray
        rate: ClassVar[RateEquation] = RateEquation("broken", tangent, elastic_stored)

        def columns(self):
            return {"scale": self.stiffness}

    return Broken


def elastic_stored(z, scale):
    return 0.5 * scale * z * z


@pytest.mark.parametrize(
    ("tangent", "message"),
    [
        (branching, r"Broken: branching .* fails on arrays: ValueError: .* without branches"),
        (
            constant,
            r"Broken: constant .* gives a float for arrays: .* a constant c is c \+ 0.0 \* z",
        ),
        (twice, r"Broken: twice .* expected an array of their shape"),
        (undefined, r"Broken: undefined .* is not finite at rest"),
        (many, r"Broken: many .* gives shape \(7,\)"),
    ],
)
def test_a_broken_rate_is_refused_when_the_law_is_made(tangent, message):
    with pytest.raises(ValueError, match=message):
        broken(tangent)([1e5, 2e5])


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (np.ones(5), r"columns: scale has shape \(5,\): expected \(2,\)"),
        (np.array([1.0, np.nan]), r"columns: scale = .* must be finite numbers"),
        ("stiff", r"columns: scale = 'stiff': must be finite numbers"),
    ],
)
def test_coefficients_that_are_no_numbers_of_the_elements_are_refused(value, message):
    @dataclass(frozen=True, eq=False)
    class Misfit(Saturating):
        def columns(self):
            return super().columns() | {"scale": value}

    with pytest.raises(ValueError, match=message):
        Misfit([2e5, 1e5], 2e3)


def test_what_is_no_function_of_arguments_is_refused():
    with pytest.raises(ValueError, match=r"crooked: 'elastic' is not a function"):
        RateEquation("crooked", "elastic", saturating_stored)
    with pytest.raises(ValueError, match=r"crooked: .* takes \*several: expected positional"):
        RateEquation("crooked", lambda *several: several[0], saturating_stored)


def linear_rate(z):
    return 1.0 + 0.0 * z


def sorted_rate(z):
    return 1.0 + 0.0 * np.sort(z)


def test_functions_need_no_decorator_to_be_compiled():
    law = broken(linear_rate)(1e5)
    found = solve(shear_building([1000.0], law, 300.0), MOTION, tolerance=1e-5)["drift"]
    twin = shear_building([1000.0], Elastic(1e5), 300.0)
    expected = solve(twin, MOTION, tolerance=1e-5)["drift"]
    np.testing.assert_allclose(found, expected, atol=1e-5 * float(np.abs(expected).max()))


def test_a_rate_that_cannot_be_compiled_is_refused_by_its_name():
    building = shear_building([1000.0], broken(sorted_rate)(1e5), 300.0)
    with pytest.raises(ValueError, match=r"rate equation broken cannot be compiled: .*DOP853"):
        solve(building, MOTION)


def test_the_law_of_the_docstring_is_driven_as_the_bilinear_one():
    @dataclass(frozen=True, eq=False)
    class Elastoplastic(Law):
        stiffness: np.ndarray
        yield_drift: np.ndarray
        rate: ClassVar[RateEquation] = RateEquation(
            "elastoplastic", stop_tangent, stop_stored, project=stop_project, order=stop_order
        )

        def columns(self):
            return {"scale": self.stiffness, "bound": self.yield_drift}

    drift = 0.03 * np.sin(np.linspace(0.0, 12.0, 101))
    found = Elastoplastic(1e5, 0.01).drive(drift, 0.1)
    exact = Bilinear(1e5, 0.01, 0.0).drive(drift, 0.1)
    for name in ("restoring_force", "dissipated_energy"):
        largest = float(np.abs(exact[name]).max())
        np.testing.assert_allclose(found[name], exact[name], atol=1e-3 * largest)
