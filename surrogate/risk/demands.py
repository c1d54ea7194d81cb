"""Engineering demands: one number a record and floor or storey, from response histories.

The histories are those of a dataset or of `solve`. Where records differ in length, `samples` says
what counts, and the padding behind it enters no demand.

    peak drift ratio        max |d(t)| / h
    residual drift ratio    mean of d(t) / h over the last seconds
    base shear              max |sum over the floors of m a(t)|                                  (1)
    ductility               max |d(t)| / d_y

with the drift d of a storey of height h and yield displacement d_y, and the absolute acceleration a
of a floor of mass m. Heights are those that the dataset holds, `height(storey)`, where none are
given: a recipe states them by its key `heights`. (1) is the equilibrium of the whole structure
above its base, dashpots included; it holds for lumped masses that nothing but the base excites.
"""

import numpy as np
import numpy.typing as npt
import xarray as xr

from datasets.contract import lengths
from datasets.contract.schema import HEIGHT, sampling_interval
from simulators.checks import finite_array, is_number
from simulators.excitation.spectrum import response_spectrum


def peak_drift_ratio(responses: xr.Dataset, heights: npt.ArrayLike | None = None) -> xr.DataArray:
    """Return the largest drift ratio of each storey.

    Parameters
    ----------
    responses : xarray.Dataset
        With `drift(record, time, storey)` (m).
    heights : array_like, shape (storey,), optional
        Storey heights (m), bottom first; one number where all are equal. Those of the dataset by
        default.

    Returns
    -------
    xarray.DataArray, shape (record, storey)

    Raises
    ------
    ValueError
        Without heights or `drift`; for heights that are not positive or not one a storey.
    """
    ratio = _peak(responses, "drift") / _heights(heights, responses)
    return _labelled(ratio, "storey", "1", "peak interstory drift ratio")


def residual_drift_ratio(
    responses: xr.Dataset, heights: npt.ArrayLike | None, rest: float
) -> xr.Dataset:
    """Return the drift ratio about which each storey comes to rest, and how much it still swings.

    Parameters
    ----------
    responses, heights
        As of `peak_drift_ratio`; None takes the heights of the dataset.
    rest : float
        Time before the end of each record (s) over which the mean is taken: a few periods of the
        structure, after the motion has ended.

    Returns
    -------
    xarray.Dataset
        `residual`, signed, and `swing`, half the range of the drift ratio in that time, both
        (record, storey). A residual is meant only where the swing is small beside it.

    Raises
    ------
    ValueError
        As of `peak_drift_ratio`; for a rest that is not shorter than every record.
    """
    drift = _history(responses, "drift")
    ratio = drift.values / _heights(heights, responses)
    samples = lengths.own(responses)
    count = _samples_of_rest(responses, rest, int(samples.min()))
    # (record, rest, storey)
    tails = np.stack([row[last - count : last] for row, last in zip(ratio, samples, strict=True)])
    swing = 0.5 * (tails.max(axis=1) - tails.min(axis=1))
    words = "residual interstory drift ratio"
    parts = {
        "residual": _labelled(tails.mean(axis=1), "storey", "1", words),
        "swing": _labelled(swing, "storey", "1", f"half range about the {words}"),
    }
    return xr.Dataset(parts)


def peak_floor_acceleration(responses: xr.Dataset) -> xr.DataArray:
    """Return the largest absolute acceleration (m s-2) of each floor, shape (record, floor).

    ValueError without `acceleration(record, time, floor)`.
    """
    peak = _peak(responses, "acceleration")
    return _labelled(peak, "floor", "m s-2", "peak floor acceleration")


def floor_spectra(
    responses: xr.Dataset, periods: npt.ArrayLike, damping: float = 0.05
) -> xr.DataArray:
    """Return pseudo-acceleration spectra of the absolute accelerations of the floors.

    Parameters
    ----------
    responses : xarray.Dataset
        With `acceleration(record, time, floor)` (m s-2).
    periods : array_like, shape (period,)
        s.
    damping : float
        Ratio to critical of what stands on the floors.

    Returns
    -------
    xarray.DataArray, shape (record, floor, period)
        m s-2; the attribute `note` tells of periods that the sampling does not resolve.

    Raises
    ------
    ValueError
        Without `acceleration`, or as of `response_spectrum`.
    """
    history = _history(responses, "acceleration")
    interval = sampling_interval(responses)
    spectra = []
    for values, last in zip(history.values, lengths.own(responses), strict=True):
        spectrum = response_spectrum(values[:last].T, interval, periods, damping)
        spectra.append(spectrum["pseudo_acceleration"].rename(record="floor"))
    together = xr.concat(spectra, "record")
    attributes = {"units": "m s-2", "long_name": "floor spectral acceleration", "damping": damping}
    note = spectrum.attrs.get("note")
    return together.assign_attrs(attributes | ({"note": note} if note else {}))


