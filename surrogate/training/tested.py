"""What a test finds: the responses that count, their references, and the scores of both."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
import xarray as xr
from torch import Tensor

from surrogate.data import structures
from surrogate.data.channels import Interface
from surrogate.data.datamodule import Records
from surrogate.evaluation import report


@dataclass(frozen=True)
class Tested:
    """What a test has found.

    Attributes
    ----------
    prediction, reference : ndarray, shape (record, time, channel) or (sample, channel)
        The samples that count, in physical units.
    scores : Dataset
        Metrics of each record and channel, see `surrogate.evaluation.report.score`.
    """

    prediction: np.ndarray
    reference: np.ndarray
    scores: xr.Dataset


def score_batches(
    batches: Sequence[tuple[Tensor, Tensor]], records: Records, interface: Interface
) -> Tested:
    """Score every record of the test part that the batches hold.

    Parameters
    ----------
    batches : sequence of (prediction, reference)
        In the order of the test part and in physical units, on the CPU.
    records : Records
        Whose test part was run through.
    interface : Interface
        Of the surrogate.
    """
    predictions, references = zip(*batches, strict=True)
    prediction = torch.cat(predictions).numpy()
    reference = torch.cat(references).numpy()
    # All of the part, unless the trainer limits the batches.
    number = records.parts["test"].number[: len(prediction)]
    # The recipe of the training, where the test data have none.
    recipes = (records.interface.recipe, interface.recipe)
    structure = structures.structure_of_records(records.paths["test"], number, recipes)
    scores = report.score(prediction, reference, number, interface, structure)
    return Tested(prediction, reference, scores)
