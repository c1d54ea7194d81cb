"""A fit on two GPUs by Lightning's DDP, beside one."""

from pathlib import Path
from typing import Any

import torch

from benchmarks.gpu import subjects

GPUS = 2


def measure(data: Path, effort: Any) -> str:
    """A sentence: seconds of a fit by one and by two GPUs, and how far the losses differ.

    With half the batch on each, two GPUs take the steps of one.
    """
    there = torch.cuda.device_count() if effort.device == "cuda" else 0
    if there < GPUS:
        return f"Not measured: it takes {GPUS} GPUs, the machine has {there}."
    from benchmarks.gpu.fits import BATCH, Fit, run

    fit = Fit(subjects.NETWORKS["LSTM"])
    one = run(fit, data, "cuda", effort.steps)
    two = run(Fit(fit.network, batch=BATCH // GPUS, devices=GPUS), data, "cuda", effort.steps)
    away = abs(two.losses[0] - one.losses[0]) / one.losses[0]
    return (
        f"LSTM, {BATCH} records a step: {one.milliseconds:.3g} ms by one GPU, "
        f"{two.milliseconds:.3g} ms by {GPUS}; the first losses differ by {away:.1g}."
    )
