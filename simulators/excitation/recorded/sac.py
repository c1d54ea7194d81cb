"""SAC, binary: one trace, read by obspy.

The header may say what the numbers are (IDEP): velocities and displacements are refused. For
accelerations the manual asks for nm s-2, which many programs do not keep: the unit is asked for.
"""

import struct

from simulators.excitation.recorded.format import Channel, Format, Given, NotAnAccelerogram, Source
from simulators.excitation.recorded.obspy_reading import channel_of, read_stream

_HEADER = 632  # bytes
_VERSION_AT = 304  # byte of NVHDR
_SAMPLES_AT = 316  # byte of NPTS
_QUANTITIES = {6: "displacement", 7: "velocity", 50: "volts"}  # IDISP, IVEL, IVOLTS


class Sac(Format):
    """Binary files of the Seismic Analysis Code."""

    name = "SAC"
    binary = True

    def recognises(self, source: Source) -> bool:
        data = source.data
        if len(data) <= _HEADER:
            return False
        for order in "<>":
            version = struct.unpack_from(f"{order}i", data, _VERSION_AT)[0]
            count = struct.unpack_from(f"{order}i", data, _SAMPLES_AT)[0]
            if version in (6, 7) and count > 0:
                return True
        return False

    def read(self, source: Source, given: Given) -> list[Channel]:
        trace = read_stream(source.data, self.name)[0]
        quantity = _QUANTITIES.get(int(trace.stats.sac.get("idep", 5)))
        if quantity is not None:
            raise NotAnAccelerogram(f"holds {quantity} (IDEP of its header), not acceleration")
        return [channel_of(trace, None, "", given)]
