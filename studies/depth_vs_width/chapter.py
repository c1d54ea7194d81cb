"""The chapter's points, and its two networks on fair terms."""

from collections.abc import Sequence

import numpy as np
import torch
import xarray as xr

from studies.depth_vs_width.training import Problem, learn

GRID = 41


def problem(seed: int) -> Problem:
    """4000 points, 70 % of them for training. Learning rates are chosen on further points."""
    return Problem(2, train=2800, validation=1200, test=1200, seed=seed)


def equal_width(narrow: int) -> int:
    """Units of one hidden layer with as many parameters as two of `narrow` units, in two
    dimensions.
    """
    parameters = 3 * narrow + (narrow + 1) * narrow + narrow + 1
    return -(-(parameters - 1) // 4)  # N units have 4 N + 1


def tuned(
    points: Problem,
    hidden: Sequence[int],
    rates: Sequence[float],
    seeds: Sequence[int],
    epochs: int,
    device: torch.device,
) -> xr.Dataset:
    """Each learning rate, falling to zero: `tuned_validation_error` and `tuned_test_error` (rate,
    seed).
    """
    _, errors = learn(points, hidden, rates, seeds, epochs, device)
    final = errors.assign(test_error=errors.test_error.isel(epoch=-1))[
        ["validation_error", "test_error"]
    ]
    return final.rename({name: f"tuned_{name}" for name in final})


def plane(points: Problem) -> tuple[np.ndarray, np.ndarray]:
    """An axis, and the points of the square over it, shape (point, 2)."""
    axis = np.linspace(-points.half_width, points.half_width, GRID)
    return axis, np.stack(np.meshgrid(axis, axis, indexing="ij"), axis=-1).reshape(-1, 2)
