"""The chapter's comparison: one wide hidden layer against two narrow ones, as it stands and on fair
terms.
"""

from collections.abc import Sequence

import numpy as np
import xarray as xr

from studies.depth_vs_width.training import Problem, evaluate, learn

RATE = 1e-3  # AdamW's default: the chapter does not tell its own
GRID = 61


def problem(seed: int) -> Problem:
    """4000 points, 70 % of them for training. Learning rates are chosen on further points."""
    return Problem(2, train=2800, validation=1200, test=1200, seed=seed)


def equal_width(narrow: int) -> int:
    """Units of one hidden layer with as many parameters as two of `narrow` units, in two
    dimensions.
    """
    parameters = 3 * narrow + (narrow + 1) * narrow + narrow + 1
    return -(-(parameters - 1) // 4)  # N units have 4 N + 1


def as_it_stands(
    points: Problem, hidden: Sequence[int], seeds: Sequence[int], epochs: int
) -> xr.Dataset:
    """One constant learning rate: `train_error`, `test_error` (seed, epoch), and the surface for
    the first seed.
    """
    trained, errors = learn(points, hidden, [RATE], seeds, epochs, decay=False)
    axis, plane = _plane(points)
    surface = evaluate(trained.networks[0], points.input(plane)).reshape(GRID, GRID)
    curves = errors[["train_error", "test_error"]].isel(rate=0, drop=True)
    return curves.assign(surface=(("x1", "x2"), surface)).assign_coords(x1=axis, x2=axis)


def true_surface(points: Problem) -> xr.Dataset:
    """The function on the same plane, `true_surface`."""
    axis, plane = _plane(points)
    values = points.target(plane).reshape(GRID, GRID).numpy()
    return xr.Dataset({"true_surface": (("x1", "x2"), values)}, {"x1": axis, "x2": axis})


def tuned(
    points: Problem,
    hidden: Sequence[int],
    rates: Sequence[float],
    seeds: Sequence[int],
    epochs: int,
) -> xr.Dataset:
    """Each learning rate, falling to zero: `tuned_validation_error` and `tuned_test_error` (rate,
    seed).
    """
    _, errors = learn(points, hidden, rates, seeds, epochs, decay=True)
    final = errors.assign(test_error=errors.test_error.isel(epoch=-1))[
        ["validation_error", "test_error"]
    ]
    return final.rename({name: f"tuned_{name}" for name in final})


def _plane(points: Problem) -> tuple[np.ndarray, np.ndarray]:
    axis = np.linspace(-points.half_width, points.half_width, GRID)
    return axis, np.stack(np.meshgrid(axis, axis, indexing="ij"), axis=-1).reshape(-1, 2)
