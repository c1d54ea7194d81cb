"""How many processors there are for this process, of which a batch job has fewer than its node."""

import os


def available_cores() -> int:
    """Return the cores that this process may use; not every system tells."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
