"""The law of the storeys chosen by cross-validation over records.

Records are dealt out to folds in the order of their strength, so that each fold has weak and strong
ones. A law is identified from all folds but one, and scored on that one by the NRMSE of its
sensors; the law with the least mean over the folds is taken. Records of one earthquake in different
folds would flatter the law with more parameters: give each earthquake once, or keep the others out.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from surrogate.identification.identify import identify
from surrogate.identification.laws import BUILDING, LAWS
from surrogate.identification.recordings import Recordings
from surrogate.identification.settings import Settings
from surrogate.identification.summary import errors
from surrogate.identification.trials import Say
from surrogate.identification.unknowns import listed

FOLDS = 3


@dataclass(frozen=True)
class Score:
    """How well a law predicts records that it was not fitted to.

    Attributes
    ----------
    law : str
    errors : tuple of float
        NRMSE in each fold, mean over the sensors.
    """

    law: str
    errors: tuple[float, ...]

    @property
    def mean(self) -> float:
        """Mean of the folds."""
        return float(np.mean(self.errors))

    def __str__(self) -> str:
        folds = ", ".join(f"{error:.3f}" for error in self.errors)
        return f"{self.law}: NRMSE {self.mean:.3f} on records left out (folds {folds})"


def scores(
    recordings: Recordings,
    settings: Settings,
    laws: Sequence[str],
    folds: int = FOLDS,
    say: Say | None = None,
    workers: int = 1,
) -> list[Score]:
    """Return the scores of laws, the best first.

    Parameters
    ----------
    recordings : Recordings
    settings : Settings
        Of which the law is replaced; what concerns parameters that a law lacks is left out for it.
    laws : sequence of str
        Keys of `surrogate.identification.laws.LAWS`.
    folds : int
    say : callable, optional
        Told of each score in a line.
    workers : int
        Processes that search from the starts.

    Raises
    ------
    ValueError
        For an unknown law or parameter, less than two folds, and fewer records than folds.
    """
    _require(recordings, settings, laws, folds)
    strength = np.argsort(np.square(recordings.base).sum(axis=1))
    parts = [strength[first::folds] for first in range(folds)]
    found = []
    for law in laws:
        own = restricted(settings, law)
        each = [_left_out(recordings, own, part, workers) for part in parts]
        found.append(Score(law, tuple(each)))
        if say is not None:
            say(str(found[-1]))
    return sorted(found, key=lambda score: score.mean)


def restricted(settings: Settings, law: str) -> Settings:
    """Return settings for a law, without what they say of parameters that it lacks."""
    known = {*BUILDING, *LAWS[law].parameters}
    return replace(
        settings,
        law=law,
        start={name: value for name, value in settings.start.items() if name in known},
        fixed=tuple(name for name in settings.fixed if name.split()[0] in known),
        tied=tuple(name for name in settings.tied if name in known),
        prior={name: value for name, value in settings.prior.items() if name in known},
        priors=tuple(prior for prior in settings.priors if known.issuperset(prior.names)),
    )


def _left_out(recordings: Recordings, settings: Settings, part: np.ndarray, workers: int) -> float:
    others = np.setdiff1d(np.arange(len(recordings)), part)
    found = identify(recordings.some(others), settings, workers=workers)
    return float(errors(found, recordings.some(part)).mean())


def _require(recordings: Recordings, settings: Settings, laws: Sequence[str], folds: int) -> None:
    for law in laws:
        if law not in LAWS:
            raise ValueError(f"law = {law!r}: expected one of {listed(list(LAWS))}")
    if len(set(laws)) < len(laws):
        raise ValueError(f"laws {listed(laws)}: one is named twice")
    known = {*BUILDING}.union(*(LAWS[law].parameters for law in laws))
    of_priors = [name for prior in settings.priors for name in prior.names]
    named = [*settings.start, *settings.tied, *settings.prior, *of_priors]
    for name in [*named, *(name.split()[0] for name in settings.fixed)]:
        if name not in known:
            raise ValueError(f"{name!r} is a parameter of none of the laws {listed(laws)}")
    if not 2 <= folds <= len(recordings):
        raise ValueError(
            f"folds = {folds}: must be at least 2 and at most the number of records, "
            f"{len(recordings)}; with fewer records name one law"
        )
