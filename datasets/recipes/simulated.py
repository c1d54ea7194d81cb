"""Responses of a simulator that is not ours: any class of `simulators.external`, by its class path.

Every record is a run of its own, in a process of its own where the simulator or a time limit asks
for one, and every shard holds one record unless the recipe says otherwise: a run that is killed
loses the records under way and no other. A record that fails is kept with its reason
(`datasets.contract.failures`).
"""

from collections.abc import Collection
from functools import cached_property, partial
from typing import ClassVar, Self

import numpy as np
import xarray as xr
from pydantic import Field, ValidationInfo, field_validator, model_validator

from datasets.contract import failures, lengths, partition
from datasets.contract.schema import HEIGHT, SAMPLES, VARIABLES, time_axis
from datasets.files.costs import Run
from datasets.measured.accelerograms import fitted
from datasets.recipes.chosen import Chosen, check_chosen, chosen_streams
from datasets.recipes.distributions import Distribution
from datasets.recipes.heights import Heights, check_heights, height_variable
from datasets.recipes.motions import MotionDescription
from datasets.recipes.recipe import Recipe
from datasets.recipes.recorded import Recorded
from datasets.recipes.responses import FIXED, motion_variable
from datasets.recipes.running import Failures, Request, run
from datasets.recipes.simulators import Simulator, trusted
from datasets.recipes.variation import Sampling, check_reach, design_points
from simulators.checks import is_number
from simulators.excitation.motion import BaseMotion
from simulators.external.checking import check_parameters
from simulators.external.declarations import Output
from simulators.external.failure import DidNotConverge, unexpected
from simulators.external.protocol import ExternalSimulator
from simulators.variables import EXCITATIONS

SEEDS = 2**31
BASE_MOTIONS = ("base_acceleration", "base_acceleration_y")
"""Variables of the base motions, by their direction."""
RESERVED = ("time", *EXCITATIONS, SAMPLES, HEIGHT, "split", "failed", "failure_reason")
"""Names that no output may have, beside those of what varies and of the motion's labels."""


