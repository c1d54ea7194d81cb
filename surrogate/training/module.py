"""One LightningModule trains every network: it scales, scores, steps and remembers what the
channels mean.
"""

import inspect
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import torch
from lightning.pytorch import LightningModule
from lightning.pytorch.cli import LRSchedulerCallable, OptimizerCallable
from lightning.pytorch.utilities import move_data_to_device
from lightning_utilities.core.apply_func import apply_to_collection
from torch import Tensor, nn
from torch.optim.lr_scheduler import OneCycleLR

from surrogate.data import channels
from surrogate.data.channels import Interface
from surrogate.data.datamodule import Records
from surrogate.data.samplers import Batch, RecordLoader
from surrogate.data.scaling import Standardize
from surrogate.networks import LSTM
from surrogate.optim import optimizers, schedulers
from surrogate.optim.initializers import Initialize
from surrogate.optim.levenberg_marquardt import LevenbergMarquardt
from surrogate.optim.pretraining import GreedyPretraining
from surrogate.training.losses import Penalty

NetworkCallable = Callable[[int, int], nn.Module]
METRICS = ("train/loss", "train/learning_rate", "validation/loss")
"""What is logged at the end of every epoch."""
# what Lightning remakes a module of class paths with
INSTANTIATOR = "lightning.pytorch.cli.instantiate_module"


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
        Of (prediction, target), both standardised; the mean squared error by default.
    penalties : list of Penalty, optional
        Terms added to the training loss (`surrogate.training.losses`).
    scale_targets : bool
        Whether the targets are standardised; not so for labels of a classifier.
    optimizer
        Class path (or callable) of an optimizer that takes the parameters; by default Adam with a
        learning rate of 1e-3, reached and left in one cycle.
    lr_scheduler
        Class path (or callable) of a learning-rate scheduler that takes the optimizer.
        `total_steps`, where it has that argument, is filled in from the length of the training.
    lr_interval : {"step", "epoch"}, optional
        When the scheduler steps; by default every batch if it counts batches (one cycle, cycles),
        else every epoch.
    monitor : str
        What a scheduler that waits for a plateau watches.
    compile : bool
        Whether torch compiles the network for a fit. The first steps then take longer, the later
        ones less, mostly on a GPU; a network that loops over time in Python is unrolled, which
        takes very long for long records. A checkpoint is the same with and without.
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
        if not isinstance(
            self.hparams.network, dict
        ):  # made in Python; the command line gives plain class paths
            self.hparams.clear()
            self.hparams.update(_recipe_of(network))
        self.initialize, self.pretrain = initialize, pretrain
        self.make_network, self.make_optimizer, self.make_lr_scheduler = (
            network,
            optimizer,
            lr_scheduler,
        )
        self.lr_interval, self.monitor = lr_interval, monitor
        self.loss, self.penalties = loss or nn.MSELoss(), nn.ModuleList(penalties or ())
        self.scale_targets, self.compiled = scale_targets, compile
        self.interface: Interface | None = None
        self._losses: list[Tensor] = []
        self._validation_losses: list[tuple[Tensor, int]] = []
        self._state: Any = (
            None  # of the network between the pieces of a window, in truncated back-propagation
        )
        self._progress: dict[str, Any] | None = None

    def build(
        self, interface: Interface, statistics: dict[str, list[float]], outputs_per_target: int
    ) -> None:
        """Make the network and the scaling for the given channels."""
        self.interface, self.outputs_per_target = interface, outputs_per_target
        self.targets = channels.count(interface.targets)
        self.network = self.make_network(
            channels.count(interface.inputs), self.targets * outputs_per_target
        )
        if self.initialize is not None:
            self.initialize(self.network)
        if getattr(self.network, "odd", False):  # in physical units only if zero stays zero
            statistics = statistics | {
                name: [0.0] * len(statistics[name]) for name in ("input_mean", "target_mean")
            }
        self.input_scaling = Standardize(statistics["input_mean"], statistics["input_scale"])
        self.target_scaling = Standardize(statistics["target_mean"], statistics["target_scale"])
        self.register_buffer("input_peak", torch.tensor(statistics["input_peak"]))

    def build_for(self, records: Records) -> None:
        """Make the network and the scaling for the training part of a datamodule, unless they are
        there already.
        """
        if self.interface is None:
            statistics = records.statistics()
            if not self.scale_targets:
                statistics |= {"target_mean": [0.0], "target_scale": [1.0]}
            self.build(records.interface, statistics, getattr(self.loss, "outputs_per_target", 1))
            if self.pretrain is not None:
                self.pretrain(self.network, lambda: self._standardised_inputs(records))
            for penalty in self.penalties:
                penalty.attach(self.network, self.interface)
        self.interface.require(records.interface, "the data")
        if records.truncation is not None and self.compiled:
            raise ValueError(
                "compile has no effect on a network that runs in pieces: set compile or "
                "data.truncation, not both"
            )
        if records.truncation is not None and not getattr(self.network, "causal", False):
            raise ValueError(
                f"truncation = {records.truncation} needs a causal network of series, which runs "
                "in pieces, got "
                f"{type(self.network).__name__}"
            )

    def _standardised_inputs(self, records: Records) -> Iterator[Tensor]:
        return (self.input_scaling(batch.input) for batch in records.train_dataloader())

    def setup(self, stage: str) -> None:
        if stage == "fit":
            self.build_for(self.trainer.datamodule)
            self.trainer.datamodule.require_for(self.trainer.world_size)
            if self.compiled:
                self.network.compile()

    def on_validation_start(self) -> None:
        """Data of other channels or another interval than the surrogate was trained on are
        refused.
        """
        if self.interface is None:
            raise ValueError("the surrogate is not trained: give a checkpoint")
        self.interface.require(self.trainer.datamodule.interface, "the data")

    on_test_start = on_predict_start = on_validation_start

    def forward(self, input: Tensor) -> Tensor:
        """Response in physical units to `input`, shape (batch, time, inputs), in physical units."""
        return self._physical(self.network(self.input_scaling(input)))

    def training_step(self, batch: Batch) -> Tensor:
        output, loss = (
            self._evaluate(batch) if batch.begins is None else self._evaluate_piece(batch)
        )
        if self.penalties:
            input = batch.input[:, -output.shape[1] :]
            loss = loss + sum(
                penalty(self.network, input, self._physical(output)) for penalty in self.penalties
            )
        # Read at the end of the epoch: no wait for the device at each step. A copy, because the
        # loss itself lies in a buffer of the size of the batch.
        self._losses.append(loss.detach().clone())
        return loss

    def on_train_epoch_end(self) -> None:
        loss = torch.stack(self._losses).mean()
        if loss.isnan():
            raise ValueError(
                f"the training loss is NaN in epoch {self.current_epoch}: lower the learning rate "
                "or clip"
            )
        self.log("train/loss", loss, prog_bar=True, sync_dist=True)
        self.log("train/learning_rate", self.optimizers().param_groups[0]["lr"], sync_dist=True)

    def on_validation_epoch_start(self) -> None:
        self._validation_losses.clear()

    def validation_step(self, batch: Batch) -> None:
        self._validation_losses.append((self._evaluate(batch)[1], len(batch.input)))

    def on_validation_epoch_end(self) -> None:
        """The mean over the records: logged once, since every call of the logger takes as long as a
        small network.
        """
        records = sum(count for _, count in self._validation_losses)
        loss = sum(loss * count for loss, count in self._validation_losses) / records
        self.log("validation/loss", loss, prog_bar=True, sync_dist=True, batch_size=records)

    def test_step(self, batch: Batch) -> Tensor:
        return self(batch.input)

    def predict_step(self, batch: Batch) -> Tensor:
        return self(batch.input)

    def new_optimizer(self) -> torch.optim.Optimizer:
        """An optimizer of the network; ValueError where it cannot train it."""
        factory = self.make_optimizer or partial(torch.optim.Adam, lr=1e-3)
        return optimizers.make(factory, self.network.parameters())

    def configure_optimizers(self) -> dict[str, Any]:
        if self.make_optimizer is None and self.make_lr_scheduler is None:
            self.make_lr_scheduler = partial(OneCycleLR, max_lr=1e-3)
        optimizer = self.new_optimizer()
        if isinstance(optimizer, LevenbergMarquardt):
            optimizer.attach(self.network)
        if self.make_lr_scheduler is None:
            return {"optimizer": optimizer}
        steps = int(self.trainer.estimated_stepping_batches)
        law = schedulers.make(self.make_lr_scheduler, optimizer, steps, self.lr_interval)
        return {"optimizer": optimizer, "lr_scheduler": law | {"monitor": self.monitor}}

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        checkpoint["interface"] = self.interface.to_dict()
        checkpoint["outputs_per_target"] = self.outputs_per_target
        loader = self.trainer.train_dataloader
        checkpoint["progress"] = {
            "epoch": self.current_epoch,
            "losses": list(self._losses),
            "state": self._state,
            "random_state": torch.get_rng_state(),
            "loader": loader.state_dict() if isinstance(loader, RecordLoader) else None,
        }

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        if "interface" not in checkpoint:
            raise ValueError(
                "the checkpoint is not one of this package: it does not state its inputs and "
                "targets"
            )
        interface = Interface.from_dict(checkpoint["interface"])
        if self.interface is not None:
            interface.require(self.interface, "the data")
        else:
            self.build(
                interface, _placeholders(checkpoint["state_dict"]), checkpoint["outputs_per_target"]
            )
        self._progress = checkpoint["progress"]

    def on_train_start(self) -> None:
        """Go on within the epoch where the checkpoint was written."""
        optimizers.require_full_batch(self.optimizers().optimizer, self.trainer)
        if self._progress is None:
            return
        if self._progress["epoch"] == self.current_epoch:
            self._losses = list(self._progress["losses"])
            self._state = move_data_to_device(self._progress["state"], self.device)
        torch.set_rng_state(self._progress["random_state"].cpu())  # of dropout
        # Lightning restores a loader too, but not one that was made early, to count the steps of a
        # schedule.
        if self._progress["loader"] is not None:
            self.trainer.train_dataloader.load_state_dict(self._progress["loader"])
        self._progress = None

    def on_train_epoch_start(self) -> None:
        self._losses.clear()
        if isinstance(
            self.trainer.train_dataloader, RecordLoader
        ):  # Lightning may be one ahead when it has resumed
            self.trainer.train_dataloader.sampler.set_epoch(self.current_epoch)

    def _evaluate(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """Output of the network over the scored samples, standardised, and its loss."""
        target = self.target_scaling(batch.target)
        output = self.network(self.input_scaling(batch.input))
        if not isinstance(output, Tensor):
            raise ValueError(
                f"a network must return a tensor, {type(self.network).__name__} gives a "
                f"{type(output).__name__}"
            )
        output = output[:, -target.shape[1] :]  # what the washout leaves
        return output, self.loss(output, target)

    def _evaluate_piece(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """The same for a piece of windows, from the state at the end of the piece before, which
        takes no gradient.
        """
        state = None if batch.begins else self._state
        output, state = self.network.stream(self.input_scaling(batch.input), state)
        self._state = apply_to_collection(state, Tensor, Tensor.detach)
        target = self.target_scaling(batch.target)
        output = output[:, -target.shape[1] :]
        return output, self.loss(output, target)

    def _physical(self, output: Tensor) -> Tensor:
        """Predicted targets: the first outputs. What a loss asks for beyond them (a variance) comes
        after.
        """
        return self.target_scaling.inverse(output[..., : self.targets])


def _recipe_of(network: NetworkCallable) -> dict[str, Any]:
    """Hyperparameters from which a checkpoint remakes a class, or a partial of one; empty for other
    callables.
    """
    made, arguments = (
        (network.func, network.keywords) if isinstance(network, partial) else (network, {})
    )
    if not inspect.isclass(made) or getattr(network, "args", ()):
        return {}
    path = f"{made.__module__}.{made.__qualname__}"
    arguments = {name: _plain(value) for name, value in arguments.items()}
    return {"network": {"class_path": path, "init_args": arguments}, "_instantiator": INSTANTIATOR}


def _plain(value: Any) -> Any:
    return f"{value.__module__}.{value.__qualname__}" if inspect.isclass(value) else value


def _placeholders(state: dict[str, Tensor]) -> dict[str, list[float]]:
    """Statistics of the lengths that the checkpoint's buffers have; the values follow with the
    buffers.
    """
    buffers = {
        f"{side}_{name}": f"{side}_scaling.{name}"
        for side in ("input", "target")
        for name in ("mean", "scale")
    }
    return {
        name: [1.0] * len(state[buffer])
        for name, buffer in (buffers | {"input_peak": "input_peak"}).items()
    }
