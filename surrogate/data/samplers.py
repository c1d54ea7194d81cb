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
from torch.utils.data import DataLoader, Dataset, DistributedSampler, Sampler, SequentialSampler


class Windows(NamedTuple):
    """The windows of one batch: `record[i]` from sample `start[i]` on, `length` samples each.

    Of records of different lengths, `samples[i]` of them count; None where all do.
    """

    record: np.ndarray
    start: np.ndarray
    length: int
    samples: np.ndarray | None = None


class Batch(NamedTuple):
    """Training input and target in physical units.

    `target` may be shorter than `input` in time: it then holds the last samples, those after the
    washout. Where back-propagation through time is truncated, a batch is a piece of windows, and
    `begins` tells whether their first.

    Of records of different lengths, `samples` tells how many samples of each input count; the rest
    is padding with zeros. It stays on the CPU, which decides by it what to run.
    """

    input: Tensor  # (batch, time, inputs)
    target: Tensor  # (batch, scored time, outputs)
    begins: bool | None = None
    samples: Tensor | None = None  # (batch,)
    importance: Tensor | None = None  # (batch,), what the loss of each counts, 1 on average

    @property
    def scored(self) -> Tensor | None:
        """Samples of each target that count, None where all do."""
        if self.samples is None:
            return None
        return (self.samples - (self.input.shape[1] - self.target.shape[1])).clamp(min=0)

    @property
    def weight(self) -> int:
        """Samples that count of all targets; of records of one length, the number of these."""
        return len(self.input) if self.scored is None else int(self.scored.sum())

    def to(self, device: torch.device) -> "Batch":
        """The batch on a device; Lightning would look for its tensors at length, and wait for
        each.
        """
        input, target = (tensor.to(device, non_blocking=True) for tensor in self[:2])
        importance = self.importance
        if importance is not None:
            importance = importance.to(device, non_blocking=True)
        return self._replace(input=input, target=target, importance=importance)


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
    lengths : ndarray of int, shape (record,), optional
        Samples of each record where they differ. A record then gives as many windows as cover it.

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
        lengths: np.ndarray | None = None,
    ) -> None:
        self.lengths = lengths
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
        record = self.drawn(generator)
        last = self.samples - self.window if self.lengths is None else self._last(record)
        start = generator.integers(0, last, size=len(record), endpoint=True)
        mine = slice(self.rank, total, self.ranks)
        record = record[mine]
        start = start[mine]
        skip = self.skip
        self.skip = 0
        for first in range(skip * self.batch_size, self.count, self.batch_size):
            batch = slice(first, first + self.batch_size)
            yield Windows(record[batch], start[batch], self.window)

    def drawn(self, generator: np.random.Generator) -> np.ndarray:
        """Records of the windows of an epoch, in the order of chance; some may be to spare."""
        total = self.count * self.ranks
        once: int | np.ndarray = self.records
        size = self.records
        if self.lengths is not None:
            once = np.repeat(np.arange(self.records), cover(self.lengths, self.window))
            size = len(once)
        return np.concatenate([generator.permutation(once) for _ in range(-(-total // size))])

    def lengths_of(self, record: np.ndarray) -> np.ndarray:
        """Samples of some records."""
        if self.lengths is None:
            return np.full(len(record), self.samples)
        return self.lengths[record]

    def _last(self, record: np.ndarray) -> np.ndarray:
        """Last sample at which a window of each record may begin."""
        return self.lengths_of(record) - self.window


def cover(lengths: np.ndarray, window: int) -> np.ndarray:
    """Windows that cover each record once."""
    return -(-lengths // window)


class RepeatedBatches(DistributedSampler, SequentialSampler):
    """The batches of the first epoch in every epoch, for a training that is to overfit a few.

    The trainer then leaves samplers alone that are sequential, and puts its own in the place of
    others.

    Parameters
    ----------
    drawn : WindowSampler
        Draws the batches.
    """

    def __init__(self, drawn: WindowSampler) -> None:
        self.drawn = drawn

    def set_epoch(self, epoch: int) -> None:
        """Stay with the first epoch."""

    def __len__(self) -> int:
        return len(self.drawn)

    # Of batches, where torch promises single records.
    def __iter__(self) -> Iterator[Windows]:  # type: ignore[override]
        return iter(self.drawn)


class RecordSampler(DistributedSampler, SequentialSampler):
    """Whole records in their order, for validation, test and prediction; rank r of n takes every
    n-th.

    Of records of different `lengths`, a batch is as long as its longest.
    """

    def __init__(
        self,
        records: int,
        samples: int,
        batch_size: int,
        rank: int = 0,
        ranks: int = 1,
        lengths: np.ndarray | None = None,
    ) -> None:
        self.lengths = lengths
        self.mine = np.arange(rank, records, ranks)
        self.samples = samples
        self.batch_size = batch_size

    def __len__(self) -> int:
        return -(-len(self.mine) // self.batch_size)

    def __iter__(self) -> Iterator[Windows]:  # type: ignore[override]
        for first in range(0, len(self.mine), self.batch_size):
            record = self.mine[first : first + self.batch_size]
            if self.lengths is None:
                yield Windows(record, np.zeros_like(record), self.samples)
            else:
                yield whole(record, self.lengths[record])


def whole(record: np.ndarray, samples: np.ndarray) -> Windows:
    """Windows that hold records of different lengths from their beginning to the longest's end."""
    return Windows(record, np.zeros_like(record), int(samples.max()), samples)


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
        for batch in self._batches():
            for piece in [batch] if self.pieces is None else cut(batch, self.pieces):
                self.delivered += 1
                if self.delivered > skip:
                    yield piece

    def _batches(self) -> Iterator[Batch]:
        """Whole batches: without worker processes as the dataset gives them, since torch's iterator
        would look for what to turn into tensors for longer than a small batch takes.
        """
        if self.num_workers or self.pin_memory:
            return super().__iter__()
        return (self.dataset[windows] for windows in self.sampler)

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
    """The windows of a batch cut in time into pieces of equal length, to within one sample.

    A record that ends before the others of its batch has no sample that counts in the last pieces.
    """
    inputs = batch.input.tensor_split(pieces, dim=1)
    washout = batch.input.shape[1] - batch.target.shape[1]  # ends within the first piece
    lengths = [input.shape[1] - washout * (number == 0) for number, input in enumerate(inputs)]
    targets = batch.target.split(lengths, dim=1)
    found = []
    passed = 0
    for number, (input, target) in enumerate(zip(inputs, targets, strict=True)):
        samples = batch.samples
        if samples is not None:
            samples = (samples - passed).clamp(0, input.shape[1])
        found.append(Batch(input, target, number == 0, samples))
        passed += input.shape[1]
    return found


def loader(dataset: Dataset, sampler: Sampler[Windows], workers: int = 0) -> RecordLoader:
    """Loader whose sampler makes the batches: `batch_size=None` keeps torch from collating them
    again.
    """
    # A generator of its own: otherwise starting a loader would draw from the stream that dropout
    # uses.
    return RecordLoader(
        dataset, sampler=sampler, batch_size=None, num_workers=workers, generator=torch.Generator()
    )
