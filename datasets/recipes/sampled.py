"""What all motions of a recipe share: a time axis, an amplitude, one or two directions."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

import numpy as np
import xarray as xr
from pydantic import Field

from datasets.recipes.recipe import Description
from simulators.excitation.load import BaseMotions
from simulators.excitation.motion import BaseMotion, ExternalForce
from simulators.excitation.synthetic.grid import sample_count

Motion = TypeVar("Motion", BaseMotion, ExternalForce)


class Sampled(Description):
    """The time axis of the records of a dataset, and their amplitude.

    Parameters
    ----------
    duration : float
        Length of a record (s), a whole multiple of `interval`.
    interval : float
        Sampling interval (s).
    scale : float
        Factor on every record; `vary` can draw it.
    """

    duration: float = Field(gt=0)
    interval: float = Field(gt=0)
    scale: float = 1.0

    @property
    def differ(self) -> bool:
        """Whether records have their own lengths (`datasets.contract.lengths`)."""
        return False

    @property
    def longest(self) -> int:
        """Samples of the longest record; all have as many unless they `differ`."""
        return sample_count(self.duration, self.interval)

    def sample_all(
        self,
        generators: Sequence[np.random.Generator],
        first: int,
        changes: Mapping[str, np.ndarray],
    ) -> BaseMotions | list[BaseMotion | ExternalForce]:
        """Return the motions of the records from `first` on; `changes` gives each its own value of
        some parameters.
        """
        motions = []
        for i, generator in enumerate(generators):
            own = {name: float(values[i]) for name, values in changes.items()}
            motions.append(self.sample(generator, first + i, **own))
        return motions

    @abstractmethod
    def sample(
        self, generator: np.random.Generator, record: int, **changes: float
    ) -> BaseMotion | ExternalForce:
        """Return the motion of one record, some parameters changed."""

    def sample_directions(
        self, generator: np.random.Generator, record: int, directions: int, **changes: float
    ) -> tuple[BaseMotion | ExternalForce, ...]:
        """Return the motions of one record, one a direction; drawn ones are independent."""
        return tuple(self.sample(generator, record, **changes) for _ in range(directions))

    def groups(self, records: int, directions: int = 1) -> list[str] | None:
        """Return for each record what it must not be parted from, None where it stands alone."""
        return None

    def labels(
        self, first: int, changes: Mapping[str, np.ndarray], count: int, directions: int = 1
    ) -> dict[str, xr.Variable]:
        """Return what a file says of the motions of some records, each along ``record``."""
        return {}


def scaled(motion: Motion, factor: float) -> Motion:
    """Return the motion times `factor`, in the single precision of the files: what is stored is
    what is integrated.
    """
    name = "force" if isinstance(motion, ExternalForce) else "acceleration"
    values = np.asarray(getattr(motion, name) * factor, dtype=np.float32)
    changes: dict[str, Any] = {name: values}
    return replace(motion, **changes)