class SimulatorRecipe(Recipe):
    """Responses of an external simulator to drawn or recorded motions.

    Parameters
    ----------
    simulator
        ``class_path`` and ``init_args``.
    motion
        ``process`` is the name of a class of `simulators.excitation`, or ``Recorded``.
    vary : mapping
        Distribution of each number that varies: a parameter that the simulator declares, or
        ``motion.scale`` and other numbers of the motion.
    sampling : {"independent", "latin_hypercube", "sobol"}
        How the records fill the space of the varied parameters.
    outputs : list of str
        Histories that the files keep; all that the simulator declares by default.
    timeout : float, optional
        Limit (s) on one record.
    failures
        ``allowed``, the share of records that may fail; ``retries`` of a run that crashed or ran
        out of time.
    heights : float or list of float, optional
        Storey heights (m), bottom first, which the file keeps for drift ratios.
    chosen : list of int, optional
        Numbers of the records that are made, of all that the recipe draws; `surrogate design`
        writes it.
    """

    CONDITIONS: ClassVar[tuple[str, ...]] = ("timeout", "failures")
    LATER: ClassVar[tuple[str, ...]] = ("heights", "chosen")

    simulator: Simulator
    motion: MotionDescription
    vary: dict[str, Distribution] = Field(default_factory=dict)
    sampling: Sampling = "independent"
    outputs: tuple[str, ...] = ()
    timeout: float | None = Field(None, gt=0)
    failures: Failures = Field(default_factory=Failures)
    heights: Heights = None
    chosen: Chosen = ()
    records_per_shard: int = Field(1, ge=1)

    @property
    def unit(self) -> int:
        """Records that one task makes: one, as each may take long."""
        return 1

    @field_validator("split")
    @classmethod
    def _check_parts(cls, split: dict[str, float]) -> dict[str, float]:
        if failures.PART in split:
            raise ValueError(f"the part {failures.PART} is kept for records without a response")
        return split

    @model_validator(mode="after")
    def _check(self, info: ValidationInfo) -> Self:
        check_chosen(self)
        if trusted(info):
            _check_simulator(self, self.built)
            _check_varied(self, self.built)
            if isinstance(self.motion, Recorded):
                _ = self._parts  # too few earthquakes for the parts are known before any record
        return self

    @cached_property
    def built(self) -> ExternalSimulator:
        """The simulator."""
        return self.simulator.build()

    @cached_property
    def kept(self) -> tuple[Output, ...]:
        """Outputs that the files keep."""
        return tuple(o for o in self.built.outputs if not self.outputs or o.name in self.outputs)

    @property
    def differ(self) -> bool:
        """Whether records may differ in length (`datasets.contract.lengths`)."""
        return self.motion.differ or self.built.may_end_early or self.built.extra_samples > 0

    @property
    def longest(self) -> int:
        """Samples of the time axis that all records share."""
        longest: int = self.motion.longest + self.built.extra_samples
        return longest

    @property
    def storeys(self) -> int:
        """Storeys of the histories that the files keep; 0 where none runs along them."""
        return max((one.size or 0 for one in self.kept if one.component == "storey"), default=0)

    @property
    def may_end_its_process(self) -> bool:
        """Whether the simulator runs in the process that makes records."""
        return not self.built.runs_in_own_process and self.timeout is None

    @cached_property
    def _parts(self) -> np.ndarray:
        groups = self.motion.groups(self.records, self.built.directions)
        if groups is None:
            return partition.draw(self.records, self.split, self.seed)
        return partition.draw_groups(groups, self.split, self.seed)

    def make(self, first: int, count: int) -> xr.Dataset:
        """Return the records first ... first + count - 1, in single precision."""
        return self.run(first, count)[0]

    def run(self, first: int, count: int) -> tuple[xr.Dataset, list[Run]]:
        """Return the same as `make`, and what each record cost."""
        requests = self.requests(first, count)
        ran = [run(self.built, one, self.timeout, self.failures) for one in requests]
        results = [result for result, _ in ran]
        failed = [one if isinstance(one, DidNotConverge) else None for one in results]
        variables = self._histories(requests, results) | self._parameters(requests)
        dataset = xr.Dataset(variables | failures.label(failed))
        time = time_axis(self.longest, self.motion.interval)
        stated = height_variable(self.heights, self.storeys)
        dataset = dataset.assign_coords(time=time).assign(stated)
        dataset = dataset.assign(split=self._split(first, failed))
        return dataset, [cost for _, cost in ran]

    def expected_costs(self) -> np.ndarray | None:
        """Return what the simulator expects each record to cost, None where all cost alike."""
        simulator = self.built
        if type(simulator).cost is ExternalSimulator.cost and not self.motion.differ:
            return None  # motions of one length
        requests = self.requests(0, self.records)
        values = [check_parameters(simulator, one.parameters) for one in requests]
        pairs = zip(requests, values, strict=True)
        return np.array([_cost(simulator, one, own) for one, own in pairs])

    def accept(self, dataset: xr.Dataset) -> None:
        """Refuse a dataset of which too many records failed."""
        found = failures.counts(dataset)
        number = sum(found.values())
        if number > self.failures.allowed * self.records:
            kinds = ", ".join(f"{count} {kind}" for kind, count in found.items())
            record, reason = next(iter(failures.reasons(dataset).items()))
            raise ValueError(
                f"{number} of {self.records} records failed ({kinds}), failures.allowed = "
                f"{self.failures.allowed:g}; record {record}: {reason}"
            )

    def requests(self, first: int, count: int) -> list[Request]:
        """Return what each record of a block is computed from."""
        streams = chosen_streams(self, first, count)
        dim = len(self.vary)
        points = design_points(self.sampling, self.seed, self.records, first, count, dim)
        if points is None:
            points = np.stack([stream.random(dim) for stream in streams])
        return [self._input(first + i, stream, points[i]) for i, stream in enumerate(streams)]

    def _input(self, record: int, stream: np.random.Generator, point: np.ndarray) -> Request:
        parameters: dict[str, float] = {}
        changes: dict[str, float] = {}
        for (key, distribution), u in zip(self.vary.items(), point, strict=True):
            name = key.removeprefix("motion.")
            value = self._value(key, float(distribution.inverse(np.array(u))))
            (parameters if name == key else changes)[name] = value
        motions = self.motion.sample_directions(stream, record, self.built.directions, **changes)
        return Request(record, motions, parameters, changes, int(stream.integers(SEEDS)))

    def _value(self, key: str, drawn: float) -> float:
        """What a varied number is when `drawn` has been drawn for it."""
        if self.vary[key].applies == "value":
            return drawn
        if key.startswith("motion."):
            return drawn * float(getattr(self.motion, key.removeprefix("motion.")))
        declared = {one.name: one for one in self.built.parameters}
        return drawn * declared[key].default

    def _try(self, key: str, drawn: float) -> None:
        """Raise ValueError where a parameter may not be what was drawn for it."""
        value = self._value(key, drawn)
        if key.startswith("motion."):
            changes = {key.removeprefix("motion."): value}
            self.motion.sample(np.random.default_rng(0), 0, **changes)
        else:
            declared = {one.name: one for one in self.built.parameters}
            declared[key].check(value)

    def _histories(
        self, requests: list[Request], results: list[xr.Dataset | DidNotConverge]
    ) -> dict[str, xr.Variable]:
        samples = [
            result.sizes["time"]
            if isinstance(result, xr.Dataset)
            else one.motions[0].acceleration.size
            for one, result in zip(requests, results, strict=True)
        ]
        variables = {}
        if self.differ:
            variables[SAMPLES] = lengths.label(samples)
        for direction, motion_name in enumerate(BASE_MOTIONS[: self.built.directions]):
            pairs = zip(requests, samples, strict=True)
            moved = [fitted(one.motions[direction], count) for one, count in pairs]
            known = VARIABLES[motion_name]
            values = lengths.padded(moved, self.longest).astype(np.float32)
            variables[motion_name] = xr.Variable(known.dims, values, known.attrs)
        for output in self.kept:
            size = () if output.size is None else (output.size,)
            values = np.full((len(requests), self.longest, *size), np.nan, dtype=np.float32)
            for i, result in enumerate(results):
                if isinstance(result, xr.Dataset):
                    values[i, : samples[i]] = result[output.name].values
            attrs = {"units": output.units, "long_name": output.long_name}
            variables[output.name] = xr.Variable(("record", *output.dims), values, attrs)
        return variables

    def _parameters(self, requests: list[Request]) -> dict[str, xr.Variable]:
        declared = {one.name: one for one in self.built.parameters}
        variables = {}
        for key in self.vary:
            name = key.removeprefix("motion.")
            if name == key:
                values = np.array([one.parameters[key] for one in requests])
                attrs = {"units": declared[key].units, "long_name": declared[key].long_name}
                variables[key] = xr.Variable("record", values, attrs)
            else:
                values = np.array([one.changes[name] for one in requests])
                motions = [one.motions[0] for one in requests]
                variables[f"motion_{name}"] = motion_variable(name, values, motions)
        changes = {
            name: np.array([one.changes[name] for one in requests]) for name in requests[0].changes
        }
        first = requests[0].record
        return variables | self.motion.labels(first, changes, len(requests), self.built.directions)

    def _split(self, first: int, failed: list[DidNotConverge | None]) -> xr.DataArray:
        parts = self._parts[first : first + len(failed)].copy()
        parts[[one is not None for one in failed]] = len(self.split)
        return partition.label(parts, [*self.split, failures.PART])


