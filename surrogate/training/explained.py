"""Whether a training has explained anything of its own records, asked at its end.

With the residuals e and the mean m of the target y of a channel, over the first training records,

    R2 = 1 - sum e^2 / sum (y - m)^2

is zero for a network that answers the mean. A loss that has come down to one, say, looks like
progress; a fit of R2 near zero has learnt nothing, and it is told. Of classes it is the share that
is told apart, against that of the most frequent class.
"""

from collections.abc import Iterator, Sequence

import torch
from lightning.pytorch import Trainer
from lightning.pytorch.plugins import Precision
from lightning.pytorch.strategies import DDPStrategy
from torch import Tensor

from surrogate.data import channels
from surrogate.data.channels import Interface
from surrogate.data.datamodule import Records
from surrogate.data.samplers import Batch
from surrogate.data.saying import say
from surrogate.training.scaled_network import ScaledNetwork

Answers = Iterator[tuple[Tensor, Tensor]]
"""Answers and targets that count, both of shape (sample, channel)."""

LEAST = 0.02
"""R2 from which on a channel counts as explained."""
BATCHES = 2
"""Batches of training records that are looked at."""
REMEDY = (
    "look at the data and their units, the network, the optimizer and the length of the training"
)


class Sums:
    """Sums over samples of a channel that tell its R2, in double precision."""

    def __init__(self, count: int) -> None:
        self.samples = 0
        self.target = torch.zeros(count, dtype=torch.float64)
        self.squares = torch.zeros(count, dtype=torch.float64)
        self.residuals = torch.zeros(count, dtype=torch.float64)

    def add(self, answer: Tensor, target: Tensor) -> None:
        """Add answers and targets, both of shape (sample, channel)."""
        answer = answer.double().cpu()
        target = target.double().cpu()
        self.samples += len(target)
        self.target += target.sum(dim=0)
        self.squares += target.square().sum(dim=0)
        self.residuals += (target - answer).square().sum(dim=0)

    def r2(self) -> Tensor:
        """R2 of each channel; one where the target does not vary."""
        mean = self.target / max(self.samples, 1)
        total = self.squares - self.samples * mean.square()
        varies = total > 1e-12 * self.squares
        return torch.where(varies, 1.0 - self.residuals / total.clamp_min(1e-300), 1.0)


def tell(model: ScaledNetwork, records: Records, trainer: Trainer) -> None:
    """Say in a line of which targets a network that has been trained explains nothing.

    Parameters
    ----------
    model : ScaledNetwork
    records : Records
        The first records of their training part are looked at, whole and from rest.
    trainer : Trainer
        The first of its processes looks.
    """
    # Where a network lies in parts on several devices, one process alone could not run it.
    whole = trainer.world_size == 1 or isinstance(trainer.strategy, DDPStrategy)
    if trainer.global_rank != 0 or not whole:
        return
    was_training = model.training
    model.eval()
    with torch.no_grad(), trainer.precision_plugin.forward_context():
        answers = _answers(model, records, trainer.precision_plugin)
        line = _of_classes(model, answers) if model.interface.classes else _of(model, answers)
    model.train(was_training)
    if line:
        say(f"warning: the fit explains nothing of {line} on its own training records: {REMEDY}")


def _of(model: ScaledNetwork, answers: Answers) -> str:
    """Targets of which nothing is explained, each with its R2; empty where there are none."""
    # Sums about the mean of the training part do not cancel.
    sums = Sums(channels.count(model.interface.targets))
    for answer, target in answers:
        sums.add(model.target_scaling(answer), model.target_scaling(target))
    return _named(model.interface, sums.r2().tolist())


def _named(interface: Interface, r2: Sequence[float]) -> str:
    labels = channels.labels(interface.targets)
    # A NaN explains nothing either.
    poor = [n for n, value in enumerate(r2) if not value >= LEAST]
    return ", ".join(f"{labels[n]} (R2 {r2[n]:.3f})" for n in poor)


def _of_classes(model: ScaledNetwork, answers: Answers) -> str:
    """The target where its classes are not told apart; empty otherwise."""
    right = 0
    counts = torch.zeros(len(model.interface.classes), dtype=torch.int64)
    for scores, target in answers:
        classes = target[:, 0].long().cpu()
        right += int((scores.argmax(dim=1).cpu() == classes).sum())
        counts += torch.bincount(classes, minlength=len(counts))
    share = right / max(int(counts.sum()), 1)
    most = int(counts.max()) / max(int(counts.sum()), 1)
    if share > most or int(counts.max()) == int(counts.sum()):
        return ""
    name = model.interface.targets[0].variable
    return f"{name} ({share:.0%} right, the most frequent class alone is {most:.0%})"


def _answers(model: ScaledNetwork, records: Records, precision: Precision) -> Answers:
    """Answers and targets that count, each of shape (sample, channel)."""
    device = model.input_peak.device
    for number, batch in enumerate(records.first_training_records()):
        if number == BATCHES:
            return
        # As the trainer does before a step: weights of half precision take no other input.
        yield from _counted(model, precision.convert_input(batch.to(device)))


def _counted(model: ScaledNetwork, batch: Batch) -> Answers:
    answer = model.physical(model.run(batch.input, batch.samples))
    target = batch.target
    if answer.ndim != 3:
        yield answer, target
        return
    answer = answer[:, -target.shape[1] :]
    if batch.scored is None:
        yield answer.flatten(0, 1), target.flatten(0, 1)
        return
    for own, expected, samples in zip(answer, target, batch.scored.tolist(), strict=True):
        yield own[:samples], expected[:samples]
