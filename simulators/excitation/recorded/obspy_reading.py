"""Waveform files that obspy reads (extra `seismology`), brought to channels of acceleration.

They hold counts of a digitiser, or numbers in a unit that the file does not state. Counts become
acceleration only by a StationXML that says the sensitivity of an instrument that measures
acceleration. An instrument that measures velocity needs a deconvolution, whose band is a choice of
the user: it is refused.
"""

import warnings
from io import BytesIO
from os import PathLike, fspath
from typing import TYPE_CHECKING, Any

import numpy as np

from simulators.excitation.recorded.format import Channel, Given, NotAnAccelerogram

if TYPE_CHECKING:
    from obspy import Stream, Trace

_GAIN_TOLERANCE = 0.1  # relative; gains may be stated at other frequencies than the whole
_LARGE_OFFSET = 0.02  # of the peak
_ACCELERATION = ("M/S**2", "M/S2", "M/S^2", "M/(S**2)", "M/S/S")


def read_stream(data: bytes, format: str) -> "Stream":
    """Return the traces of a file, those that follow each other without a gap joined.

    Raises
    ------
    ValueError
        If obspy is not installed, if the file is damaged, or if a trace has a gap.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # obspy's own, of the packages that it uses
            from obspy import read
    except ImportError:
        raise ValueError(
            f"{format} is read by obspy, which is not installed: "
            "pip install 'structural-surrogates[seismology]'"
        ) from None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            stream = read(BytesIO(data), format=format)
            stream.merge(method=-1)
    except Exception as error:  # whatever obspy and its C library raise or warn of a damaged file
        words = " ".join(str(error).split())[:200]
        raise ValueError(f"obspy cannot read this {format} file: {words}") from None
    _require_no_gaps(stream)
    return stream


def channel_of(trace: "Trace", unit: str | None, unit_source: str, given: Given) -> Channel:
    """Return a trace as a channel, by the response that is given or in its own unit.

    Raises
    ------
    NotAnAccelerogram
        If the instrument measures something other than acceleration.
    ValueError
        If neither response nor unit are known.
    """
    samples = np.asarray(trace.data, dtype=float)
    if given.response is not None:
        samples = samples / _sensitivity(trace, given.response)
        unit = "m/s^2"
        unit_source = f"counts over the sensitivity in {fspath(given.response)}"
    elif unit is None and given.unit is None:
        raise ValueError(
            f"the numbers of {trace.id} are counts, or in a unit that is not stated: give a "
            "StationXML (--response), or unit (--unit) if they are accelerations already"
        )
    stats = trace.stats
    return Channel(
        samples,
        component=stats.channel or "",
        unit=unit,
        unit_source=unit_source,
        interval=float(stats.delta),
        interval_source="sampling rate of the header",
        interval_rounding=1e-7 * float(stats.delta),  # SAC stores it in single precision
        facts={"date": str(stats.starttime)[:19], "station": f"{stats.network} {stats.station}"},
        notes=_offset(samples),
    )


def _offset(samples: np.ndarray) -> tuple[str, ...]:
    """Return a note where raw samples do not swing about zero: gravity, or the zero of a sensor."""
    mean = float(samples.mean())
    share = abs(mean) / (float(np.abs(samples - mean).max()) or 1.0)
    if share < _LARGE_OFFSET:
        return ()
    return (
        f"its mean is {share:.2g} of its peak about the mean: the zero line is not corrected, "
        "which BaseMotion.correct_baseline does",
    )


def _sensitivity(trace: "Trace", path: str | PathLike[str]) -> float:
    """Return counts per m s-2 of the instrument of a trace, at its time."""
    from obspy import read_inventory

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            inventory: Any = read_inventory(fspath(path))
            response = inventory.get_response(trace.id, trace.stats.starttime)
    except Exception as error:
        words = " ".join(str(error).split())[:200]
        raise ValueError(f"{fspath(path)} has no response of {trace.id}: {words}") from None
    total = response.instrument_sensitivity
    if total is None or not total.value or not total.input_units:
        raise ValueError(f"{fspath(path)} states no sensitivity of {trace.id}")
    if total.input_units.upper() not in _ACCELERATION:
        raise NotAnAccelerogram(
            f"{trace.id} measures {total.input_units}, not acceleration: deconvolve it in a band "
            "of your choice, by obspy's remove_response(output='ACC'), and give the result"
        )
    _require_stages(response, float(total.value), fspath(path))
    return float(total.value)


def _require_stages(response: Any, total: float, path: str) -> None:
    """Raise a ValueError where the gains of the stages do not make the whole sensitivity."""
    gains = [stage.stage_gain for stage in response.response_stages]
    if not gains or not all(gains):
        return  # not stated for each
    product = float(np.prod(gains))
    if abs(product - total) > _GAIN_TOLERANCE * abs(total):
        raise ValueError(
            f"{path} states a sensitivity of {total:g}, but the gains of its stages make "
            f"{product:g}: correct it"
        )


def _require_no_gaps(stream: "Stream") -> None:
    """Raise a ValueError for the first gap or overlap of one channel."""
    gaps = stream.get_gaps()
    if gaps:
        network, station, location, channel, end, _, seconds, _ = gaps[0]
        raise ValueError(
            f"{network}.{station}.{location}.{channel} has {len(gaps)} gaps, the first of "
            f"{seconds:g} s after {end}: cut the record before or after"
        )
