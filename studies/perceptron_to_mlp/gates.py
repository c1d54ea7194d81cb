"""OR, AND and XOR: Rosenblatt's rule, the line of largest margin, logistic regression, and
networks.
"""

from collections.abc import Sequence

import numpy as np
import torch
import xarray as xr
from scipy.optimize import linprog
from sklearn.linear_model import LogisticRegression
from torch import nn

from surrogate.networks import MLP

CORNERS = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
GATES = {"OR": np.array([0, 1, 1, 1]), "AND": np.array([0, 0, 0, 1]), "XOR": np.array([0, 1, 1, 0])}
STEP = 0.05
AXIS = np.arange(-0.5, 1.5 + STEP / 2, STEP)
# inverse strength of the ridge of logistic regression, which without it has no finite weights
WEAK = 100.0


def perceptron(seed: int, passes: int) -> xr.Dataset:
    """Wrong corners after each pass of Rosenblatt's rule from random weights, the corners in random
    order.
    """
    wrong = [
        rosenblatt(target, np.random.default_rng(seed), passes)[1] for target in GATES.values()
    ]
    return xr.Dataset(
        {"perceptron_wrong": (("gate", "round"), np.array(wrong))}, {"gate": list(GATES)}
    )


def rosenblatt(
    target: np.ndarray, generator: np.random.Generator, passes: int
) -> tuple[np.ndarray, list[int]]:
    """Weights (bias last) after w <- w + (t - step(w x)) x over all corners, and the wrong corners
    after each pass.
    """
    points = np.column_stack([CORNERS, np.ones(4)])
    weights = generator.standard_normal(3)
    wrong = []
    for _ in range(passes):
        for corner in generator.permutation(4):
            weights = weights + (target[corner] - (points[corner] @ weights > 0)) * points[corner]
        wrong.append(int(np.sum((points @ weights > 0) != target)))
    return weights, wrong


def lines() -> xr.Dataset:
    """What a line can do: its largest margin, logistic regression; and the exact network for
    XOR.
    """
    exact = exact_network()(_tensor(CORNERS)).detach()[:, 0]
    right = [logistic(target).score(CORNERS, target) for target in GATES.values()]
    return xr.Dataset(
        {
            "margin": ("gate", [margin(target) for target in GATES.values()]),
            "logistic_right": ("gate", right),
            "exact_error": float((exact - _tensor(GATES["XOR"])).abs().max()),
        },
        {"gate": list(GATES)},
    )


def margin(target: np.ndarray) -> float:
    """Largest m with sign (w x + b) >= m at all corners and |w_i| <= 1: positive where a line
    separates.
    """
    sign = 2.0 * target - 1.0
    rows = -np.column_stack([sign[:, None] * CORNERS, sign, -np.ones(4)])  # unknowns w1, w2, b, m
    found = linprog(
        [0, 0, 0, -1], rows, np.zeros(4), bounds=[(-1, 1), (-1, 1), (None, None), (None, None)]
    )
    return -found.fun


def logistic(target: np.ndarray) -> LogisticRegression:
    """Logistic regression on the corners."""
    return LogisticRegression(C=WEAK).fit(CORNERS, target)


def exact_network() -> MLP:
    """XOR as max(0, x1 + x2) - 2 max(0, x1 + x2 - 1)."""
    network = MLP(2, 1, [2])
    values = ([[1.0, 1.0], [1.0, 1.0]], [0.0, -1.0], [[1.0, -2.0]], [0.0])
    with torch.no_grad():
        for parameter, value in zip(network.parameters(), values, strict=True):
            parameter.copy_(torch.tensor(value))
    return network.double()


def trained(seed: int, widths: Sequence[int], steps: int) -> xr.Dataset:
    """Wrong corners of networks with one hidden layer, trained on XOR."""
    wrong = []
    for width in widths:
        scores = train(GATES["XOR"], seed, width, steps)(_tensor(CORNERS))[:, 0].detach().numpy()
        wrong.append(int(np.sum((scores > 0) != GATES["XOR"])))
    return xr.Dataset({"mlp_wrong": ("width", wrong)}, {"width": list(widths)})


def train(target: np.ndarray, seed: int, width: int, steps: int) -> MLP:
    """A network with one hidden layer of tanh units, trained on the four corners by Adam."""
    torch.manual_seed(seed)
    network = MLP(2, 1, [width], nn.Tanh).double()
    optimizer = torch.optim.Adam(network.parameters(), 0.05)
    x = _tensor(CORNERS)
    t = _tensor(target)
    for _ in range(steps):
        optimizer.zero_grad()
        nn.functional.binary_cross_entropy_with_logits(network(x)[:, 0], t).backward()
        optimizer.step()
    return network


def boundaries(seed: int, width: int, steps: int) -> xr.Dataset:
    """Probability of 1 at the points of a grid; that of Rosenblatt's rule is 0 or 1, blurred over a
    point.
    """
    grid = np.stack(np.meshgrid(AXIS, AXIS), axis=-1).reshape(-1, 2)
    values = []
    for target in GATES.values():
        weights, _ = rosenblatt(target, np.random.default_rng(seed), 100)
        outputs = train(target, seed, width, steps)(_tensor(grid))[:, 0]
        curve = torch.sigmoid(outputs).detach().numpy()
        distance = (grid @ weights[:2] + weights[2]) / np.linalg.norm(weights[:2])
        line = np.clip(0.5 + distance / (2 * STEP), 0.0, 1.0)
        values.append([line, logistic(target).predict_proba(grid)[:, 1], curve])
    shape = (len(GATES), 3, len(AXIS), len(AXIS))
    probability = np.reshape(values, shape).astype(np.float32)
    return xr.Dataset(
        {"probability": (("gate", "learner", "x2", "x1"), probability)},
        {
            "gate": list(GATES),
            "learner": ["perceptron algorithm", "logistic regression", f"MLP 2-{width}-1"],
            "x1": AXIS,
            "x2": AXIS,
        },
    )


def _tensor(values: np.ndarray) -> torch.Tensor:
    return torch.tensor(values, dtype=torch.float64)
