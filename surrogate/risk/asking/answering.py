"""Who answers: the simulator, a surrogate, or a surrogate within its training and the simulator
beyond it.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from surrogate.risk.asking.asked import Asked
from surrogate.risk.asking.simulated import Simulated

if TYPE_CHECKING:
    from surrogate.risk.asking.predicted import Predicted

SIMULATOR = "simulator"


@dataclass(frozen=True, eq=False)
class Answering:
    """One that answers.

    Parameters
    ----------
    simulated : Simulated, optional
    predicted : Predicted, optional
        Where both are given, the simulator answers the records beyond the surrogate's training.

    Raises
    ------
    ValueError
        Without either.
    """

    simulated: Simulated | None = None
    predicted: "Predicted | None" = None

    def __post_init__(self) -> None:
        if self.simulated is None and self.predicted is None:
            raise ValueError("nobody answers: give a simulator or a surrogate")

    @property
    def name(self) -> str:
        """Who answers, in words."""
        if self.predicted is None:
            return SIMULATOR
        beyond = "" if self.simulated is None else ", the simulator beyond its training"
        return f"surrogate{beyond}"

    def __call__(self, asked: Asked) -> np.ndarray:
        """Return the demands and what lay beyond the training, shape (2, record).

        The second row is 1 for a record beyond the training of the surrogate, whoever answered it.
        """
        if self.predicted is None:
            assert self.simulated is not None
            return np.stack([self.simulated(asked), np.zeros(asked.records)])
        demands = self.predicted(asked)
        beyond = self.predicted.beyond(asked)
        if self.simulated is not None and beyond.any():
            places = np.flatnonzero(beyond)
            demands[places] = self.simulated(asked.take(places))
        return np.stack([demands, beyond])
