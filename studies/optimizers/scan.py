"""Every optimizer of torch.optim over learning rates."""

import numpy as np
import torch
import xarray as xr

from studies.optimizers.chapter import KEPT
from studies.optimizers.landscape import assess, descend
from surrogate.optim.optimizers import make, optimizers

LOWEST = 1e-2
HIGHEST = 1e4


def applicable() -> list[str]:
    """Names of the optimizers that can move a point of the plane."""
    return [name for name, kind in optimizers().items() if _applies(kind)]


def _applies(kind: type[torch.optim.Optimizer]) -> bool:
    try:
        make(kind, [torch.zeros(2, requires_grad=True)])
    except ValueError:
        return False
    return True


def scan(name: str, steps: int, rates: int) -> xr.Dataset:
    """When the optimizer settles for each learning rate and start, and its ways at the best rate.

    The best rate settles from most starts, and among those of equal number leaves the least loss at
    the end.
    """
    grid = np.geomspace(LOWEST, HIGHEST, rates)
    kind = optimizers()[name]
    paths = descend(kind, steps, grid.tolist())
    found = xr.concat([assess(path) for path in paths], "rate").assign_coords(rate=grid)
    loss = found.last_excess.fillna(np.inf).sum("start")
    best = min(
        range(rates), key=lambda row: (-int(found.settled[row].notnull().sum()), float(loss[row]))
    )
    found = found[["settled", "last_excess"]].rename(
        settled="scan_settled", last_excess="scan_excess"
    )
    way = paths[best][:, : KEPT + 1]
    return found.assign(best_rate=grid[best], scan_way=(("start", "scan_step", "axis"), way))
