"""How the records fill the space of the parameters that vary.

A record's parameters come from a point u of the unit cube through the inverse distribution
functions (`datasets.recipes.distributions`). The points are independent, a Latin hypercube over all
records, or a scrambled Sobol sequence (scipy.stats.qmc).
"""

import warnings
from collections.abc import Callable
from functools import lru_cache
from typing import Literal

import numpy as np
from scipy.stats import qmc

from datasets.recipes.distributions import Drawn, LogNormal, inside

Sampling = Literal["independent", "latin_hypercube", "sobol"]


def check_reach(key: str, distribution: Drawn, attempt: Callable[[float], object]) -> None:
    """Raise for a distribution that can draw what its parameter may not be.

    Parameters
    ----------
    key : str
        Of the recipe's `vary`.
    distribution : Drawn
        A `LogNormal` is let through: it is positive, and where a law has an upper limit, a draw
        beyond it is told with its record.
    attempt : callable
        Takes a drawn number, and raises ValueError where the parameter may not be so.

    Raises
    ------
    ValueError
        With the number that can be drawn, why it may not be, and the remedy.
    """
    if isinstance(distribution, LogNormal):
        return
    for end in distribution.ends:
        try:
            attempt(end)
        except ValueError as failure:
            reason = str(failure).removeprefix(f"vary.{key}: ")
            raise ValueError(
                f"vary.{key}: {distribution.words}, can draw {end:.4g}: {reason}; "
                f"{distribution.remedy}"
            ) from None


def design_points(
    sampling: Sampling, seed: int, records: int, first: int, count: int, dim: int
) -> np.ndarray | None:
    """Return the points of `count` records in the unit cube, None where every record draws its own.

    Parameters
    ----------
    sampling : {"independent", "latin_hypercube", "sobol"}
    seed : int
        Of the recipe.
    records : int
        All records of the dataset.
    first, count : int
        Which of them are wanted; any division into blocks gives the same points.
    dim : int
        Numbers drawn a record.

    Returns
    -------
    ndarray, shape (count, dim), or None
    """
    if sampling == "independent" or dim == 0:
        return None
    if sampling == "latin_hypercube":
        return _latin_hypercube(seed, records, dim)[first : first + count]
    engine = qmc.Sobol(dim, scramble=True, seed=_design_generator(seed))
    if first:
        engine.fast_forward(first)  # SciPy fails for zero
    with warnings.catch_warnings():
        # a block is a part of the sequence
        warnings.filterwarnings("ignore", "The balance properties of Sobol")
        return inside(engine.random(count))


@lru_cache(maxsize=1)
def _latin_hypercube(seed: int, records: int, dim: int) -> np.ndarray:
    return inside(qmc.LatinHypercube(dim, seed=_design_generator(seed)).random(records))


def _design_generator(seed: int) -> np.random.Generator:
    # A key of two words cannot meet that of a record, which has one.
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(0, 1)))
