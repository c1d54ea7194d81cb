"""Initialisers: every one of torch.nn.init on every kind of layer, gate by gate, with the variance
that it promises.
"""

import math
import re
from functools import partial

import pytest
import torch
from torch import nn

from surrogate.networks import (
    CNN,
    GRU,
    LSTM,
    MLP,
    RCNN,
    RNN,
    TCN,
    ImageClassifier,
    ImageDecoder,
    PeepholeLSTM,
    RecurrentCNN,
)
from surrogate.optim.initializers import Initialize, functions, lecun_normal_, lecun_uniform_

ARGUMENTS = {"constant_": {"val": 0.3}, "sparse_": {"sparsity": 0.5}}
NETWORKS = {
    "dense": MLP,
    "convolution": CNN,
    "normalised convolution": TCN,
    "LSTM": LSTM,
    "peephole LSTM": PeepholeLSTM,
}
NETWORKS |= {"GRU": GRU, "Elman": RNN, "convolution of images": partial(ImageClassifier, size=8)}
NETWORKS |= {
    "recurrent convolution": RecurrentCNN,
    "transposed convolution of images": partial(ImageDecoder, size=8),
}
SIZES = {ImageClassifier: (2, 2, 8, 8), ImageDecoder: (2, 2)}
"""Of the input of networks that take no records."""


def test_the_functions_are_found_by_inspection():
    found = functions()
    assert {
        "xavier_uniform_",
        "kaiming_normal_",
        "orthogonal_",
        "dirac_",
        "eye_",
        "lecun_normal_",
    } <= set(found)
    assert all(callable(function) for function in found.values())
    assert not any(name.startswith("_") for name in found)


def outcome(network, name):
    """What an initialiser did to a network: its report, or the sentence of its refusal."""
    try:
        return Initialize(functions()[name], arguments=ARGUMENTS.get(name))(network)
    except ValueError as error:
        return str(error)


@pytest.mark.parametrize("name", functions())
@pytest.mark.parametrize("make", NETWORKS.values(), ids=NETWORKS.keys())
def test_every_initialiser_works_or_says_why_not(make, name):
    torch.manual_seed(0)
    network = make(2, 3)
    result = outcome(network, name)
    if isinstance(result, str):
        assert re.search(
            "applies to no weight of the network: left: Only tensors"
            "|rows of zeros, which have no direction",
            result,
        )
        return
    assert any("gate" in what or what == "initialised" for what in result.values())
    assert all(torch.isfinite(value).all() for value in network.state_dict().values())
    sizes = SIZES.get(type(network), (2, 10, 2))
    assert torch.isfinite(network(torch.randn(sizes))).all()


@pytest.mark.parametrize("make", [LSTM, GRU, PeepholeLSTM])
def test_gates_are_initialised_one_by_one(make):
    network = make(2, 3, hidden=16)
    Initialize(nn.init.orthogonal_)(network)
    (recurrent,) = [value for name, value in network.named_parameters() if "weight_hh" in name]
    for gate in recurrent.split(16):
        torch.testing.assert_close(gate @ gate.T, torch.eye(16), atol=1e-5, rtol=0)


@pytest.mark.parametrize(
    ("function", "variance"),
    [
        (nn.init.xavier_uniform_, 2 / (100 + 300)),
        (nn.init.xavier_normal_, 2 / (100 + 300)),
        (lecun_normal_, 1 / 100),
        (lecun_uniform_, 1 / 100),
        (partial(nn.init.kaiming_normal_, nonlinearity="relu"), 2 / 100),
        (partial(nn.init.kaiming_uniform_, nonlinearity="relu"), 2 / 100),
    ],
)
def test_variances(function, variance):
    torch.manual_seed(0)
    network = MLP(100, 1, hidden=[300])
    Initialize(function)(network)
    assert network.layers[0].weight.var().item() == pytest.approx(variance, rel=0.02)


def test_the_fan_of_a_gate_is_its_own():
    """Glorot's variance for hidden = inputs = 200 is 1/200 for each gate; for the whole stack it
    would be 2/1000.
    """
    torch.manual_seed(0)
    network = LSTM(200, 1, hidden=200)
    Initialize(nn.init.xavier_normal_)(network)
    assert network.recurrent.weight_ih_l0.var().item() == pytest.approx(1 / 200, rel=0.02)


