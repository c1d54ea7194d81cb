"""Every optimizer of the installed torch on every architecture: it works, or is refused with a
sentence.
"""

import re
from functools import cache, partial

import numpy as np
import pytest
import torch
from torch import nn

from surrogate import networks
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
    ShearBuilding,
    ShearFamily,
    StateSpace,
    Transformer,
    WindowMLP,
)
from surrogate.optim.muon import Muon
from surrogate.optim.optimizers import MuonAdamW, make, optimizers
from tools import compatibility

NETWORKS = {
    "MLP": partial(MLP, hidden=[6]),
    "WindowMLP": partial(WindowMLP, window=4, hidden=[6]),
    "CNN": partial(CNN, channels=[4, 4], kernel=3),
    "TCN": partial(TCN, channels=4, blocks=2, kernel=3),
    "EncoderDecoder": partial(EncoderDecoder, channels=[4, 4], kernel=3),
    "RNN": partial(RNN, hidden=6),
    "BRNN": partial(RNN, hidden=6, bidirectional=True),
    "RCNN": partial(RCNN, channels=[4], kernel=3, recurrent=partial(RNN, hidden=4)),
    "RecurrentCNN": partial(RecurrentCNN, channels=[4, 4], kernel=3, iterations=2),
    "LSTM": partial(LSTM, hidden=6),
    "PeepholeLSTM": partial(PeepholeLSTM, hidden=6),
    "GRU": partial(GRU, hidden=6),
    "StateSpace": partial(StateSpace, width=4, states=4, blocks=2),
    "NeuralStateSpace": partial(NeuralStateSpace, states=3, hidden=6),
    "HystereticStateSpace": partial(HystereticStateSpace, hidden=6),
    "Oscillator": partial(Oscillator, gain=1.0, period=12.0),
    "Modal": partial(Modal, modes=3),
    "ShearBuilding": partial(ShearBuilding, storeys=2, hidden=3, period=20.0),
    "ShearFamily": partial(ShearFamily, hidden=3, mass=1e3, stiffness=4e3, yield_displacement=0.01),
    "FiLMLSTM": partial(FiLMLSTM, hidden=6),
    "MCGRU": partial(MCGRU, hidden=6),
    "NARX": partial(NARX, lags=2, taps=2, hidden=[6]),
    "SelectiveStateSpace": partial(SelectiveStateSpace, width=4, states=2, blocks=2),
    "Transformer": partial(Transformer, width=8, heads=2, blocks=2, window=6),
    "FNO": partial(FNO, width=4, modes=4, blocks=2, period=200),
    "DeepONet": partial(DeepONet, sensors=200, basis=4, hidden=6, frequencies=2),
    "InstrumentedBuilding": partial(
        InstrumentedBuilding, storeys=2, observed=["acceleration 1"], period=0.4
    ),
}
ARCHITECTURES = NETWORKS | {
    "ImageClassifier": partial(ImageClassifier, size=6, channels=[4], hidden=[6]),
    "ImageDecoder": partial(ImageDecoder, size=6, channels=[4]),
    "ImageAutoencoder": partial(ImageAutoencoder, size=6, features=3, channels=[4]),
}
SIZES = {
    ImageClassifier: ((4, 2, 6, 6), (4, 1)),
    ImageDecoder: ((4, 2), (4, 1, 6, 6)),
    ImageAutoencoder: ((4, 2, 6, 6), (4, 1, 6, 6)),
}
"""Of input and target, where they are no records."""
EVERY = optimizers() | {"MuonAdamW": MuonAdamW}
OPTIONS = {"LBFGS": {"line_search_fn": "strong_wolfe"}}
REFUSED = {
    "SparseAdam": "SparseAdam needs sparse gradients.* use torch.optim.Adam",
    "Muon": "Muon optimizes only matrices .* use surrogate.optim.optimizers.MuonAdamW",
}


@cache  # for the table in the docs too
def outcome(name, architecture):
    """Losses of a few steps, or the sentence of the refusal."""
    torch.manual_seed(0)
    try:
        factory = partial(EVERY[name], **OPTIONS.get(name, {"lr": 0.01}))
        return trained(factory, ARCHITECTURES[architecture](2, 1), steps=8)
    except ValueError as error:
        return str(error)


