"""The motions of a recipe: drawn from a process of `simulators.excitation`, or read from a folder
of records.
"""

from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import is_dataclass, replace
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any, Literal, TypeVar

import numpy as np
from pydantic import Field, model_validator

from datasets.measured.accelerograms import digest, find, fitted, read_at
from datasets.recipes.mirror import Mirror, mirror, one_of
from datasets.recipes.recipe import Description
from simulators import excitation
from simulators.excitation.load import BaseMotions
from simulators.excitation.motion import BaseMotion, ExternalForce
from simulators.excitation.synthetic import envelope
from simulators.excitation.synthetic.grid import sample_count
from simulators.excitation.synthetic.process import RandomProcess

Motion = TypeVar("Motion", BaseMotion, ExternalForce)


class Sampled(Description):
    """The time axis that all records of a dataset share, and their amplitude.

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


class Recorded(Sampled):
    """Recorded accelerograms of a folder, used in turn; brought to one interval and one length.

    Parameters
    ----------
    folder : str
        Where the records are; its sub-folders count.
    pattern : str
        Which files, e.g. ``*.AT2``.
    peak : float, optional
        Scale every record to this peak (m s-2) first.
    digest : str
        SHA-256 over the files, filled in when the recipe is read: other records make another
        recipe.
    """

    process: Literal["Recorded"]
    folder: str
    pattern: str = "*"
    peak: float | None = Field(None, gt=0)
    digest: str = ""

    @model_validator(mode="before")
    @classmethod
    def _fill_digest(cls, content: Any) -> Any:
        if (
            isinstance(content, dict)
            and isinstance(content.get("folder"), str)
            and not content.get("digest")
        ):
            files = find(content["folder"], str(content.get("pattern", "*")))
            content = content | {"digest": digest(files)}
        return content

    @model_validator(mode="after")
    def _check(self) -> "Recorded":
        sample_count(self.duration, self.interval)
        if digest(self.paths) != self.digest:
            raise ValueError(
                f"the records in {self.folder} are not those of the recipe (digest differs)"
            )
        return self

    @cached_property
    def paths(self) -> list[Path]:
        """The files, in the order in which they are used."""
        return find(self.folder, self.pattern)

    def sample(self, generator: np.random.Generator, record: int, **changes: float) -> BaseMotion:
        """Return the motion of one record: resampled, cut or continued by zeros to the duration,
        scaled.
        """
        recorded = read_at(self.paths[record % len(self.paths)], self.interval)
        values = fitted(recorded, sample_count(self.duration, self.interval))
        motion = BaseMotion(values, self.interval, recorded.origin)
        peak = changes.get("peak", self.peak)
        if peak is not None:
            motion = motion.scale_to_peak(peak)
        return scaled(motion, changes.get("scale", self.scale))


def scaled(motion: Motion, factor: float) -> Motion:
    """Return the motion times `factor`, in the single precision of the files: what is stored is
    what is integrated.
    """
    name = "force" if isinstance(motion, ExternalForce) else "acceleration"
    values = np.asarray(getattr(motion, name) * factor, dtype=np.float32)
    changes: dict[str, Any] = {name: values}
    return replace(motion, **changes)


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
