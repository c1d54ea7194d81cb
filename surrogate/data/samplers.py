"""Which samples of which records make each batch: a function of the seed and the epoch, and of
nothing else.

A training that is stopped and resumed therefore sees the batches it would have seen undisturbed,
without the state of any random stream being saved.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset, DistributedSampler, Sampler


class Windows(NamedTuple):
    """The windows of one batch: `record[i]` from sample `start[i]` on, `length` samples each."""

    record: np.ndarray
    start: np.ndarray
    length: int


class Batch(NamedTuple):
    """Training input and target in physical units.

    `target` may be shorter than `input` in time: it then holds the last samples, those after the
    washout. Where back-propagation through time is truncated, a batch is a piece of windows, and
    `begins` tells whether their first.
    """

    input: Tensor  # (batch, time, inputs)
    target: Tensor  # (batch, scored time, outputs)
    begins: bool | None = None

    def to(self, device: torch.device) -> "Batch":
        """The batch on a device; Lightning would look for its tensors at length, and wait for
        each.
        """
        input, target = (tensor.to(device, non_blocking=True) for tensor in self[:2])
        return self._replace(input=input, target=target)


class WindowSampler(DistributedSampler):
    """Batches of windows at random places of random records, drawn anew for every epoch.

    Every record is visited equally often (to within one window) and every start is equally likely.
    It is a kind of `DistributedSampler` since the trainer leaves those alone, and puts its own in
    the place of any other.

    Parameters
    ----------
    records, samples : int
        Number of records, and of samples in each.
    window : int
        Samples of a window, at most `samples`; equal to it, an epoch is a permutation of whole
        records.
    count : int
        Windows of an epoch, over all ranks.
    batch_size : int
        Windows of a batch on one rank.
    seed : int
    rank, ranks : int
        The share of this process in distributed training.

    Attributes
    ----------
    epoch : int
        Number of the epoch, which decides the windows.
    skip : int
        Batches to leave out at the start of the next pass, and of that one alone.
    """

    def __init__(
        self,
        records: int,
        samples: int,
        window: int,
        count: int,
        batch_size: int,
        seed: int,
        rank: int,
        ranks: int,
    ) -> None:
        self.records = records
        self.samples = samples
        self.window = window
        self.batch_size = batch_size
        self.seed = seed
        self.rank = rank
        self.ranks = ranks
        self.count = count // ranks  # equal shares: a rank without a batch would stop the others
        self.epoch = 0
        self.skip = 0

    def set_epoch(self, epoch: int) -> None:
        """Called by the trainer before each epoch."""
        self.epoch = epoch

    def __len__(self) -> int:
        return -(-self.count // self.batch_size)

    def __iter__(self) -> Iterator[Windows]:
        generator = np.random.default_rng([self.seed, self.epoch])
        total = self.count * self.ranks
        record = np.concatenate(
            [generator.permutation(self.records) for _ in range(-(-total // self.records))]
        )
        start = generator.integers(0, self.samples - self.window, size=len(record), endpoint=True)
        mine = slice(self.rank, total, self.ranks)
        record = record[mine]
        start = start[mine]
        skip = self.skip
        self.skip = 0
        for first in range(skip * self.batch_size, self.count, self.batch_size):
            batch = slice(first, first + self.batch_size)
            yield Windows(record[batch], start[batch], self.window)


class RecordSampler(DistributedSampler):
    """Whole records in their order, for validation, test and prediction; rank r of n takes every
    n-th.
    """

    def __init__(
        self, records: int, samples: int, batch_size: int, rank: int = 0, ranks: int = 1
    ) -> None:
        self.mine = np.arange(rank, records, ranks)
        self.samples = samples
        self.batch_size = batch_size

    def __len__(self) -> int:
        return -(-len(self.mine) // self.batch_size)

    def __iter__(self) -> Iterator[Windows]:
        for first in range(0, len(self.mine), self.batch_size):
            record = self.mine[first : first + self.batch_size]
            yield Windows(record, np.zeros_like(record), self.samples)


class RecordLoader(DataLoader):
    """Loader of whole batches that resumes within an epoch.

    The sampler yields the windows of a batch, and the dataset cuts them all at once, so no Python
    runs per sample. `state_dict` and `load_state_dict` are what the trainer looks for in a loader
    that can be resumed.

    Attributes
    ----------
    pieces : int, optional
        Number of pieces in which every batch is delivered, one after another, for truncated
        back-propagation.
    """

    delivered = 0
    pieces: int | None = None
    resume: dict[str, Any] | None = None

    def __len__(self) -> int:
        return super().__len__() * (self.pieces or 1)

    # A generator, where torch promises an iterator of its own kind: the sampler is asked at the
    # first batch, when the trainer has told it the epoch.
    def __iter__(self) -> Iterator[Batch]:  # type: ignore[override]
        skip = self._begin()
        for batch in super().__iter__():
            for piece in [batch] if self.pieces is None else cut(batch, self.pieces):
                self.delivered += 1
                if self.delivered > skip:
                    yield piece

    def set_epoch(self, epoch: int) -> None:
        """Tell the sampler which epoch comes next."""
        if isinstance(self.sampler, WindowSampler):
            self.sampler.set_epoch(epoch)

    @property
    def epoch(self) -> int:
        """Number of the epoch whose windows are delivered; 0 where there is no order to draw."""
        return self.sampler.epoch if isinstance(self.sampler, WindowSampler) else 0

    def _begin(self) -> int:
        """Number of pieces that the resumed epoch has delivered before; whole batches of them are
        not even read.
        """
        resume = self.resume
        self.resume = None
        self.delivered = 0
        resumes = resume is not None and resume["epoch"] == self.epoch
        if resume is None or not resumes or not isinstance(self.sampler, WindowSampler):
            return 0
        skip = int(resume["delivered"])
        self.sampler.skip = skip // (self.pieces or 1)
        self.delivered = self.sampler.skip * (self.pieces or 1)
        return skip

    def state_dict(self) -> dict[str, Any]:
        return {"epoch": self.epoch, "delivered": self.delivered}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self.resume = state


def cut(batch: Batch, pieces: int) -> list[Batch]:
    """The windows of a batch cut in time into pieces of equal length, to within one sample."""
    inputs = batch.input.tensor_split(pieces, dim=1)
    washout = batch.input.shape[1] - batch.target.shape[1]  # ends within the first piece
    lengths = [input.shape[1] - washout * (number == 0) for number, input in enumerate(inputs)]
    targets = batch.target.split(lengths, dim=1)
    return [
        Batch(input, target, number == 0)
        for number, (input, target) in enumerate(zip(inputs, targets, strict=True))
    ]


def loader(dataset: Dataset, sampler: Sampler[Windows], workers: int = 0) -> RecordLoader:
    """Loader whose sampler makes the batches: `batch_size=None` keeps torch from collating them
    again.
    """
    # A generator of its own: otherwise starting a loader would draw from the stream that dropout
    # uses.
    return RecordLoader(
        dataset, sampler=sampler, batch_size=None, num_workers=workers, generator=torch.Generator()
    )
