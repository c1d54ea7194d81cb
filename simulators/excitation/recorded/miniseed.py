"""miniSEED, versions 2 and 3: counts of digitisers, read by obspy."""

import re

from simulators.excitation.recorded.format import Channel, Format, Given, Source
from simulators.excitation.recorded.obspy_reading import channel_of, read_stream

_VERSION_2 = re.compile(rb"[0-9 \x00]{6}[DRQM][ \x00]")


class MiniSeed(Format):
    """Waveforms of FDSN data centres."""

    name = "MSEED"

    def recognises(self, source: Source) -> bool:
        return source.data.startswith(b"MS\x03") or _VERSION_2.match(source.data) is not None

    def read(self, source: Source, given: Given) -> list[Channel]:
        stream = read_stream(source.data, self.name)
        return [channel_of(trace, None, "", given) for trace in stream]
