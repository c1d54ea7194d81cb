"""Tables in Markdown that the pages of identified buildings have in common."""

from collections.abc import Sequence

from surrogate.identification.coverage import Coverage
from surrogate.identification.identify import Identified
from surrogate.identification.recordings import Recordings
from surrogate.identification.summary import errors


def tabulated(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table in Markdown."""
    lines = [
        "| " + " | ".join(head) + " |",
        "|---" * len(head) + "|",
    ]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])


def interval_of(best: float, low: float, high: float) -> str:
    """Return a value with its interval, alone where that has no length."""
    if low == high:
        return f"{best:.4g}"
    return f"{best:.4g} ({low:.4g} to {high:.4g})"


def noise(identification: Identified, recordings: Recordings, others: Recordings | None) -> str:
    """Return noise and R2 of each sensor, and its NRMSE on other records."""
    head = ["sensor", "noise", "unit", "R2"]
    if others is not None:
        head.append(f"NRMSE on {len(others)} other records")
        left = errors(identification, others)
    rows = []
    for place, channel in enumerate(recordings.channels):
        row = [
            str(channel),
            f"{identification.noise.sensors[place]:.3g}",
            channel.units,
            f"{identification.r2[place]:.4f}",
        ]
        rows.append(row if others is None else [*row, f"{left[place]:.4f}"])
    return tabulated(head, rows)


def held(identification: Identified, coverage: Coverage | None) -> str:
    """Return what bands hold of other records; nothing where there are none."""
    if coverage is None:
        return ""
    rows = [
        [str(channel), f"{truth:.0%}", f"{measured:.0%}", f"{factor:.2g}"]
        for channel, truth, measured, factor in zip(
            identification.channels, coverage.truth, coverage.measured, coverage.factor, strict=True
        )
    ]
    head = ["sensor", "band of the truth holds", "with noise of the sensor", "factor"]
    return (
        f"\n{tabulated(head, rows)}\n\nBands of 90 % on the other records. Where the first column "
        "is far below and the sensor has less noise\nthan the table above says, the law or the "
        "building is another one, and bands of the truth are too\nnarrow by about the factor, "
        "those of what was not measured as well.\n"
    )
