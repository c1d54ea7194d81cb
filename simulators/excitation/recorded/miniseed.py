"""miniSEED, versions 2 and 3: counts of digitisers, read by obspy.

A file is a row of records that each state their length, and no header counts them: bytes that are
not a whole record show that it was cut.
"""

import re
import struct

from simulators.excitation.recorded.format import Channel, Format, Given, Source
from simulators.excitation.recorded.obspy_reading import channel_of, read_stream

_VERSION_2 = re.compile(rb"[0-9 \x00]{6}[DRQM][ \x00]")
_HEADER = 48  # bytes
_MOST_BLOCKETTES = 100


class MiniSeed(Format):
    """Waveforms of FDSN data centres."""

    name = "MSEED"
    binary = True

    def recognises(self, source: Source) -> bool:
        return source.data.startswith(b"MS\x03") or _VERSION_2.match(source.data) is not None

    def read(self, source: Source, given: Given) -> list[Channel]:
        if _VERSION_2.match(source.data):
            _require_whole(source.data)
        stream = read_stream(source.data, self.name)
        return [channel_of(trace, None, "", given) for trace in stream]


def _require_whole(data: bytes) -> None:
    """Raise a ValueError unless the file is a row of whole records of version 2.

    The length of a record is a power of two, whose exponent stands in its blockette 1000.
    """
    at = 0
    while at < len(data):
        length = _record_length(data, at)
        if length is None or at + length > len(data):
            raise ValueError(f"{len(data) - at} bytes at its end are not a whole record: it is cut")
        at += length


def _record_length(data: bytes, start: int) -> int | None:
    """Length (bytes) of the record that starts at a byte, None where there is none."""
    if len(data) - start < _HEADER or not _VERSION_2.match(data, start):
        return None
    year = struct.unpack_from(">H", data, start + 20)[0]
    order = ">" if 1900 <= year <= 2500 else "<"
    at = struct.unpack_from(f"{order}H", data, start + 46)[0]
    for _ in range(_MOST_BLOCKETTES):
        if at < _HEADER or start + at + 8 > len(data):
            return None
        kind, following = struct.unpack_from(f"{order}HH", data, start + at)
        if kind == 1000:
            return int(2 ** data[start + at + 6])
        at = following
    return None
