"""Records of the five-storey building that are short enough to train small networks on in a
study.
"""

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor

from datasets.recipes.catalogue import load_recipe

DURATION = 8  # s
EVERY = 4  # every fourth sample of 0.02 s


def records(parts: Mapping[str, int], seed: int) -> dict[str, tuple[Tensor, Tensor]]:
    """Base acceleration and storey drifts, each over its standard deviation in the first part: 1 is
    as much as zero.

    Parameters
    ----------
    parts : mapping of str to int
        Name of each part, such as train, and its number of records.
    seed : int
        Of the motions.

    Returns
    -------
    dict of str to (Tensor, Tensor)
        For each part the input, shape (record, time, 1), and the target, shape (record, time, 5).
    """
    total = sum(parts.values())
    known = next(iter(parts.values()))
    recipe = load_recipe(
        "five_storey", [f"records={total}", f"motion.duration={DURATION}", f"seed={seed}"]
    )
    data = recipe.make(0, total).isel(time=slice(0, None, EVERY))
    pair = [data.base_acceleration.values[..., None], data.drift.values]
    scaled = [values / values[:known].std(axis=(0, 1)) for values in pair]
    edges = np.cumsum(list(parts.values()))[:-1]
    inputs, targets = (np.split(values, edges) for values in scaled)
    found = {}
    for name, input, target in zip(parts, inputs, targets, strict=True):
        found[name] = (_single(input), _single(target))
    return found


def _single(values: np.ndarray) -> Tensor:
    return torch.tensor(values, dtype=torch.float32)
