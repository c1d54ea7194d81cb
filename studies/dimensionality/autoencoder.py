"""Autoencoders of scikit-learn's digits against principal components with codes of equal size.

An encoder f_e and a decoder f_d minimise |x - f_d(f_e(x))|^2. Where both are linear, the least is
that of principal component analysis (Baldi & Hornik 1989); hidden layers go below it.
"""

import numpy as np
import torch
import xarray as xr
from sklearn.decomposition import PCA
from torch import Tensor, nn

from datasets.recipes.catalogue import load_recipe
from studies.dimensionality.training import error, fit
from surrogate.networks import MLP

PIXELS = 64
CODES = (2, 8)
HIDDEN = (64, 32)
DEEP_RATE = 5e-3
SPLIT = "split={train: 0.7, test: 0.3}"
SHOWN = 6  # pictures of the figure


class Autoencoder(nn.Module):
    """An encoder and a decoder, both perceptrons.

    Parameters
    ----------
    inputs, code : int
        Coordinates of the input and of the code.
    hidden : tuple of int
        Units of the encoder's hidden layers, the decoder's in reverse; empty for linear maps.
    """

    def __init__(self, inputs: int, code: int, hidden: tuple[int, ...] = ()) -> None:
        super().__init__()
        self.encoder = MLP(inputs, code, hidden, nn.SiLU)
        self.decoder = MLP(code, inputs, hidden[::-1], nn.SiLU)

    def forward(self, input: Tensor) -> Tensor:
        return self.decoder(self.encoder(input))


def compare(seed: int, steps: int, device: torch.device) -> xr.Dataset:
    """Errors of reconstruction over the variance.

    Returns
    -------
    Dataset
        `code_error` (coder, part, code).
    """
    x, train = _digits(seed, device)
    parts = {"train": x[train], "test": x[~train]}
    found = []
    for method in ("principal components", "linear", "hidden layers"):
        coders = [_coder(method, code, parts["train"], steps, seed) for code in CODES]
        found.append([[error(coder, part, part) for coder in coders] for part in parts.values()])
    return xr.Dataset(
        {"code_error": (("coder", "part", "code"), found)},
        {
            "coder": ["principal components", "linear", "hidden layers"],
            "part": list(parts),
            "code": list(CODES),
        },
    )


def _digits(seed: int, device: torch.device) -> tuple[Tensor, np.ndarray]:
    """Pictures of zero mean over the training part, (sample, pixel), and which are of that part."""
    x, train = _pixels(seed)
    return torch.tensor(x - x[train].mean(axis=0), dtype=torch.float32, device=device), train


def _pixels(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Pictures, grey from 0 to 1, (sample, pixel), and which are of the training part."""
    recipe = load_recipe("digits", [f"seed={seed}", SPLIT])
    data = recipe.make(0, recipe.records)
    return data.x.values / 16.0, data.split.values == 0


def mean_picture(seed: int) -> np.ndarray:
    """Mean of the training part, shape (pixel,)."""
    x, train = _pixels(seed)
    return x[train].mean(axis=0)


def _coder(method: str, code: int, x: Tensor, steps: int, seed: int) -> nn.Module:
    torch.manual_seed(seed)
    if method == "principal components":
        return components(x, code)
    if method == "linear":
        return fit(Autoencoder(PIXELS, code), x, x, steps)
    return fit(Autoencoder(PIXELS, code, HIDDEN), x, x, steps, DEEP_RATE)


def components(x: Tensor, code: int) -> Autoencoder:
    """Principal components as an autoencoder of two linear maps."""
    basis = PCA(code).fit(x.cpu().numpy()).components_
    coder = Autoencoder(x.shape[1], code).to(x.device)
    maps = {"encoder": basis, "decoder": basis.T}
    with torch.no_grad():
        for name, matrix in maps.items():
            weight, bias = coder.get_submodule(name).parameters()
            weight.copy_(torch.tensor(matrix))
            bias.zero_()
    return coder


def pictures(seed: int, steps: int, device: torch.device) -> xr.Dataset:
    """Test pictures and what codes of 8 numbers make of them, `digit` (made, picture, pixel)."""
    x, train = _digits(seed, device)
    shown = x[~train][:SHOWN]
    rows = [shown]
    for method in ("principal components", "hidden layers"):
        coder = _coder(method, CODES[-1], x[train], steps, seed)
        rows.append(coder(shown).detach())
    greys = torch.stack(rows).cpu().numpy() + mean_picture(seed)
    return xr.Dataset(
        {"digit": (("made", "picture", "pixel"), greys)},
        {"made": ["picture", "principal components", "hidden layers"]},
    )
