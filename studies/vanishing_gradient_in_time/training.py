"""The memory of networks before and after they learn the first storey's drift, and the error that
is left.
"""

from typing import Any

import numpy as np
import torch
import xarray as xr
from scipy.stats import rankdata
from torch import Tensor, nn

from studies.framework.building import records
from studies.vanishing_gradient_in_time.memory import NETWORKS, mean_log_norms
from surrogate.networks import SequenceNetwork

BEFORE = 30
BATCH = 16
RATE = 1e-2
CLIP = 1.0
TRAINED = (
    "Elman, radius 0.5",
    "Elman, radius 0.95",
    "Elman",
    "LSTM",
    "LSTM, forget bias 3",
    "LSTM, peepholes",
    "GRU",
)


def measure(settings: Any, seed: int) -> xr.Dataset:
    """Log10 of the norms before and after training, mean over test motions, and the errors on test
    records.

    Parameters
    ----------
    settings : InTime
        With `records`, `epochs`, `trained_samples`, `motions`.
    seed : int
        Of the motions, the first weights and the batches.

    Returns
    -------
    Dataset
        `trained_log_norm` (learner, state, trained_lag), `error` (learner): mean square over
        variance.
    """
    data = records({"train": settings.records, "test": settings.records}, seed)
    motions = data["test"][0][: settings.motions].double()
    torch.manual_seed(seed)
    norms = []
    errors = []
    for name in TRAINED:
        network = NETWORKS[name]()
        before = _norms(network, motions, settings.trained_samples)
        fit(network, *data["train"], settings.epochs)
        norms.append([before, _norms(network, motions, settings.trained_samples)])
        errors.append(_error(network, *data["test"]))
    return xr.Dataset(
        {
            "trained_log_norm": (("learner", "state", "trained_lag"), norms),
            "error": ("learner", errors),
        },
        {
            "learner": list(TRAINED),
            "state": ["untrained", "trained"],
            "trained_lag": np.arange(1, settings.trained_samples + 1),
        },
    )


def fit(network: nn.Module, input: Tensor, target: Tensor, epochs: int) -> None:
    """Adam with a learning rate that falls to zero along half a cosine, on the first storey's
    drift.
    """
    optimizer = torch.optim.Adam(network.parameters(), RATE)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs)
    for _ in range(epochs):
        for batch in torch.randperm(len(input)).split(BATCH):
            optimizer.zero_grad()
            nn.functional.mse_loss(network(input[batch]), target[batch, :, :1]).backward()
            nn.utils.clip_grad_norm_(network.parameters(), CLIP)
            optimizer.step()
        schedule.step()


def _norms(network: SequenceNetwork, motions: Tensor, samples: int) -> np.ndarray:
    """In double precision; the network goes on in single."""
    network.double()
    found = mean_log_norms(network, motions, samples, BEFORE)
    network.float()
    return found


@torch.no_grad()
def _error(network: nn.Module, input: Tensor, target: Tensor) -> float:
    return float(nn.functional.mse_loss(network(input), target[..., :1]))


def forgetting(results: xr.Dataset) -> xr.DataArray:
    """Decades that the norm loses in a sample, up to the longest lag."""
    return -results.trained_log_norm.isel(trained_lag=-1, drop=True) / results.sizes["trained_lag"]


def rank_correlation(results: xr.Dataset) -> xr.DataArray:
    """Spearman's, of forgetting and error over the trained networks, for each seed."""
    ranks = [rankdata(values, axis=-1) for values in _of_trained(results)]
    first, second = (values - values.mean(axis=-1, keepdims=True) for values in ranks)
    lengths = np.sqrt((first**2).sum(axis=-1) * (second**2).sum(axis=-1))
    return xr.DataArray((first * second).sum(axis=-1) / lengths, dims="seed")


def _of_trained(results: xr.Dataset) -> list[np.ndarray]:
    """Forgetting and error, shape (seed, learner)."""
    lost = forgetting(results).sel(state="trained")
    return [values.transpose("seed", "learner").values for values in (lost, results.error)]