def _check_simulator(recipe: SimulatorRecipe, simulator: ExternalSimulator) -> None:
    """Refuse what no file could hold, before any record is run."""
    _check_names(recipe, RESERVED)
    declared = [output.name for output in simulator.outputs]
    for name in recipe.outputs:
        if name not in declared:
            raise ValueError(f"outputs: {name!r} is unknown, choose from {', '.join(declared)}")
    if simulator.directions > len(BASE_MOTIONS):
        raise ValueError(
            f"simulator: {recipe.simulator.class_path} takes {simulator.directions} base motions, "
            f"a file holds at most {len(BASE_MOTIONS)} a record"
        )
    if recipe.heights is not None and not recipe.storeys:
        raise ValueError("heights: no output that is kept runs along storeys: keep drift")
    check_heights(recipe.heights, recipe.storeys)
    for output in recipe.kept:
        if output.component is not None and output.size is None:
            raise ValueError(
                f"simulator: output {output.name} states no size, how many of {output.component} "
                "there are; a record that fails could not be stored"
            )
        known = VARIABLES.get(output.name)
        if known and (known.units, known.dims) != (output.units, ("record", *output.dims)):
            raise ValueError(
                f"simulator: output {output.name} is in {output.units} along "
                f"{', '.join(output.dims)}; a file has it in {known.units} along "
                f"{', '.join(known.dims[1:])}"
            )


def _check_names(recipe: SimulatorRecipe, others: Collection[str]) -> None:
    """Refuse an output with the name of something else that the file holds."""
    for output in recipe.kept:
        if output.name in others:
            raise ValueError(
                f"simulator: output {output.name} has the name of another variable of the file: "
                "give it another name"
            )


def _cost(simulator: ExternalSimulator, request: Request, values: dict[str, float]) -> float:
    """What a record is expected to cost; ValueError where the class gives no number."""
    owner = f"{type(simulator).__name__}.cost"
    try:
        cost = simulator.cost(request.motions, values)
    except Exception as failure:
        reason = unexpected(failure).reason
        raise ValueError(f"{owner} fails for record {request.record}: {reason}") from None
    if not is_number(cost) or cost < 0.0:
        raise ValueError(
            f"{owner} gives {cost!r} for record {request.record}: expected a number >= 0"
        )
    return cost


def _check_varied(recipe: SimulatorRecipe, simulator: ExternalSimulator) -> None:
    numbers = [name for name, value in recipe.motion if isinstance(value, float)]
    known = [one.name for one in simulator.parameters]
    known += [f"motion.{name}" for name in numbers if name not in FIXED]
    for key, distribution in recipe.vary.items():
        if key not in known:
            raise ValueError(
                f"vary.{key} may not vary: choose from {', '.join(known) or 'nothing'}"
            )
        if distribution.each == "part":
            raise ValueError(f"vary.{key}: each = 'part', a simulator's parameter is one number")
        check_reach(key, distribution, partial(recipe._try, key))
    one = recipe.requests(0, 1)[0]
    _check_names(recipe, recipe._parameters([one]))
    if not all(isinstance(motion, BaseMotion) for motion in one.motions):
        raise ValueError("motion: a simulator takes base motions, this process makes forces")
