"""Numbers that stand for missing samples, such as -9999: taken for samples they would be a shock.

Loggers write one of a few round numbers where they have no sample. As a sample it stands apart from
all others, by which it is told from a record whose values happen to reach it.
"""

import numpy as np

MARKS = (999.0, 9999.0, 99999.0, 999.25, 999.9)
"""Magnitudes of the usual marks; negative in most files."""
_APART = 2.0  # times any other sample


def require_no_mark(values: np.ndarray, name: str) -> None:
    """Raise a ValueError for marks of missing samples.

    Parameters
    ----------
    values : ndarray, shape (time,)
        Samples as the file has them, before any unit. A negative mark is refused wherever it is
        twice as large as all other samples, a positive one where it also occurs more than once.
    name : str
        What holds them, for the message.
    """
    size = np.abs(values)
    largest = float(size.max(initial=0.0))
    if largest not in MARKS:
        return
    is_mark = size == largest
    marks = np.flatnonzero(is_mark)
    others = size[~is_mark]
    is_apart = others.any() and largest > _APART * float(others.max())
    is_single_positive = len(marks) == 1 and values[marks[0]] > 0.0
    if not is_apart or is_single_positive or len(np.unique(values[marks])) > 1:
        return
    raise ValueError(
        f"sample {marks[0]} of {name} is {values[marks[0]]:g}, a usual mark of missing samples "
        f"({len(marks)} of {len(values)}): fill or cut what is missing"
    )
