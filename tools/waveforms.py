"""A miniSEED file of an accelerometer with the StationXML that tells its sensitivity, by obspy."""

from pathlib import Path

import numpy as np
from obspy import Stream, Trace, UTCDateTime
from obspy.core.inventory import Channel, Inventory, Network, Station
from obspy.core.inventory.response import Response

START = UTCDateTime(2026, 1, 1)
SENSITIVITY = 4.0e5
"""Counts for 1 m s-2."""


def write_waveforms(folder: Path) -> tuple[Path, Path]:
    """Write a waveform of 2 s at 50 Hz and its StationXML; returns their paths."""
    header = {"network": "XX", "station": "TEST", "channel": "HNE", "starttime": START}
    counts = (SENSITIVITY * np.sin(0.3 * np.arange(100))).astype(np.int32)
    trace = Trace(counts, {**header, "sampling_rate": 50.0})
    Stream([trace]).write(str(folder / "wave.mseed"), format="MSEED")
    response = Response.from_paz([], [], SENSITIVITY, input_units="M/S**2", output_units="COUNTS")
    channel = Channel("HNE", "", 0.0, 0.0, 0.0, 0.0, sample_rate=50.0, response=response)
    station = Station("TEST", 0.0, 0.0, 0.0, channels=[channel])
    network = Network("XX", stations=[station])
    inventory = Inventory(networks=[network], source="a test")
    inventory.write(str(folder / "station.xml"), format="STATIONXML")
    return folder / "wave.mseed", folder / "station.xml"
