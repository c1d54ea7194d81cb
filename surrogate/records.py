"""Datasets of the contract as training input: parts split by record, windows cut in whole batches."""

import hashlib
from collections.abc import Sequence

import numpy as np
import torch
import xarray as xr
from lightning.pytorch import LightningDataModule
from torch.utils.data import Dataset

import datasets
from datasets import partition
from datasets.schema import leading_dim
from surrogate.scaling import statistics
from surrogate.signals import Interface, Signal
from surrogate.windows import Batch, RecordLoader, RecordSampler, Windows, WindowSampler, loader


class Part(Dataset):
    """The records of one part of a split, in memory and in physical units.

    Parameters
    ----------
    input : ndarray, shape (record, time, inputs) or (sample, inputs)
    target : ndarray, shape (record, time, targets) or (sample, targets)
    number : ndarray of int, shape (record,)
        Position of each record in its file.
    washout : int
        Samples at the start of each window that are run but not scored: they are left out of the target.
    """

    def __init__(self, input: np.ndarray, target: np.ndarray, number: np.ndarray, washout: int = 0) -> None:
        self.input, self.target = torch.from_numpy(input), torch.from_numpy(target)
        self.number, self.washout = number, washout

    def __len__(self) -> int:
        return len(self.input)

    @property
    def samples(self) -> int:
        """Samples in time of each record; 1 for a function."""
        return self.input.shape[1] if self.input.ndim == 3 else 1

    def __getitem__(self, windows: Windows) -> Batch:
        record = torch.from_numpy(windows.record)
        if windows.length == self.samples:
            input, target = self.input[record], self.target[record]
        else:
            time = torch.from_numpy(windows.start)[:, None] + torch.arange(windows.length)
            input, target = self.input[record[:, None], time], self.target[record[:, None], time]
        return Batch(input, target[:, self.washout :] if self.washout else target)


