"""Where records are while they are used: on the device that trains, in memory, or on disk.

What belongs here decides or changes the place of the parts; the records themselves are those of
`surrogate.data.storage`.
"""

from collections.abc import Mapping

from surrogate.data.storage import RecordSet, StoredRecords

PLACEMENTS = ("auto", "device", "memory", "disk")
HELD_BYTES = 2**31
"""What the parts of a stage may take together, in each process, to be held in memory by default."""


def check(placement: str, workers: int) -> None:
    """Raise ValueError for a placement that is none, or workers that do not go with it."""
    if placement not in PLACEMENTS:
        raise ValueError(f"placement must be one of {', '.join(PLACEMENTS)}, got {placement!r}")
    if workers < 0 or (workers and placement == "device"):
        raise ValueError(
            f"workers must be at least 0, and 0 for records on the device, got {workers}"
        )


def is_held(placement: str, parts: Mapping[str, RecordSet]) -> bool:
    """Whether records of series are read into memory."""
    stored = [part.held_bytes for part in parts.values() if isinstance(part, StoredRecords)]
    return placement in ("device", "memory") or (placement == "auto" and sum(stored) <= HELD_BYTES)


def is_on_device(placement: str, workers: int) -> bool:
    """Whether records that are held go to the device that trains."""
    return placement == "device" or (placement == "auto" and not workers)


def loaded(part: RecordSet) -> RecordSet:
    """The part in memory."""
    return part.load() if isinstance(part, StoredRecords) else part
