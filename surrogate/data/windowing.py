"""How records are cut into windows, and windows into pieces: which lengths go together.

What belongs here is arithmetic of samples; `surrogate.data.samplers` draws the windows.
"""


def check(
    window: int | None,
    washout: int,
    truncation: int | None,
    discard: int,
    batch_size: int,
    windows_per_epoch: int | None,
    seed: int,
) -> None:
    """Raise ValueError for numbers of `surrogate.data.datamodule.Records` that make no windows."""
    for name, value in {"washout": washout, "discard": discard, "seed": seed}.items():
        if value < 0:
            raise ValueError(f"{name} must be at least 0, got {value}")
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


def pieces(window: int, truncation: int | None, washout: int) -> int | None:
    """Pieces of a window for truncated back-propagation, None without.

    Raises
    ------
    ValueError
        Where the washout is not over within the first piece.
    """
    if truncation is None:
        return None
    count = -(-window // truncation)
    if washout >= window // count:
        raise ValueError(
            f"washout must end within the first piece of {window // count} samples that a "
            "truncation of "
            f"{truncation} makes, got {washout}"
        )
    return count
