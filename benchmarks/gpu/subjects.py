"""What is fitted: every network at a size at which it is used, every optimizer and precision."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import torch
from torch import nn

from surrogate import networks
from surrogate.optim.levenberg_marquardt import LevenbergMarquardt
from surrogate.optim.optimizers import MuonAdamW, optimizers

UNITS = 64
Network = Callable[..., nn.Module]

NETWORKS: dict[str, Network] = {
    "MLP": partial(networks.MLP, hidden=[UNITS, UNITS]),
    "WindowMLP": partial(networks.WindowMLP, window=125, hidden=[UNITS, UNITS]),
    "CNN": partial(networks.CNN, channels=[UNITS] * 4, kernel=5),
    "TCN": partial(networks.TCN, channels=UNITS, blocks=5, kernel=3),
    "EncoderDecoder": partial(networks.EncoderDecoder, channels=[32, 64], kernel=9),
    "RNN": partial(networks.RNN, hidden=UNITS),
    "BRNN": partial(networks.RNN, hidden=UNITS, bidirectional=True),
    "GRU": partial(networks.GRU, hidden=UNITS),
    "LSTM": partial(networks.LSTM, hidden=UNITS),
    "LSTM, stack 4": partial(networks.LSTM, hidden=UNITS, stack=4),
    "PeepholeLSTM": partial(networks.PeepholeLSTM, hidden=UNITS),
    "RCNN": partial(
        networks.RCNN,
        channels=[UNITS, UNITS],
        kernel=5,
        recurrent=partial(networks.LSTM, hidden=UNITS),
    ),
    "RecurrentCNN": partial(networks.RecurrentCNN, channels=[UNITS, UNITS], kernel=5, iterations=3),
    "FiLMLSTM": partial(networks.FiLMLSTM, hidden=UNITS),
    "MCGRU": partial(networks.MCGRU, hidden=UNITS),
    "FNO": partial(networks.FNO, width=32, modes=64, period=600),
    "DeepONet": partial(networks.DeepONet, sensors=600, basis=UNITS, hidden=UNITS),
    "Transformer": partial(networks.Transformer, width=UNITS, blocks=2),
    "SelectiveStateSpace": partial(networks.SelectiveStateSpace, width=32, blocks=2),
    "Oscillator": networks.Oscillator,
    "NARX": partial(networks.NARX, hidden=[UNITS]),
    "StateSpace": partial(networks.StateSpace, width=UNITS, states=UNITS),
    "NeuralStateSpace": networks.NeuralStateSpace,
    "HystereticStateSpace": networks.HystereticStateSpace,
    "Modal": partial(networks.Modal, modes=10),
    "ShearBuilding": partial(networks.ShearBuilding, storeys=5),
}
"""Of records; BRNN is RNN in both directions of time, and a step of a stack takes its samples."""

OF_IMAGES = ("ImageClassifier", "ImageDecoder", "ImageAutoencoder")
"""Not fitted here: they take no records of series."""
OF_RECORDINGS = ("InstrumentedBuilding", "ShearFamily")
"""Not fitted here: they take SI units, of recordings and of buildings."""

PRECISIONS = ("32-true", "bf16-mixed", "16-mixed")
TRIED_PRECISIONS = ("LSTM", "CNN", "TCN", "StateSpace")
COMPILED = ("WindowMLP", "CNN", "StateSpace")
"""Networks without a loop over time in Python, which a compiler would unroll."""

OPTIMIZED = "LSTM"
"""The network that every optimizer trains, but for the one below."""
IDENTIFIED = "HystereticStateSpace"
"""That of Levenberg-Marquardt, which is made for networks of few parameters."""


def optimizer_factories() -> Mapping[str, Callable[..., torch.optim.Optimizer]]:
    """Every optimizer of torch.optim and of this package, at a usual rate."""
    own: dict[str, Any] = {"MuonAdamW": MuonAdamW, "LevenbergMarquardt": LevenbergMarquardt}
    special = {"LBFGS": {"line_search_fn": "strong_wolfe"}, "LevenbergMarquardt": {}}
    return {
        name: partial(kind, **special.get(name, {"lr": 1e-3}))
        for name, kind in (optimizers() | own).items()
    }
