"""Unknown parameters of a structure: which are free, tied or fixed, and the vector of what is
sought.

A parameter is a row of numbers, one a floor or storey, such as the stiffnesses. Where it is free
each number has an entry of the vector; where it is tied one entry is the factor on all of them;
where it is fixed it has none. With the start p_0 of a positive parameter

    p = p_0 exp(theta)                                                                           (1)

and p = p_0 + theta for one that may be zero.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from surrogate.identification.priors import Prior

STEP = 1e-3
"""Of a difference, in theta."""
LARGEST_FACTOR = 1000.0
"""How far a positive parameter may go from its start, either way."""


@dataclass(frozen=True)
class Unknown:
    """One parameter of all floors or storeys.

    Parameters
    ----------
    name : str
        Of the parameter, such as stiffness.
    units : str
    start : ndarray, shape (place,)
        Where the search begins.
    positive : bool
        Whether it is sought by its logarithm.
    lower, upper : float
        Limits of the values.
    places : tuple of str, optional
        Name of each place; by default its number, from 1.
    """

    name: str
    units: str
    start: np.ndarray
    positive: bool = True
    lower: float = 0.0
    upper: float = np.inf
    places: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        start = np.atleast_1d(np.asarray(self.start, dtype=float))
        object.__setattr__(self, "start", start)
        numbered = tuple(str(place + 1) for place in range(len(start)))
        object.__setattr__(self, "places", self.places or numbered)
        inside = (start >= self.lower) & (start <= self.upper) & np.isfinite(start)
        if self.positive:
            inside &= start > 0.0
        if not inside.all():
            raise ValueError(
                f"start of {self.name} = {start[~inside][0]:g}: must lie in [{self.lower:g}, "
                f"{self.upper:g}]" + (" and be positive" if self.positive else "")
            )

    @property
    def labels(self) -> list[str]:
        """Name of each of its numbers, such as ``stiffness 2``."""
        return [f"{self.name} {place}" for place in self.places]


@dataclass(frozen=True)
class Choice:
    """Which parameters are sought, and how.

    Parameters
    ----------
    fixed : sequence of str
        Parameters, or single numbers of them (``mass 1``), that stay where they start.
    tied : sequence of str
        Parameters whose places share one factor on their start.
    prior : mapping of str to float
        Standard deviation of a parameter about its start: of its logarithm where it is positive,
        else of itself. A parameter without an entry has no prior.
    priors : sequence of Prior
        What else is known, each about values of its own.

    Examples
    --------
    >>> from surrogate.identification.unknowns import Choice
    >>> Choice(fixed=("mass",), tied=("damping",), prior={"stiffness": 0.3}).tied
    ('damping',)
    """

    fixed: Sequence[str] = ()
    tied: Sequence[str] = ()
    prior: Mapping[str, float] = None  # type: ignore[assignment]  # none, made at construction
    priors: Sequence[Prior] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "fixed", tuple(self.fixed))
        object.__setattr__(self, "tied", tuple(self.tied))
        object.__setattr__(self, "priors", tuple(self.priors))
        object.__setattr__(self, "prior", dict(self.prior or {}))
        for name, deviation in self.prior.items():
            if not 0.0 < float(deviation) < np.inf:
                raise ValueError(f"prior of {name} = {deviation}: must be positive and finite")

    def require_known(self, unknowns: Sequence[Unknown]) -> None:
        """Raise ValueError for a name that is none of the parameters."""
        names = [each.name for each in unknowns]
        places = [label for each in unknowns for label in each.labels]
        of_priors = [name for prior in self.priors for name in prior.names]
        for field, given in (("tied", self.tied), ("prior", [*self.prior, *of_priors])):
            for name in given:
                if name not in names:
                    raise ValueError(f"{field}: {name!r} is unknown, choose from {listed(names)}")
        for name in self.fixed:
            if name not in names and name not in places:
                raise ValueError(
                    f"fixed: {name!r} is unknown, choose from {listed(names)}, or one place of "
                    "them such as 'mass 1'"
                )


def require_free(space: "Space") -> None:
    """Raise ValueError where nothing is sought."""
    if not len(space):
        raise ValueError("fixed: every parameter is fixed, nothing is left to seek; leave one free")


def listed(names: Sequence[str]) -> str:
    """Return names in one line."""
    return ", ".join(names)


class Space:
    """The vector theta of what is sought, and the parameters that it stands for.

    Parameters
    ----------
    unknowns : sequence of Unknown
    choice : Choice

    Attributes
    ----------
    labels : list of str
        Name of each entry: ``stiffness 2``, and ``damping (all)`` where it is tied.
    deviations : ndarray, shape (entry,)
        Of the prior about the start; infinite where there is none.
    priors : tuple of Prior
    """

    def __init__(self, unknowns: Sequence[Unknown], choice: Choice | None = None) -> None:
        self.unknowns = tuple(unknowns)
        self.choice = choice or Choice()
        self.choice.require_known(self.unknowns)
        self.labels: list[str] = []
        deviations: list[float] = []
        self._entries: dict[str, np.ndarray] = {}
        for unknown in self.unknowns:
            entries, labels = self._placed(unknown)
            self._entries[unknown.name] = entries
            self.labels += labels
            deviations += [self.choice.prior.get(unknown.name, np.inf)] * len(labels)
        self.deviations = np.array(deviations)
        self.priors = tuple(prior.counted_once(self.choice.tied) for prior in self.choice.priors)
        self._require_finite_priors()

    def _require_finite_priors(self) -> None:
        values = self.values(np.zeros((1, len(self))))
        for prior in self.priors:
            found = np.asarray(prior.negative_log(values))
            if found.shape != (1,) or not np.isfinite(found).all():
                raise ValueError(
                    f"{type(prior).__name__} of {listed(prior.names)} is {found} at the start: "
                    "must be one finite number a row"
                )

    def _placed(self, unknown: Unknown) -> tuple[np.ndarray, list[str]]:
        """Entry of the vector for each place, -1 where it is fixed, and the names of new ones."""
        labels = unknown.labels
        entries = np.full(len(labels), -1)
        free = [
            place
            for place, label in enumerate(labels)
            if not {unknown.name, label} & set(self.choice.fixed)
        ]
        first = len(self.labels)
        if unknown.name in self.choice.tied and free:
            entries[free] = first
            return entries, [f"{unknown.name} (all)"]
        entries[free] = first + np.arange(len(free))
        return entries, [labels[place] for place in free]

    def __len__(self) -> int:
        return len(self.labels)

    def values(self, theta: np.ndarray) -> dict[str, np.ndarray]:
        """Return the parameters of vectors.

        Parameters
        ----------
        theta : ndarray, shape (entry,) or (row, entry)

        Returns
        -------
        dict of str to ndarray, shape (place,) or (row, place)
        """
        padded = np.concatenate([theta, np.zeros((*theta.shape[:-1], 1))], axis=-1)
        result = {}
        for unknown in self.unknowns:
            own = padded[..., self._entries[unknown.name]]
            moved = unknown.start * np.exp(own) if unknown.positive else unknown.start + own
            result[unknown.name] = np.clip(moved, unknown.lower, unknown.upper)
        return result

    def prior(self, thetas: np.ndarray) -> np.ndarray:
        """Return minus the logarithm of all priors, up to a constant, of (row, entry): (row,)."""
        return 0.5 * np.square(thetas / self.deviations).sum(axis=1) + self._others(thetas)

    def prior_derivatives(self, theta: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the gradient of `prior` at a vector, (entry,), and its curvature, (entry, entry).

        Of a density that is not concave the curvature has no negative part.
        """
        precision = np.where(np.isfinite(self.deviations), self.deviations**-2.0, 0.0)
        gradient = precision * theta
        named = {name for prior in self.priors for name in prior.names}
        own = [n for n, label in enumerate(self.labels) if label.split()[0] in named]
        curvature = np.diag(precision)
        if not own:
            return gradient, curvature
        steps = STEP * np.eye(len(theta))[own]
        pairs = steps[:, None] + steps[None]
        across = steps[:, None] - steps[None]
        points = theta + np.concatenate([steps, -steps]).reshape(2, len(own), -1)
        ahead, behind = self._others(points.reshape(-1, len(theta))).reshape(2, -1)
        gradient[own] += (ahead - behind) / (2.0 * STEP)
        corners = theta + np.stack([pairs, -pairs, across, -across])
        found = self._others(corners.reshape(-1, len(theta))).reshape(4, len(own), len(own))
        hessian = (found[0] + found[1] - found[2] - found[3]) / (4.0 * STEP**2)
        values, vectors = np.linalg.eigh(0.5 * (hessian + hessian.T))
        curvature[np.ix_(own, own)] += (vectors * np.maximum(values, 0.0)) @ vectors.T
        return gradient, curvature

    def _others(self, thetas: np.ndarray) -> np.ndarray:
        """Of the priors that are objects, shape (row,)."""
        total = np.zeros(len(thetas))
        if self.priors:
            values = self.values(thetas)
            for prior in self.priors:
                total = total + prior.negative_log(values)
        return total

    def limits(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the lowest and highest theta, each of shape (entry,)."""
        low = np.full(len(self), -np.log(LARGEST_FACTOR))
        high = -low
        for unknown in self.unknowns:
            entries = self._entries[unknown.name]
            for place, entry in enumerate(entries):
                if entry < 0:
                    continue
                lower, upper = _reach(unknown, unknown.start[place])
                low[entry] = max(low[entry], lower) if unknown.positive else lower
                high[entry] = min(high[entry], upper) if unknown.positive else upper
        return low, high

    def moved_to(self, theta: np.ndarray, choice: Choice | None = None) -> "Space":
        """Return the space that starts where this one is, with a choice of its own.

        A prior stays about the start of this space only if the vector is zero: give it to the
        last space of a search.
        """
        values = self.values(theta)
        moved = [_started(unknown, values[unknown.name]) for unknown in self.unknowns]
        return Space(moved, self.choice if choice is None else choice)


def _reach(unknown: Unknown, start: float) -> tuple[float, float]:
    if not unknown.positive:
        return unknown.lower - start, unknown.upper - start
    lower = np.log(unknown.lower / start) if unknown.lower > 0.0 else -np.inf
    return lower, np.log(unknown.upper / start)


def _started(unknown: Unknown, start: np.ndarray) -> Unknown:
    return replace(unknown, start=start)
