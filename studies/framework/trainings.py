"""Which trainings a study has: all points of a grid, each trained once, and the search for a rate
that goes on beyond the ends of what was tried.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from studies.framework.cache import Cache

Train = Callable[[Sequence[Any]], list[xr.Dataset]]
"""Trainings to their scores."""


class Trainings:
    """Trains what has not been trained yet; each training is a measurement of the cache.

    Parameters
    ----------
    settings : Settings
    cache : Cache
    run : callable
        (settings, folder, training) to scores, which can be sent to another process. The name of a
        measurement is the training as a word.
    prepare : callable
        (settings, folder, training): writes the records that a training reads, unless they are
        there. It is called here for all, not by the workers, which would write them at the same
        time.
    """

    def __init__(
        self,
        settings: Any,
        cache: Cache,
        run: Callable[[Any, Path, Any], xr.Dataset],
        prepare: Callable[[Any, Path, Any], object],
    ) -> None:
        self.settings = settings
        self.cache = cache
        self.run = run
        self.prepare = prepare
        self.done: dict[Hashable, xr.Dataset] = {}

    def __call__(self, trainings: Sequence[Any]) -> list[xr.Dataset]:
        """Scores of each."""
        found = self.finished(trainings)
        return [found[one] for one in trainings]

    def finished(self, trainings: Sequence[Any]) -> dict[Any, xr.Dataset]:
        """Scores of each that is finished: of all, unless the cache hands over what it has so
        far.
        """
        missing = [one for one in dict.fromkeys(trainings) if one not in self.done]
        for one in missing:
            if not self.cache.so_far:
                self.prepare(self.settings, self.cache.folder, one)
        jobs = {
            str(one): partial(self.run, self.settings, self.cache.folder, one) for one in missing
        }
        found = self.cache.measure(jobs)
        self.done |= {one: found[str(one)] for one in missing if str(one) in found}
        return {one: self.done[one] for one in trainings if one in self.done}


def points(make: Callable[..., Any], axes: Mapping[str, Sequence]) -> list[Any]:
    """The trainings `make(**point)` of all points of a grid, the last axis running first."""
    return [make(**dict(zip(axes, point, strict=True))) for point in product(*axes.values())]


def grid(train: Train, make: Callable[..., Any], axes: Mapping[str, Sequence]) -> xr.Dataset:
    """Scores of the trainings of all points of a grid, one dimension for each axis."""
    found = train(points(make, axes))
    for dim, values in reversed(list(axes.items())):
        rows = [found[start : start + len(values)] for start in range(0, len(found), len(values))]
        found = [xr.concat(row, dim).assign_coords({dim: list(values)}) for row in rows]
    return found[0]


def search(
    train: Train,
    make: Callable[..., Any],
    settings: Any,
    error: Callable[[xr.Dataset], xr.DataArray],
) -> xr.DataArray:
    """Errors of all networks over their learning rates.

    Where the best rate is an end of those that were tried, the next one beyond it is tried too, in
    the ratio of its neighbours, until it is none or `settings.extensions` times.

    Parameters
    ----------
    train : callable
    make : callable
        (network=, rate=) to a training.
    settings : Settings
        With networks, rates and extensions.
    error : callable
        Scores to the number that is to be least.

    Returns
    -------
    DataArray
        Dimensions network and rate; NaN where a network was not trained at a rate.
    """
    rates = {network: list(settings.rates) for network in settings.networks}
    for extension in range(settings.extensions + 1):
        asked = [(network, rate) for network in rates for rate in rates[network]]
        scores = train([make(network=network, rate=rate) for network, rate in asked])
        errors = {place: float(error(score)) for place, score in zip(asked, scores, strict=True)}
        beyond = {network: _beyond(network, rates[network], errors) for network in rates}
        if extension == settings.extensions or not any(beyond.values()):
            break
        rates = {network: sorted([*rates[network], *beyond[network]]) for network in rates}
    tried = sorted({rate for _, rate in errors})
    table = [[errors.get((network, rate), np.nan) for rate in tried] for network in rates]
    return xr.DataArray(table, {"network": list(rates), "rate": tried}, ("network", "rate"))


def _beyond(
    network: str, rates: list[float], errors: Mapping[tuple[str, float], float]
) -> list[float]:
    """The next rate to try, where the best so far has neighbours on one side alone."""
    tried = sorted(rates)
    best = int(np.argmin([errors[network, rate] for rate in tried]))
    if len(tried) == 1 or 0 < best < len(tried) - 1:
        return []
    inner = tried[1] if best == 0 else tried[-2]
    return [_rounded(tried[best] ** 2 / inner)]


def _rounded(rate: float) -> float:
    """Two digits, so that networks have rates in common."""
    return float(f"{rate:.1e}")
