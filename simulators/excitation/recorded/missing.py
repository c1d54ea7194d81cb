"""Numbers that stand for missing samples, such as -9999: taken for samples they would be a shock.

Loggers write one of a few round numbers where they have no sample, scientific formats one that no
sensor reaches. As a sample it stands apart from all others, by which it is told from a record whose
values happen to reach it.
"""

from collections.abc import Sequence

import numpy as np

MARKS = (999.0, 999.25, 999.9, 9999.0, 99999.0, 99999.9, 999999.0, 9999999.0)
"""Magnitudes of the usual marks; negative in most files."""
FILLS = (1e20, 1e30, 1e35, 9.969209968386869e36, 1.70141e38, 3.4028234663852886e38)
"""Magnitudes that fill gaps in climate models' files, in netCDF, in Surfer's grids, in GIS."""
_APART = 2.0  # times any other sample
_ROUNDING = 1e-6  # relative; a mark may have passed through single precision


def require_no_mark(values: np.ndarray, name: str) -> None:
    """Raise a ValueError for marks of missing samples.

    Parameters
    ----------
    values : ndarray, shape (time,)
        Samples as the file has them, before any unit. A fill is refused wherever it stands. A
        negative mark is refused wherever it is twice as large as all other samples, or all samples
        are marks; a positive one where it also occurs more than once, with either sign.
    name : str
        What holds them, for the message.
    """
    size = np.abs(values)
    largest = size.max(initial=0.0)
    is_fill = bool(_is_one_of(largest, FILLS))
    if not is_fill and not may_be_mark(largest):
        return
    is_mark = np.isclose(size, largest, rtol=_ROUNDING)
    marks = np.flatnonzero(is_mark)
    if is_fill or _stand_apart(values[is_mark], size[~is_mark], largest):
        raise ValueError(
            f"sample {marks[0]} of {name} is {values[marks[0]]:g}, a usual mark of missing samples "
            f"({len(marks)} of {len(values)}): fill or cut what is missing"
        )


def may_be_mark(sizes: np.ndarray) -> np.ndarray:
    """Return whether each magnitude is that of a mark, an array of the shape of `sizes`."""
    return _is_one_of(sizes, (*MARKS, *FILLS))


def _is_one_of(sizes: np.ndarray, marks: Sequence[float]) -> np.ndarray:
    return np.isclose(np.asarray(sizes)[..., None], marks, rtol=_ROUNDING, atol=0.0).any(axis=-1)


def _stand_apart(marks: np.ndarray, others: np.ndarray, largest: float) -> bool:
    """Tell whether samples of one size are marks beside the magnitudes of the others."""
    if len(marks) == 1 and marks[0] > 0.0:
        return False
    if not len(others):
        return len(marks) > 1 and bool((marks < 0.0).any())
    return bool(others.any()) and largest > _APART * float(others.max())
