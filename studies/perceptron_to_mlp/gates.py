"""Logical gates: threshold neurons, Rosenblatt's rule, the line of largest margin.

The gates are functions of two bits. AND1 is x1 and not x2, AND2 is x2 and not x1 (Gatti 2023, sec.
2.2), NOT is not x1. A threshold neuron is 1 where <w, x> + b > 0.
"""

from itertools import product

import numpy as np
import xarray as xr
from scipy.optimize import linprog
from sklearn.linear_model import LogisticRegression

CORNERS = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
GATES = {
    "NOT": np.array([1, 1, 0, 0]),
    "OR": np.array([0, 1, 1, 1]),
    "AND": np.array([0, 0, 0, 1]),
    "AND1": np.array([0, 0, 1, 0]),
    "AND2": np.array([0, 1, 0, 0]),
    "XOR": np.array([0, 1, 1, 0]),
}
NEURONS = {  # w1, w2, b of the threshold neurons
    "NOT": (-1.0, 0.0, 0.5),
    "OR": (1.0, 1.0, -0.5),
    "AND": (1.0, 1.0, -1.5),
    "AND1": (1.0, -1.0, -0.5),
    "AND2": (-1.0, 1.0, -0.5),
}
SEPARABLE = [gate for gate in GATES if gate != "XOR"]
DRAWN = ["OR", "AND1", "AND2", "XOR"]  # as in Fig. 9 of the chapter
STEP = 0.05
AXIS = np.arange(-0.5, 1.5 + STEP / 2, STEP)
# inverse strength of the ridge of logistic regression, which without it has no finite weights
WEAK = 100.0
SEPARATED = 1e-6  # margin above which a line counts


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


def threshold(gate: str, points: np.ndarray) -> np.ndarray:
    """Output of a gate's threshold neuron.

    Parameters
    ----------
    gate : str
    points : ndarray, shape (point, 2)

    Returns
    -------
    ndarray of int, shape (point,)
    """
    w1, w2, b = NEURONS[gate]
    return (points @ [w1, w2] + b > 0).astype(int)


def composed(first: str, second: str, last: str) -> np.ndarray:
    """Output at the corners of two threshold neurons that feed a third."""
    hidden = np.column_stack([threshold(first, CORNERS), threshold(second, CORNERS)])
    return threshold(last, hidden)


def lines() -> xr.Dataset:
    """What a line can do: threshold neurons, largest margins, logistic regression, least squares.

    Returns
    -------
    Dataset
        `neuron_wrong`, corners at which a threshold neuron is wrong, `composition_wrong`, at which
        one behind two of them is; `margin` (gate); `logistic_right` (gate), share of right corners;
        `least_squares_error`, largest distance of the weights for XOR from (0, 0, 1/2);
        `separable` (bits), number of functions of 1, 2, 3 bits that one neuron computes.
    """
    wrong = sum(int(np.sum(threshold(gate, CORNERS) != GATES[gate])) for gate in NEURONS)
    chapter = composed("AND1", "AND2", "OR")
    points = np.column_stack([CORNERS, np.ones(4)])
    weights, *_ = np.linalg.lstsq(points, GATES["XOR"].astype(float))
    right = [logistic(target).score(CORNERS, target) for target in GATES.values()]
    return xr.Dataset(
        {
            "neuron_wrong": wrong,
            "composition_wrong": int(np.sum(chapter != GATES["XOR"])),
            "margin": ("gate", [margin(CORNERS, target) for target in GATES.values()]),
            "logistic_right": ("gate", right),
            "least_squares_error": abs(weights - [0.0, 0.0, 0.5]).max(),
            "separable": ("bits", [separable(bits) for bits in (1, 2, 3)]),
        },
        {"gate": list(GATES), "bits": [1, 2, 3]},
    )


def separable(bits: int) -> int:
    """Number of functions of some bits that a line, plane ... separates."""
    corners = np.array(list(product([0.0, 1.0], repeat=bits)))
    functions = [np.array(values) for values in product([0, 1], repeat=len(corners))]
    return sum(margin(corners, values) > SEPARATED for values in functions)


def margin(points: np.ndarray, target: np.ndarray) -> float:
    """Largest m with sign (w x + b) >= m at all points and |w_i| <= 1: positive where a line
    separates.

    Parameters
    ----------
    points : ndarray, shape (point, input)
    target : ndarray of 0 and 1, shape (point,)
    """
    inputs = points.shape[1]
    sign = 2.0 * target - 1.0
    # unknowns w1, w2 ..., b, m
    rows = -np.column_stack([sign[:, None] * points, sign, -np.ones(len(points))])
    bounds = [(-1, 1)] * inputs + [(None, None), (None, 1)]
    found = linprog([0] * (inputs + 1) + [-1], rows, np.zeros(len(points)), bounds=bounds)
    return -found.fun


def logistic(target: np.ndarray) -> LogisticRegression:
    """Logistic regression on the corners."""
    return LogisticRegression(C=WEAK).fit(CORNERS, target)


def boundaries() -> xr.Dataset:
    """Probability of 1 by logistic regression at the points of a grid."""
    grid = np.stack(np.meshgrid(AXIS, AXIS), axis=-1).reshape(-1, 2)
    values = [logistic(GATES[gate]).predict_proba(grid)[:, 1] for gate in DRAWN]
    probability = np.reshape(values, (len(DRAWN), len(AXIS), len(AXIS))).astype(np.float32)
    return xr.Dataset(
        {"probability": (("drawn", "x2", "x1"), probability)},
        {"drawn": DRAWN, "x1": AXIS, "x2": AXIS},
    )
