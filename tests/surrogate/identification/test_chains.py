"""Bounds by Markov chains: where both hold they are those of the sandwich."""

from pathlib import Path

import numpy as np
import pytest

from surrogate.cli.main import main
from surrogate.identification.bounds import Bounds, bounds
from surrogate.identification.chains import chains, r_hat
from surrogate.identification.likelihood import Likelihood
from surrogate.identification.search import search
from surrogate.identification.unknowns import Choice, Space, Unknown
from tests.helpers import recorded_building as building

CHOICE = Choice(fixed=("mass", "mass_damping"), tied=("damping",))


class Normal:
    """A likelihood of which everything is known: a normal one with a half line cut off."""

    def __init__(self, upper=np.inf):
        start = np.array([1.0])
        self.space = Space(
            [
                Unknown("shift", "1", start, positive=False, lower=-np.inf, upper=1.0 + upper),
                Unknown("slope", "1", start, positive=False, lower=-np.inf),
            ]
        )

    def values(self, thetas):
        return 0.5 * np.square(thetas / [0.1, 0.02]).sum(axis=1)


def about(likelihood, deviations):
    theta = np.zeros(2)
    return Bounds(likelihood.space, theta, np.diag(np.square(deviations)), np.zeros(2, bool))


def test_chains_are_those_of_a_normal_posterior():
    own = Normal()
    found = chains(own, about(own, [0.15, 0.02]))
    np.testing.assert_allclose(found.draws.mean(axis=0), 0.0, atol=0.015)
    np.testing.assert_allclose(found.deviations, [0.1, 0.02], rtol=0.1)
    assert found.steps >= 50 * found.autocorrelation


def test_a_limit_cuts_the_posterior_off():
    """Half a normal distribution: its mean is -0.1 sqrt(2 / pi)."""
    own = Normal(upper=0.0)
    found = chains(own, about(own, [0.1, 0.02]))
    assert found.draws[:, 0].max() <= 0.0
    assert found.draws[:, 0].mean() == pytest.approx(-0.1 * np.sqrt(2.0 / np.pi), rel=0.1)


def test_draws_of_buildings_are_no_two_alike():
    own = Normal()
    drawn = chains(own, about(own, [0.1, 0.02])).sample(100)
    assert len(np.unique(drawn, axis=0)) == len(drawn) == 100


def test_they_agree_with_the_sandwich_on_a_building_with_white_noise():
    model = building.model("elastic")
    recordings = building.recordings(
        ["acceleration 1", "acceleration 3"], records=1, noise=0.1, law="elastic"
    )
    plain = Likelihood(model, Space(model.unknowns, CHOICE), recordings)
    theta = search(plain, 10).theta
    residuals = plain.residuals(theta)
    known = bounds(plain.space, theta, plain.derivatives(theta, residuals))
    noisy = plain.with_noise(plain.noise_of(theta, residuals, of_base=False))
    found = chains(noisy, known)
    np.testing.assert_allclose(found.deviations, known.deviations, rtol=0.35)
    np.testing.assert_allclose(found.draws.mean(axis=0), theta, atol=known.deviations.max())


def test_the_posterior_of_rows_is_that_of_each():
    model = building.model("elastic")
    recordings = building.recordings(["acceleration 3"], records=2, noise=0.1, law="elastic")
    own = Likelihood(model, Space(model.unknowns, CHOICE), recordings)
    thetas = 0.05 * np.random.default_rng(0).standard_normal((3, len(own.space)))
    zero = np.zeros(len(own.space))
    noisy = own.with_noise(own.noise_of(zero, own.residuals(zero)))
    for each in (own, noisy):
        expected = [each.value(theta, each.residuals(theta)) for theta in thetas]
        np.testing.assert_allclose(each.values(thetas), expected, rtol=1e-9)


def test_a_chain_that_is_too_short_is_refused_with_what_it_needs():
    own = Normal()
    far = about(own, [1e-4, 1e-4])  # walkers that begin in a corner
    with pytest.raises(ValueError, match=r"of 200 steps have not converged.* give --chain \d+"):
        chains(own, far, steps=200)


def test_chains_of_different_means_have_a_large_r_hat():
    generator = np.random.default_rng(0)
    alike = generator.standard_normal((400, 8, 2))
    assert r_hat(alike) == pytest.approx(1.0, abs=0.01)
    apart = alike + np.arange(8)[None, :, None]
    assert r_hat(apart) > 2.0
    drifting = alike + 0.01 * np.arange(400)[:, None, None]
    assert r_hat(drifting) > 1.3


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--chain", "500"], "--chain is for --bounds mcmc"),
        (["--bounds", "mcmc", "--chain", "10"], "chain = 10: must be at least 200 steps"),
        (["--bounds", "mcmc", "--track", "stiffness"], "--bounds mcmc is for one building"),
    ],
)
def test_options_that_do_not_go_together_are_refused(words, message, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    given = ["identify", "none.h5", "--storeys", "2", "--sensors", "base,1", "--out", "out"]
    assert main([*given, *words]) == 2
    assert message in capsys.readouterr().err
    assert not Path("out").exists()
