"""Refusal of what cannot fit into this machine, before it is tried."""

import os

REMEDY = "its size is damaged, or it must be cut into pieces"


def require_memory(what: str, size: float, remedy: str = REMEDY) -> None:
    """Raise for more bytes than the machine has memory.

    A file may state any shape: HDF5 stores what was never written in no space at all.

    Parameters
    ----------
    what : str
        What needs the memory, for the message.
    size : float
        Bytes.
    remedy : str
        What the user can do, for the message.

    Raises
    ------
    ValueError
        With both sizes.
    """
    if not hasattr(os, "sysconf"):  # Windows; there a MemoryError tells it later
        return
    present = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    if size > present:
        raise ValueError(
            f"{what} would take {size / 1e9:,.0f} GB, this machine has {present / 1e9:,.0f} GB of "
            f"memory: {remedy}"
        )
