"""Responses of a structure to motions: the recipe of a dynamic dataset, and how a block of its
records is made.
"""

from collections.abc import Sequence
from functools import cached_property, partial
from typing import TYPE_CHECKING, ClassVar, Literal, Self

import numpy as np
import xarray as xr
from pydantic import Field, ValidationInfo, field_validator, model_validator

from datasets.contract import lengths, partition
from datasets.contract.schema import UNKNOWN_UNIT
from datasets.recipes.chosen import Chosen, check_chosen, chosen_streams
from datasets.recipes.distributions import Distribution
from datasets.recipes.family import parameter, parts, varied
from datasets.recipes.heights import Heights, check_heights, height_variable
from datasets.recipes.motions import MotionDescription
from datasets.recipes.recipe import Recipe
from datasets.recipes.recorded import Recorded
from datasets.recipes.simulators import trusted
from datasets.recipes.storeys import Storeys, check_storeys, counts, lowest
from datasets.recipes.storeys import each as of_each_height
from datasets.recipes.storeys import variable as storeys_variable
from datasets.recipes.structures import ShearBuilding, StructureDescription
from datasets.recipes.variation import Sampling, check_reach, design_points
from simulators.excitation.load import BaseMotions
from simulators.excitation.motion import BaseMotion, ExternalForce
from simulators.solvers.solve import METHODS, VARIABLES, solve
from simulators.structures.structure import Structure

FIXED = ("duration", "interval")  # one time axis for all records of a dataset
MOTION_UNITS = {"angular_frequency": "rad s-1", "frequency": "Hz", "damping": "1", "scale": "1"}
STRENGTHS = ("root_mean_square", "peak")  # in the unit of the motion
# Of all records integrated at once; a record's response does not depend on its neighbours
BLOCK_SAMPLES = 2**20
Motions = BaseMotions | Sequence[BaseMotion | ExternalForce]
if TYPE_CHECKING:
    Output = str
else:
    Output = Literal[tuple(VARIABLES)]  # known at run time


