"""A curve with its confidence: fitted to all motions, and to motions drawn again.

Of an ensemble the curve is the middle of the members' curves, and each repetition takes one member
at random: what the members disagree about widens the band as the choice of the motions does.
"""

from dataclasses import dataclass, replace

import numpy as np

from surrogate.risk.fragility.evidence import Evidence
from surrogate.risk.fragility.lognormal import Fragility
from surrogate.risk.fragility.resampling import Drawing, Fitted, Repetitions, fitted, repeated


@dataclass(frozen=True, eq=False)
class Assessed:
    """A curve with the repetitions of its fit.

    Attributes
    ----------
    limit : float
    curve : Fragility
    repetitions : Repetitions
    evidence : Evidence
    """

    limit: float
    curve: Fragility
    repetitions: Repetitions
    evidence: Evidence


def assess(
    limit: float,
    evidence: Evidence,
    generator: np.random.Generator,
    repetitions: int,
    events: np.ndarray | None = None,
) -> Assessed:
    """Fit a curve and repeat the fit on motions, or events, drawn again.

    ValueError where there is no curve, or as `bootstrap`.
    """
    drawing = Drawing.of(evidence.motions, events, evidence.strata)
    members = range(evidence.members)
    every = [_fitted(evidence, member, drawing.groups) for member in members]

    def once() -> Fitted:
        drawn = drawing.again(generator)
        return _fitted(evidence, int(generator.integers(evidence.members)), drawn)

    middle = _middle(every)
    curve = Fragility(*map(float, np.exp(middle.logarithms)))
    return Assessed(limit, curve, repeated(middle, once, repetitions), evidence)


def with_one_beta(assessed: list[Assessed]) -> list[Assessed]:
    """Return curves that share one beta, the root of the mean square of theirs: they do not cross.

    The repetitions, which belong to one another by their numbers, share theirs too where none
    failed; ValueError where some did. The standard error of the shared beta is taken as if those of
    the curves went up and down together: what is too large in it is so in each repetition too, and
    is divided out.
    """
    if any(one.repetitions.failed for one in assessed):
        raise ValueError("repetitions without a curve cannot share a beta: more motions are needed")
    wholes = _sharing([one.repetitions.fitted for one in assessed])
    again = _sharing([one.repetitions.repeated for one in assessed])
    return [
        replace(
            one,
            curve=Fragility(one.curve.median, float(np.exp(whole.logarithms[1]))),
            repetitions=replace(one.repetitions, fitted=whole, repeated=repetition),
        )
        for one, whole, repetition in zip(assessed, wholes, again, strict=True)
    ]


def _sharing(fits: list[Fitted]) -> list[Fitted]:
    """Return fits with one ln beta."""
    squares = np.exp([2.0 * one.logarithms[..., 1] for one in fits])
    errors = np.sqrt([one.covariance[..., 1, 1] for one in fits])
    shared = 0.5 * np.log(squares.mean(axis=0))
    error = (squares * errors).sum(axis=0) / squares.sum(axis=0)
    found = []
    for one, own in zip(fits, errors, strict=True):
        logs = one.logarithms.copy()
        logs[..., 1] = shared
        scale = np.ones_like(logs)
        scale[..., 1] = error / own
        covariance = scale[..., :, None] * one.covariance * scale[..., None, :]
        found.append(Fitted(logs, covariance))
    return found


def _fitted(evidence: Evidence, member: int, groups: list[np.ndarray]) -> Fitted:
    def fit(chosen: np.ndarray) -> Fragility:
        return evidence.fit(chosen, member)

    def influence(curve: Fragility, chosen: np.ndarray) -> np.ndarray:
        return evidence.influence(curve, chosen, member)

    return fitted(fit, influence, groups)


def _middle(fits: list[Fitted]) -> Fitted:
    """Return the middle of the members' curves: ln median and beta are means."""
    medians = np.mean([one.logarithms[0] for one in fits])
    betas = np.mean(np.exp([one.logarithms[1] for one in fits]))
    covariance = np.mean([one.covariance for one in fits], axis=0)
    return Fitted(np.array([medians, np.log(betas)]), covariance)
