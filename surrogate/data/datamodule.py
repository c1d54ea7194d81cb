"""Datasets of the contract as training input: parts split by record, windows cut in whole batches.

What belongs here is the life of a `Records`: its settings, its parts, and their loaders.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr
from lightning.pytorch import LightningDataModule, Trainer

from datasets.contract import lengths, renamed
from datasets.contract.schema import WEIGHT, leading_dim
from datasets.files.window_reader import WindowReader
from simulators.structures.structure import Structure
from surrogate.data import opening, placing, sealing, structures, windowing
from surrogate.data import parts as parting
from surrogate.data.channels import Interface
from surrogate.data.description import describe
from surrogate.data.samplers import RecordLoader, RecordSampler, RepeatedBatches, loader
from surrogate.data.saying import say
from surrogate.data.similar import training_sampler
from surrogate.data.split_file import read as parts_of_file
from surrogate.data.split_file import require_records
from surrogate.data.statistics import Survey
from surrogate.data.storage import HeldRecords, RaggedRecords, RecordSet


class Records(LightningDataModule):
    """Training, validation and test parts of one or more dataset files.

    Parameters
    ----------
    path : str
        Dataset: a file or a folder of shards. Its variable `split` names the parts train,
        validation and test; without it, all its records are training data. A `recipe` in its
        place simulates them while the network is trained: `surrogate.EndlessRecords`.
    inputs, targets : list of str
        Variables that go in and come out, such as [base_acceleration] and [drift]; each floor or
        storey is a channel.
    parameters : list of str
        Structural parameters that vary from record to record, given to the network as constant
        input channels.
    window : int, optional
        Samples of a training window; whole records by default.
    washout : int
        Samples at the start of each window that run but do not count: a window begins in the middle
        of a record, where the state is not known.
    truncation : int, optional
        Most samples over which gradients go back in time. A window then goes in as successive
        pieces of equal length, each a step of the optimizer; the state of the network is carried
        from piece to piece, its gradient is not. For causal networks of series; the washout must be
        shorter than a piece.
    discard : int
        Samples at the start of each validation and test record that run but do not count, for
        records that do not start at rest.
    known : int
        Samples at the start of each test record whose response is known: it tells the state before
        them, and they do not count. In a test it takes the place of `discard`. For networks whose
        state is one vector, see `surrogate.training.known_start`.
    batch_size : int
        Windows or records in a batch (on each device).
    windows_per_epoch : int, optional
        By default as many as cover the training records once.
    seed : int
        Seed of the places of the windows.
    validation_path, test_path : str, optional
        Datasets that hold these parts, where they are other files.
    placement : {"auto", "device", "memory", "disk"}
        Where the records are while they are used: on the device that trains (the test part in
        memory), in memory, or in their files, of which each batch reads its windows and nothing
        else. The batches are the same. By default up to 2 GiB (`surrogate.data.placing.HELD_BYTES`)
        are held, on the device where that is not the CPU and there are no workers; larger sets stay
        on disk. Points of a function are always held.
    workers : int
        Processes that prepare batches beside the training, worth their while for records on disk
        alone.
    weights : bool, optional
        Whether the loss counts each sample of a function by the variable `weight` of the dataset
        (a weighted mean over each part); by default where the dataset has it. The metrics of a
        test count all samples alike.
    split_file : str, optional
        JSON file with the records of each part (`surrogate.data.split_file`), in place of the
        dataset's own `split`: how `surrogate crossvalidate` divides the records of `path`.

    Examples
    --------
    >>> import datasets
    >>> from surrogate import Records
    >>> little = {"records": 12, "motion.duration": 2}
    >>> made = datasets.generate("five_storey", "five_storey.h5", little)
    >>> records = Records("five_storey.h5", ["base_acceleration"], ["drift"], batch_size=4)
    >>> records.setup("fit")
    >>> batch = next(iter(records.train_dataloader()))
    >>> tuple(batch.input.shape), tuple(batch.target.shape)
    ((4, 101, 1), (4, 101, 5))
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
        known: int = 0,
        batch_size: int = 16,
        windows_per_epoch: int | None = None,
        seed: int = 0,
        validation_path: str | None = None,
        test_path: str | None = None,
        placement: str = "auto",
        workers: int = 0,
        weights: bool | None = None,
        split_file: str | None = None,
    ) -> None:
        super().__init__()
        opening.check_names(inputs, targets, parameters)
        placing.check(placement, workers)
        skips = (discard, known)
        windowing.check(window, washout, truncation, *skips, batch_size, windows_per_epoch, seed)
        windowing.require_room(windows_per_epoch)
        self.paths = {
            "train": path,
            "validation": validation_path or path,
            "test": test_path or path,
        }
        self.inputs = list(inputs)
        self.targets = list(targets)
        self.parameters = list(parameters)
        self.window = window
        self.washout = washout
        self.discard = discard
        self.known = known
        self.truncation = truncation
        self.batch_size = batch_size
        self.windows_per_epoch = windows_per_epoch
        self.seed = seed
        self.placement = placement
        self.workers = workers
        self.weights = weights
        self.split_file = split_file
        if split_file is not None and (validation_path or test_path):
            raise ValueError(
                f"split_file = {split_file} divides the records of path: leave out validation_path "
                "and test_path"
            )
        self._stated = None if split_file is None else parts_of_file(split_file)
        self.parts: dict[str, RecordSet] = {}
        self._interface: Interface | None = None
        self._read_targets: Sequence[str] = self.targets  # none of them, to predict without
        self._survey: Survey | None = None
        self._datasets: dict[str, xr.Dataset] = {}

    @property
    def interface(self) -> Interface:
        """What the records give to a surrogate, known once `setup` has opened them."""
        if self._interface is None:
            raise ValueError("the records are not open: call setup('fit') first, as a trainer does")
        return self._interface

    def setup(self, stage: str) -> None:
        """Open the parts that the stage needs and look through them.

        A fit opens all of them, to see that no record is in two. To predict, records need no
        targets.
        """
        wanted = {"fit": tuple(self.paths), "validate": ("validation",)}.get(stage, ("test",))
        if wanted[0] in self.parts and (stage == "predict" or self.interface.targets):
            return
        parts = self._opened(wanted, may_lack_targets=stage == "predict")
        if wanted[0] not in parts:
            raise ValueError(self.missing(wanted[0]))
        if placing.is_held(self.placement, parts):
            parts = {name: placing.loaded(part) for name, part in parts.items()}
        survey = Survey(self.interface, self.paths)
        for name, part in parts.items():
            survey.add(name, part)
        self._survey = survey
        self.parts |= parts
        self._require_every_class()
        if self.weights is None and self.is_weighted and stage == "fit":
            path = self.paths["train"]
            say(f"note: the loss counts each sample of {path} by its variable {WEIGHT}")

    def _require_every_class(self) -> None:
        """Raise ValueError for a class without a sample to learn it from."""
        part = self.parts.get("train")
        if part is None or not self.interface.classes:
            return
        present = np.unique(np.concatenate([target for _, target in part.blocks()]))
        missing = [c for n, c in enumerate(self.interface.classes) if n not in present]
        if missing:
            variable = self.interface.targets[0].variable
            raise ValueError(
                f"{variable} of {self.paths['train']} has no sample of class {', '.join(missing)} "
                "in the train part: add some, or leave the class out of flag_meanings"
            )

    @property
    def is_weighted(self) -> bool:
        """Whether the loss counts the samples of the training part by weights of their own."""
        part = self.parts.get("train")
        return isinstance(part, HeldRecords) and part.importance is not None

    def missing(self, part: str) -> str:
        """What to say where the datasets, which are open, have no record of a part."""
        path = self.paths[part]
        if self.split_file is not None:
            return f"data.split_file {self.split_file} names no record of the {part} part"
        return parting.missing(self._datasets[path], path, part)

    def statistics(self) -> dict[str, list[float]]:
        """Mean, scale and peak of each channel of the training part, in physical units.

        Of structural parameters the middle and the half of their range: standardised they lie
        within -1 and 1 wherever the surrogate interpolates.
        """
        if self._survey is None:
            raise ValueError("the records are not open: call setup('fit') first, as a trainer does")
        input, target = self._survey.moments["train"]
        of_classes = bool(self.interface.classes)
        constant = [group.constant for group in self.interface.inputs for _ in group.labels]
        mean, scale = input.standardisation(constant)
        return {
            "input_mean": mean,
            "input_scale": scale,
            "input_peak": input.peak,
            "target_mean": [0.0] if of_classes else target.mean,
            "target_scale": [1.0] if of_classes else target.scale,
        }

    def bounds(self) -> dict[str, Any]:
        """What the training part covers: `low` and `high` of each input channel, in physical units,
        and the `duration` of its longest record (s; None for a function).
        """
        if self._survey is None:
            raise ValueError("the records are not open: call setup('fit') first, as a trainer does")
        low, high = self._survey.moments["train"][0].bounds
        interval = self.interface.interval
        samples = self.parts["train"].samples
        duration = None if interval is None else interval * (samples - 1)
        return {"low": low, "high": high, "duration": duration}

    @property
    def digests(self) -> dict[str, str]:
        """A digest of the values of each part that is open."""
        return {} if self._survey is None else dict(self._survey.digests)

    def structure(self, part: str, count: int, recipes: Sequence[str]) -> Structure | None:
        """Structure of the first records of a part; see `structures.structure_of_records`."""
        number = self.parts[part].number[:count]
        return structures.structure_of_records(self.paths[part], number, recipes)

    def measured(self) -> dict[str, float]:
        """What the data say of the epoch that has ended, by the name under which it is logged."""
        return {}

    def require_for(self, processes: int) -> None:
        """Raise ValueError where a process of a distributed training has no record to validate."""
        validation = self.parts.get("validation")
        if validation is not None and processes > len(validation):
            raise ValueError(
                f"{processes} processes need as many validation records, got {len(validation)}"
            )

    def train_dataloader(self) -> RecordLoader:
        part = self._placed("train")
        drawn = (self.batch_size, self.seed, *self._share())
        sampler = training_sampler(part, self.window, self.windows_per_epoch, *drawn)
        repeats = getattr(self.trainer, "overfit_batches", 0) > 0
        batches = loader(part, RepeatedBatches(sampler) if repeats else sampler, self.workers)
        shortest = part.lengths.min() if self.pads and part.lengths is not None else None
        batches.pieces = self._pieces(self.window or part.samples, shortest)
        return batches

    @property
    def pads(self) -> bool:
        """Whether batches of the training part hold records of different lengths."""
        return self.window is None and self.parts["train"].lengths is not None

    def first_training_records(self) -> RecordLoader:
        """Return a loader of whole training records in their order, few in a batch."""
        part = self._placed("train")
        few = self.batch_size if self.interface.interval is None else min(self.batch_size, 16)
        return loader(part, RecordSampler(len(part), part.samples, few, lengths=part.lengths), 0)

    def val_dataloader(self) -> RecordLoader | list:
        return self._whole_records(self._placed("validation")) if "validation" in self.parts else []

    def test_dataloader(self) -> RecordLoader:
        return self._whole_records(self.parts["test"])

    predict_dataloader = test_dataloader

    def _pieces(self, window: int, shortest: int | None = None) -> int | None:
        return windowing.pieces(window, self.truncation, self.washout, shortest)

    def _whole_records(self, part: RecordSet) -> RecordLoader:
        return loader(
            part,
            RecordSampler(
                len(part), part.samples, self.batch_size, *self._share(), lengths=part.lengths
            ),
            self.workers,
        )

    def _placed(self, name: str) -> RecordSet:
        """A part where it is to be while the network is trained."""
        part = self.parts[name]
        on_device = placing.is_on_device(self.placement, self.workers)
        if isinstance(part, HeldRecords | RaggedRecords) and on_device and self.trainer:
            self.parts[name] = part = part.to(self.trainer.strategy.root_device)
        return part

    def _follow_renamed(self, dataset: xr.Dataset) -> None:
        """Take the present names of variables where a dataset is of an earlier version."""
        self.inputs = renamed.asked_names(self.inputs, dataset)
        self.targets = renamed.asked_names(self.targets, dataset)

    def _share(self) -> tuple[int, int]:
        """Rank of this process, and how many share the records."""
        return (self.trainer.global_rank, self.trainer.world_size) if self.trainer else (0, 1)

    def _opened(self, names: Sequence[str], may_lack_targets: bool = False) -> dict[str, RecordSet]:
        """The parts that the datasets have, each dataset opened once."""
        readers: dict[str, WindowReader] = {}
        parts = {}
        for path in dict.fromkeys(self.paths[name] for name in names):
            without_seal = sealing.unsealed(path)
            readers[path] = WindowReader(path)
            self._follow_renamed(readers[path].dataset)
            self._datasets[path] = readers[path].dataset
            looked_for = [name for name in names if self.paths[name] == path]
            if self._stated is None:
                parting.say_synonyms(readers[path].dataset, path, looked_for)
            sealing.say_unsealed(path, without_seal)
        present = [name for name in self.targets if name in readers[path].dataset]
        self._read_targets = present if may_lack_targets and not present else self.targets
        if self._interface is not None and bool(self._interface.targets) != bool(
            self._read_targets
        ):
            self._interface = None  # of an earlier prediction, or now without targets
        for name in names:
            part = self._open(name, readers[self.paths[name]])
            if part is not None:
                parts[name] = part
        return parts

    def _open(self, name: str, reader: WindowReader) -> RecordSet | None:
        """A part of a dataset, its series still on disk, or None where the dataset has no such
        part.
        """
        path, dataset = self.paths[name], reader.dataset
        if "split" in dataset:
            dataset["split"].load()  # once for all parts
        number = self._members(dataset, name)
        if number is None:
            return None
        self._check_interface(dataset, path)
        skip = self._skipped(name)
        if leading_dim(dataset) != "sample" and len(number):
            own = lengths.own(dataset)[number]
            shortest = int(own.min())
            self._check_length(shortest, int(own.max()), name, skip)
            if name == "test" and self.known >= shortest:
                raise ValueError(
                    f"records of {path} have {shortest} samples: too few for known = {self.known}"
                )
        if leading_dim(dataset) == "sample":
            return opening.samples_of(dataset, self.interface, number, self.weights)
        if self.weights:
            raise ValueError(f"weights are for samples of a function, {path} has records in time")
        return opening.part_of(
            reader, self.inputs, self._read_targets, self.parameters, number, skip
        )

    def _skipped(self, name: str) -> int:
        """First samples of each record of a part whose targets are not read."""
        if name == "train":
            return self.washout
        return 0 if name == "test" and self.known else self.discard

    def _members(self, dataset: xr.Dataset, name: str) -> np.ndarray | None:
        """Numbers of the records of a part, None where there is none."""
        if self._stated is None:
            return parting.members(dataset, name, self._has_own_file(name))
        count = dataset.sizes[leading_dim(dataset)]
        require_records(self._stated, count, str(self.split_file), self.paths[name])
        return self._stated.get(name)

    def _has_own_file(self, name: str) -> bool:
        """Whether a file was named for this part alone."""
        return name == "train" or self.paths[name] != self.paths["train"]

    def _check_length(self, samples: int, longest: int, name: str, skip: int) -> None:
        """Raise ValueError where the shortest record of a part is too short for the settings."""
        if skip >= samples or (self.window or 0) > samples:
            field = "washout" if name == "train" else "discard"
            asked = f"{field} = {skip}" if skip >= samples else f"window = {self.window}"
            up = f" to {longest}" if longest > samples else ""
            raise ValueError(
                f"records of {self.paths[name]} have {samples}{up} samples: too few for {asked}"
            )
        if name == "train":
            shortest = samples if longest > samples and self.window is None else None
            self._pieces(self.window or longest, shortest)  # raises

    def _check_interface(self, dataset: xr.Dataset, path: str) -> None:
        interface = describe(dataset, self.inputs, self.parameters, self._read_targets, path)
        if self._interface is None:
            self._interface = interface
        self._interface.require(interface, path)


def records_of(trainer: Trainer) -> Records:
    """The records that a trainer works on.

    Raises
    ------
    ValueError
        When it was given loaders instead, which know neither units nor the names of channels.
    """
    given = getattr(trainer, "datamodule", None)
    if not isinstance(given, Records):
        kind = "plain data loaders" if given is None else f"a {type(given).__name__}"
        raise ValueError(
            f"a Surrogate works on surrogate.Records, which tell units, scales and parts, got "
            f"{kind}: trainer.fit(surrogate, datamodule=Records(path, inputs=[...], targets=[...]))"
        )
    return given