class ResponseRecipe(Recipe):
    """Responses of one structure, or of a family of structures, to drawn or recorded motions.

    Parameters
    ----------
    structure
        Name of a preset, a shear building, or matrices.
    motion
        ``process`` is the name of a class of `simulators.excitation`, or ``Recorded``.
    vary : mapping
        Distribution of each parameter that varies: ``mass``, ``damping``, ``laws.stiffness`` or
        another number of the laws, ``motion.scale`` or another number of the motion. One that can
        draw what the parameter may not be, as a negative mass, is refused.
    sampling : {"independent", "latin_hypercube", "sobol"}
        How the records fill the space of the varied parameters.
    outputs : list of str
        Responses that the files keep.
    method : str
        ``batch`` for the compiled integrator, or a method of `scipy.integrate.solve_ivp`.
    tolerance : float
        Relative tolerance of the drifts; the file keeps them in single precision, to 6e-8.
    keep_every : int
        Files keep every so many-th sample of what was integrated at `motion.interval`. A motion is
        linear between its samples, which takes 5 % off a sine of an eighth of the sampling rate.
    heights : float or list of float, optional
        Storey heights (m), bottom first, which the file keeps for drift ratios.
    chosen : list of int, optional
        Numbers of the records that are made, of all that the recipe draws; `surrogate design`
        writes it.
    storeys : list of int, optional
        How many storeys the records have in turn: the lowest of the structure, which is a shear
        building; all by default.
    """

    LATER: ClassVar[tuple[str, ...]] = ("heights", "chosen", "storeys")

    structure: StructureDescription
    motion: MotionDescription
    vary: dict[str, Distribution] = Field(default_factory=dict)
    sampling: Sampling = "independent"
    outputs: tuple[Output, ...] = Field(("drift", "restoring_force"), min_length=1)
    method: str = "batch"
    tolerance: float = Field(1e-4, gt=0, lt=1)
    keep_every: int = Field(1, ge=1)
    heights: Heights = None
    chosen: Chosen = ()
    storeys: Storeys = ()

    @field_validator("method")
    @classmethod
    def _check_method(cls, method: str) -> str:
        if method not in METHODS:
            raise ValueError(f"must be one of {', '.join(METHODS)}")
        return method

    @cached_property
    def nominal(self) -> Structure:
        """The structure before anything varies."""
        return self.structure.build()

    @cached_property
    def widths(self) -> dict[str, int]:
        """Numbers that each varied parameter draws for a record."""
        return {key: self._width(key) for key in self.vary}

    @model_validator(mode="after")
    def _check(self, info: ValidationInfo) -> Self:
        if isinstance(self.motion, Recorded):
            _ = self._parts  # too few earthquakes for the parts are known before any record
        check_heights(self.heights, self.nominal.elements)
        check_chosen(self)
        check_storeys(self)
        _ = self._inputs(0, 1)  # what a law or a process refuses is known before any record is made
        if trusted(info):  # a file of data has been made already
            for key, distribution in self.vary.items():
                check_reach(key, distribution, partial(self._try, key))
        return self

    def make(self, first: int, count: int) -> xr.Dataset:
        """Return the records first ... first + count - 1, in single precision."""
        own = self._parts[first : first + count]
        return self.drawn(first, count).assign(split=partition.label(own, list(self.split)))

    def require_unending(self) -> None:
        """Raise ValueError for records that cannot go on beyond those of the dataset."""
        if isinstance(self.motion, Recorded):
            raise ValueError(
                "motion.process is Recorded: there are as many records as files, which do not go "
                "on; generate a dataset of them"
            )
        if self.vary and self.sampling == "latin_hypercube":
            raise ValueError(
                "sampling is latin_hypercube, which fills the space with a fixed number of "
                "records: choose sobol or independent"
            )

    def drawn(self, first: int, count: int) -> xr.Dataset:
        """Return records by their numbers, those beyond the dataset's too; they have no parts."""
        step = self._together
        end = first + count
        blocks = [self._block(start, min(step, end - start)) for start in range(first, end, step)]
        dataset = blocks[0]
        if len(blocks) > 1:
            dataset = xr.concat(
                blocks,
                "record",
                data_vars="minimal",
                coords="minimal",
                compat="override",
                join="override",
            )
        return dataset.assign(height_variable(self.heights, self.nominal.elements))

    @property
    def _together(self) -> int:
        """Records that are integrated at once."""
        if self.motion.differ:
            return 1  # what is integrated together has one time axis
        return max(1, int(BLOCK_SAMPLES * self.motion.interval / self.motion.duration))

    @cached_property
    def _parts(self) -> np.ndarray:
        """Part of each record of the whole dataset; shards that one process makes share it."""
        groups = self.motion.groups(self.records)
        if groups is None:
            return partition.draw(self.records, self.split, self.seed)
        return partition.draw_groups(groups, self.split, self.seed)

    def _block(self, first: int, count: int) -> xr.Dataset:
        structure, motions, parameters = self._inputs(first, count)
        if self.storeys:
            response = self._of_each_height(first, count, motions)
            parameters |= storeys_variable(counts(self.storeys, first, count))
        else:
            response = self._solved(structure, motions)
        response = response.isel(time=slice(None, None, self.keep_every)).assign(parameters)
        if not self.motion.differ:
            return response
        return lengths.extended(response, -(-self.motion.longest // self.keep_every))

    def _solved(self, structure: Structure, motions: Motions) -> xr.Dataset:
        return solve(
            structure,
            motions,
            method=self.method,
            tolerance=self.tolerance,
            outputs=self.outputs,
            dtype=np.float32,
            threads=1,
        )

    def _of_each_height(self, first: int, count: int, motions: Motions) -> xr.Dataset:
        """Responses of records whose buildings have several numbers of storeys."""
        draws = self._draws(first, chosen_streams(self, first, count))

        def solved(storeys: int, members: np.ndarray) -> xr.Dataset:
            assert isinstance(self.structure, ShearBuilding)  # as `check_storeys` has seen
            nominal = lowest(self.structure, storeys).build()
            own = {key: values[members] for key, values in draws.items()}
            return self._solved(self._varied(nominal, own), _some(motions, members))

        return of_each_height(counts(self.storeys, first, count), self.nominal.elements, solved)

    def inputs(self, first: int, count: int) -> tuple[Structure, Motions, dict[str, xr.Variable]]:
        """Return what is integrated for a block of records, and the parameters that varied.

        Raises
        ------
        ValueError
            For buildings of several heights, which are no one structure.
        """
        if self.storeys:
            raise ValueError(
                "storeys: the records are buildings of several heights, which are no one structure"
            )
        return self._inputs(first, count)

    def _inputs(self, first: int, count: int) -> tuple[Structure, Motions, dict[str, xr.Variable]]:
        """The same, of the tallest building where there are several."""
        streams = chosen_streams(self, first, count)
        draws = self._draws(first, streams)
        structure = self._varied(self.nominal, draws)
        changes = {
            key.removeprefix("motion."): self._motion_values(key, values)
            for key, values in draws.items()
            if key.startswith("motion.")
        }
        motions = self.motion.sample_all(streams, first, changes)
        parameters = dict(
            parameter(structure, key, values)
            for key, values in draws.items()
            if not key.startswith("motion.")
        )
        for name, values in changes.items():
            parameters[f"motion_{name}"] = motion_variable(name, values, motions)
        parameters |= self.motion.labels(first, changes, count)
        return structure, motions, parameters

    def _varied(self, structure: Structure, draws: dict[str, np.ndarray]) -> Structure:
        """A structure with all that was drawn for it; what it has no floors for is left out."""
        for key, values in draws.items():
            if not key.startswith("motion."):
                own = values[:, : parts(structure, key)]
                structure = varied(structure, key, own, self.vary[key].applies == "value")
        return structure

    def _draws(self, first: int, streams: list[np.random.Generator]) -> dict[str, np.ndarray]:
        """Return the drawn numbers of each varied parameter, each of shape (record, width)."""
        dim = sum(self.widths.values())
        points = design_points(self.sampling, self.seed, self.records, first, len(streams), dim)
        if points is None:
            points = np.stack([stream.random(dim) for stream in streams])
        if not self.vary:
            return {}
        columns = np.split(points, np.cumsum(list(self.widths.values()))[:-1], axis=1)
        return {key: self.vary[key].inverse(u) for key, u in zip(self.vary, columns, strict=True)}

    def _try(self, key: str, drawn: float) -> None:
        """Raise ValueError where a parameter may not be what was drawn for it."""
        values = np.array([[drawn]])
        if key.startswith("motion."):
            changes = {key.removeprefix("motion."): float(self._motion_values(key, values)[0])}
            self.motion.sample(np.random.default_rng(0), 0, **changes)
        else:
            varied(self.nominal, key, values, self.vary[key].applies == "value")

    def _motion_values(self, key: str, draws: np.ndarray) -> np.ndarray:
        nominal = getattr(self.motion, key.removeprefix("motion."))
        return draws[:, 0] if self.vary[key].applies == "value" else draws[:, 0] * nominal

    def _width(self, key: str) -> int:
        if not key.startswith("motion."):
            return parts(self.nominal, key) if self.vary[key].each == "part" else 1
        known = [
            f"motion.{name}"
            for name, value in self.motion
            if isinstance(value, float) and name not in FIXED
        ]
        if key not in known:
            raise ValueError(
                f"vary.{key} is not a number of this motion that can vary: choose from "
                f"{', '.join(known)}"
            )
        return 1


def _some(motions: Motions, members: np.ndarray) -> Motions:
    """Motions of some records."""
    if isinstance(motions, BaseMotions):
        return BaseMotions(motions.acceleration[members], motions.interval)
    return [motions[int(number)] for number in members]


def motion_variable(name: str, values: np.ndarray, motions: Motions) -> xr.Variable:
    """Return a varied number of the motions for the file, as ``(record,)`` with its unit."""
    units = next(
        (unit for suffix, unit in MOTION_UNITS.items() if name.endswith(suffix)), UNKNOWN_UNIT
    )
    if name in STRENGTHS:
        forced = not isinstance(motions, BaseMotions) and isinstance(motions[0], ExternalForce)
        units = "N" if forced else "m s-2"
    return xr.Variable(
        "record", values, {"units": units, "long_name": f"{name.replace('_', ' ')} of the motion"}
    )
