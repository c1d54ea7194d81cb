"""Pairs of time and acceleration, as film is digitised, put on equal steps."""

import numpy as np


def evenly_spaced(pairs: np.ndarray) -> tuple[float, np.ndarray]:
    """Return interval (s), and acceleration at equal steps, by linear interpolation.

    Parameters
    ----------
    pairs : ndarray, shape (2 sample,)
        Time (s) and acceleration in turn; times may not fall.

    Raises
    ------
    ValueError
        If the numbers are no such pairs.
    """
    time = pairs[::2]
    acceleration = pairs[1::2]
    if (
        len(time) != len(acceleration)
        or len(time) < 2
        or (np.diff(time) < 0.0).any()
        or time[-1] == time[0]
    ):
        raise ValueError(
            "the header states no sampling rate, and the samples are not pairs of rising time and "
            "acceleration"
        )
    uniform, interval = np.linspace(time[0], time[-1], len(time), retstep=True)
    return float(interval), np.interp(uniform, time, acceleration)
