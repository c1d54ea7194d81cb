"""Searches from several starts: the best are gone on with, the best of those is kept, all are
told.

Searches do not depend on one another, and may run in processes of their own.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace

import numpy as np

from datasets.generation.executors import local
from surrogate.identification.delay_starts import with_delays
from surrogate.identification.likelihood import LEAST_NOISE, Likelihood
from surrogate.identification.model import ShearModel
from surrogate.identification.recordings import Recordings
from surrogate.identification.search import Found, search
from surrogate.identification.settings import Settings
from surrogate.identification.unknowns import Choice, Space
from surrogate.networks.observation import Channel

FEW = 8
"""Records on which starts are compared."""
KEPT, ONE_OF = 2, 3
"""Least number of starts, and one of how many, that are gone on with."""
COARSE, FINE = 10, 15
"""Most steps of the searches."""

Say = Callable[[str], None]


@dataclass(frozen=True, eq=False)
class Trial:
    """One start: where it began, and how likely the best was that it led to.

    Attributes
    ----------
    stiffness, yield_displacement : float
        Of the first storey; the latter NaN for a law that does not yield.
    coarse : float
        Residuals relative to what the sensors have seen, root mean square of each channel and the
        geometric mean of them, after the search of one factor a parameter.
    fine : float
        The same with all free parameters; NaN where it was not gone on with.
    """

    stiffness: float
    yield_displacement: float
    coarse: float
    fine: float

    def __str__(self) -> str:
        begun = f"start: stiffness {self.stiffness:.3g} N/m"
        if not np.isnan(self.yield_displacement):
            begun += f", yield at {self.yield_displacement:.3g} m"
        later = "" if np.isnan(self.fine) else f", with all free {self.fine:.2%}"
        return f"{begun}: residuals {self.coarse:.2%}{later}"


@dataclass(frozen=True, eq=False)
class Best:
    """The building of the best start.

    Attributes
    ----------
    model : ShearModel
    space : Space
        Of all free parameters.
    found : Found
    trials : list of Trial
        All starts, in their order.
    """

    model: ShearModel
    space: Space
    found: Found
    trials: list[Trial]


def best_start(
    models: Sequence[ShearModel],
    recordings: Recordings,
    settings: Settings,
    workers: int = 1,
    say: Say | None = None,
) -> Best:
    """Search from every start, go on from the best of them, and return the best of those.

    Parameters
    ----------
    models : sequence of ShearModel
        With the starts.
    recordings : Recordings
        Of which a few, of all strengths, are taken.
    settings : Settings
    workers : int
        Processes that search; one is this process.
    say : callable, optional
        Told of each start in a line.

    Raises
    ------
    ValueError
        For less than one worker.
    """
    few = some_of_all(recordings)
    channels = few.channels
    spaces = [
        Space(settings.unknowns(model, channels), _coarse(model, settings, channels))
        for model in models
    ]
    with local(workers) as (executor, _):
        coarse = _searched(executor, few, models, spaces, COARSE)
        order = sorted(range(len(models)), key=lambda place: coarse[place].value)
        kept = order[: max(KEPT, -(-len(models) // ONE_OF))]
        wider = [
            spaces[place].moved_to(coarse[place].theta, settings.choice(models[place], channels))
            for place in kept
        ]
        fine = _searched(executor, few, [models[place] for place in kept], wider, FINE)
    count = int(few.samples.sum())
    later = {place: _misfit(found, count) for place, found in zip(kept, fine, strict=True)}
    trials = [
        _trial(model, _misfit(coarse[place], count), later.get(place, np.nan))
        for place, model in enumerate(models)
    ]
    for trial in trials:
        if say is not None:
            say(str(trial))
    best = min(range(len(fine)), key=lambda place: fine[place].value)
    return Best(models[kept[best]], wider[best], fine[best], trials)


def _searched(
    executor: Executor,
    recordings: Recordings,
    models: Sequence[ShearModel],
    spaces: Sequence[Space],
    steps: int,
) -> list[Found]:
    """Where searches from the starts of spaces end."""
    works = [
        executor.submit(_search, Likelihood(model, space, recordings), steps)
        for model, space in zip(models, spaces, strict=True)
    ]
    return [work.result() for work in works]


def _search(likelihood: Likelihood, steps: int) -> Found:
    return search(likelihood, steps, with_delays(likelihood))


def _coarse(model: ShearModel, settings: Settings, channels: Sequence[Channel]) -> Choice:
    """All parameters tied but the masses, which are kept, and those that are fixed."""
    names = tuple(unknown.name for unknown in model.unknowns if unknown.name != "mass")
    choice = settings.choice(model, channels)
    return replace(choice, fixed=(*choice.fixed, "mass"), tied=names)


def _trial(model: ShearModel, coarse: float, fine: float) -> Trial:
    start = {unknown.name: float(unknown.start[0]) for unknown in model.unknowns}
    return Trial(start["stiffness"], start.get("yield_displacement", np.nan), coarse, fine)


def _misfit(found: Found, count: int) -> float:
    return float(LEAST_NOISE * np.exp(found.value / count))


def some_of_all(recordings: Recordings) -> Recordings:
    """Return records of all strengths, at most `FEW`."""
    strength = np.square(recordings.base).sum(axis=1)
    ordered = np.argsort(strength)
    places = np.linspace(0, len(ordered) - 1, min(FEW, len(ordered))).round().astype(int)
    return recordings.some(ordered[places])
