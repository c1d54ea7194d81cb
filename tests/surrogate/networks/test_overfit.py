"""Every network can learn: it overfits one record of a yielding building, or the points or images
that it is for.

That shows that the gradient reaches what has to change, and that the network can hold a response of
this kind.
"""

import inspect
from functools import partial

import numpy as np
import pytest
import torch
from torch import nn

from datasets.recipes.catalogue import load_recipe
from surrogate import networks
from surrogate.evaluation.metrics import normalized_root_mean_square_error
from surrogate.networks import (
    CNN,
    FNO,
    GRU,
    LSTM,
    MCGRU,
    MLP,
    NARX,
    RCNN,
    RNN,
    TCN,
    ConditionedNetwork,
    DeepONet,
    EncoderDecoder,
    FiLMLSTM,
    HystereticStateSpace,
    ImageAutoencoder,
    ImageClassifier,
    ImageDecoder,
    InstrumentedBuilding,
    Modal,
    NeuralStateSpace,
    Oscillator,
    PeepholeLSTM,
    RecurrentCNN,
    SelectiveStateSpace,
    SequenceNetwork,
    ShearBuilding,
    ShearFamily,
    StateSpace,
    Transformer,
    WindowMLP,
)

torch.set_num_threads(1)  # networks of this size only lose by more
ON_RECORDS = {
    "WindowMLP": partial(WindowMLP, window=30, hidden=[16]),
    "CNN": partial(CNN, channels=[8] * 5, kernel=3),
    "CNN, centred": partial(CNN, channels=[8] * 5, kernel=3, causal=False),
    "TCN": partial(TCN, channels=8, blocks=4, kernel=3),
    "EncoderDecoder": partial(EncoderDecoder, channels=[16, 16]),
    "RNN": partial(RNN, hidden=16, output_layers=2),
    "RNN, bidirectional": partial(RNN, hidden=16, bidirectional=True),
    "RNN, direct output": partial(RNN, hidden=16, direct_output=True),
    "RecurrentCNN": partial(RecurrentCNN, channels=[8] * 4, kernel=3, iterations=2),
    "RCNN": partial(RCNN, channels=[8, 8], recurrent=partial(LSTM, hidden=16)),
    "LSTM": partial(LSTM, hidden=16),
    "PeepholeLSTM": partial(PeepholeLSTM, hidden=8),
    "PeepholeLSTM, bidirectional": partial(PeepholeLSTM, hidden=6, bidirectional=True),
    "GRU": partial(GRU, hidden=12),
    "StateSpace": partial(StateSpace, width=8, states=12, blocks=2),
    "NeuralStateSpace": partial(NeuralStateSpace, substeps=1),
    "HystereticStateSpace": partial(HystereticStateSpace, hidden=8),
    "Modal": partial(
        Modal, modes=16
    ),  # linear, but one record tells no more than an impulse response of its length
    "ShearBuilding": partial(ShearBuilding, storeys=5, period=60.0),
    "FiLMLSTM": partial(FiLMLSTM, hidden=12),
    "MCGRU": partial(MCGRU, hidden=12),
    "NARX": partial(NARX, hidden=[8], persistence=0.9),
    "SelectiveStateSpace": partial(SelectiveStateSpace, width=8, states=4, blocks=2),
    "Transformer": partial(Transformer, width=16, heads=2, blocks=2, window=30),
    "FNO": partial(FNO, width=8, modes=24, blocks=3, period=80),
    "DeepONet": partial(DeepONet, sensors=64, basis=16, hidden=16, frequencies=8),
}
IN_UNITS = {InstrumentedBuilding, ShearFamily}
"""Networks that need the units of a record, which have tests of their own."""
ON_OTHERS = {MLP, ImageAutoencoder, ImageClassifier, ImageDecoder}
"""Networks without time, which cannot follow a record."""
ABSTRACT = {SequenceNetwork, ConditionedNetwork}


