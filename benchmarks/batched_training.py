"""Time of 64 small trainings side by side (`surrogate.training.batched.members`) against one after
another, on one thread.

A section of `benchmarks.training`. One after another is the loop that every tutorial of PyTorch
shows; both end with the same weights, to rounding (`tests/surrogate/training/test_batched.py`).
"""

from functools import partial
from time import perf_counter, process_time
from typing import Any

import torch
from torch import Tensor, nn

from benchmarks.timing import best_seconds
from surrogate.networks import MLP
from surrogate.training.batched.members import Member, train

MEMBERS = 64
STEPS = 200  # at least, in a timing
MEMBERS_ALONE = 2  # one after another, each takes as long as the next
ADAM, SGD = partial(torch.optim.Adam, lr=1e-3), partial(torch.optim.SGD, lr=1e-2)


def measure(effort: Any) -> dict[str, float]:
    """Print the time of a step of one network; return one after another over side by side.

    Parameters
    ----------
    effort : benchmarks.training.Effort
    """
    summary = {}
    together = f"{MEMBERS} together"
    print(f"{'time of a step for each network':<44}{'alone':>12}{together:>16}{'ratio':>8}")
    for name, (words, problem) in problems(effort.device).items():
        alone, together = _times(problem, effort.rounds)
        print(
            f"{words:<44}{1e6 * alone:>9.0f} us{1e6 * together:>13.1f} us{alone / together:>8.1f}",
            flush=True,
        )
        summary[f"batched_speedup_{name}"] = alone / together
    return summary


def problems(device: str) -> dict[str, tuple[str, dict[str, Any]]]:
    """Trainings by their name: what they are, and the arguments that `train` and `train_alone`
    share.
    """
    generator = torch.Generator().manual_seed(0)
    flowers, species = (
        torch.randn(105, 4, generator=generator),
        torch.randint(3, (105,), generator=generator),
    )
    points = torch.randn(2800, 2, generator=generator)
    values = torch.sinc(points.norm(dim=1, keepdim=True))
    flowers, species, points, values = (
        tensor.to(device) for tensor in (flowers, species, points, values)
    )
    iris = {
        "network": partial(MLP, 4, 3, hidden=[5] * 10, activation=nn.Tanh),
        "input": flowers,
        "target": species,
        "batch_size": 5,
        "loss": nn.functional.cross_entropy,
    }
    small = {
        "network": partial(MLP, 2, 1, hidden=[20, 20]),
        "input": points,
        "target": values,
        "batch_size": 50,
    }
    wide = {
        "network": partial(MLP, 2, 1, hidden=[100, 100]),
        "input": points,
        "target": values,
        "batch_size": 100,
    }
    own = [partial(torch.optim.Adam, lr=1e-3 * (1 + number)) for number in range(MEMBERS)]
    return {
        "iris": (
            "10 layers of 5 tanh, batches of 5, Adam",
            iris | {"optimizers": [ADAM] * MEMBERS},
        ),
        "iris_rates": ("the same, 64 learning rates", iris | {"optimizers": own}),
        "iris_sgd": ("the same, SGD", iris | {"optimizers": [SGD] * MEMBERS}),
        "small": ("20 + 20 ReLU, batches of 50, Adam", small | {"optimizers": [ADAM] * MEMBERS}),
        "wide": ("100 + 100 ReLU, batches of 100, Adam", wide | {"optimizers": [ADAM] * MEMBERS}),
    }


def train_alone(
    network: Any,
    member: Member,
    input: Tensor,
    target: Tensor,
    epochs: int,
    batch_size: int | None,
    loss: Any,
) -> nn.Module:
    """One member by the plain loop, with the initial weights and the batches that
    `surrogate.training.batched.members` gives it.
    """
    made = member.start(network).to(input.device)
    optimizer = member.optimizer(made.parameters())
    for _, order in zip(range(epochs), member.orders(len(input)), strict=False):
        for batch in (
            [slice(None)] if batch_size is None else order.to(input.device).split(batch_size)
        ):
            optimizer.zero_grad()
            loss(made(input[batch]), target[batch]).backward()
            optimizer.step()
    return made


def _times(problem: dict[str, Any], rounds: int) -> tuple[float, float]:
    """Best seconds for a step of one network: one after another, and side by side."""
    arguments = {"loss": nn.functional.mse_loss} | problem
    members = [
        Member(seed, optimizer) for seed, optimizer in enumerate(arguments.pop("optimizers"))
    ]
    steps = -(-len(problem["input"]) // problem["batch_size"])
    epochs = -(-STEPS // steps)
    seconds, _ = best_seconds(
        {
            "alone": lambda: [
                train_alone(member=one, epochs=epochs, **arguments)
                for one in members[:MEMBERS_ALONE]
            ],
            "together": lambda: train(members=members, epochs=epochs, **arguments),
        },
        rounds,
        clock=process_time if problem["input"].device.type == "cpu" else _waiting_clock,
    )
    return seconds["alone"] / MEMBERS_ALONE / epochs / steps, seconds[
        "together"
    ] / MEMBERS / epochs / steps


def _waiting_clock() -> float:
    """Seconds on the wall when the GPU has done all its work."""
    torch.cuda.synchronize()
    return perf_counter()
