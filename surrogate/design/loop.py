"""A loop that runs what decides about an estimate until its standard error is small enough.

Stage 0 runs the first records of a recipe. From then on every stage trains surrogates on all runs
so far, lets them answer all records, chooses the next runs by what they say
(`surrogate.design.stages`), makes them, and estimates. It ends where the standard errors asked for
are reached, where the recipe has too few records for them, or where the runs are spent.

Everything is kept as it comes: the datasets, the checkpoints, the answers and the draws, each with
its checksum. What was asked, and the runs that may be spent, may change between two calls.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
from scipy.stats import norm

from surrogate.design.estimand import Estimand
from surrogate.design.members import Answers, Members
from surrogate.design.runs import Runs
from surrogate.design.stages import Estimated, Stage, combine, draw, overlooked
from surrogate.risk.asking.kept import BLOCKS, Kept, held
from surrogate.risk.probability import LEAST_ERROR

LEAST_START = 20
LEAST_STEP = 10
NEAREST = 10
"""Validation records about the limit that at least tell the error of a surrogate."""
STAGES = 2
"""That must have been drawn before a standard error ends the loop: one could be small by chance."""

Progress = Callable[[int], None]


@dataclass(frozen=True, eq=False)
class Loop:
    """What is asked, and what may be spent.

    Parameters
    ----------
    runs : Runs
    members : Members
    limit : float
        Demand.
    estimand : Estimand
    targets : mapping of str to float
        Standard error, as a share of the value, asked of each parameter.
    start : int
        Records of stage 0.
    step : int
        Runs of every other stage.
    budget : int
        Runs that may be spent in all.
    seed : int
        Of the draws.

    Raises
    ------
    ValueError
        Naming the field that is not as described.
    """

    runs: Runs
    members: Members
    limit: float
    estimand: Estimand
    targets: Mapping[str, float]
    start: int
    step: int
    budget: int
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0.0 < self.limit < np.inf:
            raise ValueError(f"limit = {self.limit:g}: must be a positive demand")
        self.runs.quantity.require_plausible("limit", self.limit)
        for name, value in (("start", self.start), ("step", self.step), ("seed", self.seed)):
            least = {"start": LEAST_START, "step": LEAST_STEP, "seed": 0}[name]
            if value < least:
                raise ValueError(f"{name} = {value}: must be at least {least}")
        if self.budget < self.start + self.step:
            raise ValueError(
                f"runs = {self.budget}: must be at least {self.start + self.step}, the "
                f"{self.start} of the start and one step of {self.step}"
            )
        records = self.runs.recipe.records
        if records <= 2 * self.budget:
            raise ValueError(
                f"records = {records}: surrogates answer many more records than the {self.budget} "
                "that are run, give more, as in records=10000"
            )
        self._check_targets()
        self.members.require(self.runs.recipe, self.runs.quantity)

    def _check_targets(self) -> None:
        if not self.targets:
            raise ValueError("until: names no parameter and its standard error")
        for name, value in self.targets.items():
            if name not in self.estimand.parameters:
                raise ValueError(
                    f"until {name}: expected {' or '.join(self.estimand.parameters)} here"
                )
            if not 0.0 < value < 1.0:
                raise ValueError(f"until {name}={value:g}: must be a share between 0 and 1")

    def setup(self) -> dict[str, object]:
        """Return what the runs depend on: not what is asked, nor when they end."""
        return {
            "recipe": self.runs.recipe.to_yaml(),
            "quantity": self.runs.quantity.name,
            "limit": float(self.limit),
            "start": self.start,
            "step": self.step,
            "seed": self.seed,
            "training": self.members.stated(),
        }

    def is_met(self, estimated: Estimated) -> bool:
        """Tell whether the standard errors asked for are reached."""
        errors = dict(zip(estimated.parameters, estimated.errors, strict=True))
        return all(errors[name] <= target for name, target in self.targets.items())

    def out_of_reach(self, estimated: Estimated) -> list[str]:
        """Return the parameters whose standard error no number of runs brings so far down."""
        found = []
        own = zip(estimated.parameters, estimated.of_records, estimated.errors, strict=True)
        for name, of_records, whole in own:
            is_most = whole**2 <= 2.0 * of_records**2  # else it is not known well enough
            if is_most and of_records >= self.targets.get(name, np.inf):
                found.append(name)
        return found


@dataclass(frozen=True, eq=False)
class Round:
    """Where the loop stands after a stage.

    Attributes
    ----------
    number : int
        Of the stage, from 1.
    runs : int
        Different records that were run so far.
    estimated : Estimated or None
        None where the outcomes determine nothing yet, for `reason`.
    reason : str
    error : float
        Of the surrogate in ln D, by validation records about the limit.
    beyond : float
        Share of the answers beyond the training of the surrogates.
    overlooked : float
        Bound on the share of the records called safe that exceed, with 90 % confidence.
    is_met : bool
        Whether the standard errors asked for are reached.
    out_of_reach : list of str
        Parameters for which the recipe has too few records to reach them by any number of runs.
    """

    number: int
    runs: int
    estimated: Estimated | None
    reason: str
    error: float
    beyond: float
    overlooked: float
    is_met: bool
    out_of_reach: list[str]


def run(
    loop: Loop,
    folder: Path,
    progress: Callable[[int, str], Progress],
    overwrite: bool = False,
) -> Iterator[Round]:
    """Go round, or on where an earlier call stopped, and yield where the loop stands.

    Parameters
    ----------
    loop : Loop
    folder : Path
    progress : callable
        Told a number of answers and what they are before they come; it returns what is told of
        each that has come.
    overwrite : bool
        Begin anew over a loop of another setup.

    Raises
    ------
    FileExistsError
        For a folder of something else or of another setup, or where another process works there.
    ValueError
        Where a run, a training or a file that was kept fails.
    """
    with held(folder, loop.setup(), overwrite):
        state = _State(loop, folder)
        state.begin()
        while state.spent + loop.step <= loop.budget:
            found = state.go_round(progress)
            yield found
            if found.is_met or found.out_of_reach:
                return


@dataclass
class _State:
    """The stages so far."""

    loop: Loop
    folder: Path
    places: list[np.ndarray] = field(default_factory=list)
    stages: list[Stage] = field(default_factory=list)
    demands: dict[int, float] = field(default_factory=dict)
    spent: int = 0

    @property
    def exceeds(self) -> dict[int, bool]:
        """Outcomes of the records that were run."""
        return {place: demand > self.loop.limit for place, demand in self.demands.items()}

    def begin(self) -> None:
        """Make the runs of stage 0."""
        self._run(0, np.arange(self.loop.start))

    def go_round(self, progress: Callable[[int, str], Progress]) -> Round:
        """Train, choose, run and estimate."""
        number = len(self.places)
        answers, error = self._answers(number, progress)
        self.stages.append(self._stage(number, answers, error))
        self._run(number, np.unique(self.stages[-1].chosen))
        estimated, reason = self._estimated()
        bound = overlooked(self.stages, self.exceeds)
        own = (number, self.spent, estimated, reason, error, answers.beyond, bound)
        if estimated is None or number < STAGES:
            return Round(*own, is_met=False, out_of_reach=[])
        return Round(*own, self.loop.is_met(estimated), self.loop.out_of_reach(estimated))

    def _estimated(self) -> tuple[Estimated | None, str]:
        try:
            return combine(self.stages, self.exceeds, self.loop.estimand), ""
        except ValueError as error:
            return None, str(error)

    def _answers(
        self, number: int, progress: Callable[[int, str], Progress]
    ) -> tuple[Answers, float]:
        """Return what surrogates of all runs so far say, and how far they are off."""
        loop = self.loop
        place = self._folder(number)
        kept = _kept(place)
        data, validation = loop.runs.training(number, self.places)
        before = self._folder(number - 1) if number > 1 else None
        checkpoints = loop.members.train(place, data, before, kept)
        recipe = loop.runs.recipe
        done = progress(recipe.records * len(checkpoints), f"answers of round {number}")
        answers = loop.members.answers(checkpoints, recipe, loop.runs.quantity, kept, done)
        return answers, self._error(answers, validation)

    def _error(self, answers: Answers, validation: np.ndarray) -> float:
        """Return the root mean square of ln D - answer of validation records about the limit."""
        true = np.log([self.demands[int(one)] for one in validation])
        known = validation[np.isfinite(true)]
        if not len(known):
            raise ValueError(
                "no validation record has a response: nothing tells the error of the surrogate; "
                "ask for a limit below collapse, or a larger start"
            )
        off = true[np.isfinite(true)] - answers.middle[known]
        nearest = np.argsort(np.abs(answers.middle[known] - np.log(self.loop.limit)))
        half = max(NEAREST, len(known) // 2)
        return max(float(np.sqrt(np.mean(off[nearest[:half]] ** 2))), LEAST_ERROR)

    def _stage(self, number: int, answers: Answers, error: float) -> Stage:
        """Return the draw of a stage, kept from an earlier call or made."""
        loop = self.loop
        errors = np.sqrt(error**2 + answers.spread**2)
        expected = norm.cdf((answers.middle - np.log(loop.limit)) / errors)
        generator = np.random.default_rng((loop.seed, number))
        make = partial(
            draw, expected, self.exceeds, loop.estimand, loop.targets, loop.step, generator
        )
        try:
            whole = _kept(self._folder(number)).block("draw", lambda: _packed(make()))
        except ValueError as error:
            raise ValueError(
                f"limit = {loop.limit:g}: by the surrogates {expected.sum():.1f} of "
                f"{len(expected)} records exceed it, and {error}: ask for another limit, or for "
                "more records"
            ) from None
        records = len(expected)
        own, shares = whole[: 2 * records].reshape(2, records)
        return Stage(own, shares, whole[2 * records :].astype(int))

    def _run(self, number: int, places: np.ndarray) -> None:
        kept = _kept(self._folder(number))
        found = kept.block("demands", lambda: self.loop.runs.make(number, places))
        self.demands |= dict(zip(places.tolist(), found.tolist(), strict=True))
        self.places.append(places)
        self.spent += len(places)

    def _folder(self, number: int) -> Path:
        return self.folder / f"round-{number:02d}"


def _kept(folder: Path) -> Kept:
    (folder / BLOCKS).mkdir(parents=True, exist_ok=True)
    return Kept(folder)


def _packed(stage: Stage) -> np.ndarray:
    """Return a stage as one array: it is kept whole or not at all."""
    return np.concatenate([stage.expected, stage.shares, stage.chosen])
