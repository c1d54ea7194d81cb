"""How well parameters are known: their covariance, what is not determined, and bands.

With the Gauss-Newton matrix H (prior included) and the scores g_s of the stretches s of the
records, the covariance of the most likely parameters is

    V = H^-1 (sum_s g_s g_s^T + P) H^-1,                                                         (1)

the sandwich of White (1982, Econometrica 50, 1) with the precision P of the prior: it holds where
the residuals are correlated within a stretch, or between channels, or larger in strong records. An
entry at a limit is taken as known.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from surrogate.identification.likelihood import Derivatives
from surrogate.identification.unknowns import Space

UNDETERMINED = 0.5
"""Standard deviation of the logarithm of a parameter from which on it counts as not determined."""
WEAK_SHARE = 0.3
"""Of the largest entry of a combination, what an entry has to have to be named."""
MOST_NAMED = 4
BY_PRIOR = 0.7
"""Spread over that of the prior from which on the prior tells more than the records."""
OF_SLIDERS = ("weight_", "slip_")
"""How the parameters of a learnt law begin."""
REACH = np.log(5.0)
"""How far draws go from the most likely parameters: a factor of five either way."""


@dataclass(frozen=True, eq=False)
class Bounds:
    """Covariance of the parameters that were sought.

    Attributes
    ----------
    space : Space
    theta : ndarray, shape (entry,)
        The most likely parameters.
    covariance : ndarray, shape (entry, entry)
        V of (1); zero for an entry at a limit.
    held : ndarray of bool, shape (entry,)
        Entries at a limit.
    """

    space: Space
    theta: np.ndarray
    covariance: np.ndarray
    held: np.ndarray

    @property
    def deviations(self) -> np.ndarray:
        """Standard deviation of each entry: of the logarithm where the parameter is positive."""
        return np.sqrt(np.diag(self.covariance))

    def sample(self, count: int, seed: int = 0) -> np.ndarray:
        """Return parameter vectors of the normal distribution, within the limits: (row, entry)."""
        generator = np.random.default_rng(seed)
        values, vectors = np.linalg.eigh(self.covariance)
        root = vectors * np.sqrt(np.maximum(values, 0.0))
        drawn = self.theta + generator.standard_normal((count, len(self.theta))) @ root.T
        # What is not determined has no normal distribution either: laws without bounds have no use.
        near = np.clip(drawn, self.theta - REACH, self.theta + REACH)
        return np.clip(near, *self.space.limits())

    def held_by_priors(self) -> dict[str, float]:
        """Return by how much the spread of each parameter that has a prior is that of the prior.

        Of each entry, its standard deviation over that which the prior alone leaves it with the
        others known: near zero where records tell, near one where they tell nothing.
        """
        curvature = np.diag(self.space.prior_derivatives(self.theta)[1])
        return {
            label: float(self.deviations[entry] * np.sqrt(curvature[entry]))
            for entry, label in enumerate(self.space.labels)
            if curvature[entry] > 0.0 and not self.held[entry]
        }

    def kind(self) -> str:
        """Return in words where the bounds come from."""
        return "Bounds are those of a normal distribution with a covariance of the sandwich form."

    def words(self) -> list[str]:
        """Return what the records do not determine, a sentence each; none where all is.

        A combination of parameters that moves together is named once: the eigenvectors of the
        covariance whose standard deviation is above `UNDETERMINED`. Sliders of a learnt law are
        told in one sentence: each is a piece of a curve, of which records show a part.
        """
        labels = self.space.labels
        sentences = [
            f"{labels[entry]} lies at a limit of its range" for entry in np.flatnonzero(self.held)
        ]
        values, vectors = np.linalg.eigh(self.covariance)
        for value, vector in zip(values[::-1], vectors.T[::-1], strict=True):
            if np.sqrt(max(value, 0.0)) < UNDETERMINED:
                break
            sentences.append(_sentence(labels, vector, float(np.sqrt(value))))
        return _with_sliders(sentences, labels, self.deviations)


def of_priors(ratios: Mapping[str, float]) -> list[str]:
    """Return a sentence for each parameter of which a prior tells more than the records do.

    Parameters
    ----------
    ratios : mapping of str to float
        As of `Bounds.held_by_priors`.
    """
    places: dict[str, list[str]] = {}
    for label, ratio in ratios.items():
        if ratio >= BY_PRIOR:
            name, _, place = label.partition(" ")
            places.setdefault(name, []).append(place)
    return [
        f"{name} {', '.join(own)} is held by its prior rather than by these records: its spread is "
        f"{min(ratios[f'{name} {place}'] for place in own):.0%} or more of that of the prior"
        for name, own in places.items()
    ]


def _with_sliders(
    sentences: Sequence[str], labels: Sequence[str], deviations: np.ndarray
) -> list[str]:
    """Sentences in which sliders do not come first, and one for all sliders that are left open."""
    others = [sentence for sentence in sentences if not sentence.startswith(OF_SLIDERS)]
    sliders = [place for place, label in enumerate(labels) if label.startswith(OF_SLIDERS)]
    open_ones = sum(deviations[place] > UNDETERMINED for place in sliders)
    if open_ones:
        others.append(
            f"of {len(sliders)} weights and slips of the learnt law {open_ones} are not determined "
            "one by one: what is told of it is its curve, as far as the records went"
        )
    return others


def _sentence(labels: Sequence[str], vector: np.ndarray, deviation: float) -> str:
    sizes = np.abs(vector)
    order = np.argsort(-sizes)[:MOST_NAMED]
    named = [labels[i] for i in order if sizes[i] >= WEAK_SHARE * sizes.max()]
    if len(named) == 1:
        return f"{named[0]} is not determined by these records (by a factor of {factor(deviation)})"
    names = f"{', '.join(named[:-1])} and {named[-1]}"
    return (
        f"{names} are not determined one by one by these records: a change of all of them, by "
        f"factors up to {factor(deviation * float(sizes.max()))}, is not seen"
    )


def factor(deviation: float) -> str:
    """Return exp of a standard deviation for a reader, who needs no more than its size."""
    return f"{np.exp(deviation):.2g}" if deviation < 4.6 else "more than 100"


def bounds(space: Space, theta: np.ndarray, derivatives: Derivatives) -> Bounds:
    """Return the covariance of the most likely parameters.

    Parameters
    ----------
    space : Space
    theta : ndarray, shape (entry,)
    derivatives : Derivatives
        Of the likelihood at `theta`.
    """
    low, high = space.limits()
    held = (theta <= low) | (theta >= high)
    curvature = space.prior_derivatives(theta)[1]
    free = ~held
    both = np.ix_(free, free)
    hessian = (derivatives.information + curvature)[both]
    scores = derivatives.scores[:, free]
    # Their sum is the gradient, which only the prior keeps from zero.
    centred = scores - scores.mean(axis=0)
    stretches = len(scores)
    few = stretches / max(stretches - free.sum(), 1)
    meat = few * centred.T @ centred + curvature[both]
    bread = inverse(hessian)
    covariance = np.zeros((len(theta), len(theta)))
    covariance[both] = bread @ meat @ bread
    return Bounds(space, theta, covariance, held)


def inverse(matrix: np.ndarray) -> np.ndarray:
    """Inverse by the eigenvalues of the scaled matrix; a direction that is not seen at all is kept
    large and finite.
    """
    scale = np.sqrt(np.maximum(np.diag(matrix), np.finfo(float).tiny))
    values, vectors = np.linalg.eigh(matrix / np.outer(scale, scale))
    least = np.finfo(float).eps * len(matrix) * values.max()
    inverse = (vectors / np.maximum(values, least)) @ vectors.T
    return inverse / np.outer(scale, scale)
