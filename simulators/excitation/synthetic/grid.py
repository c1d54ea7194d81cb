"""The sampling grid that all made motions share, and the checks of their parameters."""

import numpy as np

from simulators.checks import is_number, is_whole


def sample_count(duration: float, interval: float) -> int:
    """Number of samples from time zero to `duration` inclusive.

    Raises
    ------
    ValueError
        If `interval` is not positive or `duration` is not a positive whole multiple of it.
    """
    require_positive(interval=interval, duration=duration)
    steps = round(duration / interval)
    if steps < 1 or abs(steps * interval - duration) > 1e-6 * interval:
        raise ValueError(
            f"duration must be a whole multiple of the interval {interval} s, got {duration}"
        )
    return steps + 1


def require_positive(**parameters: float) -> None:
    """Raise a ValueError for the first parameter that is not a positive finite number."""
    for name, value in parameters.items():
        if not is_number(value) or value <= 0.0:
            raise ValueError(f"{name} must be a positive finite number, got {value!r}")


def require_floor(floor: int | None) -> None:
    """Raise a ValueError unless `floor` is the integer index of a floor, or None."""
    if floor is not None and not is_whole(floor):
        raise ValueError(f"floor must be the integer index of a floor or None, got {floor!r}")


def require_generator(generator: np.random.Generator) -> None:
    """Raise a ValueError unless `generator` is a numpy.random.Generator."""
    if not isinstance(generator, np.random.Generator):
        raise ValueError(
            "generator must be a numpy.random.Generator, as default_rng(seed) makes, got "
            f"{generator!r}"
        )


def require_one_amplitude(root_mean_square: float | None, peak: float | None) -> None:
    """Raise a ValueError unless exactly one of the two is given, and positive."""
    if (root_mean_square is None) == (peak is None):
        raise ValueError(
            f"give exactly one of root_mean_square and peak, got {root_mean_square} and {peak}"
        )
    if root_mean_square is not None:
        require_positive(root_mean_square=root_mean_square)
    if peak is not None:
        require_positive(peak=peak)
