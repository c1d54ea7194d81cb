"""A small training of a study through Lightning: one network, its loss, its optimizer, its batches.

What a study follows on the way, such as the loss of an epoch or the norm of each layer's gradient,
is a callback of Lightning.
"""

import logging
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence

import torch
from lightning.pytorch import Callback, LightningModule, Trainer
from torch import Tensor, nn
from torch.optim import Optimizer

Batch = tuple[Tensor, Tensor]


class Fit(LightningModule):
    """What Lightning needs to know of a training.

    Parameters
    ----------
    network : Module
    loss
        Of (output, target): the mean over a batch.
    optimizer
        Callable that takes the parameters, such as ``partial(torch.optim.AdamW, lr=1e-3)``.

    Attributes
    ----------
    losses : list of float
        Mean loss of each epoch over its samples, each batch scored before its step.
    """

    def __init__(
        self,
        network: nn.Module,
        loss: Callable[[Tensor, Tensor], Tensor],
        optimizer: Callable[[Iterable[Tensor]], Optimizer],
    ) -> None:
        super().__init__()
        self.network = network
        self.loss = loss
        self.make_optimizer = optimizer
        self.losses: list[float] = []
        self.scored: list[tuple[int, Tensor]] = []

    def training_step(self, batch: Batch, index: int) -> Tensor:
        input, target = batch
        loss = self.loss(self.network(input), target)
        self.scored.append((len(input), loss.detach()))
        return loss

    def on_train_epoch_end(self) -> None:
        samples = sum(size for size, _ in self.scored)
        self.losses.append(sum(size * loss.item() for size, loss in self.scored) / samples)
        self.scored.clear()

    def configure_optimizers(self) -> Optimizer:
        return self.make_optimizer(self.network.parameters())


class Batches:
    """The batches of each epoch, in an order of their own each time where a generator is given."""

    def __init__(self, data: Batch, size: int, generator: torch.Generator | None = None) -> None:
        self.data = data
        self.size = size
        self.generator = generator

    def __len__(self) -> int:
        return -(-len(self.data[0]) // self.size)

    def __iter__(self) -> Iterator[Batch]:
        input, target = self.data
        order = torch.arange(len(input))
        if self.generator is not None:
            order = torch.randperm(len(input), generator=self.generator)
        for rows in order.split(self.size):
            yield input[rows], target[rows]


def fit(
    module: Fit,
    batches: Batches,
    epochs: int,
    accelerator: str,
    callbacks: Sequence[Callback] = (),
) -> Fit:
    """Train on an accelerator of Lightning's, quietly; the network comes back to the CPU."""
    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # workers of a loader, GPUs that are not used
        trainer = Trainer(
            accelerator=accelerator,
            devices=1,
            max_epochs=epochs,
            callbacks=list(callbacks),
            logger=False,
            enable_checkpointing=False,
            enable_progress_bar=False,
            enable_model_summary=False,
        )
        trainer.fit(module, batches)
    module.cpu()
    return module
