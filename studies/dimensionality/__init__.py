"""Fewer dimensions: principal components, sums of functions of one coordinate, autoencoders.

Components. A function of inputs with 20 coordinates that lie near a plane, learnt from the
coordinates and from two principal components; components of the drifts of the five-storey building.

Separation. A sum of functions of one coordinate, learnt by one network and by a network for each
coordinate with equally many neurons; and a product of two coordinates, which is no such sum.

Autoencoders. An encoder and a decoder of digits, linear and with hidden layers, against principal
components with a code of equal size.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import xarray as xr

from studies.dimensionality import autoencoder, claims, drawing, reduction, separation
from studies.framework import Cache, Settings, Study, Verdict


@dataclass(frozen=True, kw_only=True)
class Dimensionality(Settings):
    """Sizes of the study.

    Attributes
    ----------
    samples : int
        Of the functions that are learnt.
    steps : int
        Of each training on a function.
    coding_steps : int
        Of each training of an autoencoder.
    """

    samples: int = 300
    steps: int = 1000
    coding_steps: int = 1000


PRESETS = {
    "tiny": Dimensionality(seeds=1, samples=100, steps=50, coding_steps=20),
    "cpu": Dimensionality(seeds=3),
    "full": Dimensionality(seeds=10, steps=3000, coding_steps=5000),
}


def measure(settings: Dimensionality, seeds: Sequence[int], cache: Cache) -> xr.Dataset:
    """All trainings, a part for each seed, and pictures for the first."""
    once = cache.measure(
        {
            "pictures": partial(
                autoencoder.pictures, seeds[0], settings.coding_steps, settings.device
            )
        }
    )
    return xr.merge([*once.values(), cache.per_seed(seeds, partial(_repeat, settings))])


def _repeat(settings: Dimensionality, seed: int) -> xr.Dataset:
    size = (settings.samples, settings.steps, settings.device)
    return xr.merge(
        [
            reduction.compare(seed, *size),
            reduction.building(seed),
            separation.compare(seed, *size),
            autoencoder.compare(seed, settings.coding_steps, settings.device),
        ]
    )


def judge(results: xr.Dataset) -> list[Verdict]:
    """The verdict on each claim."""
    reduced = results.reduced_error
    coordinates, components = (reduced.sel(given=given) for given in reduction.INPUT_NAMES)
    building = results.projection_error.sel(part="test", components=2)
    largest = results.isel(number=-1)
    growth = [_power(one) for one in results.separate_error.transpose("seed", "number")]
    code = results.code_error
    linear = code.sel(coder="principal components")
    deep = code.sel(coder="hidden layers")
    ratio = code.sel(coder="linear", part="train") / linear.sel(part="train")
    return [
        claims.FEWER.judge(coordinates / components, "seeds and widths"),
        claims.ECKART.judge(results.eigenvalue_error),
        claims.TWO_COMPONENTS.judge(building),
        claims.SEPARATE.judge(largest.dense_error / largest.separate_error),
        claims.CARDINALITY.judge(growth),
        claims.PRODUCT.judge(results.product_error.sel(kind="separate")),
        claims.COMPRESSED.judge(deep.sel(part="test").max("code")),
        claims.LINEAR.judge(ratio, "codes and seeds"),
        claims.BELOW.judge((linear / deep).sel(part="test").min("code")),
    ]


def _power(relative: xr.DataArray) -> float:
    """Power of the number of terms in the root-mean-square error, from the error over variance.

    The variance of a sum grows with its terms, so that the error itself is the root of relative
    error times number.
    """
    error = np.sqrt(relative * relative.number)
    return float(np.polyfit(np.log(relative.number.values), np.log(error.values), 1)[0])


STUDY = Study(
    "dimensionality",
    "Fewer dimensions",
    PRESETS,
    measure,
    judge,
    drawing.draw,
    accelerated=True,
)
