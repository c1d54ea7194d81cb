"""Which records each epoch of each process sees, and in which order.

Records are counted from `first` on. A round is as many epochs as each record is repeated; every
round has new records, and each process its own share of them. All of it follows from the number of
the epoch, so that a training that goes on needs no other state.
"""

from dataclasses import dataclass

import numpy as np

PIECE = 128
"""Most records that are made at once: a fraction of a second of work, and no more."""


@dataclass(frozen=True)
class Numbering:
    """The records of one process.

    Parameters
    ----------
    first : int
        Number of the first record.
    records : int
        Records of an epoch, over all processes.
    repeats : int
        Epochs in which a record is seen.
    rank, ranks : int
        The share of this process; records that cannot be shared equally are left out.

    Raises
    ------
    ValueError
        For less than one record a process, or fewer than one epoch a record.
    """

    first: int
    records: int
    repeats: int = 1
    rank: int = 0
    ranks: int = 1

    def __post_init__(self) -> None:
        if self.first < 0:
            raise ValueError(f"skip must be at least 0, got {self.first}")
        if self.repeats < 1:
            raise ValueError(f"repeats must be at least 1, got {self.repeats}")
        if self.records < self.ranks:
            raise ValueError(
                f"records_per_epoch must be at least {self.ranks}, one for each process, got "
                f"{self.records}"
            )

    @property
    def share(self) -> int:
        """Records of this process in an epoch."""
        return self.records // self.ranks

    @property
    def pieces(self) -> int:
        """Pieces in which the records of a round are made."""
        return -(-self.share // PIECE)

    def order(self, epoch: int, seed: int) -> np.ndarray:
        """Places of an epoch's records among all that this process ever sees, in their order.

        At first in the order in which they are made, for which nothing has to wait; when they are
        repeated, in the order of chance.
        """
        a_round, repetition = divmod(epoch, self.repeats)
        own = np.arange(self.share)
        if repetition:
            own = np.random.default_rng([seed, epoch]).permutation(own)
        return a_round * self.share + own

    def pieces_of(self, places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Piece of each place, counted through all rounds, and its position within the piece."""
        a_round, own = np.divmod(places, self.share)
        return a_round * self.pieces + own // PIECE, own % PIECE

    def span(self, piece: int) -> tuple[int, int]:
        """Number of the first record of a piece, and how many there are."""
        a_round, own = divmod(piece, self.pieces)
        begin = own * PIECE
        first = self.first + a_round * self.records + self.rank * self.share + begin
        return first, min(PIECE, self.share - begin)

    def oldest_needed(self, piece: int) -> int:
        """First piece that may still be asked for when this one is."""
        return piece if self.repeats == 1 else piece // self.pieces * self.pieces
