"""The motions of a recipe: drawn from a process of `simulators.excitation`, or read from a folder
of records.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import is_dataclass
from functools import cached_property
from types import ModuleType
from typing import Any

import numpy as np
from pydantic import model_validator

from datasets.recipes.mirror import Mirror, mirror, one_of
from datasets.recipes.recorded import Recorded
from datasets.recipes.sampled import Sampled, scaled
from simulators import excitation
from simulators.excitation.load import BaseMotions
from simulators.excitation.motion import BaseMotion, ExternalForce
from simulators.excitation.synthetic import envelope
from simulators.excitation.synthetic.process import RandomProcess


class Synthetic(Sampled, Mirror):
    """A process of `simulators.excitation`; each record is a new draw."""

    @model_validator(mode="after")
    def _check(self) -> "Synthetic":
        self.sample(np.random.default_rng(0), 0)  # what the process refuses, it refuses here
        return self

    def sample(
        self, generator: np.random.Generator, record: int, **changes: float
    ) -> BaseMotion | ExternalForce:
        """Draw the motion of one record, some parameters changed."""
        scale = changes.pop("scale", self.scale)
        process = self.build(**changes) if changes else self._nominal
        return scaled(process.sample(generator, self.duration, self.interval), scale)

    def sample_all(
        self,
        generators: Sequence[np.random.Generator],
        first: int,
        changes: Mapping[str, np.ndarray],
    ) -> BaseMotions | list[BaseMotion | ExternalForce]:
        """Draw the motions of the records from `first` on, at once where one process makes them
        all.
        """
        if not isinstance(self._nominal, RandomProcess) or set(changes) - {"scale"}:
            return super().sample_all(generators, first, changes)
        drawn = self._nominal.sample_accelerations(generators, self.duration, self.interval)
        drawn *= changes["scale"][:, np.newaxis] if "scale" in changes else self.scale
        return BaseMotions(drawn.astype(np.float32), self.interval)

    @cached_property
    def _nominal(self) -> Any:
        """The process before anything varies."""
        return self.build()


def _classes(module: ModuleType, names: Iterable[str]) -> list[type]:
    members = [getattr(module, name) for name in names]
    return [member for member in members if isinstance(member, type) and is_dataclass(member)]


ENVELOPES = [mirror(c, "kind") for c in _classes(envelope, vars(envelope))]
SYNTHETIC = [
    mirror(c, "process", Synthetic, {envelope.Envelope: one_of(ENVELOPES, "kind")})
    for c in _classes(excitation, excitation.__all__)
    if hasattr(c, "sample")
]
MotionDescription = one_of([*SYNTHETIC, Recorded], "process")
