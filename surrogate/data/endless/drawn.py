"""The training part of an endless training: records made as they are asked for, and the sampler
that asks for them.
"""

from collections.abc import Callable, Iterator

import numpy as np
import torch

from surrogate.data.endless.numbering import Numbering
from surrogate.data.endless.supply import Block, Supply
from surrogate.data.samplers import Batch, Windows, WindowSampler
from surrogate.data.storage import RecordSet


class DrawnRecords(RecordSet):
    """Records of a recipe by their places in a `Numbering`.

    Parameters
    ----------
    numbering : Numbering
    make : callable
        Of (first, count): the block of the records with these numbers.
    samples : int
        Of each record in time.
    threads : int
        See `surrogate.data.endless.supply.Supply`.
    """

    def __init__(
        self,
        numbering: Numbering,
        make: Callable[[int, int], Block],
        samples: int,
        threads: int,
    ) -> None:
        self.numbering = numbering
        self.samples = samples
        first, _ = numbering.span(0)
        self.number = np.arange(first, first + numbering.share)  # of the first round
        self.supply = Supply(lambda piece: make(*numbering.span(piece)), threads)

    def __getitem__(self, windows: Windows) -> Batch:
        pieces, positions = self.numbering.pieces_of(windows.record)
        oldest = self.numbering.oldest_needed(int(pieces.min()))
        blocks = {int(piece): self.supply.get(int(piece), oldest) for piece in np.unique(pieces)}
        rows = list(zip(pieces.tolist(), positions.tolist(), strict=True))
        input = torch.stack([blocks[piece][0][position] for piece, position in rows])
        target = torch.stack([blocks[piece][1][position] for piece, position in rows])
        return Batch(input, target)

    def blocks(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Yield input and target of the first round."""
        for piece in range(self.numbering.pieces):
            input, target = self.supply.get(piece, piece)
            yield input.numpy(), target.numpy()


class DrawnSampler(WindowSampler):
    """Batches of whole records in the order of a `Numbering`.

    Parameters
    ----------
    numbering : Numbering
    samples : int
        Of each record in time.
    batch_size : int
    seed : int
        Of the order in which records are repeated.
    """

    def __init__(self, numbering: Numbering, samples: int, batch_size: int, seed: int) -> None:
        share = (numbering.rank, numbering.ranks)
        records = numbering.records
        super().__init__(records, samples, samples, records, batch_size, seed, *share)
        self.numbering = numbering

    def __iter__(self) -> Iterator[Windows]:
        order = self.numbering.order(self.epoch, self.seed)
        skip = self.skip
        self.skip = 0
        for first in range(skip * self.batch_size, self.count, self.batch_size):
            record = order[first : first + self.batch_size]
            yield Windows(record, np.zeros_like(record), self.window)
