"""Where a degrading element ends: its amplitude A = A_0 - delta_A e must stay positive.

With every cycle of a Baber-Noori element with delta_A > 0 its hysteretic energy e grows and A, which is strength and
stiffness in one, falls. Down to zero nothing of the element is left; below, the law has a negative stiffness, returns
energy that it never got, and its stored energy eta z^2 / (2 A) has no meaning. No response is given beyond.
"""

import numpy as np

from simulators.hysteresis import COLUMNS


def may_exhaust(structure):
    """Whether any element loses amplitude."""
    return bool(np.any(structure.element_table()[..., COLUMNS.index("amplitude_loss")]))


def refuse_exhausted(structure, work, interval):
    """Raise ValueError, naming record, element and time, where an element has no amplitude left.

    Parameters
    ----------
    structure : Structure
    work : ndarray, shape (record, time, element)
        Hysteretic energy of the elements (J), stored and dissipated.
    interval : float
        Of the samples (s).
    """
    table = structure.element_table()[..., None, :, :]
    initial, loss, mass = (table[..., COLUMNS.index(name)] for name in ("amplitude", "amplitude_loss", "mass"))
    exhausted = (loss > 0.0) & (initial - loss * work / np.where(mass > 0.0, mass, 1.0) <= 0.0)
    if exhausted.any():
        record = int(exhausted.any(axis=(1, 2)).argmax())
        sample = int(exhausted[record].any(axis=1).argmax())
        element = int(exhausted[record, sample].argmax())
        raise ValueError(
            f"record {record}: element {element} has lost its amplitude, A = A_0 - amplitude_loss e <= 0, "
            f"at {sample * interval:g} s: expected a lower amplitude_loss or a weaker motion; "
            f"{exhausted.any(axis=(1, 2)).sum()} such records"
        )
