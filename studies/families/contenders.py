"""The networks that are compared, each of a size that is usual for its kind."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

CHANNELS = "LSTM, channels"
FILM = "FiLM-LSTM"
ODD_FILM = "FiLM-LSTM, odd"
MC_GRU = "MC-GRU, odd"
TRANSFORMER = "transformer"
OPERATOR = "FNO"
GREY = "ShearFamily"
HIGHEST = 1.5e-2
LOWER = 5e-3
"""For networks that diverge at the highest rate."""


@dataclass(frozen=True)
class Contender:
    """A network of `surrogate.networks`.

    Attributes
    ----------
    network : str
        Name of the class.
    arguments : callable
        Of a function that scales a width, and of the samples of a record.
    cells : bool
        Whether it has LSTM cells, whose memories are spread over a record at the start.
    rate : float
        Learning rate at the start of a training.
    newton : bool
        Whether it is trained by Levenberg-Marquardt, on the CPU: a few hundred parameters.
    """

    network: str
    arguments: Callable[[Callable[[int], int], int], dict[str, Any]]
    cells: bool = False
    rate: float = HIGHEST
    newton: bool = False


CONTENDERS = {
    GREY: Contender(
        "ShearFamily",
        lambda wide, samples: {"hidden": wide(16), "known": ["exponent"]},
        rate=1.0,
        newton=True,
    ),
    ODD_FILM: Contender(
        "FiLMLSTM",
        lambda wide, samples: {"hidden": wide(96), "modulation": wide(64), "odd": True},
        cells=True,
        rate=LOWER,
    ),
    CHANNELS: Contender("LSTM", lambda wide, samples: {"hidden": wide(128)}, cells=True),
    FILM: Contender(
        "FiLMLSTM",
        lambda wide, samples: {"hidden": wide(96), "modulation": wide(64)},
        cells=True,
        rate=LOWER,
    ),
    MC_GRU: Contender(
        "MCGRU",
        lambda wide, samples: {"hidden": wide(160), "odd": True},
        rate=LOWER,
    ),
    TRANSFORMER: Contender(
        "Transformer",
        lambda wide, samples: {"width": 8 * wide(8), "heads": 4, "blocks": 4, "window": 128},
    ),
    OPERATOR: Contender(
        "FNO",
        lambda wide, samples: {
            "width": wide(24),
            "modes": samples // 8,
            "period": samples + samples // 5,
        },
    ),
    "DeepONet": Contender(
        "DeepONet",
        lambda wide, samples: {
            "sensors": samples,
            "basis": wide(128),
            "hidden": wide(128),
            "frequencies": samples // 16,
        },
        rate=2e-3,
    ),
    "selective state space": Contender(
        "SelectiveStateSpace", lambda wide, samples: {"width": wide(64), "states": 8}
    ),
}
"""In the order in which they are trained."""


def spec(name: str, width: float, samples: int) -> dict[str, Any]:
    """Class path and arguments of a contender.

    Parameters
    ----------
    name : str
        Of CONTENDERS.
    width : float
        Factor on its widths.
    samples : int
        Of a record.
    """
    contender = CONTENDERS[name]

    def wide(usual: int) -> int:
        return max(1, round(width * usual))

    return {
        "class_path": f"surrogate.networks.{contender.network}",
        "init_args": contender.arguments(wide, samples),
    }
