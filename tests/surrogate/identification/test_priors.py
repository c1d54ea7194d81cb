"""Priors: their densities, and what they add to likelihood, bounds and searches."""

import numpy as np
import pytest
from scipy import stats

from surrogate.identification.bounds import bounds, of_priors
from surrogate.identification.identify import identify
from surrogate.identification.law_choice import restricted
from surrogate.identification.likelihood import Derivatives, Likelihood
from surrogate.identification.priors import LogNormal, Normal, Prior, Smooth
from surrogate.identification.search import search
from surrogate.identification.settings import Settings
from surrogate.identification.unknowns import Choice, Space, Unknown
from tests.helpers import recorded_building as building

STIFFNESS = Unknown("stiffness", "N m-1", np.array([4.0, 2.0, 1.0]))
RATIO = Unknown("ratio", "1", np.array([0.1]), positive=False, upper=1.0)


def test_a_lognormal_is_that_of_scipy_but_for_a_constant():
    values = np.array([[2.0], [3.0], [5.0]])
    found = LogNormal("stiffness", 0.3, 3.0).negative_log({"stiffness": values})
    # In the logarithm of the parameter, which is what a search moves.
    expected = -stats.norm(np.log(3.0), 0.3).logpdf(np.log(values[:, 0]))
    np.testing.assert_allclose(found - found[1], expected - expected[1])


def test_a_normal_is_about_its_value():
    found = Normal("ratio", 0.05, 0.2).negative_log({"ratio": np.array([[0.2], [0.3]])})
    np.testing.assert_allclose(found, [0.0, 2.0])


def test_a_smooth_parameter_may_have_any_size():
    values = np.array([[4.0, 2.0, 1.0], [8.0, 4.0, 2.0], [3.0, 3.0, 3.0]])
    found = Smooth("stiffness", np.log(2.0)).negative_log({"stiffness": values})
    np.testing.assert_allclose(found, [1.0, 1.0, 0.0], atol=1e-12)


def test_derivatives_of_quadratic_priors_are_exact():
    choice = Choice(
        prior={"ratio": 0.5},
        priors=(LogNormal("stiffness", 0.2, [4.0, 3.0, 1.0]), Smooth("stiffness", 0.5)),
    )
    space = Space([STIFFNESS, RATIO], choice)
    gradient, curvature = space.prior_derivatives(np.array([0.1, 0.0, 0.0, 0.2]))
    steps = np.array([[-1.0, 1.0, 0.0], [0.0, -1.0, 1.0]])
    own = np.eye(3) / 0.04 + steps.T @ steps / 0.25
    away = np.array([0.1, np.log(2.0 / 3.0), 0.0]) / 0.04
    logs = np.log([4.0 * np.exp(0.1), 2.0, 1.0])
    np.testing.assert_allclose(gradient[:3], away + steps.T @ (steps @ logs) / 0.25, atol=1e-6)
    np.testing.assert_allclose(curvature[:3, :3], own, atol=1e-4)
    assert gradient[3] == pytest.approx(0.8)
    assert curvature[3, 3] == pytest.approx(4.0)


def test_a_tied_parameter_is_one_number():
    prior = LogNormal("stiffness", 0.2, [4.0, 2.0, 1.0])
    tied = Space([STIFFNESS], Choice(tied=("stiffness",), priors=(prior,)))
    assert tied.prior(np.array([[0.2]])) == pytest.approx([0.5])


def test_a_prior_is_in_value_values_and_gradient():
    model = building.model("elastic")
    choice = Choice(
        fixed=("mass", "mass_damping"),
        priors=(LogNormal("stiffness", 0.05, 280.0), Smooth("damping", 0.1)),
    )
    own = Likelihood(model, Space(model.unknowns, choice), building.recordings(["drift 1"], 2))
    theta = np.full(len(own.space), 0.1)
    residuals = own.residuals(theta)
    assert own.values(theta[None])[0] == pytest.approx(own.value(theta, residuals), rel=1e-9)
    plain = Likelihood(model, Space(model.unknowns, Choice(choice.fixed)), own.recordings)
    prior = sum(each.negative_log(own.space.values(theta[None])) for each in choice.priors)[0]
    assert own.value(theta, residuals) - plain.value(theta, residuals) == pytest.approx(prior)


