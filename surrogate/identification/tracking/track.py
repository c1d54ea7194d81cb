"""The most likely course of parameters over records, with its covariance: a smoothed random walk.

Minus the logarithm of the posterior of z is the likelihood of all records (`records`) and the prior
of the walk (`walk`); damped Gauss-Newton steps lower it. Its covariance is of the sandwich form
(`surrogate.identification.bounds`). The standard deviation q of a step is what makes the records
most likely, by expectation and maximisation (Shumway and Stoffer 1982, J. Time Ser. Anal. 3, 253):

    q_j^2 = mean over r of [(x_r - x_(r-1))_j^2 + variance of it],

or it is given. A parameter that does not move gets a small q, and narrow bands by all records; one
that has jumped a large q, so that the jump is not smeared over the records around it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from surrogate.identification.bounds import REACH, Bounds, inverse
from surrogate.identification.model import Model
from surrogate.identification.recordings import Recordings
from surrogate.identification.search import LONGEST
from surrogate.identification.tracking.records import RecordDerivatives, RecordLikelihood
from surrogate.identification.tracking.walk import Walk
from surrogate.identification.unknowns import Space, listed

FEWEST = 3
"""Records that a course is told from."""
FIRST_STEP = 0.05
"""q where the search begins."""
LEAST_STEP = 1e-3
ROUNDS = 8
"""Most estimates of q."""
SETTLED = 0.1
"""Relative change of q at which it is taken, beside `LEAST_STEP`."""
SEARCHES = 6
"""Most Gauss-Newton steps between two estimates of q."""
GAIN = 0.05
"""Of the logarithm of the posterior, below which a search ends."""
RAISED, LOWERED, ATTEMPTS = 5.0, 0.2, 6

Say = Callable[[str], None]


@dataclass(frozen=True, eq=False)
class Track:
    """The course of parameters over records.

    Attributes
    ----------
    model : Model
    space : Space
    walk : Walk
    z : ndarray, shape (entry,)
        The most likely vector of all that is sought.
    covariance : ndarray, shape (entry, entry)
    steps : ndarray, shape (track,)
        q.
    r2 : ndarray, shape (record, channel)
        Share of the variance that is explained.
    """

    model: Model
    space: Space
    walk: Walk
    z: np.ndarray
    covariance: np.ndarray
    steps: np.ndarray
    r2: np.ndarray

    @property
    def labels(self) -> list[str]:
        """Names of what is tracked."""
        return [self.space.labels[entry] for entry in self.walk.tracked]

    @property
    def course(self) -> np.ndarray:
        """Movement of each parameter since the first record, shape (record, track).

        Of its logarithm where it is positive.
        """
        return self.walk.course(self.z)

    @property
    def deviations(self) -> np.ndarray:
        """Standard deviation of `course`, of the same shape; zero at the first record."""
        return self.walk.course(np.sqrt(np.diag(self.covariance)))

    def values(self, z: np.ndarray | None = None) -> dict[str, np.ndarray]:
        """Return the parameters of all records, each of shape (record, place)."""
        return self.space.values(self.walk.thetas(self.z if z is None else z))

    def now(self) -> Bounds:
        """Return what is known of the parameters after the last record."""
        chosen = np.zeros((self.walk.shared, self.walk.size))
        source, target = self.walk.places(self.walk.records - 1)
        chosen[source, target] = 1.0
        covariance = chosen @ self.covariance @ chosen.T
        low, high = self.space.limits()
        theta = np.clip(chosen @ self.z, low, high)
        return Bounds(self.space, theta, covariance, (theta <= low) | (theta >= high))

    def sample(self, count: int, seed: int = 0) -> np.ndarray:
        """Return vectors drawn from the normal distribution about z, shape (row, entry)."""
        generator = np.random.default_rng(seed)
        values, vectors = np.linalg.eigh(self.covariance)
        root = vectors * np.sqrt(np.maximum(values, 0.0))
        moved = generator.standard_normal((count, len(self.z))) @ root.T
        return self.z + np.clip(moved, -REACH, REACH)

    def frequencies(self, z: np.ndarray | None = None) -> np.ndarray:
        """Return the natural frequencies of each record (Hz), shape (record, mode)."""
        return self.model.at_rest(self.values(z)).frequencies


def track(
    model: Model,
    space: Space,
    recordings: Recordings,
    names: Sequence[str],
    theta: np.ndarray | None = None,
    step: float | None = None,
    say: Say | None = None,
) -> Track:
    """Return the most likely course of parameters over records that stand in order of time.

    Parameters
    ----------
    model : Model
    space : Space
    recordings : Recordings
    names : sequence of str
        Parameters that may change, such as ``stiffness``; what is fixed of them stays.
    theta : ndarray, shape (entry,), optional
        Where the search begins; the start of the space by default.
    step : float, optional
        Standard deviation of a step, of the logarithm where a parameter is positive; estimated for
        each parameter by default.
    say : callable, optional
        Told of each round in a line.

    Raises
    ------
    ValueError
        For fewer than three records, an unknown parameter, one without a free number, and a step
        that is not positive.
    """
    walk = Walk(len(space), _tracked(space, names), require(len(recordings), step))
    likelihood = RecordLikelihood(model, space, recordings)
    begin = np.zeros(len(space)) if theta is None else theta
    z = np.concatenate([begin, np.zeros(walk.size - len(space))])
    steps = np.full(len(walk.tracked), FIRST_STEP if step is None else step)
    for _ in range(ROUNDS):
        precision = walk.precision(steps)
        point = _search(likelihood, walk, z, precision)
        z = point.z
        derivatives = likelihood.derivatives(walk.thetas(z), point.residuals)
        if step is not None:
            break
        before = steps
        known = precision + _of_theta(walk, space, z)[1]
        steps = _walked(walk, z, walk.information(derivatives.information) + known)
        if say is not None:
            say(f"step from record to record: {_told(space, walk, steps)}")
        if np.all(np.abs(steps - before) <= SETTLED * before + LEAST_STEP):
            break
    known = precision + _of_theta(walk, space, z)[1]
    covariance = _sandwich(walk, derivatives, known)
    explained = _explained(recordings, point.residuals)
    return Track(model, space, walk, z, covariance, steps, explained)


def _told(space: Space, walk: Walk, steps: np.ndarray) -> str:
    labels = [space.labels[entry] for entry in walk.tracked]
    return listed([f"{label} {q:.1%}" for label, q in zip(labels, steps, strict=True)])


def require(records: int, step: float | None) -> int:
    """Return the number of records; ValueError for too few, and for a step that is none."""
    if records < FEWEST:
        raise ValueError(f"a course over time needs at least {FEWEST} records, got {records}")
    if step is not None and not 0.0 < step < np.inf:
        raise ValueError(f"step = {step}: must be positive and finite")
    return records


def _tracked(space: Space, names: Sequence[str]) -> np.ndarray:
    known = [unknown.name for unknown in space.unknowns]
    for name in names:
        if name not in known:
            raise ValueError(f"track: {name!r} is unknown, choose from {listed(known)}")
    found = [n for n, label in enumerate(space.labels) if label.split()[0] in names]
    missing = [n for n in names if n not in {label.split()[0] for label in space.labels}]
    if missing or not found:
        raise ValueError(f"track: {listed(missing or ['nothing'])} has no free number to track")
    return np.array(found)


@dataclass(frozen=True, eq=False)
class _Point:
    """A vector z, minus the logarithm of its posterior, and its residuals."""

    z: np.ndarray
    value: float
    residuals: np.ndarray


def _search(
    likelihood: RecordLikelihood, walk: Walk, z: np.ndarray, precision: np.ndarray
) -> _Point:
    """The most likely z for a prior, from one that can be simulated."""
    point = _at(likelihood, walk, z, precision)
    assert point is not None
    damping = 1e-2
    for _ in range(SEARCHES):
        better = _better(likelihood, walk, point, precision, damping)
        if better is None:
            return point
        gain = point.value - better[0].value
        point, damping = better
        if gain < GAIN:
            break
    return point


def _better(
    likelihood: RecordLikelihood, walk: Walk, point: _Point, precision: np.ndarray, damping: float
) -> tuple[_Point, float] | None:
    """A more likely point and the damping for the next step; None where none is found."""
    derivatives = likelihood.derivatives(walk.thetas(point.z), point.residuals)
    slope, curvature = _of_theta(walk, likelihood.space, point.z)
    gradient = _scores(walk, derivatives).sum(axis=0) + precision @ point.z + slope
    hessian = walk.information(derivatives.information) + precision + curvature
    scale = np.sqrt(np.maximum(np.diag(hessian), np.finfo(float).tiny))
    own = hessian / np.outer(scale, scale)
    for _ in range(ATTEMPTS):
        step = -np.linalg.solve(own + damping * np.eye(len(own)), gradient / scale) / scale
        step *= min(1.0, LONGEST / max(np.abs(step).max(), np.finfo(float).tiny))
        after = _at(likelihood, walk, _clipped(walk, likelihood.space, point.z + step), precision)
        if after is not None and after.value < point.value:
            return after, damping * LOWERED
        damping *= RAISED
    return None


def _at(
    likelihood: RecordLikelihood, walk: Walk, z: np.ndarray, precision: np.ndarray
) -> _Point | None:
    """A point, None where one of its structures has no response."""
    try:
        residuals = likelihood.residuals(walk.thetas(z))
    except ValueError:  # the integrator gives up
        return None
    if not np.isfinite(residuals).all():
        return None
    prior = 0.5 * z @ precision @ z + likelihood.space.prior(z[None, : walk.shared])[0]
    return _Point(z, float(likelihood.value(residuals) + prior), residuals)


def _of_theta(walk: Walk, space: Space, z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Gradient and curvature of the prior of theta, by z."""
    slope, curvature = space.prior_derivatives(z[: walk.shared])
    return np.pad(slope, (0, walk.size - walk.shared)), walk.widened(curvature)