def trained(factory, network, steps):
    """Losses of a few steps on one batch, with the closure that LBFGS needs and the others
    accept.
    """
    generator = torch.Generator().manual_seed(1)
    sizes = SIZES.get(type(network), ((4, 12, 2), (4, 12, 1)))
    input, target = (torch.randn(size, generator=generator) for size in sizes)
    optimizer = make(factory, network.parameters())

    def closure():
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(network(input), target)
        loss.backward()
        return loss

    return [optimizer.step(closure).item() for _ in range(steps)]


def test_the_optimizers_are_found_by_inspection():
    found = optimizers()
    assert {"SGD", "Adam", "AdamW", "LBFGS", "Adadelta", "RMSprop", "Rprop"} <= set(found)
    assert all(issubclass(kind, torch.optim.Optimizer) for kind in found.values())


def test_every_network_is_here():
    tried = {make.func.__name__ for make in ARCHITECTURES.values()}
    bases = {"SequenceNetwork", "ConditionedNetwork"}
    assert tried == set(networks.__all__) - bases


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_every_optimizer_trains_every_architecture_or_is_refused(architecture, name):
    result = outcome(name, architecture)
    if name in REFUSED:
        assert re.match(REFUSED[name], result)
    else:
        assert np.isfinite(result).all()
        assert result[-1] < result[0]


@pytest.mark.parametrize(
    "factory",
    [
        partial(torch.optim.SGD, lr=0.05, momentum=0.9, dampening=0.5),
        partial(torch.optim.SGD, lr=0.05, momentum=0.3, nesterov=True),
        partial(torch.optim.AdamW, lr=0.01, weight_decay=0.1),
    ],
)
def test_momentum_dampening_nesterov_and_decoupled_decay(factory):
    torch.manual_seed(0)
    losses = trained(factory, NETWORKS["LSTM"](2, 1), steps=20)
    assert losses[-1] < losses[0]


def test_another_error_of_an_optimizer_stays_its_own():
    with pytest.raises(ValueError, match="Invalid learning rate: -1"):
        make(partial(torch.optim.Adam, lr=-1.0), MLP(2, 1).parameters())


def test_muon_takes_the_matrices_and_adamw_the_rest():
    """As the two optimizers do side by side."""
    torch.manual_seed(0)
    together, apart = NETWORKS["LSTM"](2, 1), NETWORKS["LSTM"](2, 1)
    apart.load_state_dict(together.state_dict())
    matrices = [p for p in apart.parameters() if p.ndim == 2]
    others = [p for p in apart.parameters() if p.ndim != 2]
    muon = Muon(matrices, lr=0.01, weight_decay=0.0, adjust_lr_fn="match_rms_adamw")
    adamw = torch.optim.AdamW(others, lr=0.01, weight_decay=0.0)
    optimizer = MuonAdamW(together.parameters(), lr=0.01)
    input = torch.randn(4, 12, 2)
    for _ in range(3):
        for network, steps in ((together, [optimizer]), (apart, [muon, adamw])):
            network.zero_grad()
            network(input).square().mean().backward()
            for step in steps:
                step.step()
    for ours, theirs in zip(together.parameters(), apart.parameters(), strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-6, atol=1e-7)


def test_muon_and_adamw_resume_and_follow_one_schedule():
    torch.manual_seed(0)
    network = NETWORKS["LSTM"](2, 1)
    optimizer = MuonAdamW(network.parameters(), lr=0.01)
    scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, gamma=0.5)
    network(torch.randn(1, 5, 2)).square().mean().backward()
    optimizer.step()
    scheduler.step()
    assert [group["lr"] for part in optimizer.parts for group in part.param_groups] == [
        0.005,
        0.005,
    ]
    other = MuonAdamW(network.parameters(), lr=1.0)
    other.load_state_dict(optimizer.state_dict())
    assert [group["lr"] for group in other.param_groups] == [0.005, 0.005]
    other.param_groups[0]["lr"] = 0.25
    assert other.parts[0].param_groups[0]["lr"] == 0.25


def test_the_tables_in_the_docs_are_up_to_date():
    text = compatibility.DOCS.read_text()
    if f"torch {compatibility.torch_version()}," not in text:
        pytest.skip("the page was made with another torch")
    assert compatibility.page() == text, "run `python tools/compatibility.py`"
