"""What a test finds: the responses that count, their references, and the scores of both."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
import xarray as xr
from torch import Tensor

from datasets.contract.lengths import padded
from surrogate.data.channels import Interface
from surrogate.data.datamodule import Records
from surrogate.evaluation import classification, report


@dataclass(frozen=True)
class Tested:
    """What a test has found.

    Attributes
    ----------
    prediction, reference : ndarray, shape (record, time, channel) or (sample, channel)
        The samples that count, in physical units. Of classes their scores, and the class of each
        sample.
    scores : Dataset
        Metrics of each record and channel, see `surrogate.evaluation.report.score`; of a
        classifier, see `surrogate.evaluation.classification.score`.
    samples : ndarray of int, shape (record,), optional
        Samples of each record where they differ; NaN lies behind them.
    """

    prediction: np.ndarray
    reference: np.ndarray
    scores: xr.Dataset
    samples: np.ndarray | None = None


class ScoredBatch(NamedTuple):
    """Prediction and reference of a batch, on the CPU, and the samples of each record that count.

    The last is None where all do.
    """

    prediction: Tensor
    reference: Tensor
    samples: Tensor | None


def score_batches(batches: Sequence[ScoredBatch], records: Records, interface: Interface) -> Tested:
    """Score every record of the test part that the batches hold.

    Parameters
    ----------
    batches : sequence of ScoredBatch
        In the order of the test part and in physical units.
    records : Records
        Whose test part was run through.
    interface : Interface
        Of the surrogate.
    """
    if interface.classes:
        return _score_classes(batches, records, interface)
    samples = joined_samples([batch.samples for batch in batches])
    prediction = joined([batch.prediction for batch in batches], samples)
    reference = joined([batch.reference for batch in batches], samples)
    # All of the part, unless the trainer limits the batches.
    number = records.parts["test"].number[: len(prediction)]
    _require_finite(batches, number)
    # The recipe of the training, where the test data have none.
    recipes = (records.interface.recipe, interface.recipe)
    structure = records.structure("test", len(number), recipes)
    scores = report.score(prediction, reference, number, interface, structure, samples)
    return Tested(prediction, reference, scores, samples)


def _score_classes(
    batches: Sequence[ScoredBatch], records: Records, interface: Interface
) -> Tested:
    prediction = torch.cat([batch.prediction for batch in batches]).numpy()
    reference = torch.cat([batch.reference for batch in batches]).numpy()
    number = records.parts["test"].number[: len(prediction)]
    names = list(interface.classes)
    scores = classification.score(prediction, reference[:, 0], number, names)
    return Tested(prediction, reference, scores)


def joined_samples(batches: Sequence[Tensor | None]) -> np.ndarray | None:
    """Samples of each record of all batches, None where all records have one length."""
    stated = [samples for samples in batches if samples is not None]
    return torch.cat(stated).numpy() if stated else None


def joined(batches: Sequence[Tensor], samples: np.ndarray | None) -> np.ndarray:
    """Histories of all batches, shape (record, time, channel), NaN behind the end of each."""
    if samples is None:
        return torch.cat(list(batches)).numpy()
    records = [record for batch in batches for record in batch.numpy()]
    return padded([record[:own] for record, own in zip(records, samples, strict=True)])


def _require_finite(batches: Sequence[ScoredBatch], number: np.ndarray) -> None:
    """Raise ValueError where the surrogate answers a record with NaN or infinity."""
    finite = [torch.isfinite(batch.prediction).flatten(1).all(dim=1) for batch in batches]
    good = torch.cat(finite).numpy()
    if not good.all():
        raise ValueError(
            f"the response of the surrogate to record {number[int(np.argmin(good))]} is not "
            "finite: its training diverged, train anew with a lower learning rate or 32-true"
        )
