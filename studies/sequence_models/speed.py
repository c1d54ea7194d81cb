"""How long a response takes, every network and the package's own simulator by turns, and how long a
step of a training; on one processor thread.
"""

import time
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import torch
import xarray as xr
from torch import nn

from datasets.recipes.catalogue import load_recipe
from simulators.excitation.motion import BaseMotion
from simulators.solvers.solve import solve
from simulators.structures.presets import five_storey
from studies.sequence_models.contenders import STOREYS, build, spec
from studies.sequence_models.motions import EVERY, INTERVAL
from surrogate.optim.optimizers import MuonAdamW

TOGETHER = 64
ROUNDS = 7


def measure(settings: Any) -> xr.Dataset:
    """Shortest time (s) of several rounds of a response, to a motion alone and to one of many, and
    of a training step.

    Parameters
    ----------
    settings : SequenceModels
    """
    recipe = load_recipe(
        "five_storey", [f"records={TOGETHER}", f"motion.duration={settings.duration}"]
    )
    motions = recipe.make(0, TOGETHER).base_acceleration.values
    specs = [spec(name, settings.size) for name in settings.networks]
    networks = [build(one).eval() for one in specs]
    seconds = {}
    for label, batch in {"alone": motions[:1], "together": motions}.items():
        input = torch.from_numpy(batch)[:, ::EVERY, None]
        shaken = [BaseMotion(values, INTERVAL) for values in batch]
        calls: list[Callable[[], Any]] = [partial(network, input) for network in networks]
        calls.append(partial(solve, five_storey(), shaken, outputs=("drift",), threads=1))
        seconds[label] = shortest(calls) / len(batch)
    times = np.stack(list(seconds.values()))
    steps = [_step(build(one), motions, settings.batch) for one in specs]
    return xr.Dataset(
        {
            "response_seconds": (("batch", "network"), times[:, :-1]),
            "simulator_seconds": ("batch", times[:, -1]),
            "step_seconds": ("network", shortest(steps)),
        },
        {"batch": list(seconds), "network": list(settings.networks)},
    )


def _step(network: nn.Module, motions: np.ndarray, batch: int) -> Callable[[], Any]:
    """A step of the optimizer on a batch of motions."""
    input = torch.from_numpy(motions[:batch])[:, ::EVERY, None]
    target = torch.zeros(*input.shape[:2], STOREYS)
    optimizer = MuonAdamW(network.parameters(), lr=0.0)

    def step() -> None:
        with torch.inference_mode(False), torch.enable_grad():
            optimizer.zero_grad()
            nn.functional.mse_loss(network(input.clone()), target).backward()
            optimizer.step()

    return step


def shortest(calls: list[Callable[[], Any]]) -> np.ndarray:
    """Shortest time of each call in seconds of this thread, shape (call,); a round before does not
    count.
    """
    times = np.full(len(calls), np.inf)
    with torch.inference_mode():
        for number in range(1 + ROUNDS):
            for row, call in enumerate(calls):
                start = time.thread_time()
                call()
                if number:
                    times[row] = min(times[row], time.thread_time() - start)
    return times
