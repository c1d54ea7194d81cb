"""The study vanishing_gradient: its tiny preset, and the bound where it is reached."""

import numpy as np
import pytest
import torch
from torch import nn

from studies import vanishing_gradient as study
from studies.vanishing_gradient import depth, jacobians, remedies, training
from tests.helpers import tiny_study

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def test_tiny_preset_holds_the_claims_on_untrained_networks(tmp_path):
    results, verdicts = tiny_study.run("vanishing_gradient", tmp_path)
    claims = (study.LOGISTIC, study.BOUND, study.DEEP_BOUND, study.DEEP, study.RESIDUAL)
    assert [claim.statement for claim in claims if not verdicts[claim].holds] == []
    assert (results.jacobian > 0).any()
    assert results.remedy_loss.notnull().all()


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
    trained = remedies.train(name, [0], layers=1, epochs=60)
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
