"""A datamodule beside `surrogate.Records` whose training records are simulated as they are needed.

What belongs here is which parts come from the recipe and which from files; how records are
numbered, made and delivered is in the modules beside this one.
"""

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
import xarray as xr

from simulators.structures.structure import Structure
from surrogate.data import parts, structures, windowing
from surrogate.data.channels import Interface
from surrogate.data.datamodule import Records
from surrogate.data.endless import fixed
from surrogate.data.endless.drawn import DrawnRecords, DrawnSampler
from surrogate.data.endless.numbering import Numbering
from surrogate.data.endless.supply import Block
from surrogate.data.examples import side
from surrogate.data.samplers import RecordLoader, RepeatedBatches, loader
from surrogate.data.storage import HeldRecords, RecordSet

SURVEYED = 1000
"""First training records, whose statistics and bounds are those of the training."""


class EndlessRecords(Records):
    """Training records drawn from a recipe while the network is trained, without a file.

    Every epoch has new records, or every `repeats` epochs. Statistics for the scaling, and the
    bounds that a checkpoint states, are those of the first thousand. The log has the share of the
    time that the training waits for records as `train/waiting`.

    Parameters
    ----------
    recipe : str
        Recipe of responses to generated motions: a YAML file, or the name of a packaged one.
    inputs, targets, parameters : list of str
        Variables, as of `surrogate.Records`; the outputs of the recipe must have them.
    overrides : list of str
        Changes of the recipe, such as ``[motion.duration=10]``.
    path, validation_path, test_path : str, optional
        Datasets that the validation and test parts come from, as of `surrogate.Records`. By default
        they are the parts of the recipe: the records that `surrogate generate` would write.
    records_per_epoch : int, optional
        By default as many as the training part of the recipe's dataset has.
    repeats : int
        Epochs in which each record is seen. More than 1 holds the records of an epoch in memory.
    skip : int
        Records to leave out, such as those that an earlier training has seen.
    truncation : int, optional
        Most samples over which gradients go back in time, as of `surrogate.Records`.
    discard : int
        Samples at the start of each validation and test record that do not count.
    batch_size : int
        Records in a batch (on each device).
    seed : int
        Of the order in which records are repeated.
    threads : int
        Threads in which records are made ahead of their use; 0 makes them when they are needed.

    Examples
    --------
    >>> from surrogate import EndlessRecords
    >>> little = ["records=20", "motion.duration=2"]
    >>> records = EndlessRecords("five_storey", ["base_acceleration"], ["drift"], overrides=little)
    >>> records.setup("fit")
    >>> batch = next(iter(records.train_dataloader()))
    >>> tuple(batch.input.shape), tuple(batch.target.shape)
    ((14, 101, 1), (14, 101, 5))
    """

    def __init__(
        self,
        recipe: str,
        inputs: list[str],
        targets: list[str],
        parameters: Sequence[str] = (),
        overrides: Sequence[str] = (),
        path: str | None = None,
        validation_path: str | None = None,
        test_path: str | None = None,
        records_per_epoch: int | None = None,
        repeats: int = 1,
        skip: int = 0,
        truncation: int | None = None,
        discard: int = 0,
        batch_size: int = 16,
        seed: int = 0,
        threads: int = 1,
    ) -> None:
        super().__init__(
            path or recipe,
            inputs,
            targets,
            parameters,
            truncation=truncation,
            discard=discard,
            batch_size=batch_size,
            seed=seed,
            validation_path=validation_path,
            test_path=test_path,
        )
        if threads < 0:
            raise ValueError(f"threads must be at least 0, got {threads}")
        self.recipe = fixed.unending(recipe, overrides)
        self.paths["train"] = recipe
        self.drawn_from = fixed.fresh(self.recipe)
        if records_per_epoch is None:
            records_per_epoch = fixed.training_share(self.recipe)
        self.numbering = Numbering(skip, records_per_epoch, repeats)  # of a single process
        self.threads = threads
        files = {"validation": validation_path, "test": test_path}
        self._from_files = {name: given or path for name, given in files.items() if given or path}
        self._of_recipe = [name for name in files if name not in self._from_files]
        self._own_files = [name for name, given in files.items() if given not in (None, path)]
        self._simulated: dict[str, xr.Dataset] = {}
        self._drawn: DrawnRecords | None = None

    @property
    def digests(self) -> dict[str, str]:
        """A digest for each part that is open: of the recipe where it comes from there."""
        own = f"{self.drawn_from.hash} {self.numbering}"
        drawn = hashlib.blake2b(own.encode(), digest_size=16).hexdigest()
        return {
            name: digest if name in self._from_files else drawn
            for name, digest in super().digests.items()
        }

    def bounds(self) -> dict[str, Any]:
        """What the first training records cover, and in words how they are drawn."""
        own = self.numbering
        drawn = (
            f"{own.records} an epoch from the seed {self.drawn_from.seed}, from record {own.first} "
            f"on, each in {own.repeats} {'epoch' if own.repeats == 1 else 'epochs'}"
        )
        return super().bounds() | {"drawn": drawn}

    def require_for(self, processes: int) -> None:
        """Raise ValueError where a process of a distributed training has no record."""
        super().require_for(processes)
        Numbering(self.numbering.first, self.numbering.records, ranks=processes)  # raises

    def train_dataloader(self) -> RecordLoader:
        rank, ranks = self._share()
        own = self.numbering
        numbering = Numbering(own.first, own.records, own.repeats, rank, ranks)
        samples = self.parts["train"].samples
        self._close()
        self._drawn = DrawnRecords(numbering, self._made, samples, self.threads)
        sampler = DrawnSampler(numbering, samples, self.batch_size, self.seed)
        repeats = getattr(self.trainer, "overfit_batches", 0) > 0
        batches = loader(self._drawn, RepeatedBatches(sampler) if repeats else sampler)
        batches.pieces = windowing.pieces(samples, self.truncation, self.washout)
        return batches

    def measured(self) -> dict[str, float]:
        """The share of the epoch's time that was spent waiting for records."""
        return {} if self._drawn is None else {"train/waiting": self._drawn.supply.waiting()}

    def teardown(self, stage: str) -> None:
        """Stop the threads that make records."""
        self._close()

    def has_file(self, part: str) -> bool:
        """Whether a part comes from a file."""
        return part in self._from_files

    def structure(self, part: str, count: int, recipes: Sequence[str]) -> Structure | None:
        """Structure of the first records of a part, see `surrogate.Records`."""
        if part in self._from_files:
            return super().structure(part, count, recipes)
        return structures.structure_of_dataset(self._simulated[part], np.arange(count), recipes)

    def missing(self, part: str) -> str:
        if part in self._from_files:
            return super().missing(part)
        option = parts.OPTIONS[part]
        return f"the recipe {self.paths['train']} has no {part} part: name a file by {option}"

    def _opened(self, names: Sequence[str], may_lack_targets: bool = False) -> dict[str, RecordSet]:
        found: dict[str, RecordSet] = {}
        if "train" in names:
            first = self.numbering.first
            dataset = fixed.drawn(self.drawn_from, self.recipe, first, SURVEYED)
            found["train"] = self._held("train", dataset, np.arange(first, first + SURVEYED))
        of_recipe = [name for name in self._of_recipe if name in names]
        for name, (dataset, number) in fixed.parts(self.recipe, of_recipe).items():
            found[name] = self._held(name, dataset, number)
            self._simulated[name] = dataset
        of_files = [name for name in names if name in self._from_files]
        return found | (super()._opened(of_files, may_lack_targets) if of_files else {})

    def _held(self, name: str, dataset: xr.Dataset, number: np.ndarray) -> HeldRecords:
        self._check_interface(dataset, self.paths["train"])
        samples = dataset.sizes["time"]
        skip = 0 if name == "train" else self.discard
        self._check_length(samples, samples, name, skip)
        return HeldRecords(*_sides(dataset, self.interface), number, skip)

    def _made(self, first: int, count: int) -> Block:
        """Records of the training part; ValueError for values that are not finite."""
        dataset = self.drawn_from.drawn(first, count)
        block = _sides(dataset, self.interface)
        if not all(bool(values.isfinite().all()) for values in block):
            raise ValueError(
                f"{self.paths['train']}: a record from {first} to {first + count - 1} has values "
                "that are not finite"
            )
        return block

    def _has_own_file(self, name: str) -> bool:
        return name in self._own_files

    def _close(self) -> None:
        if self._drawn is not None:
            self._drawn.supply.close()
        self._drawn = None


def _sides(dataset: xr.Dataset, interface: Interface) -> Block:
    return (
        torch.from_numpy(side(dataset, interface.inputs)),
        torch.from_numpy(side(dataset, interface.targets)),
    )
