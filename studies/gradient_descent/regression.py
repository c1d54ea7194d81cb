"""The chapter's regression y = b + A exp(c x) + noise by every optimizer of torch.optim.

The constants are those of its Example 9; the data come from the package's recipe. Fitted are
b, A and c, by the whole batch, at every rate of a grid.
"""

from collections.abc import Callable, Sequence
from functools import partial
from itertools import chain

import numpy as np
import torch
import xarray as xr
from scipy.optimize import curve_fit
from torch import Tensor
from torch.optim import LBFGS, Optimizer

from datasets.recipes.functions import FunctionRecipe
from surrogate.optim.optimizers import make, optimizers

OFFSET = 14.7351129
AMPLITUDE = 10.154255
GROWTH = 2.34
NOISE = 10.154988
SAMPLES = 200
TRAIN = 0.8
START = (1.0, 1.0, 1.0)  # b, A, c
RATES = 10.0 ** np.arange(-5.0, 1.6, 0.5)
GONE = 1e9


def data(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Inputs and values of the training part, each of shape (sample,)."""
    function = {
        "name": "exponential",
        "offset": OFFSET,
        "amplitude": AMPLITUDE,
        "rate": GROWTH,
        "noise": NOISE,
        "low": 0.0,
        "high": 1.0,
    }
    split = {"train": TRAIN, "validation": 1.0 - TRAIN}
    made = FunctionRecipe(function=function, records=SAMPLES, split=split, seed=seed)
    values = made.make(0, SAMPLES)
    train = values.split.values == 0
    return values.x.values[train, 0].astype(float), values.y.values[train, 0].astype(float)


def contenders() -> dict[str, type[Optimizer]]:
    """Every optimizer that can train vectors: Muon takes matrices, SparseAdam sparse gradients."""
    return {name: kind for name, kind in optimizers().items() if _takes_vectors(kind)}


def _takes_vectors(kind: type[Optimizer]) -> bool:
    try:
        make(kind, [torch.zeros(3, requires_grad=True)])
    except ValueError:
        return False
    return True


def compare(seed: int, steps: int) -> xr.Dataset:
    """Loss above the least squares after the last step, over the variance of the noise.

    Returns
    -------
    Dataset
        `excess` (optimizer, learning_rate), infinite once a fit has diverged.
    """
    x, y = data(seed)
    fitted, _ = curve_fit(model, x, y, p0=(OFFSET, AMPLITUDE, GROWTH))
    least = float(((model(x, *fitted) - y) ** 2).mean())
    pair = (torch.tensor(x), torch.tensor(y))
    last = [fit(kind, *pair, steps)[:, -1] for kind in contenders().values()]
    return xr.Dataset(
        {"excess": (("optimizer", "learning_rate"), (np.array(last) - least) / NOISE**2)},
        {"optimizer": list(contenders()), "learning_rate": RATES},
    )


def model(x: np.ndarray, b: float, a: float, c: float) -> np.ndarray:
    """The curve b + a exp(c x)."""
    return b + a * np.exp(c * x)


def losses_of(points: Tensor, x: Tensor, y: Tensor) -> Tensor:
    """Mean squared error of each row (b, A, c) of a matrix, shape (row,)."""
    b, a, c = points[..., None].unbind(-2)  # each (row, 1)
    return (b + a * torch.exp(c * x) - y).square().mean(-1)


def fit(kind: type[Optimizer], x: Tensor, y: Tensor, steps: int) -> np.ndarray:
    """Losses at the start and after each step, for every rate, shape (rate, step + 1).

    The rates are groups of one optimizer, whose parameters do not see one another; LBFGS, which
    takes all its parameters for one vector, gets an optimizer for each rate and one iteration a
    step.
    """
    points = [torch.tensor(START, dtype=torch.float64, requires_grad=True) for _ in RATES]
    pairs = _optimizers(kind, points)
    found = np.empty((len(RATES), steps + 1))
    for step in range(steps + 1):
        with torch.no_grad():
            found[:, step] = losses_of(torch.stack(points), x, y)
        for optimizer, own in pairs:
            optimizer.step(partial(_differentiate, own, x, y))
    return np.where(found < GONE, found, np.inf)


def _optimizers(
    kind: type[Optimizer], points: Sequence[Tensor]
) -> list[tuple[Optimizer, Sequence[Tensor]]]:
    factory: Callable[..., Optimizer] = kind
    rates = RATES.tolist()
    if kind is LBFGS:
        together = zip(points, rates, strict=True)
        return [(factory([point], lr=rate, max_iter=1), [point]) for point, rate in together]
    groups = [{"params": [point], "lr": rate} for point, rate in zip(points, rates, strict=True)]
    return [(factory(groups), list(chain(points)))]


def _differentiate(points: Sequence[Tensor], x: Tensor, y: Tensor) -> float:
    """Set the gradient at each point; returns the sum of the losses."""
    at = torch.stack([point.detach() for point in points]).requires_grad_()
    with torch.enable_grad():
        total = losses_of(at, x, y).sum()
    for point, gradient in zip(points, torch.autograd.grad(total, at)[0], strict=True):
        point.grad = gradient
    return total.item()
