"""The records of one part of a split, in memory, on the device or on disk: the same batches from
each.
"""

from abc import abstractmethod
from collections.abc import Iterator, Sequence

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset

from datasets.contract.lengths import filled
from datasets.files.window_reader import WindowReader
from surrogate.data.samplers import Batch, Windows

BLOCK_BYTES = 2**24  # read at once where all records pass through


class RecordSet(Dataset):
    """Records in physical units.

    Attributes
    ----------
    number : ndarray of int, shape (record,)
        Position of each record in its file.
    samples : int
        Samples in time of each record, of the longest where they differ; 1 for a function.
    lengths : ndarray of int, shape (record,), or None
        Samples of each record where they differ.
    washout : int
        Samples at the start of each window that are run but not scored: they are left out of the
        target.
    """

    number: np.ndarray
    samples: int
    lengths: np.ndarray | None = None
    washout: int

    def __len__(self) -> int:
        return len(self.number)

    @abstractmethod
    def __getitem__(self, windows: Windows) -> Batch:
        """Cut all windows of a batch."""

    @abstractmethod
    def blocks(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Yield input and target of all whole records in their order, a bounded number at a
        time.

        Those of a block have one length: no padding comes along.
        """

    def runs(self, record_bytes: int) -> Iterator[tuple[np.ndarray, int]]:
        """Yield successive records of one length, a bounded number at a time, and that length."""
        step = _records_at_once(record_bytes)
        lengths = np.full(len(self), self.samples) if self.lengths is None else self.lengths
        for run in np.split(np.arange(len(self)), np.flatnonzero(np.diff(lengths)) + 1):
            for first in range(0, len(run), step):
                yield run[first : first + step], int(lengths[run[0]])


class InMemory(RecordSet):
    """Records whose input and target are held, in the shapes that the subclass states."""

    _input: Tensor
    _target: Tensor

    @property
    def input(self) -> Tensor:
        """Input of all records, in memory."""
        return self._input.cpu()

    @property
    def target(self) -> Tensor:
        """Target of all records, in memory."""
        return self._target.cpu()


class HeldRecords(InMemory):
    """Records in memory, or on the device where the network is trained.

    Parameters
    ----------
    input : Tensor, shape (record, time, inputs) or (sample, inputs)
        Of images (sample, channel, height, width).
    target : Tensor, shape (record, time, targets) or (sample, targets)
        Of classes, their numbers, int64 of shape (sample, 1).
    number, washout
        See `RecordSet`.
    importance : Tensor, shape (sample,), optional
        What the loss of each sample counts, 1 on average.
    """

    def __init__(
        self,
        input: Tensor,
        target: Tensor,
        number: np.ndarray,
        washout: int = 0,
        importance: Tensor | None = None,
    ) -> None:
        self.importance = importance
        self._input = input
        self._target = target
        self.number = number
        self.washout = washout
        self.samples = input.shape[1] if input.ndim == 3 else 1

    def to(self, device: torch.device) -> "HeldRecords":
        """Return these records on a device."""
        importance = None if self.importance is None else self.importance.to(device)
        return HeldRecords(
            self._input.to(device), self._target.to(device), self.number, self.washout, importance
        )

    def __getitem__(self, windows: Windows) -> Batch:
        record = indices(windows.record, self._input.device)
        if windows.length == self.samples:
            chosen: tuple[Tensor, ...] = (record,)
        else:
            start = indices(windows.start, record.device)
            time = start[:, None] + torch.arange(windows.length, device=record.device)
            chosen = (record[:, None], time)
        input = self._input[chosen]
        target = self._target[chosen]
        importance = None if self.importance is None else self.importance[record]
        scored = target[:, self.washout :] if self.washout else target
        return Batch(input, scored, importance=importance)

    def blocks(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        step = _records_at_once(self._input[:1].nbytes + self._target[:1].nbytes)
        for input, target in zip(self._input.split(step), self._target.split(step), strict=True):
            yield input.cpu().numpy(), target.cpu().numpy()


class RaggedRecords(InMemory):
    """Records of different lengths in memory, or on the device: one behind another, no padding.

    The contiguous ragged array of the CF conventions.

    Parameters
    ----------
    input : Tensor, shape (sample of all records, inputs)
    target : Tensor, shape (sample of all records, targets)
    lengths : ndarray of int, shape (record,)
    number, washout
        See `RecordSet`.
    """

    def __init__(
        self,
        input: Tensor,
        target: Tensor,
        lengths: np.ndarray,
        number: np.ndarray,
        washout: int = 0,
    ) -> None:
        self._input = input
        self._target = target
        self._first = np.cumsum(lengths) - lengths  # sample at which each record begins
        self.lengths: np.ndarray = lengths
        self.number = number
        self.washout = washout
        self.samples = int(lengths.max())

    def to(self, device: torch.device) -> "RaggedRecords":
        """Return these records on a device."""
        input = self._input.to(device)
        return RaggedRecords(
            input, self._target.to(device), self.lengths, self.number, self.washout
        )

    def __getitem__(self, windows: Windows) -> Batch:
        counts = np.full(len(windows.record), windows.length)
        if windows.samples is not None:
            counts = windows.samples
        device = self._input.device
        count = indices(counts, device)[:, None]
        time = torch.arange(windows.length, device=device)
        begin = indices(self._first[windows.record] + windows.start, device)
        # Behind the end of a record its last sample is read and put to zero.
        at = begin[:, None] + torch.minimum(time, count - 1)
        inside = (time < count)[..., None]
        input = torch.where(inside, self._input[at], 0.0)
        target = torch.where(inside, self._target[at], 0.0)[:, self.washout :]
        if windows.samples is None:
            return Batch(input, target)
        return of_lengths(input, target, windows.samples)

    def blocks(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        channels = self._input.shape[1] + self._target.shape[1]
        for record, length in self.runs(self._input.element_size() * channels * self.samples):
            first = int(self._first[record[0]])
            chosen = slice(first, first + len(record) * length)
            shape = (len(record), length)
            yield (
                self._input[chosen].unflatten(0, shape).cpu().numpy(),
                self._target[chosen].unflatten(0, shape).cpu().numpy(),
            )


def indices(values: np.ndarray, device: torch.device) -> Tensor:
    """Indices on a device; a GPU gets them from pinned memory, without a wait for what it does."""
    chosen = torch.from_numpy(values)
    if device.type != "cuda":
        return chosen.to(device)
    return chosen.pin_memory().to(device, non_blocking=True)


def of_lengths(input: Tensor, target: Tensor, samples: np.ndarray) -> Batch:
    """A batch of records of different lengths."""
    return Batch(input, target, samples=torch.from_numpy(samples.astype(np.int64)))


class StoredRecords(RecordSet):
    """Records on disk: a batch reads its windows and nothing else.

    Parameters
    ----------
    reader : WindowReader
    inputs, targets : sequence of str
        Variables of the dataset.
    parameters : ndarray of float32, shape (record, parameters)
        What is the same at all times of a record: the last channels of the input.
    number, washout
        See `RecordSet`.
    lengths : ndarray of int, shape (record,), optional
        Samples of each of these records; by default all of the time axis.
    """

    def __init__(
        self,
        reader: WindowReader,
        inputs: Sequence[str],
        targets: Sequence[str],
        parameters: np.ndarray,
        number: np.ndarray,
        washout: int = 0,
        lengths: np.ndarray | None = None,
    ) -> None:
        self.reader = reader
        self.inputs = inputs
        self.targets = targets
        self.parameters = parameters
        self.number = number
        self.washout = washout
        self.samples = reader.dataset.sizes["time"]
        if lengths is not None and len(lengths):
            self.samples = int(lengths.max())
            self.lengths = None if lengths.min() == self.samples else lengths

    @property
    def channels(self) -> tuple[int, int]:
        """Numbers of input and target channels."""
        input = self.reader.channels(self.inputs) + self.parameters.shape[1]
        return input, self.reader.channels(self.targets)

    @property
    def record_bytes(self) -> int:
        """Bytes of one record in memory, the longest."""
        return np.dtype(np.float32).itemsize * self.samples * sum(self.channels)

    @property
    def held_bytes(self) -> int:
        """Bytes of all records in memory."""
        if self.lengths is None:
            return len(self) * self.record_bytes
        return int(self.lengths.sum()) * self.record_bytes // self.samples

    @property
    def input(self) -> Tensor:
        """Input of all records, read into memory."""
        return self.load().input

    @property
    def target(self) -> Tensor:
        """Target of all records, read into memory."""
        return self.load().target

    def __getitem__(self, windows: Windows) -> Batch:
        input, target = self._read(windows, self.washout)
        if windows.samples is None:
            return Batch(torch.from_numpy(input), torch.from_numpy(target))
        input = filled(input, windows.samples)
        target = filled(target, windows.samples - self.washout)
        return of_lengths(torch.from_numpy(input), torch.from_numpy(target), windows.samples)

    def blocks(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        for record, length in self.runs(self.record_bytes):
            yield self._read(Windows(record, np.zeros_like(record), length))

    def load(self) -> "HeldRecords | RaggedRecords":
        """Return these records in memory."""
        if self.lengths is not None:
            return self._ragged(self.lengths)
        inputs, targets = self.channels
        input = np.empty((len(self), self.samples, inputs), dtype=np.float32)
        target = np.empty((len(self), self.samples, targets), dtype=np.float32)
        first = 0
        for some_input, some_target in self.blocks():
            chosen = slice(first, first + len(some_input))
            input[chosen] = some_input
            target[chosen] = some_target
            first = chosen.stop
        return HeldRecords(
            torch.from_numpy(input), torch.from_numpy(target), self.number, self.washout
        )

    def _ragged(self, own: np.ndarray) -> RaggedRecords:
        sides: tuple[list[np.ndarray], list[np.ndarray]] = ([], [])
        for block in self.blocks():
            for side, values in zip(sides, block, strict=True):
                side += list(values)
        input, target = (torch.from_numpy(np.concatenate(side)) for side in sides)
        return RaggedRecords(input, target, own, self.number, self.washout)

    def _read(self, windows: Windows, skip: int = 0) -> tuple[np.ndarray, np.ndarray]:
        """Input and target of windows, the first samples of the target left out."""
        record, start, length, _ = windows
        number = self.number[record]
        input = self.reader.read(self.inputs, number, start, length)
        if self.parameters.shape[1]:
            constant = np.repeat(self.parameters[record][:, None], length, axis=1)
            input = np.concatenate([input, constant], axis=-1)
        return input, self.reader.read(self.targets, number, start + skip, length - skip)


def _records_at_once(record_bytes: int) -> int:
    return max(1, BLOCK_BYTES // max(1, record_bytes))
