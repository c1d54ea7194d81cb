"""The study dimensionality: its tiny preset, and what is known of its pieces without training."""

import numpy as np
import pytest
import torch
from torch import nn

from studies import dimensionality as study
from studies.dimensionality import autoencoder, claims, separation
from studies.dimensionality.training import error, fit
from tests.helpers import tiny_study

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def test_tiny_preset_holds_what_needs_no_training(tmp_path):
    results, verdicts = tiny_study.run("dimensionality", tmp_path)
    assert verdicts[claims.ECKART].holds
    assert verdicts[claims.PRODUCT].holds
    assert results.sizes["seed"] == study.PRESETS["tiny"].seeds


def test_separate_networks_have_no_mixed_derivative():
    network = separation.Additive(3, 4).double()
    hessian = torch.func.hessian(lambda x: network(x[None])[0, 0])(torch.randn(3).double())
    assert torch.allclose(hessian, torch.diag(hessian.diagonal()), atol=1e-12)
    assert hessian.diagonal().abs().min() > 0


def test_components_leave_nothing_of_a_plane():
    generator = np.random.default_rng(0)
    x = generator.standard_normal((50, 2)) @ generator.standard_normal((2, 6))
    table = torch.tensor(x - x.mean(axis=0), dtype=torch.float32)
    assert error(autoencoder.components(table, 2), table, table) < 1e-10
    assert error(autoencoder.components(table, 1), table, table) > 1e-3


def test_components_are_the_best_of_linear_autoencoders():
    torch.manual_seed(0)
    x = torch.randn(200, 5) * torch.tensor([3.0, 2.0, 1.0, 0.5, 0.2])
    x = x - x.mean(0)
    trained = fit(autoencoder.Autoencoder(5, 2), x, x, 1500)
    assert error(trained, x, x) == pytest.approx(
        error(autoencoder.components(x, 2), x, x), rel=1e-3
    )


def test_error_of_the_mean_is_one():
    network = nn.Linear(2, 1)
    y = torch.randn(100, 1)
    with torch.no_grad():
        network.weight.zero_()
        network.bias.copy_(y.mean(0))
    assert error(network, torch.randn(100, 2), y) == pytest.approx(1.0)


def test_power_of_an_error_that_each_term_adds_alike():
    shares = study.xr.DataArray([0.1, 0.1, 0.1], {"number": [1, 2, 4]}, "number")
    assert study._power(shares) == pytest.approx(0.5)  # variances add