@pytest.mark.parametrize(
    ("activation", "gain"), [(nn.Tanh, 5 / 3), (nn.ReLU, math.sqrt(2)), (nn.Identity, 1.0)]
)
def test_the_gain_of_the_activation(activation, gain):
    torch.manual_seed(0)
    for function in (nn.init.xavier_normal_, nn.init.kaiming_normal_):
        network = MLP(300, 1, hidden=[300])
        Initialize(function, activation=activation)(network)
        assert network.layers[0].weight.std().item() == pytest.approx(
            gain / math.sqrt(300), rel=0.02
        )


def test_recurrent_weights_and_biases_on_their_own():
    network = RNN(2, 3, hidden=5)
    report = Initialize(nn.init.zeros_, recurrent=nn.init.eye_, bias=nn.init.ones_)(network)
    assert torch.equal(network.ahead[0].hidden_to_hidden.weight, torch.eye(5))
    assert not network.ahead[0].input_to_hidden.weight.any()
    assert (network.head[0].bias == 1).all()
    assert set(report.values()) == {"initialised"}


def test_what_is_not_chosen_stays():
    network = LSTM(2, 3)
    before = {key: value.clone() for key, value in network.state_dict().items()}
    report = Initialize()(network)
    assert set(report.values()) == {"left as torch made it"}
    assert all(torch.equal(before[key], value) for key, value in network.state_dict().items())


@pytest.mark.parametrize("make", [LSTM, partial(LSTM, layers=2, bidirectional=True), PeepholeLSTM])
def test_forget_bias(make):
    """The sum of a gate's biases is the forget bias, in every layer and direction."""
    network = make(2, 3, hidden=4)
    Initialize(forget_bias=2.0)(network)
    biases = dict(network.named_parameters())
    for name, bias in biases.items():
        if name.rpartition(".")[2].startswith("bias") and "head" not in name and "_hh" not in name:
            other = (
                biases.get(name.replace("_ih", "_hh"), torch.zeros_like(bias))
                if "_ih" in name
                else 0.0
            )
            assert ((bias + other)[4:8] == 2.0).all()


def test_the_longest_memory_spreads_the_forget_gates():
    torch.manual_seed(0)
    network = LSTM(1, 1, hidden=500)
    Initialize(longest_memory=1000)(network)
    forget = torch.sigmoid(network.recurrent.bias_ih_l0[500:1000].detach())
    memory = 1 / (1 - forget)  # samples until a cell has forgotten all but 1/e
    assert 2 <= float(memory.min()) < 2.1
    assert 950 < float(memory.max()) <= 1000.1
    assert (
        30 < float(memory.median()) < 66
    )  # even over the logarithm: the square root of 2000, to three deviations
    torch.testing.assert_close(
        network.recurrent.bias_ih_l0[:500], -network.recurrent.bias_ih_l0[500:1000]
    )


def test_the_longest_memory_of_stacked_samples_is_in_samples():
    torch.manual_seed(0)
    network = RCNN(1, 1, recurrent=partial(LSTM, hidden=500, stack=4))
    Initialize(longest_memory=1000)(network)
    forget = torch.sigmoid(network.recurrent.recurrent.bias_ih_l0[500:1000].detach())
    memory = 4 / (1 - forget)  # samples until a cell has forgotten all but 1/e
    assert 8 <= float(memory.min()) < 8.4
    assert 950 < float(memory.max()) <= 1000.1
    with pytest.raises(ValueError, match="more than two steps of 4 samples, got 8"):
        Initialize(longest_memory=8)(network)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"weight": nn.init.constant_},
            "arguments of constant_: missing a required argument: 'val'",
        ),
        ({"weight": nn.init.normal_, "arguments": {"sdt": 1}}, "unexpected keyword argument 'sdt'"),
        (
            {"weight": nn.init.xavier_normal_, "activation": nn.GELU},
            "torch defines no gain for GELU",
        ),
        (
            {"weight": nn.init.kaiming_normal_, "activation": nn.SiLU},
            "torch defines no gain for SiLU",
        ),
        (
            {"weight": nn.init.dirac_},
            "applies to no weight of the network: left: Only tensors with 3, 4, or 5 dimensions",
        ),
        ({"forget_bias": 1.0, "longest_memory": 5}, "forget_bias or longest_memory, not both"),
        ({"longest_memory": 2}, "longest_memory must be at least 3 samples, got 2"),
        ({"forget_bias": 1.0}, "are for LSTM layers, and the network has none"),
    ],
)
def test_impossible_choices_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        Initialize(**options)(GRU(2, 3))
