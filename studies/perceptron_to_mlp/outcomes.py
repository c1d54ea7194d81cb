"""Regression for binary outcomes: probit and logistic model, by maximum likelihood.

P(y = 1 | x) = h(w0 + w1 x),    h = Phi (probit) or 1 / (1 + e^-s) (logistic)
L = - sum y ln p + (1 - y) ln (1 - p),    grad L = X (p - y) for the logistic model
"""

from collections.abc import Callable

import numpy as np
import torch
import xarray as xr
from scipy.optimize import minimize
from scipy.special import expit, log_expit, log_ndtr, ndtr

TRUTH = (-0.5, 1.5)  # w0, w1 of the logistic model that draws the outcomes
HALF_WIDTH = 3.0
SAMPLES = 400
HALEY = 1.702  # at this scale the two links differ least
AXIS = np.linspace(-HALF_WIDTH, HALF_WIDTH, 121)
LINKS: dict[str, tuple[Callable, Callable]] = {
    "logistic": (expit, log_expit),
    "probit": (ndtr, log_ndtr),
}


def compare(seed: int) -> xr.Dataset:
    """Both models on one sample of outcomes.

    Returns
    -------
    Dataset
        `coefficient` (link, term); `chance` (link, s), the fitted probability; `gradient_error`,
        largest relative difference of X (p - y) from automatic differentiation.
    """
    x, y = draw(seed)
    coefficients = [fit(logarithm, x, y) for _, logarithm in LINKS.values()]
    curves = []
    for (link, _), (w0, w1) in zip(LINKS.values(), coefficients, strict=True):
        curves.append(link(w0 + w1 * AXIS))
    return xr.Dataset(
        {
            "coefficient": (("link", "term"), coefficients),
            "chance": (("link", "s"), curves),
            "outcome_gradient_error": gradient_error(x, y),
        },
        {"link": list(LINKS), "term": ["w0", "w1"], "s": AXIS},
    )


def draw(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Inputs and outcomes 0 or 1 of the logistic model, each of shape (sample,)."""
    generator = np.random.default_rng(seed)
    x = generator.uniform(-HALF_WIDTH, HALF_WIDTH, SAMPLES)
    chance = expit(TRUTH[0] + TRUTH[1] * x)
    return x, (generator.random(SAMPLES) < chance).astype(float)


def fit(logarithm: Callable, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Coefficients w0, w1 of largest likelihood; `logarithm` is ln h, and h(-s) = 1 - h(s)."""

    def loss(w: np.ndarray) -> float:
        s = w[0] + w[1] * x
        return -float(y @ logarithm(s) + (1 - y) @ logarithm(-s)) / len(y)

    return minimize(loss, np.zeros(2), method="BFGS", options={"gtol": 1e-7}).x


def gradient_error(x: np.ndarray, y: np.ndarray) -> float:
    """Largest relative difference of X (p - y) from autograd's gradient at w = (0.3, -0.7)."""
    w = torch.tensor([0.3, -0.7], dtype=torch.float64, requires_grad=True)
    rows = np.stack([np.ones_like(x), x])
    score = w @ torch.tensor(rows)
    loss = torch.nn.functional.binary_cross_entropy_with_logits(
        score, torch.tensor(y), reduction="sum"
    )
    (automatic,) = torch.autograd.grad(loss, w)
    by_hand = rows @ (expit(score.detach().numpy()) - y)
    return float(abs(by_hand - automatic.numpy()).max() / abs(by_hand).max())


def link_distance() -> float:
    """Largest difference of the two links, the probit's argument over 1.702."""
    s = np.linspace(-10.0, 10.0, 20_001)
    return float(abs(expit(s) - ndtr(s / HALEY)).max())
