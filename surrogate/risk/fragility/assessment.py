"""A curve with its confidence: fitted to all motions, and to motions drawn again.

Of an ensemble the curve is the middle of the members' curves, and each repetition takes one member
at random: what the members disagree about widens the band as the choice of the motions does.
"""

from dataclasses import dataclass, replace

import numpy as np

from surrogate.risk.fragility.evidence import Evidence
from surrogate.risk.fragility.lognormal import Fragility
from surrogate.risk.fragility.resampling import Repetitions, bootstrap


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
    every = np.arange(evidence.motions)
    curves = [evidence.fit(every, member) for member in range(evidence.members)]

    def fit(chosen: np.ndarray) -> Fragility:
        return evidence.fit(chosen, int(generator.integers(evidence.members)))

    found = bootstrap(fit, evidence.motions, generator, repetitions, events)
    return Assessed(limit, _middle(curves), found, evidence)


def with_one_beta(assessed: list[Assessed]) -> list[Assessed]:
    """Return curves that share one beta, the root of the mean square of theirs: they do not cross.

    The repetitions, which belong to one another by their numbers, share theirs too where none
    failed; ValueError where some did.
    """
    if any(one.repetitions.failed for one in assessed):
        raise ValueError("repetitions without a curve cannot share a beta: more motions are needed")
    beta = float(np.sqrt(np.mean([one.curve.beta**2 for one in assessed])))
    betas = np.sqrt(np.mean([one.repetitions.betas**2 for one in assessed], axis=0))
    return [
        replace(
            one,
            curve=Fragility(one.curve.median, beta),
            repetitions=replace(one.repetitions, betas=betas),
        )
        for one in assessed
    ]


def _middle(curves: list[Fragility]) -> Fragility:
    medians = np.array([curve.median for curve in curves])
    betas = np.array([curve.beta for curve in curves])
    return Fragility(float(np.exp(np.log(medians).mean())), float(betas.mean()))
