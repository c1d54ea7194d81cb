"""Greedy layer-wise pre-training: what an autoencoder is known to find, layer by layer, in Python
and in a training.
"""

from functools import partial

import pytest
import torch
from torch import nn

from surrogate.networks import LSTM, MLP, WindowMLP
from surrogate.optim.pretraining import GreedyPretraining
from tests.helpers.make_records import write_records
from tests.helpers.train import fit

pytestmark = [
    pytest.mark.filterwarnings("ignore:.*does not have many workers"),  # the data are in memory
    pytest.mark.filterwarnings("ignore:`isinstance"),  # Lightning 2.6 with torch 2.13
]


def points(count=400, inputs=6):
    """Points close to a plane in a space of six dimensions."""
    torch.manual_seed(0)
    return torch.randn(count, 2) @ torch.randn(2, inputs) + 0.01 * torch.randn(count, inputs)


def parameters(network):
    return {name: value.clone() for name, value in network.state_dict().items()}


def test_a_linear_layer_finds_the_principal_components():
    x = points()
    network = MLP(6, 1, hidden=[2], activation=nn.Identity)
    GreedyPretraining(epochs=300, learning_rate=0.02)(network, lambda: [x])
    rows = torch.linalg.qr(network.layers[0].weight.detach().T)[0]
    principal = torch.linalg.svd(x - x.mean(dim=0), full_matrices=False)[2][:2].T
    torch.testing.assert_close(rows @ rows.T, principal @ principal.T, atol=0.02, rtol=0)


@pytest.mark.parametrize(
    "network", [MLP(6, 1, hidden=[5, 4]), WindowMLP(6, 1, window=3, hidden=[9, 4])]
)
def test_layers_are_trained_one_after_another_and_the_output_is_not(network):
    x = points().reshape(4, 100, 6)
    before = parameters(network)
    errors = GreedyPretraining(epochs=40, learning_rate=0.01)(network, lambda: x.split(2))
    assert [len(each) for each in errors] == [40, 40]
    assert all(each[-1] < 0.7 * each[0] for each in errors)
    changed = {
        name for name, value in network.state_dict().items() if not torch.equal(value, before[name])
    }
    assert changed == {"layers.0.weight", "layers.0.bias", "layers.2.weight", "layers.2.bias"}


def test_the_first_layer_does_not_know_of_those_above():
    networks = [MLP(6, 1, hidden=[5, *more]) for more in ([], [4])]
    with torch.no_grad():
        for name in ("weight", "bias"):
            getattr(networks[1].layers[0], name).copy_(getattr(networks[0].layers[0], name))
    for network in networks:
        GreedyPretraining(epochs=5)(network, lambda: [points()])
    assert torch.equal(networks[0].layers[0].weight, networks[1].layers[0].weight)


def test_hidden_inputs_are_restored():
    """A denoising autoencoder of inputs on a plane can infer a hidden coordinate from the
    others.
    """
    x = points()
    network = MLP(6, 1, hidden=[6], activation=nn.Identity)
    GreedyPretraining(epochs=300, learning_rate=0.02, dropout=0.3)(network, lambda: [x])
    layer = network.layers[0]
    spoilt = x.clone()
    spoilt[:, 0] = 0.0
    with torch.no_grad():
        restored = (layer(spoilt) @ layer.weight)[:, 0]
    assert torch.corrcoef(torch.stack([restored, x[:, 0]]))[0, 1] > 0.9


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return str(write_records(tmp_path_factory.mktemp("data") / "records.h5"))


def test_a_training_starts_from_pretrained_layers(path):
    options = {"network": partial(WindowMLP, window=10, hidden=[8]), "epochs": 1}
    options["optimizer"] = partial(torch.optim.SGD, lr=0.0)
    (plain, _), (trained, _) = (
        fit(path, **options, **more) for more in ({}, {"pretrain": GreedyPretraining(5)})
    )
    weight, changed = (each.network.layers[0].weight for each in (plain, trained))
    assert not torch.equal(weight, changed)
    assert torch.equal(plain.network.layers[2].weight, trained.network.layers[2].weight)


@pytest.mark.parametrize(
    ("network", "options", "message"),
    [
        (
            LSTM(1, 1),
            {},
            r"pre-training is for perceptrons with hidden layers \(MLP, WindowMLP\), got LSTM",
        ),
        (MLP(1, 1, hidden=[]), {}, "got MLP"),
        (MLP(1, 1), {"epochs": 0}, "epochs must be at least 1"),
        (MLP(1, 1), {"dropout": 1.0}, "dropout must be at least 0 and less than 1, got 1.0"),
    ],
)
def test_what_cannot_be_pretrained_is_refused(network, options, message):
    with pytest.raises(ValueError, match=message):
        GreedyPretraining(**options)(network, lambda: [torch.zeros(3, 1)])
