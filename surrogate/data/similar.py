"""Whole records of different lengths in batches of similar ones, so that little of them is padding.

A batch is as long as its longest record. In the order of chance most of it would be padding where
lengths vary much; in the order of length every epoch would have the same batches. Between the two,
a pool of a few batches is sorted by the length times a random factor.
"""

from collections.abc import Iterator

import numpy as np

from surrogate.data.samplers import Windows, WindowSampler, cover, whole
from surrogate.data.storage import RecordSet

POOL = 8
"""Batches whose records are sorted together."""
JITTER = 0.25
"""Lengths that differ by less than this share may change places."""


class SimilarLengths(WindowSampler):
    """Batches of whole records of similar length, drawn anew for every epoch.

    As of every `WindowSampler`, the batches follow from the seed and the epoch alone, and every
    record is visited equally often.

    Parameters
    ----------
    lengths : ndarray of int, shape (record,)
        Samples of each record.
    count : int
        Records of an epoch, over all ranks.
    batch_size, seed, rank, ranks
        As for `WindowSampler`.
    """

    def __init__(
        self, lengths: np.ndarray, count: int, batch_size: int, seed: int, rank: int, ranks: int
    ) -> None:
        longest = int(lengths.max())
        super().__init__(
            len(lengths), longest, longest, count, batch_size, seed, rank, ranks, lengths
        )

    def __iter__(self) -> Iterator[Windows]:
        generator = np.random.default_rng([self.seed, self.epoch])
        record = self.drawn(generator)[self.rank : self.count * self.ranks : self.ranks]
        batches: list[np.ndarray] = []
        for first in range(0, self.count, POOL * self.batch_size):
            batches += self._sorted(record[first : first + POOL * self.batch_size], generator)
        skip = self.skip
        self.skip = 0
        for place in generator.permutation(len(batches))[skip:]:
            yield whole(batches[place], self.lengths_of(batches[place]))

    def _sorted(self, record: np.ndarray, generator: np.random.Generator) -> list[np.ndarray]:
        """Batches of some records, alike in length within each."""
        factor = generator.uniform(1.0, 1.0 + JITTER, len(record))
        record = record[np.argsort(self.lengths_of(record) * factor, kind="stable")]
        return np.split(record, range(self.batch_size, len(record), self.batch_size))


def training_sampler(
    part: RecordSet,
    window: int | None,
    windows_per_epoch: int | None,
    batch_size: int,
    seed: int,
    rank: int,
    ranks: int,
) -> WindowSampler:
    """What draws the batches of an epoch from the training part; arguments as of `Records`."""
    drawn = (batch_size, seed, rank, ranks)
    length = window or part.samples
    if part.lengths is None:
        count = windows_per_epoch or -(-len(part) * part.samples // length)
        return WindowSampler(len(part), part.samples, length, count, *drawn)
    count = windows_per_epoch or int(cover(part.lengths, length).sum())
    if window is None:
        return SimilarLengths(part.lengths, count, *drawn)
    return WindowSampler(len(part), part.samples, length, count, *drawn, part.lengths)
