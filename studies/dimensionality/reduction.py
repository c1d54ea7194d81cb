"""Principal components before a network, and of the responses of a building.

The inputs of the function have 20 coordinates and lie near a plane: x = B z + noise with z of two
coordinates, y = f(z). Principal component analysis finds the plane without the values y.
"""

import numpy as np
import torch
import xarray as xr
from sklearn.decomposition import PCA
from torch import Tensor, nn

from studies.dimensionality.training import error, fit
from studies.framework.building import records
from surrogate.networks import MLP

INPUTS = 20
PLANE = 2
NOISE = 0.02  # of each coordinate; z is uniform between -1 and 1
TEST = 1000
NEURONS = (8, 16, 32, 64)
INPUT_NAMES = ["20 coordinates", "2 components"]
BUILDING = {"train": 20, "test": 20}  # records


def compare(seed: int, samples: int, steps: int, device: torch.device) -> xr.Dataset:
    """Test error of one hidden layer on all coordinates and on two components.

    Returns
    -------
    Dataset
        `reduced_error` (given, neurons), over the variance.
    """
    x, y = _data(seed, samples + TEST)
    components = PCA(PLANE).fit(x[:samples])  # the training part alone
    both = (x, components.transform(x))
    values = torch.tensor(y, dtype=torch.float32, device=device)
    found = []
    for inputs in both:
        scaled = inputs / inputs[:samples].std(axis=0)
        table = torch.tensor(scaled, dtype=torch.float32, device=device)
        found.append([_error(table, values, samples, steps, seed, width) for width in NEURONS])
    return xr.Dataset(
        {"reduced_error": (("given", "neurons"), found)},
        {"given": INPUT_NAMES, "neurons": list(NEURONS)},
    )


def _data(seed: int, samples: int) -> tuple[np.ndarray, np.ndarray]:
    """Inputs (sample, 20) and values (sample, 1)."""
    generator = np.random.default_rng(seed)
    z = generator.uniform(-1.0, 1.0, (samples, PLANE))
    basis = generator.standard_normal((PLANE, INPUTS))
    x = z @ basis + NOISE * generator.standard_normal((samples, INPUTS))
    return x, np.sin(3.0 * z[:, :1]) * np.cos(2.0 * z[:, 1:])


def _error(x: Tensor, y: Tensor, samples: int, steps: int, seed: int, width: int) -> float:
    torch.manual_seed(seed)
    network = fit(MLP(x.shape[1], 1, [width], nn.Tanh), x[:samples], y[:samples], steps)
    return error(network, x[samples:], y[samples:])


def building(seed: int) -> xr.Dataset:
    """Principal components of the drifts of the five-storey building.

    Returns
    -------
    Dataset
        `projection_error` (part, components), of the drifts on the first components of the training
        part, over their variance; `eigenvalue_error`, the largest difference from the share of the
        eigenvalues that are left out.
    """
    drifts = {name: target.numpy() for name, (_, target) in records(BUILDING, seed).items()}
    storeys = drifts["train"].shape[-1]
    snapshots = {name: values.reshape(-1, storeys).astype(float) for name, values in drifts.items()}
    full = PCA().fit(snapshots["train"])
    counts = range(1, storeys + 1)
    found = [
        [_projection(full, values, count) for count in counts] for values in snapshots.values()
    ]
    left = 1.0 - np.cumsum(full.explained_variance_ratio_)
    return xr.Dataset(
        {
            "projection_error": (("part", "components"), found),
            "eigenvalue_error": abs(np.array(found[0]) - left).max(),
        },
        {"part": list(snapshots), "components": list(counts)},
    )


def _projection(full: PCA, values: np.ndarray, count: int) -> float:
    """Mean squared error of the values on the first components, over their variance."""
    centred = values - full.mean_
    basis = full.components_[:count]
    residual = centred - centred @ basis.T @ basis
    return float((residual**2).mean() / (centred**2).mean())