def _clipped(walk: Walk, space: Space, z: np.ndarray) -> np.ndarray:
    """The vector with theta within its limits."""
    own = np.clip(z[: walk.shared], *space.limits())
    return np.concatenate([own, z[walk.shared :]])


def _scores(walk: Walk, derivatives: RecordDerivatives) -> np.ndarray:
    """Gradient of each stretch of each record by z, shape (stretch, entry)."""
    every = [walk.gathered(own, record) for record, own in enumerate(derivatives.scores)]
    return np.concatenate(every)


def _walked(walk: Walk, z: np.ndarray, hessian: np.ndarray) -> np.ndarray:
    """The q that the steps of the most likely course and their variances give."""
    difference = walk.differences()
    spread = np.einsum("ij,jk,ik->i", difference, inverse(hessian), difference)
    squares = (difference @ z) ** 2 + spread
    mean = squares.reshape(walk.records - 1, -1).mean(axis=0)
    return np.maximum(np.sqrt(mean), LEAST_STEP)


def _sandwich(walk: Walk, derivatives: RecordDerivatives, precision: np.ndarray) -> np.ndarray:
    """Covariance of z in the form of White, over the stretches of the records."""
    scores = _scores(walk, derivatives)
    # Within a record the scores of what is its own add up to what the prior of the walk holds.
    parts = derivatives.scores.shape[1]
    own = scores.reshape(walk.records, parts, -1)
    centred = (own - own.mean(axis=1, keepdims=True)).reshape(len(scores), -1)
    few = parts / (parts - 1)
    bread = inverse(walk.information(derivatives.information) + precision)
    return bread @ (few * centred.T @ centred + precision) @ bread


def _explained(recordings: Recordings, residuals: np.ndarray) -> np.ndarray:
    """Share of the variance of each channel that is explained in each record."""
    present = recordings.present
    count = present.sum(axis=1)
    mean = (recordings.measured * present).sum(axis=1) / count
    total = (np.square(recordings.measured - mean[:, None]) * present).sum(axis=1)
    return 1.0 - np.square(residuals).sum(axis=1) / np.maximum(total, np.finfo(float).tiny)
