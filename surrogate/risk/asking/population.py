"""Answers to all records of a recipe, and true runs of some of them, kept as they come."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from surrogate.risk.asking.answering import Answering
from surrogate.risk.asking.asked import Asked, AskedRecipe, asked, asked_at, blocks
from surrogate.risk.asking.kept import Kept
from surrogate.risk.asking.simulated import Simulated

AT_ONCE = 50
"""True runs between two times that they are kept."""

Done = Callable[[int], None]
"""Told a number of answers whenever some have come."""


def answers(
    recipe: AskedRecipe, surrogates: Sequence[Answering], kept: Kept, done: Done
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Ask surrogates for the demands of all records.

    Returns
    -------
    middle, spread, beyond : ndarray, shape (record,)
        Geometric mean of the members' demands, standard deviation of their logarithms, and 1 where
        a record lies beyond the training of a member.
    """
    members = []
    beyond = np.zeros(recipe.records)
    for member, one in enumerate(surrogates):
        rows = []
        for number, (first, count) in enumerate(blocks(recipe)):
            name = f"member-{member}-block-{number:06d}"
            rows.append(kept.block(name, Block(one, recipe, first, count)))
            done(count)
        demands, flags = np.concatenate(rows, axis=1)
        members.append(np.log(np.maximum(demands, np.finfo(float).tiny)))
        beyond = np.maximum(beyond, flags)
    middle = np.exp(np.mean(members, axis=0))
    spread = np.std(members, axis=0, ddof=int(len(members) > 1))
    return middle, spread, beyond


@dataclass(frozen=True, eq=False)
class Block:
    """One block of records, asked when it is called.

    Parameters
    ----------
    answering : callable
        From records to an array whose last axis counts them.
    recipe : ResponseRecipe or SimulatorRecipe
    first, count : int
        Which records.
    """

    answering: Callable[[Asked], np.ndarray]
    recipe: AskedRecipe
    first: int
    count: int

    def __call__(self) -> np.ndarray:
        """Return the answers."""
        return np.asarray(self.answering(asked(self.recipe, self.first, self.count)))


@dataclass(frozen=True, eq=False)
class Runs:
    """True runs of single records, each kept under its number; called with numbers of records.

    Parameters
    ----------
    recipe : ResponseRecipe or SimulatorRecipe
    simulator : Simulated
    kept : Kept
    done : callable
        Told the number of runs that have come.
    """

    recipe: AskedRecipe
    simulator: Simulated
    kept: Kept
    done: Done

    def __call__(self, places: np.ndarray) -> np.ndarray:
        """Return the demand of each record, infinite where its simulation failed, shape (run,)."""
        missing = [one for one in np.unique(places) if not self._is_kept(one)]
        for first in range(0, len(missing), AT_ONCE):
            self._make(missing[first : first + AT_ONCE])
        self.done(len(places))
        values = np.array([self.kept.block(self._name(one), _never) for one in places]).ravel()
        return np.where(np.isnan(values), np.inf, values)

    def _make(self, numbers: Sequence[int]) -> None:
        parts = asked_at(self.recipe, numbers)
        demands = np.concatenate([self.simulator(part) for part in parts])
        for number, demand in zip(numbers, demands, strict=True):
            self.kept.block(self._name(number), partial(np.array, [demand]))

    def _is_kept(self, number: int) -> bool:
        return self.kept.has(self._name(number))

    @staticmethod
    def _name(number: int) -> str:
        return f"run-{number:09d}"


def _never() -> np.ndarray:
    raise AssertionError("a run that was made is kept")
