"""How records are cut into windows, and windows into pieces: which lengths go together.

What belongs here is arithmetic of samples; `surrogate.data.samplers` draws the windows.
"""

from datasets.files.memory import require_memory

WINDOW_BYTES = 32
"""Of a window's record and first sample, and of both once more while they are drawn."""


def check(
    window: int | None,
    washout: int,
    truncation: int | None,
    discard: int,
    known: int,
    batch_size: int,
    windows_per_epoch: int | None,
    seed: int,
) -> None:
    """Raise ValueError for numbers of `surrogate.data.datamodule.Records` that make no windows."""
    least = {"washout": washout, "discard": discard, "known": known, "seed": seed}
    for name, value in least.items():
        if value < 0:
            raise ValueError(f"{name} must be at least 0, got {value}")
    if known == 1:
        raise ValueError("known must be at least 2 samples, which tell a velocity, or 0, got 1")
    if window is not None and washout >= window > 0:
        raise ValueError(f"washout must be less than the window of {window} samples, got {washout}")
    counts = {
        "batch_size": batch_size,
        "windows_per_epoch": windows_per_epoch,
        "window": window,
        "truncation": truncation,
    }
    for name, count in counts.items():
        if count is not None and count < 1:
            raise ValueError(f"{name} must be at least 1, got {count}")


def require_room(windows_per_epoch: int | None) -> None:
    """Raise ValueError for more windows than their places have room in memory."""
    places = WINDOW_BYTES * (windows_per_epoch or 0)
    require_memory(f"windows_per_epoch = {windows_per_epoch}", places, "choose fewer windows")


def pieces(
    window: int, truncation: int | None, washout: int, shortest: int | None = None
) -> int | None:
    """Pieces of a window for truncated back-propagation, None without.

    Parameters
    ----------
    window : int
        Samples of a window, of the longest where whole records differ in length.
    truncation : int, optional
    washout : int
    shortest : int, optional
        Samples of the shortest record. Every batch is cut into as many pieces as the longest record
        needs, so that an epoch has as many steps whatever records are drawn together.

    Raises
    ------
    ValueError
        Where the washout is not over within the first piece.
    """
    if truncation is None:
        return None
    count = -(-window // truncation)
    first = (window if shortest is None else shortest) // count
    if washout >= first:
        of = "" if shortest is None else " of the shortest record"
        raise ValueError(
            f"washout must end within the first piece of {first} samples{of} that a truncation of "
            f"{truncation} makes, got {washout}"
        )
    return count
