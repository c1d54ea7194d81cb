"""Deep ensembles (Lakshminarayanan, Pritzel & Blundell 2017): networks trained alike from different
random starts.

Their mean is the prediction; their standard deviation, the spread, says where they were not
determined by the data. It is not an error bound by itself: records that no member was trained on
calibrate it to a band (`surrogate.evaluation.conformal`) of half-width q w(t), with

    w(t) = max over s <= t of spread(s) + FLOOR x the standard deviation of the target in the
    training data.

The maximum up to now, since an error in the permanent drift that yielding has left does not go
away; and since few members agree by chance at many moments, where a width of their spread alone
would vanish: of the five-storey building, bands by the spread alone are two to four times as wide
for the same coverage.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import torch

from surrogate import inference
from surrogate.data.channels import Interface
from surrogate.data.examples import Examples
from surrogate.evaluation import conformal
from surrogate.inference import continuation
from surrogate.inference.joined import mean_of, mean_of_answers
from surrogate.training.checkpoint import without_training
from surrogate.training.module import Surrogate

FLOOR = 0.1


@dataclass(frozen=True)
class Ensemble:
    """One or more surrogates of the same inputs and targets.

    Parameters
    ----------
    members : tuple of Surrogate
    scores : ndarray, shape (record, channel), optional
        Of the calibration records.

    Raises
    ------
    ValueError
        When a member has other channels, or the weights of another one.
    """

    members: tuple[Surrogate, ...]
    scores: np.ndarray | None = None

    def __post_init__(self) -> None:
        for number, member in enumerate(self.members[1:], start=2):
            self.interface.require(member.interface, f"member {number}")
        for (i, one), (j, other) in combinations(enumerate(self.members, start=1), 2):
            if _same_weights(one, other):
                raise ValueError(
                    f"members {i} and {j} have the same weights: train them with different seeds"
                )

    @property
    def interface(self) -> Interface:
        """What all members take and give."""
        return self.members[0].interface

    def respond(
        self, input: np.ndarray, samples: np.ndarray | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Mean and spread of the members' responses to `input`, each of shape (record, time,
        targets).

        The spread of a single member is zero. Of records of different lengths, `samples` of each
        count, and NaN lies behind them. Of classes the mean is that of `mean_of_answers`.
        """
        responses = [inference.respond(member, input, samples) for member in self.members]
        return self._joined(np.stack(responses))

    def continued(self, input: np.ndarray, known: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Mean and spread of the members' responses to `input`, whose first samples are `known`.

        Arguments and errors as of `surrogate.inference.continuation.continued`.
        """
        responses = [continuation.continued(member, input, known) for member in self.members]
        return self._joined(np.stack(responses).astype(np.float32))

    def _joined(self, responses: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Mean and spread of responses, shape (member, record, time, targets)."""
        spread = responses.std(axis=0, ddof=int(len(self.members) > 1))
        mean = responses[0]
        if len(self.members) > 1:
            mean = mean_of_answers(torch.from_numpy(responses), self.interface).numpy()
        return mean, spread

    def joined(self) -> Surrogate:
        """The mean of the members as one surrogate, which a trainer tests: the weights are shared.

        `Trainer.test(ensemble.joined(), datamodule=Records(...))` gives the metrics of the mean.
        """
        return mean_of(self.members)

    def calibrated(self, part: Examples, skip: int = 0) -> "Ensemble":
        """Return the ensemble with the scores of records that none of its members was trained on.

        The first `skip` samples of each record are not scored.
        """
        mean, spread = self.respond(part.input, part.samples)
        target, mean, width = (
            values[:, skip:] for values in (part.target, mean, self.width(spread))
        )
        samples = None if part.samples is None else part.samples - skip
        return replace(self, scores=conformal.scores(target, mean, width, samples))

    def half_width(self, spread: np.ndarray, coverage: float) -> np.ndarray:
        """Half-width of the band that holds whole histories with a probability of `coverage`, in
        the targets' units.

        Raises
        ------
        ValueError
            When the ensemble is not calibrated, or on too few records for this coverage.
        """
        return conformal.quantile(self.calibration, coverage) * self.width(spread)

    @property
    def calibration(self) -> np.ndarray:
        """Scores of the calibration records; ValueError for an ensemble without."""
        if self.scores is None:
            raise ValueError(
                "a band needs calibration records: make the ensemble by `surrogate ensemble`"
            )
        return self.scores

    def width(self, spread: np.ndarray) -> np.ndarray:
        """w of the module's docstring for a spread (record, time, channel), by the statistics of
        the first member.
        """
        return (
            np.maximum.accumulate(spread, axis=1)
            + FLOOR * self.members[0].target_scaling.scale.numpy()
        )


def load(paths: Sequence[str | Path], trust: Sequence[str] = ()) -> Ensemble:
    """An ensemble from its file, or from the checkpoints of its members; `trust` and errors as in
    `surrogate.inference.checkpoint.load`.
    """
    content = inference.read(paths[0])
    if len(paths) > 1 or "members" not in content:
        return Ensemble(tuple(inference.load(path, trust) for path in paths))
    return made_from(content, paths[0], trust)


def made_from(
    content: Mapping[str, Any], source: str | Path, trust: Sequence[str] = ()
) -> Ensemble:
    """The ensemble of a file's content; `source` names the file in errors.

    Raises
    ------
    ValueError
        For a file of something else, a class that is not trusted, and a network that cannot be
        made.
    """
    scores = content.get("scores")
    members = content["members"]
    sound = scores is None or (isinstance(scores, torch.Tensor) and scores.ndim == 2)
    if not (sound and isinstance(members, list) and members):
        raise ValueError(f"{source} is not an ensemble of this package")
    made = tuple(
        inference.made_from(member, f"member {number} of {source}", trust)
        for number, member in enumerate(members, start=1)
    )
    return Ensemble(made, None if scores is None else scores.numpy())


def save(ensemble: Ensemble, checkpoints: Sequence[str | Path], path: Path) -> None:
    """Write an ensemble with the checkpoints of its members.

    The state of their training is left out.
    """
    content = {
        "interface": ensemble.interface.to_dict(),
        "members": [without_training(checkpoint) for checkpoint in checkpoints],
        "scores": None if ensemble.scores is None else torch.from_numpy(ensemble.scores),
    }
    torch.save(content, path)


def _same_weights(one: Surrogate, other: Surrogate) -> bool:
    ours, theirs = one.network.state_dict(), other.network.state_dict()
    alike = ours.keys() == theirs.keys() and all(
        ours[name].shape == theirs[name].shape for name in ours
    )
    return alike and all(torch.equal(ours[name], theirs[name]) for name in ours)