def test_without_records_the_bounds_are_those_of_the_prior():
    prior = LogNormal("stiffness", 0.2)
    space = Space([STIFFNESS], Choice(priors=(prior.about({"stiffness": [4.0, 2.0, 1.0]}),)))
    nothing = Derivatives(np.zeros((20, 3)), np.zeros((3, 3)))
    found = bounds(space, np.zeros(3), nothing)
    np.testing.assert_allclose(found.deviations, 0.2, rtol=1e-5)
    ratios = found.held_by_priors()
    assert list(ratios) == ["stiffness 1", "stiffness 2", "stiffness 3"]
    np.testing.assert_allclose(list(ratios.values()), 1.0, rtol=1e-5)
    assert of_priors(ratios)[0].startswith("stiffness 1, 2, 3 is held by its prior rather than")


def test_what_records_tell_is_not_held_by_a_prior():
    space = Space([STIFFNESS], Choice(priors=(LogNormal("stiffness", 0.2, 3.0),)))
    generator = np.random.default_rng(0)
    scores = 100.0 * generator.standard_normal((400, 3)) / np.sqrt(400)
    found = bounds(space, np.zeros(3), Derivatives(scores, 1e4 * np.eye(3)))
    assert max(found.held_by_priors().values()) < 0.1
    assert of_priors(found.held_by_priors()) == []


def test_a_search_ends_between_records_and_prior():
    recordings = building.recordings(["acceleration 3"], records=2, noise=0.2, law="elastic")
    model = building.model("elastic")
    fixed = ("mass", "mass_damping", "damping")
    ends = []
    higher = 1.1 * np.array(building.TRUTH["stiffness"])
    for spread in (np.inf, 0.02, 1e-4):
        priors = () if spread == np.inf else (LogNormal("stiffness", spread, higher),)
        space = Space(model.unknowns, Choice(fixed, ("stiffness",), priors=priors))
        own = Likelihood(model, space, recordings)
        ends.append(float(space.values(search(own, 30).theta)["stiffness"][0]))
    free, between, held = ends
    assert free == pytest.approx(300.0, rel=0.02)
    assert free < between < held
    assert held == pytest.approx(330.0, rel=5e-3)


def test_a_prior_settles_what_records_leave_open():
    recordings = building.recordings(["acceleration 3"], records=4, noise=0.05, law="elastic")
    known = Settings(3, law="elastic", priors=(LogNormal("mass", 0.1, building.TRUTH["mass"]),))
    found = identify(recordings, known)
    ratios = found.bounds.held_by_priors()
    assert set(ratios) == {"mass 2", "mass 3"}
    np.testing.assert_allclose(found.values["mass"], building.TRUTH["mass"], rtol=0.35)


def test_a_law_without_a_parameter_is_tried_without_its_prior():
    known = (LogNormal("exponent", 0.1, 2.0), Smooth("stiffness", 0.1))
    settings = Settings(3, priors=known)
    assert restricted(settings, "elastic").priors == known[1:]
    assert restricted(settings, "bouc_wen").priors == known


class Upside(Prior):
    """A density that is not concave."""

    names = ("stiffness",)

    def negative_log(self, values):
        return -np.square(values["stiffness"]).sum(axis=1)


class Infinite(Upside):
    """A density that is zero everywhere."""

    def negative_log(self, values):
        return np.full(len(values["stiffness"]), np.inf)


def test_what_is_not_concave_adds_no_negative_curvature():
    space = Space([STIFFNESS], Choice(priors=(Upside(),)))
    assert np.linalg.eigvalsh(space.prior_derivatives(np.zeros(3))[1]).min() > -1e-9


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: LogNormal("stiffness", 0.0), "spread = 0.0: must be positive and finite"),
        (lambda: LogNormal("stiffness", 0.2, -1.0), "value = -1.0: must be positive"),
        (lambda: Normal("ratio", 0.2, "high"), "value = 'high': must be finite numbers"),
        (lambda: Smooth("stiffness", "much"), "spread = 'much': must be positive and finite"),
        (lambda: LogNormal("stiffness", 0.2).about({}), "about what"),
        (lambda: Space([RATIO], Choice(priors=(Smooth("mass", 1.0),))), "prior: 'mass' is unknown"),
        (lambda: Space([STIFFNESS], Choice(priors=(Infinite(),))), "is .inf. at the start"),
        (
            lambda: Space([STIFFNESS], Choice(priors=(LogNormal("stiffness", 0.2, [1.0, 2.0]),))),
            "2 values: expected one, or 3",
        ),
        (
            lambda: identify(building.recordings(["drift 1"]), Settings(3, prior={"damping": 0.2})),
            "Its start comes from the records",
        ),
    ],
)
def test_what_is_no_prior_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()
