"""miniSEED and SAC through obspy: counts become accelerations by a stated response only."""

import io
import warnings

import numpy as np
import pytest

from simulators.excitation.recorded import (
    Given,
    NotAnAccelerogram,
    read_accelerogram,
    read_recording,
)

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    obspy = pytest.importorskip("obspy", reason="needs the extra seismology")

from obspy.core.inventory import Channel, Inventory, Network, Station
from obspy.core.inventory.response import Response

COUNTS = np.round(1e5 * np.sin(0.2 * np.arange(500)) * np.exp(-0.01 * np.arange(500)))
GAIN = 2.5e5  # counts per m s-2
STATION = """<?xml version="1.0" encoding="UTF-8"?>
<FDSNStationXML xmlns="http://www.fdsn.org/xml/station/1" schemaVersion="1.1">
 <Source>test</Source><Created>2020-01-01T00:00:00</Created>
 <Network code="XX"><Station code="ABC">
  <Latitude>0</Latitude><Longitude>0</Longitude><Elevation>0</Elevation>
  <Site><Name>test</Name></Site>
  <Channel code="HNE" locationCode="" startDate="2000-01-01T00:00:00">
   <Latitude>0</Latitude><Longitude>0</Longitude><Elevation>0</Elevation><Depth>0</Depth>
   <Response><InstrumentSensitivity><Value>{gain}</Value><Frequency>1.0</Frequency>
    <InputUnits><Name>{unit}</Name></InputUnits><OutputUnits><Name>COUNTS</Name></OutputUnits>
   </InstrumentSensitivity></Response>
  </Channel>
 </Station></Network>
</FDSNStationXML>
"""


def trace(data=COUNTS, channel="HNE", start=0.0):
    header = {"network": "XX", "station": "ABC", "channel": channel, "delta": 0.01}
    header["starttime"] = obspy.UTCDateTime(2020, 1, 1) + start
    return obspy.Trace(np.asarray(data, dtype=np.int32), header)


@pytest.fixture
def write(tmp_path):
    """Write traces to a file in a format of obspy; give its path."""

    def write(*traces, format="MSEED", **sac):
        buffer = io.BytesIO()
        stream = obspy.Stream(list(traces))
        if format == "SAC":
            stream[0].data = stream[0].data.astype(np.float32)
            stream[0].stats.sac = sac
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            stream.write(buffer, format=format)
        path = tmp_path / "record"
        path.write_bytes(buffer.getvalue())
        return path

    return write


@pytest.fixture
def station(tmp_path):
    """A StationXML whose channel measures in a unit; give its path."""

    def station(unit="M/S**2", gain=GAIN):
        path = tmp_path / "station.xml"
        path.write_text(STATION.format(unit=unit, gain=gain))
        return path

    return station


@pytest.mark.parametrize("format", ["MSEED", "SAC"])
def test_counts_over_the_sensitivity(write, station, format):
    recording = read_recording(write(trace(), format=format), Given(response=station()))
    np.testing.assert_allclose(recording.motion.acceleration, COUNTS / GAIN, rtol=1e-6)
    assert recording.motion.interval == pytest.approx(0.01, rel=1e-6)
    assert (recording.format, recording.component) == (format, "HNE")
    assert "counts over the sensitivity" in recording.unit_source


@pytest.mark.parametrize("format", ["MSEED", "SAC"])
def test_numbers_without_a_unit_are_asked_about(write, format):
    path = write(trace(COUNTS / 1e3), format=format)
    with pytest.raises(ValueError, match=r"are counts, or in a unit that is not stated: give a"):
        read_accelerogram(path)
    motion = read_accelerogram(path, unit="gal")
    np.testing.assert_allclose(motion.acceleration, np.trunc(COUNTS / 1e3) / 100.0, rtol=1e-6)


def test_an_instrument_of_velocity_is_refused(write, station):
    with pytest.raises(NotAnAccelerogram, match="measures M/S, not acceleration: deconvolve"):
        read_accelerogram(write(trace()), response=station("M/S"))


@pytest.mark.parametrize(("idep", "quantity"), [(6, "displacement"), (7, "velocity")])
def test_sac_that_states_another_quantity_is_refused(write, idep, quantity):
    path = write(trace(), format="SAC", idep=idep)
    with pytest.raises(NotAnAccelerogram, match=f"holds {quantity}"):
        read_accelerogram(path, unit="m/s2")


def test_a_response_of_another_channel_is_refused(write, station):
    with pytest.raises(ValueError, match=r"has no response of XX\.ABC\.\.HNN"):
        read_accelerogram(write(trace(channel="HNN")), response=station())


def test_a_gap_is_told(write):
    path = write(trace(COUNTS[:200]), trace(COUNTS[250:], start=2.5))
    with pytest.raises(ValueError, match=r"XX\.ABC\.\.HNE has 1 gaps, the first of 0\.5 s after"):
        read_accelerogram(path, unit="gal")


def test_pieces_without_a_gap_are_one_trace(write, station):
    path = write(trace(COUNTS[:200]), trace(COUNTS[200:], start=2.0))
    motion = read_accelerogram(path, response=station())
    np.testing.assert_allclose(motion.acceleration, COUNTS / GAIN, rtol=1e-12)


def test_several_channels_are_chosen_by_code(write):
    path = write(trace(COUNTS / 1e3), trace(COUNTS / 2e3, "HNZ"))
    with pytest.raises(ValueError, match=r"holds 2 components \(HNE, HNZ\)"):
        read_accelerogram(path, unit="gal")
    recording = read_recording(path, Given(unit="gal", component="HNZ"))
    assert recording.notes == ("component HNZ is vertical",)


def test_a_zero_line_that_is_off_is_told(write):
    recording = read_recording(write(trace(COUNTS / 1e3 + 50)), Given(unit="gal"))
    assert any("the zero line is not corrected" in note for note in recording.notes)


def test_damage_is_told_in_one_line(write, tmp_path):
    data = write(trace(np.random.default_rng(0).integers(-9999, 9999, 5000))).read_bytes()
    for cut in (len(data) // 2, 700, 100):
        path = tmp_path / "cut"
        path.write_bytes(data[:cut] + b"\xff" * 50)
        with pytest.raises(ValueError, match="cut") as error:
            read_accelerogram(path, unit="gal")
        assert "\n" not in str(error.value)


def test_a_response_that_is_absent(write, tmp_path):
    with pytest.raises(FileNotFoundError, match="no such file"):
        read_accelerogram(write(trace()), response=tmp_path / "none.xml")


def test_gains_of_stages_that_do_not_make_the_sensitivity_are_refused(write, tmp_path):
    response = Response.from_paz([], [], GAIN, input_units="M/S**2", output_units="COUNTS")
    channel = Channel("HNE", "", 0.0, 0.0, 0.0, 0.0, sample_rate=100.0, response=response)
    network = Network("XX", stations=[Station("ABC", 0.0, 0.0, 0.0, channels=[channel])])
    inventory = Inventory(networks=[network], source="a test")
    path = tmp_path / "stages.xml"
    inventory.write(str(path), format="STATIONXML")
    motion = read_accelerogram(write(trace()), response=path)
    np.testing.assert_allclose(motion.acceleration, COUNTS / GAIN, rtol=1e-12)
    response.instrument_sensitivity.value = 10.0 * GAIN
    inventory.write(str(path), format="STATIONXML")
    with pytest.raises(ValueError, match=r"sensitivity of 2\.5e\+06, but the gains .* 250000"):
        read_accelerogram(write(trace()), response=path)
