"""Some of the records that a recipe draws, by their numbers.

Record i of the dataset has the motion and the structure that record chosen[i] of the whole recipe
has: what a design of runs has looked at without the response is what is run.
"""

from typing import Annotated, Any, Protocol

import numpy as np
from pydantic import Field

from datasets.recipes.recorded import Recorded
from datasets.recipes.streams import record_streams

Chosen = tuple[Annotated[int, Field(ge=0, lt=10**9)], ...]


class Choosing(Protocol):
    """What of a recipe the choice depends on."""

    @property
    def chosen(self) -> Chosen: ...

    @property
    def records(self) -> int: ...

    @property
    def seed(self) -> int: ...

    @property
    def sampling(self) -> str: ...

    @property
    def motion(self) -> Any: ...


def check_chosen(recipe: Choosing) -> None:
    """Raise ValueError for a choice that names no records of the recipe."""
    if not recipe.chosen:
        return
    if len(recipe.chosen) != recipe.records:
        raise ValueError(
            f"chosen has {len(recipe.chosen)} records, records = {recipe.records}: must be as many"
        )
    if len(set(recipe.chosen)) != len(recipe.chosen):
        raise ValueError("chosen names a record twice")
    if recipe.sampling != "independent":
        raise ValueError(
            f"chosen: sampling must be independent, not {recipe.sampling}, whose records depend on "
            "how many there are"
        )
    if isinstance(recipe.motion, Recorded):
        raise ValueError("chosen is for motions that are drawn: choose files by motion.pattern")


def chosen_streams(recipe: Choosing, first: int, count: int) -> list[np.random.Generator]:
    """Return the generators of the records first ... first + count - 1 of the dataset."""
    if not recipe.chosen:
        return record_streams(recipe.seed, first, count)
    numbers = recipe.chosen[first : first + count]
    return [record_streams(recipe.seed, number, 1)[0] for number in numbers]
