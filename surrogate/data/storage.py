"""The records of one part of a split, in memory, on the device or on disk: the same batches from
each.
"""

from abc import abstractmethod
from collections.abc import Iterator, Sequence

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset

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
        Samples in time of each record; 1 for a function.
    washout : int
        Samples at the start of each window that are run but not scored: they are left out of the
        target.
    """

    number: np.ndarray
    samples: int
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
        """


class HeldRecords(RecordSet):
    """Records in memory, or on the device where the network is trained.

    Parameters
    ----------
    input : Tensor, shape (record, time, inputs) or (sample, inputs)
    target : Tensor, shape (record, time, targets) or (sample, targets)
    number, washout
        See `RecordSet`.
    """

    def __init__(self, input: Tensor, target: Tensor, number: np.ndarray, washout: int = 0) -> None:
        self._input = input
        self._target = target
        self.number = number
        self.washout = washout
        self.samples = input.shape[1] if input.ndim == 3 else 1

    @property
    def input(self) -> Tensor:
        """Input of all records, in memory."""
        return self._input.cpu()

    @property
    def target(self) -> Tensor:
        """Target of all records, in memory."""
        return self._target.cpu()

    def to(self, device: torch.device) -> "HeldRecords":
        """Return these records on a device."""
        return HeldRecords(
            self._input.to(device), self._target.to(device), self.number, self.washout
        )

    def __getitem__(self, windows: Windows) -> Batch:
        record = torch.from_numpy(windows.record).to(self._input.device)
        if windows.length == self.samples:
            input, target = self._input[record], self._target[record]
        else:
            start = torch.from_numpy(windows.start).to(record.device)
            time = start[:, None] + torch.arange(windows.length, device=record.device)
            input, target = self._input[record[:, None], time], self._target[record[:, None], time]
        return Batch(input, target[:, self.washout :] if self.washout else target)

    def blocks(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        step = _records_at_once(self._input[:1].nbytes + self._target[:1].nbytes)
        for input, target in zip(self._input.split(step), self._target.split(step), strict=True):
            yield input.cpu().numpy(), target.cpu().numpy()


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
    """

    def __init__(
        self,
        reader: WindowReader,
        inputs: Sequence[str],
        targets: Sequence[str],
        parameters: np.ndarray,
        number: np.ndarray,
        washout: int = 0,
    ) -> None:
        self.reader = reader
        self.inputs = inputs
        self.targets = targets
        self.parameters = parameters
        self.number = number
        self.washout = washout
        self.samples = reader.dataset.sizes["time"]

    @property
    def channels(self) -> tuple[int, int]:
        """Numbers of input and target channels."""
        input = self.reader.channels(self.inputs) + self.parameters.shape[1]
        return input, self.reader.channels(self.targets)

    @property
    def record_bytes(self) -> int:
        """Bytes of one record in memory."""
        return np.dtype(np.float32).itemsize * self.samples * sum(self.channels)

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
        return Batch(torch.from_numpy(input), torch.from_numpy(target))

    def blocks(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        step = _records_at_once(self.record_bytes)
        for first in range(0, len(self), step):
            record = np.arange(first, min(first + step, len(self)))
            yield self._read(Windows(record, np.zeros_like(record), self.samples))

    def load(self) -> HeldRecords:
        """Return these records in memory."""
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

    def _read(self, windows: Windows, skip: int = 0) -> tuple[np.ndarray, np.ndarray]:
        """Input and target of windows, the first samples of the target left out."""
        record, start, length = windows
        number = self.number[record]
        input = self.reader.read(self.inputs, number, start, length)
        if self.parameters.shape[1]:
            constant = np.repeat(self.parameters[record][:, None], length, axis=1)
            input = np.concatenate([input, constant], axis=-1)
        return input, self.reader.read(self.targets, number, start + skip, length - skip)


def _records_at_once(record_bytes: int) -> int:
    return max(1, BLOCK_BYTES // max(1, record_bytes))