class Records(LightningDataModule):
    """Training, validation and test parts of one or more dataset files.

    Parameters
    ----------
    path : str
        Dataset: a file or a folder of shards. Its variable `split` names the parts train, validation and test; without
        it, all its records are training data.
    inputs, targets : list of str
        Variables that go in and come out, such as [base_acceleration] and [drift]; each floor or storey is a channel.
    parameters : list of str
        Structural parameters that vary from record to record, given to the network as constant input channels.
    window : int, optional
        Samples of a training window; whole records by default.
    washout : int
        Samples at the start of each window that run but do not count: a window begins in the middle of a record, where
        the state is not known.
    truncation : int, optional
        Most samples over which gradients go back in time. A window then goes in as successive pieces of equal length,
        each a step of the optimizer; the state of the network is carried from piece to piece, its gradient is not.
        For causal networks of series; the washout must be shorter than a piece.
    discard : int
        Samples at the start of each validation and test record that run but do not count, for records that do not
        start at rest.
    batch_size : int
        Windows or records in a batch (on each device).
    windows_per_epoch : int, optional
        By default as many as cover the training records once.
    seed : int
        Seed of the places of the windows.
    validation_path, test_path : str, optional
        Datasets that hold these parts, where they are other files.
    """

    def __init__(
        self,
        path: str,
        inputs: list[str],
        targets: list[str],
        parameters: Sequence[str] = (),
        window: int | None = None,
        washout: int = 0,
        truncation: int | None = None,
        discard: int = 0,
        batch_size: int = 16,
        windows_per_epoch: int | None = None,
        seed: int = 0,
        validation_path: str | None = None,
        test_path: str | None = None,
    ) -> None:
        super().__init__()
        _check_names(inputs, targets, parameters)
        if not 0 <= washout < (window or np.inf):
            raise ValueError(f"washout must be at least 0 and less than the window of {window} samples, got {washout}")
        counts = {"batch_size": batch_size, "windows_per_epoch": windows_per_epoch, "window": window}
        for name, value in (counts | {"truncation": truncation}).items():
            if value is not None and value < 1:
                raise ValueError(f"{name} must be at least 1, got {value}")
        self.paths = {"train": path, "validation": validation_path or path, "test": test_path or path}
        self.inputs, self.targets, self.parameters = list(inputs), list(targets), list(parameters)
        self.window, self.washout, self.discard = window, washout, discard
        self.truncation = truncation
        self.batch_size, self.windows_per_epoch, self.seed = batch_size, windows_per_epoch, seed
        self.parts: dict[str, Part] = {}
        self.interface: Interface | None = None

    def setup(self, stage: str) -> None:
        """Read the parts that the stage needs; for a fit all of them, to see that no record is in two."""
        wanted = {"fit": tuple(self.paths), "validate": ("validation",)}.get(stage, ("test",))
        if wanted[0] in self.parts:
            return
        self.parts |= {name: part for name in wanted if (part := self._read(name)) is not None}
        if wanted[0] not in self.parts:
            raise ValueError(f"{self.paths[wanted[0]]} has no {wanted[0]} part: name a file by data.{wanted[0]}_path")
        refuse_shared_records(self.parts)

    def statistics(self) -> dict[str, list[float]]:
        """Mean, scale and peak of each channel of the training part, in physical units."""
        train = self.parts["train"]
        input_mean, input_scale = statistics(train.input.numpy())
        target_mean, target_scale = statistics(train.target.numpy())
        peak = np.abs(train.input.numpy()).reshape(-1, train.input.shape[-1]).max(axis=0).tolist()
        return {
            "input_mean": input_mean,
            "input_scale": input_scale,
            "input_peak": peak,
            "target_mean": target_mean,
            "target_scale": target_scale,
        }

    def train_dataloader(self) -> RecordLoader:
        part = self.parts["train"]
        window = self.window or part.samples
        count = self.windows_per_epoch or -(-len(part) * part.samples // window)
        rank, ranks = self._share()
        sampler = WindowSampler(len(part), part.samples, window, count, self.batch_size, self.seed, rank, ranks)
        batches = loader(part, sampler)
        batches.pieces = self._pieces(window)
        return batches

    def val_dataloader(self) -> RecordLoader | list:
        return self._whole_records("validation") if "validation" in self.parts else []

    def test_dataloader(self) -> RecordLoader:
        return self._whole_records("test")

    predict_dataloader = test_dataloader

    def _pieces(self, window: int) -> int | None:
        """Pieces of a window for truncated back-propagation, None without."""
        if self.truncation is None:
            return None
        pieces = -(-window // self.truncation)
        if self.washout >= window // pieces:
            raise ValueError(
                f"washout must end within the first piece of {window // pieces} samples that a truncation of "
                f"{self.truncation} makes, got {self.washout}"
            )
        return pieces

    def _whole_records(self, name: str) -> RecordLoader:
        part = self.parts[name]
        return loader(part, RecordSampler(len(part), part.samples, self.batch_size, *self._share()))

    def _share(self) -> tuple[int, int]:
        return (self.trainer.global_rank, self.trainer.world_size) if self.trainer else (0, 1)

    def _read(self, name: str) -> Part | None:
        """Records of a part, or None where the file has no such part."""
        path = self.paths[name]
        dataset = datasets.open_dataset(path)
        number = self._members(dataset, name)
        if number is None:
            return None
        self._check_interface(dataset, path)
        chosen = dataset.isel({leading_dim(dataset): number})
        input = _channels(chosen, [*self.inputs, *self.parameters], path)
        target = _channels(chosen, self.targets, path)
        skip = self.washout if name == "train" else self.discard
        samples = input.shape[1]
        if input.ndim == 3 and not max(skip, (self.window or 0) - 1) < samples:
            raise ValueError(f"records of {path} have {samples} samples: too few for the window, washout or discard")
        return Part(input, target, number, skip)

    def _members(self, dataset: xr.Dataset, name: str) -> np.ndarray | None:
        """Numbers of the records of a part: all of them in a file of its own that does not tell parts apart."""
        own_file = name == "train" or self.paths[name] != self.paths["train"]
        names = partition.names(dataset)
        if name in names:
            return partition.members(dataset, name)
        if own_file and (name != "train" or not names):
            return np.arange(dataset.sizes[leading_dim(dataset)])
        return None

    def _check_interface(self, dataset: xr.Dataset, path: str) -> None:
        interface = describe(dataset, self.inputs, self.parameters, self.targets, path)
        if self.interface is None:
            self.interface = interface
        self.interface.require(interface, path)


def _check_names(inputs: Sequence[str], targets: Sequence[str], parameters: Sequence[str]) -> None:
    for field, names in {"inputs": inputs, "targets": targets}.items():
        if not names:
            raise ValueError(f"{field} must name at least one variable, got none")
    known = [*inputs, *parameters]
    for name in targets:
        if name in known:
            raise ValueError(f"{name} is a target and cannot be an input or a parameter too")


def describe(
    dataset: xr.Dataset, inputs: Sequence[str], parameters: Sequence[str], targets: Sequence[str], source: str
) -> Interface:
    """Interface that a surrogate of these variables has; ValueError for one that is missing or has other dimensions."""
    lead = leading_dim(dataset)
    dynamic = (lead, "time") if lead == "record" else (lead,)
    signals = {}
    for side, names, leading in (
        ("in", inputs, dynamic),
        ("parameters", parameters, (lead,)),
        ("out", targets, dynamic),
    ):
        signals[side] = tuple(_signal(dataset, name, leading, source) for name in names)
    time = dataset["time"].values if lead == "record" else None
    interval = None if time is None else float(time[-1] - time[0]) / (len(time) - 1)
    recipe = str(dataset.attrs.get("recipe", ""))
    return Interface(signals["in"] + signals["parameters"], signals["out"], interval, recipe)


def refuse_shared_records(parts: dict[str, Part]) -> None:
    """Raise ValueError where the same record is in two parts: a score on it would measure memory."""
    seen: dict[bytes, tuple[str, int]] = {}
    for name, part in parts.items():
        if part.input.ndim < 3:  # points of a function may well repeat, as flowers of equal measure do
            continue
        for number, input, target in zip(part.number, part.input.numpy(), part.target.numpy(), strict=True):
            digest = hashlib.blake2b(input.tobytes() + target.tobytes(), digest_size=16).digest()
            other, where = seen.setdefault(digest, (name, number))
            if other != name:
                raise ValueError(f"record {number} of the {name} part is also record {where} of the {other} part")


def _signal(dataset: xr.Dataset, name: str, leading: tuple[str, ...], source: str) -> Signal:
    if name not in dataset:
        raise ValueError(f"{source} has no variable {name!r}, it has {', '.join(map(str, dataset.data_vars))}")
    variable = dataset[name]
    rest = variable.dims[len(leading) :]
    if variable.dims[: len(leading)] != leading or len(rest) > 1 or "time" in rest:
        dims = ", ".join(map(str, variable.dims))
        raise ValueError(f"{name} of {source} runs along ({dims}), must run along ({', '.join(leading)}[, channel])")
    dim = "".join(rest)
    channels = dataset.sizes[dim] if dim else 1
    constant = "record" in leading and "time" not in leading
    return Signal(name, variable.attrs["units"], variable.attrs["long_name"], dim, channels, constant)


def _channels(dataset: xr.Dataset, names: Sequence[str], source: str) -> np.ndarray:
    """Variables side by side as channels in single precision, shape (record, time, channel) or (sample, channel)."""
    shape = tuple(dataset.sizes[dim] for dim in ("record", "time") if dim in dataset.sizes) or (
        dataset.sizes["sample"],
    )
    blocks = []
    for name in names:
        values = np.asarray(dataset[name].values, dtype=np.float32)
        if not np.isfinite(values).all():
            raise ValueError(f"{name} of {source} has values that are not finite: `surrogate check` tells where")
        if "time" in dataset.sizes and "time" not in dataset[name].dims:
            values = np.repeat(values.reshape(len(values), 1, -1), shape[1], axis=1)
        blocks.append(values.reshape(*shape, -1))
    return np.concatenate(blocks, axis=-1)
