"""Free-field records of Taiwan's CWB (now CWA): lines of #key: value, then times and components.

#SampleRate(Hz): 50
#AmplitudeUnit:  gal. DCoffset(corr)
#AmplitudeMAX. U:    1.196~   -1.017
#DataSequence: Time U(+); N(+); E(+)
#Data: 4F10.3
     0.000     0.000     0.000     0.000
"""

import re
from collections.abc import Sequence

import numpy as np

from simulators.excitation.recorded.format import Channel, Format, Given, Source
from simulators.excitation.recorded.reading import (
    fixed_width,
    number,
    numbers,
    require_count,
    require_peak,
)
from simulators.excitation.sampling import even_interval

_KEY = re.compile(r"#\s*([^:]+?)\s*:\s*(.*)")
_COLUMNS = re.compile(r"(\d+)F(\d+)\.(\d+)", re.I)


class Cwb(Format):
    """Text files of the Central Weather Bureau."""

    name = "CWB"

    def recognises(self, source: Source) -> bool:
        return any(line.startswith("#DataSequence:") for line in source.lines[:40])

    def read(self, source: Source, given: Given) -> list[Channel]:
        header, start = _header(source.lines)
        names = [
            re.sub(r"\(.*?\)", "", name).strip()
            for name in re.split(r"[;\s]+", _stated(header, "DataSequence"))[1:]
            if name.strip()
        ]
        form = _COLUMNS.search(header.get("Data", ""))
        split = fixed_width(int(form[2])) if form else str.split
        values = numbers(source.lines, start, split)
        if len(values) % (len(names) + 1):
            raise ValueError(
                f"the header states {len(names) + 1} columns, the file holds {len(values)} numbers"
            )
        table = values.reshape(-1, len(names) + 1)
        rate = number(_stated(header, "SampleRate(Hz)"), "SampleRate")
        if header.get("RecordLength(sec)"):
            length = number(header["RecordLength(sec)"], "RecordLength")
            require_count(round(length * rate), len(table))
        _require_rate(table[:, 0], rate, 0.5 * 10.0 ** -int(form[3]) if form else 0.0)
        unit = _stated(header, "AmplitudeUnit").split(".")[0].strip()
        for name, samples in zip(names, table.T[1:], strict=True):
            _require_extremes(header, name, samples)
        return [
            Channel(
                samples,
                component=name,
                unit=unit,
                unit_source="AmplitudeUnit of the header",
                interval=1.0 / rate,
                interval_source="SampleRate of the header",
                facts=_facts(header),
            )
            for name, samples in zip(names, table.T[1:], strict=True)
        ]


def _header(lines: Sequence[str]) -> tuple[dict[str, str], int]:
    """Values by key, and the index of the first line of numbers."""
    found = {}
    for at, line in enumerate(lines):
        match = _KEY.match(line)
        if match:
            found[match[1]] = match[2].strip()
        elif line.strip() and not line.startswith("#"):
            return found, at
    raise ValueError("the file holds no numbers")


def _stated(header: dict[str, str], key: str) -> str:
    if not header.get(key):
        raise ValueError(f"the header states no {key}")
    return header[key]


def _require_rate(time: np.ndarray, rate: float, rounding: float) -> None:
    """Raise a ValueError unless the times rise at the stated rate."""
    interval = even_interval(time, rounding)
    if rate <= 0.0 or abs(interval - 1.0 / rate) > 2.0 * rounding / len(time) + 1e-6 * interval:
        raise ValueError(f"the header states {rate:g} Hz, but the times rise by {interval:g} s")


def _require_extremes(header: dict[str, str], name: str, samples: np.ndarray) -> None:
    """Raise a ValueError unless the extremes are those of the header, where it has them."""
    stated = re.findall(r"[-+]?\d+\.\d+", header.get(f"AmplitudeMAX. {name}", ""))
    if stated:
        peak = max(abs(float(text)) for text in stated)
        require_peak(peak, float(np.abs(samples).max()), "gal", 1e-3)


def _facts(header: dict[str, str]) -> dict[str, str | None]:
    return {
        "date": header.get("Origin Time(GMT+08)"),
        "magnitude": header.get("Magnitude(Ml)"),
        "station": " ".join(header.get(key, "") for key in ("StationCode", "StationName")),
    }
