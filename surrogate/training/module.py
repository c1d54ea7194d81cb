"""One LightningModule trains every network: it scales, scores, steps and remembers what the
channels mean.

How many channels a network has is known by the data alone, so that a `Surrogate` is made from its
settings and makes the network in Lightning's hook `setup`, where a trainer has attached its
`Records`, or in `on_load_checkpoint`, from what the checkpoint says. The network then is a
`ScaledNetwork`, which is whole from the moment when it is made. What is asked of a surrogate
before (`network`, `interface`, a response) is a ValueError that says what it needs.

The hooks of Lightning are here; what they call has a file of its own beside this one: `batch_loss`,
`rate_law`, `resuming`, `tested`, and in `state` what a checkpoint keeps.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Self

import torch
from lightning.pytorch import LightningModule
from lightning.pytorch.cli import LRSchedulerCallable, OptimizerCallable, instantiate_module
from lightning.pytorch.core.optimizer import LightningOptimizer
from lightning.pytorch.utilities.types import OptimizerConfig, OptimizerLRSchedulerConfig
from torch import Tensor, nn
from torch.optim.lr_scheduler import OneCycleLR

from surrogate.data import channels
from surrogate.data.channels import Interface
from surrogate.data.datamodule import Records, records_of
from surrogate.data.lengths import groups
from surrogate.data.samplers import Batch, RecordLoader
from surrogate.data.scaling import Standardize
from surrogate.evaluation import report
from surrogate.networks import LSTM
from surrogate.optim import optimizers
from surrogate.optim.divergence import Diverged
from surrogate.optim.initializers import Initialize
from surrogate.optim.levenberg_marquardt import LevenbergMarquardt, require_few
from surrogate.optim.pretraining import GreedyPretraining
from surrogate.training import (
    batch_loss,
    bundled_steps,
    continuing,
    explained,
    known_start,
    rate_law,
    resuming,
    scoring,
    sizes,
)
from surrogate.training import checkpoint as checkpoints
from surrogate.training.losses import Penalty, fitting
from surrogate.training.making import NetworkCallable, network_for
from surrogate.training.scaled_network import ScaledNetwork
from surrogate.training.state import (
    placeholders,
    recipe_of,
    require_kinds,
    require_sizes,
    with_prefix,
    without_prefix,
)
from surrogate.training.step_hooks import needs_no_turn
from surrogate.training.tested import ScoredBatch, Tested, score_batches
from surrogate.training.trust import network_of

METRICS = ("train/loss", "train/learning_rate", "validation/loss")
"""What is logged at the end of every epoch."""


class Surrogate(LightningModule):
    """A network between physical inputs and physical targets, and how it is trained.

    The network is made when the data are known: from the datamodule at the start of a fit, from the
    checkpoint afterwards, which also holds scaling, units, sampling interval and the recipe of the
    training data.

    Parameters
    ----------
    network
        Class path (or callable) of a network that takes the numbers of input and output channels;
        by default `surrogate.networks.LSTM`. A class, or a partial of one, is remade from the
        checkpoint; another callable has to be given again to load it.
    initialize : Initialize, optional
        How the parameters start; by default as torch makes them.
    pretrain : GreedyPretraining, optional
        Unsupervised training of the hidden layers of a perceptron, one after another, before the
        training proper.
    loss : Module, optional
        Of (prediction, target), both standardised; by default the mean squared error, and the
        cross-entropy of the scores where the target is a class.
    penalties : list of Penalty, optional
        Terms added to the training loss (`surrogate.training.losses`).
    scale_targets : bool
        Whether the targets are standardised; classes never are.
    optimizer
        Class path (or callable) of an optimizer that takes the parameters; by default Adam with a
        learning rate of 1e-3, reached and left in one cycle.
    lr_scheduler
        Class path (or callable) of a learning-rate scheduler that takes the optimizer.
        `total_steps`, where it has that argument, is filled in from the length of the training.
    groups : dict, optional
        Settings of the optimizer for parts of the network, such as
        ``{"recurrent": {"lr": 1e-3}, "*bias*": {"weight_decay": 0}}`` (`surrogate.optim.groups`).
    lr_interval : {"step", "epoch"}, optional
        When the scheduler steps; by default every batch if it counts batches (one cycle, cycles),
        else every epoch.
    monitor : str
        What a scheduler that waits for a plateau watches.
    compile : bool
        Whether torch compiles the network for a fit. The first steps then take longer, the later
        ones less, mostly on a GPU; a network that loops over time in Python is unrolled, which
        takes very long for long records. A checkpoint is the same with and without.

    Examples
    --------
    >>> from functools import partial
    >>> from surrogate import Surrogate
    >>> from surrogate.networks import GRU
    >>> untrained = Surrogate(network=partial(GRU, hidden=16))
    >>> untrained.monitor  # what a scheduler that waits for a plateau watches
    'validation/loss'
    """

    def __init__(
        self,
        network: NetworkCallable | None = None,
        initialize: Initialize | None = None,
        pretrain: GreedyPretraining | None = None,
        loss: nn.Module | None = None,
        penalties: list[Penalty] | None = None,
        scale_targets: bool = True,
        optimizer: OptimizerCallable | None = None,
        lr_scheduler: LRSchedulerCallable | None = None,
        groups: dict[str, dict[str, Any]] | None = None,
        lr_interval: str | None = None,
        monitor: str = "validation/loss",
        compile: bool = False,
    ) -> None:
        super().__init__()
        if lr_interval not in (None, "step", "epoch"):
            raise ValueError(f"lr_interval must be step or epoch, got {lr_interval!r}")
        if monitor not in METRICS:
            raise ValueError(f"monitor must be one of {', '.join(METRICS)}, got {monitor!r}")
        # Not the default of the argument: the command line would pass its sizes on to whatever
        # class replaces it.
        network = network or LSTM
        self.save_hyperparameters(ignore=["loss", "penalties"])
        # The command line gives plain class paths, Python gives classes and functions.
        if not isinstance(self.hparams.get("network"), dict):
            self.hparams.clear()
            self.hparams.update(recipe_of(network))
        self.initialize = initialize
        self.pretrain = pretrain
        self.make_network = network
        self.make_optimizer = optimizer
        self.make_lr_scheduler = lr_scheduler
        self.groups = groups
        self.lr_interval = lr_interval
        self.monitor = monitor
        self._chosen_loss = loss
        self.loss = loss or nn.MSELoss()
        scoring.require_reduction(self.loss)
        self._penalties = list(penalties or ())
        self.penalties = nn.ModuleList(self._penalties)
        self.scale_targets = scale_targets
        self.compiled = compile
        self.model: ScaledNetwork | None = None
        self.register_state_dict_post_hook(without_prefix)
        self.register_load_state_dict_pre_hook(with_prefix)
        self._losses: list[Tensor] = []
        self._validation_losses: list[tuple[Tensor, int]] = []
        # Of the network between the pieces of a window, in truncated back-propagation.
        self._state: Any = None
        self._progress: dict[str, Any] | None = None
        self._penalties_attached = False
        # Of the command line: what a checkpoint keeps of its training, and what a continued one
        # changes of its optimizer.
        self.settings: dict[str, Any] = {}
        # Of the training part, see `Records.bounds`; empty where a checkpoint does not tell them.
        self.bounds: dict[str, Any] = {}
        self.changed_numbers: dict[str, Any] = {}
        self._kept_digests: dict[str, str] = {}
        self._test_batches: list[ScoredBatch] = []
        self.tested: Tested | None = None
        # The checkpoint that it was made from, for reports; empty where there is none.
        self.source = ""

    @property
    def scaled(self) -> ScaledNetwork:
        """The network in physical units; ValueError as long as there is none."""
        if self.model is None:
            raise ValueError(
                "the surrogate has no network yet: train it by trainer.fit(surrogate, "
                "datamodule=Records(...)), or load a checkpoint"
            )
        return self.model

    @property
    def network(self) -> nn.Module:
        """The network between standardised channels."""
        return self.scaled.network

    @property
    def interface(self) -> Interface:
        """What the surrogate takes and gives."""
        return self.scaled.interface

    @property
    def input_scaling(self) -> Standardize:
        """Scaling of the input channels."""
        return self.scaled.input_scaling

    @property
    def target_scaling(self) -> Standardize:
        """Scaling of the target channels."""
        return self.scaled.target_scaling

    @property
    def input_peak(self) -> Tensor:
        """Largest magnitude of each input channel in the training part."""
        return self.scaled.input_peak

    @property
    def targets(self) -> int:
        """Number of target channels."""
        return self.scaled.targets

    @property
    def outputs_per_target(self) -> int:
        """Outputs of the network for each target: 2 where it predicts variances."""
        return self.scaled.outputs_per_target

    def build(
        self,
        interface: Interface,
        statistics: Mapping[str, Sequence[float]],
        outputs_per_target: int = 1,
    ) -> None:
        """Make the network for the given channels; arguments as of `ScaledNetwork`."""
        self.loss = self._chosen_loss or fitting.default(interface)
        outputs = channels.count(interface.targets) * outputs_per_target
        make = partial(network_for, self.make_network, interface, outputs)
        sizes.require_room(make)
        network = make()
        if self.initialize is not None:
            self.initialize(network)
        self.model = ScaledNetwork(network, interface, statistics, outputs_per_target)

    def build_for(self, records: Records) -> None:
        """Make the network for the training part of a datamodule, unless it is there already.

        Raises
        ------
        ValueError
            When the data have other channels than the network, or are cut into pieces that it
            cannot run through one after another.
        """
        if self.model is None:
            statistics = records.statistics()
            if not self.scale_targets:
                statistics |= {"target_mean": [0.0], "target_scale": [1.0]}
            self.build(records.interface, statistics, getattr(self.loss, "outputs_per_target", 1))
            if self.pretrain is not None:
                self.pretrain(self.network, lambda: self._standardised_inputs(records))
            self.bounds = records.bounds()
        batch_loss.require_takes(self.network, self.interface)
        fitting.require_fits(self.loss, self.interface)
        if records.is_weighted:
            fitting.require_weighs(self.loss)
        self._attach_penalties()
        if records.pads:
            batch_loss.require_no_padding(self._penalties)
        self.interface.require(records.interface, "the data")
        if records.truncation is None:
            return
        batch_loss.require_pieces(self.network, records.truncation, self.compiled)

    def _attach_penalties(self) -> None:
        if self._penalties_attached:
            return
        for penalty in self._penalties:
            penalty.attach(self.network, self.interface)
        self._penalties_attached = True

    def _standardised_inputs(self, records: Records) -> Iterator[Tensor]:
        for batch in records.train_dataloader():
            input = self.input_scaling(batch.input)
            if batch.samples is None:
                yield input
            else:
                yield from (input[members, :length] for members, length in groups(batch.samples))

    def setup(self, stage: str) -> None:
        """Make the network where a fit begins, and look at the data in every stage."""
        records = records_of(self.trainer)
        if stage == "fit":
            self.source = ""  # it will no longer be that of the checkpoint
            self.build_for(records)
            records.require_for(self.trainer.world_size)
            if not self.training:  # loaded to answer: dropout would stay off
                self.train()
            if self.compiled:
                self.network.compile()
            bundled_steps.install(self.trainer)

    def on_validation_start(self) -> None:
        """Refuse data of other channels, or of another interval, than those of the training."""
        self.interface.require(records_of(self.trainer).interface, "the data")

    def on_predict_start(self) -> None:
        self.interface.require(records_of(self.trainer).interface, "the data")

    def on_test_start(self) -> None:
        self.interface.require(records_of(self.trainer).interface, "the data")
        if self.trainer.world_size > 1:
            raise ValueError(
                f"test runs on one device, got {self.trainer.world_size}: pass --trainer.devices 1"
            )
        if records_of(self.trainer).known:
            known_start.require_state(self.network)
        self._test_batches.clear()

    def forward(self, input: Tensor) -> Tensor:
        """Response in physical units to `input`, shape (batch, time, inputs), in physical units."""
        self.interface.require_input(input.shape)
        response: Tensor = self.scaled(input)
        return response

    @needs_no_turn
    def training_step(self, batch: Batch) -> Tensor:
        output, loss = (
            self._evaluate(batch) if batch.begins is None else self._evaluate_piece(batch)
        )
        # What the washout leaves; points and images have no time.
        input = batch.input[:, -output.shape[1] :] if output.ndim == 3 else batch.input
        penalty: Any  # a Penalty; torch's lists know modules alone
        for penalty in self.penalties:
            of_batch = (self.network, input, self.scaled.physical(output))
            if batch.scored is None:
                loss = loss + penalty(*of_batch)
            else:
                loss = loss + penalty.of_lengths(*of_batch, batch.scored)
        # Read at the end of the epoch: no wait for the device at each step. A copy, because the
        # loss itself lies in a buffer of the size of the batch.
        self._losses.append(loss.detach().clone())
        return loss

    def on_train_epoch_end(self) -> None:
        loss = torch.stack(self._losses).mean()
        if loss.isnan():
            half = "16" in str(self.trainer.precision)
            precision = ", or choose trainer.precision 32-true" if half else ""
            raise Diverged(
                f"the training loss is NaN in epoch {self.current_epoch}: lower the learning rate "
                f"or clip{precision}"
            )
        self.log("train/loss", loss, prog_bar=True, sync_dist=True)
        rate = self._optimizer().param_groups[0]["lr"]
        self.log("train/learning_rate", rate, sync_dist=True)
        self.log_dict(records_of(self.trainer).measured(), sync_dist=True)

    def on_train_end(self) -> None:
        explained.tell(self.scaled, records_of(self.trainer), self.trainer)

    def on_validation_epoch_start(self) -> None:
        self._validation_losses.clear()

    def validation_step(self, batch: Batch) -> Tensor:
        """The standardised output of the network, for callbacks."""
        output, loss = self._evaluate(batch)
        self._validation_losses.append((loss, batch_loss.weight(self.loss, batch)))
        return output

    def on_validation_epoch_end(self) -> None:
        """The mean over the records, or over their samples where they differ in length.

        Logged once, since every call of the logger takes as long as a small network.
        """
        records = sum(count for _, count in self._validation_losses)
        loss = scoring.over_records(self.loss, self._validation_losses)
        self.log("validation/loss", loss, prog_bar=True, sync_dist=True, batch_size=records)

    def test_step(self, batch: Batch) -> Tensor:
        known = records_of(self.trainer).known
        if known:
            self._test_batches.append(known_start.scored(self.scaled, batch, known))
            return self._test_batches[-1].prediction
        response = self.scaled(batch.input, batch.samples)
        scored = response[:, -batch.target.shape[1] :] if response.ndim == 3 else response
        # NumPy has no bfloat16.
        pair = (_at_least_single(scored), _at_least_single(batch.target))
        self._test_batches.append(ScoredBatch(*pair, batch.scored))
        return response

    def on_test_epoch_end(self) -> None:
        """Score every record, and log the mean over records and channels of each metric.

        `trainer.test` returns the means; `tested` keeps what they are taken over.
        """
        records = records_of(self.trainer)
        batches = list(self._test_batches)
        self._test_batches.clear()
        self.tested = score_batches(batches, records, self.interface)
        self.log_dict(report.means(self.tested.scores), batch_size=len(self.tested.prediction))

    def predict_step(self, batch: Batch) -> Tensor:
        return _at_least_single(self.scaled(batch.input, batch.samples))

    def new_optimizer(self) -> torch.optim.Optimizer:
        """An optimizer of the network; ValueError where it cannot train it."""
        factory = self.make_optimizer or partial(torch.optim.Adam, lr=1e-3)
        optimizer = optimizers.make(factory, dict(self.network.named_parameters()), self.groups)
        if isinstance(optimizer, LevenbergMarquardt):
            require_few(self.network)
        return optimizer

    def _optimizer(self) -> LightningOptimizer:
        """The one optimizer that the trainer has made."""
        optimizer = self.optimizers()
        assert isinstance(optimizer, LightningOptimizer)
        return optimizer

    def configure_optimizers(self) -> OptimizerLRSchedulerConfig | OptimizerConfig:
        if self.make_optimizer is None and self.make_lr_scheduler is None:
            self.make_lr_scheduler = partial(OneCycleLR, max_lr=1e-3)
        optimizer = self.new_optimizer()
        if isinstance(optimizer, LevenbergMarquardt):
            if records_of(self.trainer).pads:
                raise ValueError(batch_loss.NEEDS_WINDOWS.format("LevenbergMarquardt"))
            optimizer.attach(self.network)
        if self.make_lr_scheduler is None:
            return {"optimizer": optimizer}
        steps = self.trainer.estimated_stepping_batches
        law = rate_law.make_law(
            self.make_lr_scheduler, optimizer, steps, self.lr_interval, self.monitor
        )
        return {"optimizer": optimizer, "lr_scheduler": law}

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        checkpoint["interface"] = self.interface.to_dict()
        checkpoint["outputs_per_target"] = self.outputs_per_target
        checkpoint["settings"] = self.settings
        checkpoint["bounds"] = self.bounds
        checkpoint["digests"] = records_of(self.trainer).digests
        checkpoint["progress"] = resuming.progress_of(self.trainer, self._losses, self._state)

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        if "interface" not in checkpoint:
            raise ValueError(
                "the checkpoint is not one of this package: it does not state its inputs and "
                "targets"
            )
        interface = Interface.from_dict(checkpoint["interface"])
        if self.model is not None:
            interface.require(self.interface, "the data")
        else:
            self.build(
                interface, placeholders(checkpoint["state_dict"]), checkpoint["outputs_per_target"]
            )
        self._progress = checkpoint["progress"]
        self._kept_digests = checkpoint.get("digests") or {}
        self.bounds = dict(checkpoint.get("bounds") or {})

    @classmethod
    def restored(cls, content: Mapping[str, Any], trust: Sequence[str] = ()) -> Self:
        """The surrogate of a checkpoint's content, to answer: with its network, and nothing else.

        Raises
        ------
        ValueError, RuntimeError
            For a network that may not be named (`surrogate.training.trust`), or has other weights.
        """
        network = network_of(content, trust)
        made: Self = instantiate_module(cls, {"network": network})
        require_sizes(made.make_network, content)
        made.on_load_checkpoint(dict(content))
        require_kinds(made.state_dict(), content["state_dict"])
        made.load_state_dict(content["state_dict"])
        return made

    @classmethod
    def load_from_checkpoint(  # type: ignore[override]
        cls,
        checkpoint_path: str | Path,
        map_location: Any = None,
        network: NetworkCallable | None = None,
        trust: Sequence[str] = (),
    ) -> Self:
        """Lightning's name for `surrogate.load`.

        Parameters
        ----------
        checkpoint_path : str or Path
        map_location : device, optional
            Where the network lies; by default on the CPU.
        network : callable, optional
            Makes the network, where it was made by a function that no checkpoint can hold.
        trust : sequence of str
            Modules whose classes the checkpoint may name, see `surrogate.load`.
        """
        content = checkpoints.read(checkpoint_path)
        if network is None:
            made = cls.restored(content, trust)
        else:
            made = cls(network)
            made.on_load_checkpoint(content)
            made.load_state_dict(content["state_dict"])
        return made if map_location is None else made.to(map_location)

    def on_train_start(self) -> None:
        """Go on within the epoch where the checkpoint was written."""
        optimizers.require_full_batch(self._optimizer().optimizer, self.trainer)
        if self._progress is None:
            return
        self._require_continuable()
        within = self._progress["epoch"] == self.current_epoch
        own = resuming.own_part(
            self._progress,
            self.trainer.global_rank,
            self.trainer.world_size,
            within,
            self.device,
        )
        if within:
            self._losses = own["losses"]
            self._state = own["state"]
        resuming.restore_streams(self._progress, own, self.trainer)
        rate_law.catch_up(self.trainer, self._progress.get("watched"))
        self._progress = None

    def _require_continuable(self) -> None:
        """Refuse other records than those of the checkpoint, and a law that ends before the
        training; take the numbers of the optimizer that have changed.
        """
        if self._kept_digests:
            digests = records_of(self.trainer).digests
            continuing.require_records(self._kept_digests, digests, "the training")
        rate_law.require_length(self.trainer)
        continuing.set_numbers(self._optimizer().optimizer, self.changed_numbers)

    def on_train_epoch_start(self) -> None:
        self._losses.clear()
        loader = self.trainer.train_dataloader
        if isinstance(loader, RecordLoader):  # Lightning may be one ahead when it has resumed
            loader.set_epoch(self.current_epoch)

    def _evaluate(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """Output of the network over the scored samples, standardised, and its loss."""
        return batch_loss.of_windows(self.scaled, self.loss, batch)

    def _evaluate_piece(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """Output and loss of a piece of windows, from the state at the end of the piece before."""
        output, loss, state = batch_loss.of_piece(self.scaled, self.loss, batch, self._state)
        self._state = state
        return output, loss


def _at_least_single(values: Tensor) -> Tensor:
    """Values on the CPU, of half precision as of single; numbers of classes as they are."""
    if not values.is_floating_point():
        return values.cpu()
    return values.cpu().to(torch.promote_types(values.dtype, torch.float32))


def surrogate_of(module: LightningModule) -> Surrogate:
    """The module that a callback is given; ValueError where it is of another class."""
    if not isinstance(module, Surrogate):
        raise ValueError(f"expected a Surrogate, got a {type(module).__name__}")
    return module
