"""What the chapter's listing is judged by."""

import numpy as np
import xarray as xr

LATE = 50  # epochs at the end of the listing that are judged
NONE = 1e-30  # a gradient this small is none; that of dead ReLUs is zero
VANISHED = 0.01
CONVERGED = 0.1


def over_the_output(norm: xr.DataArray) -> xr.DataArray:
    """Gradient by each layer over that by the output layer, late in training.

    Parameters
    ----------
    norm : DataArray
        Norms of the gradients, with the dimensions kind (weights, biases), listed_layer and
        listed_epoch.

    Returns
    -------
    DataArray
        Of weights and biases together, the ratio of the geometric means of the last epochs.
    """
    whole = ((norm**2).sum("kind") ** 0.5).clip(NONE)
    late = _log10(whole.isel(listed_epoch=slice(-LATE, None))).mean("listed_epoch")
    return 10 ** (late - late.isel(listed_layer=-1))


def _log10(values: xr.DataArray) -> xr.DataArray:
    return xr.apply_ufunc(np.log10, values)
