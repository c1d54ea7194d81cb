"""The study vanishing_gradient: its tiny preset, and the bound where it is reached."""

import numpy as np
import pytest
import torch
import xarray as xr
from torch import nn

from studies import vanishing_gradient as study
from studies.vanishing_gradient import depth, jacobians, listing, measures, remedies, training
from tests.helpers import tiny_study

CPU = torch.device("cpu")
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def test_tiny_preset_holds_the_claims_on_untrained_networks(tmp_path):
    results, verdicts = tiny_study.run("vanishing_gradient", tmp_path)
    claims = (study.LOGISTIC, study.BOUND, study.DEEP_BOUND, study.DEEP, study.RESIDUAL)
    assert [claim.statement for claim in claims if not verdicts[claim].holds] == []
    assert (results.jacobian > 0).any()
    assert results.remedy_loss.notnull().all()
    assert results.listed_loss.sizes == {"listed": 2, "seed": 2, "part": 2, "listed_epoch": 2}


def test_listing_takes_flowers_in_centimetres_and_the_same_batches():
    """Two epochs by hand: an epoch's loss is the mean over batches, each scored before its step."""
    found = listing.run("tanh", 2, 3, "cpu")
    (x, y), (x_test, y_test) = listing.split(3)
    assert (len(x), len(x_test), float(x.max())) == (105, 45, pytest.approx(7.9, abs=0.3))
    torch.manual_seed(3)
    network = training.network("tanh")
    optimizer = torch.optim.Adam(network.parameters(), 1e-3)
    for epoch in range(2):
        losses = []
        norms = []
        for first in range(0, 105, 5):
            rows = slice(first, first + 5)
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(network(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
            norms.append(network.layers[0].bias.grad.norm().item())
        one = found.isel(listed_epoch=epoch)
        assert float(one.listed_loss.sel(part="train")) == pytest.approx(np.mean(losses), rel=1e-5)
        first_bias = one.listed_norm.sel(kind="biases", listed_layer=1)
        assert float(first_bias) == pytest.approx(np.mean(norms), rel=1e-4)
    tested = nn.functional.cross_entropy(network(x_test), y_test).item()
    assert float(one.listed_loss.sel(part="test")) == pytest.approx(tested, rel=1e-5)


def test_ratio_to_the_output_layer_is_that_of_geometric_means():
    names = ("kind", "listed_layer", "listed_epoch")
    norm = xr.DataArray([[[3.0, 3e-2], [5.0, 5.0]], [[4.0, 4e-2], [0.0, 0.0]]], dims=names)
    assert measures.over_the_output(norm).values == pytest.approx([0.1, 1.0])


def test_inputs_are_standardised_by_the_training_flowers_alone():
    (x, y), (x_test, _) = training.iris()
    assert x.mean(0).numpy() == pytest.approx(0.0, abs=1e-5)
    assert x.std(0, correction=0).numpy() == pytest.approx(1.0, abs=1e-5)
    assert (len(x), len(x_test), y.shape[1]) == (105, 45, 3)


def test_linear_layers_of_rotations_keep_the_gradient():
    remedy = depth.Remedy(nn.Identity, depth.Initialize(nn.init.orthogonal_))
    assert depth.decades(remedy, 30, 0) == pytest.approx(0.0, abs=0.1)


def test_norms_are_taken_of_weights_alone():
    gradients = {
        "a.weight": torch.ones(2, 3, 4),
        "a.bias": torch.full((2, 3), 9.0),
        "b.weight": torch.zeros(2, 1, 3),
    }
    assert training.layer_norms(gradients).numpy() == pytest.approx(
        np.array([[np.sqrt(12.0), 0.0]] * 2)
    )


@pytest.mark.parametrize("name", ["tanh, residual", "logistic, batch norm"])
def test_few_layers_learn_the_flowers_with_a_remedy(name):
    trained = remedies.train(name, [0], layers=1, epochs=60, device=CPU)
    assert trained.remedy_accuracy.item() > 0.8


def test_product_of_jacobians_is_that_of_the_whole_network():
    """Of the first layer's values to the last's, by one differentiation through all layers
    between.
    """
    torch.manual_seed(3)
    layers = training.network("tanh", 4).double().layers[:-1]
    h = layers[:2](training.iris()[0][0].double())
    norms = [torch.linalg.matrix_norm(torch.func.jacrev(layers[2:])(flower), 2) for flower in h]
    found = jacobians.measure(3, [4]).sel(activation="tanh")
    assert found.deep_jacobian.item() == pytest.approx(
        float(torch.stack(norms).max().log10().detach()), abs=1e-9
    )