def overfitted(network, input, target, loss, enough):
    """Output of the network after as much LBFGS as brings the loss below `enough`, or a thousand
    steps.
    """
    optimizer = torch.optim.LBFGS(
        network.parameters(),
        max_iter=20,
        history_size=30,
        line_search_fn="strong_wolfe",
        tolerance_change=0.0,
    )

    def closure():
        optimizer.zero_grad()
        value = loss(network(input), target)
        value.backward()
        return value

    for _ in range(50):
        if optimizer.step(closure) < enough:
            break
    with torch.no_grad():
        return network(input)


def standardised(dataset, names):
    """Variables of a dataset, one channel each, with mean zero and standard deviation one."""
    values = (torch.from_numpy(dataset[name].values).double() for name in names)
    return [(value - value.mean()) / value.std(correction=0) for value in values]


@pytest.fixture(scope="module")
def record():
    """Acceleration and first-storey drift of 1.2 s, both (1, time, 1)."""
    dataset = load_recipe("five_storey", ["records=1", "motion.duration=1.18"]).make(0, 1)
    input, drift = standardised(dataset.isel(storey=0), ("base_acceleration", "drift"))
    return input[..., None], drift[..., None]


FEW = {Oscillator}
"""Networks of a handful of numbers, which cannot follow any record but one of their own kind."""


def test_every_network_is_here():
    found = {
        kind
        for _, kind in inspect.getmembers(networks, inspect.isclass)
        if issubclass(kind, nn.Module)
    }
    tried = {make.func for make in ON_RECORDS.values()}
    assert found - ABSTRACT - FEW == tried | ON_OTHERS | IN_UNITS
    assert not any(issubclass(kind, SequenceNetwork) for kind in ON_OTHERS)


@pytest.mark.parametrize("make", ON_RECORDS.values(), ids=ON_RECORDS.keys())
def test_a_network_overfits_one_record(make, record):
    torch.manual_seed(0)
    input, drift = record
    response = overfitted(
        make(1, 1).double(), input, drift, nn.functional.mse_loss, enough=0.007**2
    )
    assert normalized_root_mean_square_error(response.numpy(), drift.numpy()).item() < 0.01


def test_a_perceptron_overfits_the_points_of_a_function():
    torch.manual_seed(0)
    points, values = standardised(load_recipe("radial", ["records=30"]).make(0, 30), ("x", "y"))
    predicted = overfitted(
        MLP(2, 1).double(), points, values, nn.functional.mse_loss, enough=0.007**2
    )
    assert normalized_root_mean_square_error(predicted.numpy(), values.numpy()).item() < 0.01


def test_a_perceptron_on_points_cannot_follow_a_record(record):
    """It answers each sample alone, in whatever order they come; a drift depends on the
    accelerations before it.
    """
    torch.manual_seed(0)
    network, (input, _) = MLP(1, 1).double(), record
    order = torch.randperm(input.shape[1])
    torch.testing.assert_close(network(input[:, order]), network(input)[:, order])


def test_a_classifier_overfits_images_whose_classes_mean_nothing():
    generator = np.random.default_rng(0)
    images, classes = generator.standard_normal((30, 1, 8, 8)), generator.integers(0, 10, 30)
    torch.manual_seed(0)
    network, target = ImageClassifier(1, 10, 8).double(), torch.from_numpy(classes)
    scores = overfitted(
        network, torch.from_numpy(images), target, nn.functional.cross_entropy, enough=1e-3
    )
    assert torch.equal(scores.argmax(dim=1), target)


def test_a_decoder_and_an_autoencoder_overfit_images_of_noise():
    generator = np.random.default_rng(0)
    images = torch.from_numpy(generator.standard_normal((6, 1, 8, 8)))
    codes = torch.eye(6).double()
    torch.manual_seed(0)
    decoder = ImageDecoder(6, 1, 8, activation=nn.Tanh).double()
    autoencoder = ImageAutoencoder(1, 1, 8, features=6, activation=nn.Tanh).double()
    for network, input in ((decoder, codes), (autoencoder, images)):
        made = overfitted(network, input, images, nn.functional.mse_loss, enough=0.007**2)
        assert (made - images).square().mean() < 0.01**2 * images.square().mean()