def base_shear(responses: xr.Dataset, masses: npt.ArrayLike) -> xr.DataArray:
    """Return the largest base shear (1).

    Parameters
    ----------
    responses : xarray.Dataset
        With `acceleration(record, time, floor)` (m s-2, absolute).
    masses : array_like, shape (floor,)
        kg.

    Returns
    -------
    xarray.DataArray, shape (record,)
        N.

    Raises
    ------
    ValueError
        Without `acceleration`; under an external force; for masses that are not positive or not one
        a floor.
    """
    history = _history(responses, "acceleration")
    if "force" in responses:
        raise ValueError(
            "base shear is the sum of the inertia forces, and the records have an external `force`:"
            " add the restoring forces of the elements at the base instead"
        )
    mass = _one_each("masses", masses, history.sizes["floor"], "floor", "kg")
    shear = lengths.filled(history.values @ mass, lengths.of(responses))
    words = {"units": "N", "long_name": "peak base shear"}
    return xr.DataArray(np.abs(shear).max(axis=1), dims="record", attrs=words)


def ductility(responses: xr.Dataset, yield_displacement: npt.ArrayLike) -> xr.DataArray:
    """Return the ductility of each storey, shape (record, storey).

    `yield_displacement` (m) is one number, or one a storey; errors as of `peak_drift_ratio`.
    """
    storeys = _history(responses, "drift").sizes["storey"]
    at_yield = _one_each("yield_displacement", yield_displacement, storeys, "storey", "m")
    return _labelled(_peak(responses, "drift") / at_yield, "storey", "1", "ductility")


def dissipated_energy(responses: xr.Dataset) -> xr.DataArray:
    """Return the energy (J) that each storey has dissipated at the end, shape (record, storey).

    ValueError without `dissipated_energy(record, time, storey)`.
    """
    history = _history(responses, "dissipated_energy")
    last = lengths.own(responses) - 1
    total = history.values[np.arange(len(last)), last]
    return _labelled(total, "storey", "J", "dissipated hysteretic energy")


def _history(responses: xr.Dataset, name: str) -> xr.DataArray:
    if name not in responses:
        raise ValueError(
            f"the responses have no `{name}`, only {', '.join(map(str, responses))}: make them "
            f"with it among the outputs"
        )
    return responses[name]


def _peak(responses: xr.Dataset, name: str) -> np.ndarray:
    values = lengths.filled(_history(responses, name).values, lengths.of(responses))
    return np.asarray(np.abs(values).max(axis=1))


def _heights(heights: npt.ArrayLike | None, responses: xr.Dataset) -> np.ndarray:
    if heights is None and HEIGHT in responses:
        heights = responses[HEIGHT].values
    if heights is None:
        raise ValueError(
            "heights are missing: a drift ratio needs the storey heights in m, which the key "
            "`heights` of a recipe states"
        )
    return _one_each("heights", heights, responses.sizes["storey"], "storey", "m")


def _one_each(name: str, value: npt.ArrayLike, count: int, what: str, unit: str) -> np.ndarray:
    """Return positive numbers, one for each storey or floor, shape (count,)."""
    values = finite_array(name, value, ndim=(0, 1))
    if (values <= 0.0).any():
        raise ValueError(f"{name} = {values[values <= 0.0].flat[0]:g} {unit}: must be > 0")
    if values.ndim == 1 and len(values) != count:
        raise ValueError(f"{name} has {len(values)} numbers: expected {count}, one for each {what}")
    return np.broadcast_to(values, count)


def _samples_of_rest(responses: xr.Dataset, rest: float, shortest: int) -> int:
    interval = sampling_interval(responses)
    if not is_number(rest) or not 0.0 < rest < (shortest - 1) * interval:
        raise ValueError(
            f"rest = {rest!r} s: must be > 0 and shorter than every record, the shortest of which "
            f"lasts {(shortest - 1) * interval:g} s"
        )
    return round(rest / interval) + 1


def _labelled(values: npt.ArrayLike, dim: str, units: str, words: str) -> xr.DataArray:
    attributes = {"units": units, "long_name": words}
    return xr.DataArray(np.asarray(values), dims=("record", dim), attrs=attributes)
