"""Fisher information of families of laws: variance of the score, curvature of the log-likelihood.

    I(t) = E[s s'] = - E[H],    s = grad_t ln p_t(x),    H = hess_t ln p_t(x)

    coin         1 / (t (1 - t))        Poisson       1 / t
    exponential  1 / t^2                normal        diag(1 / sigma^2, 2 / sigma^2)

The expectations are sums or Gauss quadratures, the derivatives automatic.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
import xarray as xr
from numpy.polynomial.hermite_e import hermegauss
from numpy.polynomial.laguerre import laggauss
from scipy.stats import poisson
from torch import Tensor
from torch.distributions import Bernoulli, Exponential, Normal, Poisson

NODES = 60
FLAT = 1.0  # standard deviations of two samples: little information on their mean, and much
SHARP = 0.3
SIZE = 20
MEANS = np.linspace(-1.0, 1.0, 201)


@dataclass(frozen=True)
class Family:
    """A family of laws at one parameter.

    Attributes
    ----------
    parameter : tuple of float
    log_density : callable
        (parameter, x) to ln p.
    nodes, weights : ndarray
        The expectation of f(x) is `weights @ f(nodes)`.
    information : ndarray
        Its closed form, a square matrix.
    """

    parameter: tuple[float, ...]
    log_density: Callable[[Tensor, Tensor], Tensor]
    nodes: np.ndarray
    weights: np.ndarray
    information: np.ndarray


def families() -> dict[str, Family]:
    """A coin, a Poisson, an exponential and a normal law."""
    share = 0.3
    rate = 2.5
    mean, deviation = 0.7, 1.6
    counts = np.arange(NODES)
    laguerre, laguerre_weights = laggauss(NODES)
    hermite, hermite_weights = hermegauss(NODES)
    return {
        "coin": Family(
            (share,),
            lambda t, x: Bernoulli(probs=t[0], validate_args=False).log_prob(x),
            np.array([0.0, 1.0]),
            np.array([1 - share, share]),
            np.array([[1 / (share * (1 - share))]]),
        ),
        "Poisson": Family(
            (rate,),
            lambda t, x: Poisson(t[0], validate_args=False).log_prob(x),
            counts.astype(float),
            poisson(rate).pmf(counts),
            np.array([[1 / rate]]),
        ),
        "exponential": Family(
            (rate,),
            lambda t, x: Exponential(t[0], validate_args=False).log_prob(x),
            laguerre / rate,
            laguerre_weights,
            np.array([[1 / rate**2]]),
        ),
        "normal": Family(
            (mean, deviation),
            lambda t, x: Normal(t[0], t[1], validate_args=False).log_prob(x),
            mean + deviation * hermite,
            hermite_weights / np.sqrt(2 * np.pi),
            np.diag([1 / deviation**2, 2 / deviation**2]),
        ),
    }


def information(law: Family) -> tuple[np.ndarray, np.ndarray]:
    """Variance of the score, and minus the mean Hessian, both square matrices."""
    t = torch.tensor(law.parameter, dtype=torch.float64)
    x = torch.tensor(law.nodes, dtype=torch.float64)
    weights = torch.tensor(law.weights, dtype=torch.float64)
    score = torch.func.vmap(torch.func.grad(law.log_density), (None, 0))(t, x)
    hessian = torch.func.vmap(torch.func.hessian(law.log_density), (None, 0))(t, x)
    variance = torch.einsum("n,ni,nj->ij", weights, score, score)
    return variance.numpy(), -torch.einsum("n,nij->ij", weights, hessian).numpy()


def compare() -> xr.Dataset:
    """Relative errors of both expectations against the closed form, for each family."""
    found = {name: (information(law), law.information) for name, law in families().items()}
    score = [abs(pair[0] - exact).max() / exact.max() for pair, exact in found.values()]
    curvature = [abs(pair[1] - exact).max() / exact.max() for pair, exact in found.values()]
    return xr.Dataset(
        {"score_variance_error": ("family", score), "curvature_error": ("family", curvature)},
        {"family": list(found)},
    )


def peaks(seed: int) -> xr.Dataset:
    """Log-likelihood of the mean of two samples above its peak, one flat and one sharp."""
    generator = np.random.default_rng(seed)
    curves = []
    for deviation in (FLAT, SHARP):
        values = generator.normal(0.0, deviation, SIZE)
        squares = ((values - MEANS[:, None]) ** 2).sum(axis=1)
        least = ((values - values.mean()) ** 2).sum()
        curves.append((least - squares) / (2 * deviation**2))
    return xr.Dataset(
        {"log_likelihood": (("deviation", "centre"), curves)},
        {"deviation": [FLAT, SHARP], "centre": MEANS},
    )
