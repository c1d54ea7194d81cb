"""Gradient descent x <- x - rate grad f(x) on convex functions, against its bounds.

    f(x_k) - f*  <=  2 beta R^2 / (k + 4)          rate 1 / beta          Nesterov 2004, cor. 2.1.2
    |x_k - x*|   <=  rho^k R,    rho = sqrt(beta / (alpha + beta))        the slides

with R = |x_0 - x*|. On a quadratic function every coordinate shrinks by 1 - rate l_i a step:
descent converges for rates below 2 / beta and is fastest at 2 / (alpha + beta).
"""

from collections.abc import Sequence

import numpy as np
import xarray as xr

from studies.gradient_descent.functions import Convex, examples, quadratic

STEPS = 2000
KEPT = np.unique(np.geomspace(1, STEPS, 60).astype(int))
RATES = (1.0, 1.25, 1.5, 1.75, 2.0)  # over 1 / beta, as in the slide's interval
CONDITIONS = (3.0, 10.0, 30.0, 100.0, 300.0, 1000.0)
NEAR = 1e-6  # share of the distance at the start
LONGEST = 60_000
GONE = 1e6  # times the distance at the start
HALVINGS = 20
STILL = 1e-8  # share of the distance at which a decrease is no more than rounding


def descend(function: Convex, rate: float, steps: int, momentum: float = 0.0) -> np.ndarray:
    """Points at the start and after each step, shape (step + 1, d).

    Momentum is Polyak's: v <- momentum v - rate grad f(x), x <- x + v.
    """
    x = function.start.copy()
    velocity = np.zeros_like(x)
    path = [x]
    for _ in range(steps):
        velocity = momentum * velocity - rate * function.gradient(x)
        x = x + velocity
        path.append(x)
        if not np.linalg.norm(x - function.minimizer) < GONE * _radius(function):
            break
    return np.array(path)


def _radius(function: Convex) -> float:
    return float(np.linalg.norm(function.start - function.minimizer))


def bounds(seed: int) -> xr.Dataset:
    """Each function with each rate of the interval, as shares of the two bounds.

    Returns
    -------
    Dataset
        `value_share` (function, rate), the largest of (f - f*) / (2 beta R^2 / (k + 4));
        `distance_share`, the largest of |x - x*| / (rho^k R); `gap` (function, step), (f - f*) /
        (beta R^2) at rate 1 / beta.
    """
    named = examples(seed)
    values = []
    distances = []
    gaps = []
    for function in named.values():
        paths = [descend(function, rate / function.smoothness, STEPS) for rate in RATES]
        values.append([_value_share(function, path) for path in paths])
        distances.append([_distance_share(function, path) for path in paths])
        gaps.append(_gaps(function, paths[0])[KEPT] / 2.0)
    return xr.Dataset(
        {
            "value_share": (("function", "rate"), values),
            "distance_share": (("function", "rate"), distances),
            "gap": (("function", "step"), gaps),
        },
        {"function": list(named), "rate": list(RATES), "step": KEPT},
    )


def _gaps(function: Convex, path: np.ndarray) -> np.ndarray:
    """(f - f*) over beta R^2 / 2, shape (step + 1,)."""
    least = function.value(function.minimizer)
    gap = np.array([function.value(x) for x in path]) - least
    return gap / (0.5 * function.smoothness * _radius(function) ** 2)


def _value_share(function: Convex, path: np.ndarray) -> float:
    steps = np.arange(len(path))
    return float((_gaps(function, path) * (steps + 4) / 4.0).max())


def _distance_share(function: Convex, path: np.ndarray) -> float:
    """Largest of |x_k - x*| / (rho^k R), for k >= 1 and until the distance is mere rounding."""
    alpha, beta = function.convexity, function.smoothness
    distance = np.linalg.norm(path - function.minimizer, axis=1) / _radius(function)
    logarithm = np.log(np.maximum(distance, STILL)) - 0.5 * np.arange(len(path)) * np.log(
        beta / (alpha + beta)
    )
    return float(np.exp(np.clip(logarithm[1:][distance[1:] > STILL], None, 50.0).max()))


def limits(conditions: Sequence[float] = CONDITIONS) -> xr.Dataset:
    """Largest rate that converges and numbers of steps, for quadratics of some condition numbers.

    Returns
    -------
    Dataset
        `largest_rate` (condition), over 2 / beta; `contraction`, of the distance at 1 / beta;
        `steps` (condition, descent), until a millionth of the distance is left.
    """
    functions = [quadratic(condition) for condition in conditions]
    return xr.Dataset(
        {
            "largest_rate": ("condition", [largest_rate(function) for function in functions]),
            "contraction": ("condition", [_contraction(function) for function in functions]),
            "steps": (("condition", "descent"), [_steps(function) for function in functions]),
        },
        {"condition": list(conditions), "descent": METHODS},
    )


METHODS = ["half rate", "rate 1/beta", "best rate", "momentum of the chapter", "Polyak's momentum"]


def largest_rate(function: Convex) -> float:
    """The rate above which descent leaves the least, over 2 / beta, by bisection."""
    low, high = 0.5, 2.0
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        path = descend(function, 2.0 * middle / function.smoothness, STEPS)
        last = np.abs(path[-1] - function.minimizer)[-1]  # the steepest coordinate decides
        if last < abs(function.start - function.minimizer)[-1]:
            low = middle
        else:
            high = middle
    return low


def _contraction(function: Convex) -> float:
    """Factor of the distance a step, late in a descent at rate 1 / beta."""
    path = descend(function, 1.0 / function.smoothness, STEPS)
    distance = np.linalg.norm(path - function.minimizer, axis=1)
    last = int(np.argmax(distance < NEAR * distance[0])) or len(distance) - 1
    return float(distance[last] / distance[last - 1])


def _steps(function: Convex) -> list[int]:
    """Steps of each method until a millionth of the distance is left."""
    alpha, beta = function.convexity, function.smoothness
    root = np.sqrt(function.condition)
    gamma = (root - 1.0) / (root + 1.0)
    polyak = 4.0 / (np.sqrt(alpha) + np.sqrt(beta)) ** 2
    settings = [
        (0.5 / beta, 0.0),
        (1.0 / beta, 0.0),
        (2.0 / (alpha + beta), 0.0),
        (1.0 / beta, gamma),
        (polyak, gamma**2),
    ]
    return [_until_near(function, rate, momentum) for rate, momentum in settings]


def _until_near(function: Convex, rate: float, momentum: float) -> int:
    """Steps after which the distance stays below a millionth of that at the start."""
    steps = int(40 * function.condition) + 200
    path = descend(function, rate, min(steps, LONGEST), momentum)
    distance = np.linalg.norm(path - function.minimizer, axis=1)
    far = np.flatnonzero(distance >= NEAR * distance[0])
    return int(far[-1]) + 1
