"""Recorded accelerograms of a folder as the motions of a recipe."""

import re
from collections.abc import Mapping, Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np
import xarray as xr
from pydantic import Field, field_validator, model_validator

from datasets.measured.accelerograms import digest, find, fitted, numbered, read_at
from datasets.recipes.earthquakes import Earthquakes, one_group
from datasets.recipes.intensity import Intensity
from datasets.recipes.sampled import Sampled, scaled
from simulators.excitation.motion import BaseMotion
from simulators.excitation.synthetic.grid import sample_count

_AXES = ("", "_y")


class Recorded(Sampled):
    """Recorded accelerograms of a folder, used in turn; brought to one interval, and one length.

    Record i has file i, and when all files have been used once they are used again with the next of
    the `factors`: 44 files and 3 factors make 132 records.

    Parameters
    ----------
    duration : float, optional
        Length (s) to which the records are cut, or continued by zeros. Without it each keeps its
        own, and the dataset tells it (`datasets.contract.lengths`).
    folder : str
        Where the records are; its sub-folders count.
    pattern : str
        Which files, e.g. ``*.AT2``.
    unit : str, optional
        Unit of files that state none, e.g. ``g``.
    peak : float, optional
        Scale every record to this peak (m s-2) first.
    intensity : Intensity, optional
        Scale every record to this spectral acceleration first.
    factors : list of float
        What the records are multiplied by, each of them with every file.
    earthquake : Earthquakes, optional
        Which earthquake each file belongs to; all its records go into one part of the dataset.
    pair : str, optional
        Regular expression whose group is the same in the names of two files that are the components
        of one station; the first of them in order is x, the other y.
    digest : str
        SHA-256 over the files, filled in when the recipe is read: other records make another
        recipe.
    """

    # Of drawn motions a number; here it may be left out.
    duration: float | None = Field(None, gt=0)  # type: ignore[assignment]
    process: Literal["Recorded"]
    folder: str
    pattern: str = "*"
    unit: str | None = None
    peak: float | None = Field(None, gt=0)
    intensity: Intensity | None = None
    factors: tuple[float, ...] = Field((1.0,), min_length=1)
    earthquake: Earthquakes | None = None
    pair: str | None = None
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

    @field_validator("pair")
    @classmethod
    def _check_pair(cls, pair: str | None) -> str | None:
        return pair if pair is None else one_group(pair)

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.duration is not None:
            sample_count(self.duration, self.interval)
        if digest(self.paths) != self.digest:
            raise ValueError(
                f"the records in {self.folder} are not those of the recipe (digest differs)"
            )
        if self.peak is not None and self.intensity is not None:
            raise ValueError("peak and intensity both scale the records: give one of them")
        if min(self.factors) <= 0:
            raise ValueError(f"factors: got {min(self.factors):g}, must be greater than 0")
        if self.earthquake is not None:
            self.earthquake.of([path.name for path in self.paths])
        if self.pair is not None:
            self._stations(2)
        return self

    @cached_property
    def paths(self) -> list[Path]:
        """The files, in the order in which they are used."""
        return find(self.folder, self.pattern)

    @property
    def differ(self) -> bool:
        """Whether each record keeps its own length."""
        return self.duration is None

    @cached_property
    def longest(self) -> int:
        """Samples of the longest record, for which all files are read where they differ."""
        if self.duration is not None:
            return sample_count(self.duration, self.interval)
        return max(self._recorded(path).acceleration.size for path in self.paths)

    def sample(self, generator: np.random.Generator, record: int, **changes: float) -> BaseMotion:
        """Return the motion of one record: resampled, cut or continued by zeros to the duration,
        scaled.
        """
        return self.sample_directions(generator, record, 1, **changes)[0]

    def sample_directions(
        self, generator: np.random.Generator, record: int, directions: int, **changes: float
    ) -> tuple[BaseMotion, ...]:
        """Return the motion of one record, or the two components of one station, scaled alike."""
        motions = self._read(self._files(record, directions))
        factor = self._own_factor(record, directions) * changes.get("scale", self.scale)
        peak = changes.get("peak", self.peak)
        if peak is not None:
            strongest = max(motions, key=lambda motion: motion.peak)
            factor *= strongest.scale_to_peak(peak).peak / strongest.peak
        if self.intensity is not None:
            factor *= self.intensity.factor(motions)
        return tuple(scaled(motion, factor) for motion in motions)

    def groups(self, records: int, directions: int = 1) -> list[str] | None:
        """Return the earthquake of each record, None where the recipe names none."""
        if self.earthquake is None:
            return None
        names = [self._files(record, directions)[0].name for record in range(records)]
        return self.earthquake.of(names)

    def labels(
        self, first: int, changes: Mapping[str, np.ndarray], count: int, directions: int = 1
    ) -> dict[str, xr.Variable]:
        """Return the files, the earthquakes and the intensities of some records."""
        files = [self._files(record, directions) for record in range(first, first + count)]
        every = [path.name for path in self.paths]
        labels = {}
        for direction in range(directions):
            names = [paths[direction].name for paths in files]
            name = f"source_file{_AXES[direction]}"
            labels[name] = numbered(names, every, "file of the record")
        if self.earthquake is not None:
            names = self.earthquake.of([paths[0].name for paths in files])
            known = self.earthquake.of(every)
            labels["earthquake"] = numbered(names, known, "earthquake of the record")
        if self.intensity is not None:
            factors = [self._own_factor(first + i, directions) for i in range(count)]
            level = self.intensity.spectral_acceleration * np.array(factors)
            level = level * changes.get("scale", self.scale)
            attrs = {"units": "m s-2", "long_name": self.intensity.long_name}
            labels["spectral_acceleration"] = xr.Variable(("record",), level, attrs)
        return labels

    def _recorded(self, path: Path) -> BaseMotion:
        return read_at(path, self.interval, self.unit)

    def _read(self, paths: Sequence[Path]) -> list[BaseMotion]:
        """Return the components of one record, all as long as it is."""
        recorded = [self._recorded(path) for path in paths]
        count = max(motion.acceleration.size for motion in recorded)
        if self.duration is not None:
            count = sample_count(self.duration, self.interval)
        return [
            BaseMotion(fitted(motion, count), self.interval, motion.origin) for motion in recorded
        ]

    def _files(self, record: int, directions: int) -> tuple[Path, ...]:
        stations = self._stations(directions)
        return stations[record % len(stations)]

    def _own_factor(self, record: int, directions: int) -> float:
        turn = record // len(self._stations(directions))
        return self.factors[turn % len(self.factors)]

    def _stations(self, directions: int) -> list[tuple[Path, ...]]:
        if directions == 1:
            return [(path,) for path in self.paths]
        if self.pair is None:
            raise ValueError(
                "pair is missing: the simulator takes two base motions, so that a pattern must say "
                "which two files are one station's, as in pair: '^(RSN[0-9]+)_'"
            )
        return _paired(tuple(self.paths), self.pair)


@lru_cache(maxsize=8)
def _paired(paths: tuple[Path, ...], pattern: str) -> list[tuple[Path, ...]]:
    """Return the files of each station; ValueError where they are not two."""
    stations: dict[str, list[Path]] = {}
    for path in paths:
        found = re.search(pattern, path.name)
        if found is None:
            raise ValueError(f"pair: {pattern!r} does not fit the file {path.name}")
        stations.setdefault(found[1], []).append(path)
    for station, files in stations.items():
        if len(files) != 2:
            names = ", ".join(path.name for path in files)
            raise ValueError(f"pair: {station} has {len(files)} files ({names}), must have two")
    return [tuple(files) for files in stations.values()]
