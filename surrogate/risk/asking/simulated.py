"""Demands by the simulator of a recipe: its structure, or a program that is not ours."""

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np
import xarray as xr

from datasets.generation import executors
from datasets.recipes.heights import height_variable
from datasets.recipes.running import Failures, Request, run
from datasets.recipes.simulated import SimulatorRecipe
from simulators.external.failure import DidNotConverge
from simulators.external.protocol import ExternalSimulator
from simulators.solvers.solve import solve
from surrogate.risk.asking.asked import Asked
from surrogate.risk.asking.quantity import Quantity

OF_THE_STRUCTURE = ("no_convergence", "collapse", "not_finite")
"""Kinds of failures that count as a collapse; the others are the machine's, or an error."""


@dataclass(frozen=True)
class Simulated:
    """What the simulator answers; called with records, it gives their demands.

    Parameters
    ----------
    quantity : Quantity
    executor : Executor
        Where the runs of a program that is not ours are made.
    """

    quantity: Quantity
    executor: Executor

    def __call__(self, asked: Asked) -> np.ndarray:
        """Return the demand of each record, shape (record,): NaN where the simulation failed."""
        if isinstance(asked.recipe, SimulatorRecipe):
            return self._outside(asked, asked.recipe)
        recipe = asked.recipe
        assert asked.structure is not None
        responses = solve(
            asked.structure,
            asked.motions,
            method=recipe.method,
            tolerance=recipe.tolerance,
            outputs=[self.quantity.variable],
            dtype=np.float32,
            threads=1,
        )
        stated = height_variable(recipe.heights, recipe.nominal.elements)
        return self.quantity.of(responses.assign(stated))

    def _outside(self, asked: Asked, recipe: SimulatorRecipe) -> np.ndarray:
        heights = height_variable(recipe.heights, recipe.storeys)
        requests = [
            replace(request, motions=(asked.motion(record),))
            for record, request in enumerate(asked.requests)
        ]
        own = (recipe.timeout, recipe.failures, self.quantity, dict(heights))
        runs = [self.executor.submit(_demand, recipe.built, one, *own) for one in requests]
        return np.array([one.result() for one in runs])


@contextmanager
def simulated(quantity: Quantity, workers: int) -> Iterator[Simulated]:
    """Make what the simulator answers with, its processes included."""
    with executors.local(workers) as (executor, _):
        yield Simulated(quantity, executor)


def _demand(
    simulator: ExternalSimulator,
    request: Request,
    timeout: float | None,
    failures: Failures,
    quantity: Quantity,
    heights: dict[str, xr.Variable],
) -> float:
    """Return the demand of one run, NaN where it failed."""
    result, _ = run(simulator, request, timeout, failures)
    if isinstance(result, DidNotConverge) and result.kind in OF_THE_STRUCTURE:
        return float("nan")
    if isinstance(result, DidNotConverge):
        raise ValueError(
            f"record {request.record}: {result.kind}, {result}; this says nothing of the structure "
            "and is not taken for a collapse: the same command goes on from here"
        )
    return float(quantity.of(result.expand_dims("record").assign(heights))[0])
