"""Processes for many trainings; each has a GPU of its own, as far as there are enough."""

import contextlib
import multiprocessing
import os
from collections.abc import Iterator
from concurrent.futures import Executor
from multiprocessing.queues import Queue

import torch

from datasets.generation.executors import local

VISIBLE = "CUDA_VISIBLE_DEVICES"


def of_processes(processes: int) -> list[str]:
    """GPU of each process; empty where there are less than two, which need no choice."""
    given = os.environ.get(VISIBLE)
    if given is None:
        devices = [str(number) for number in range(torch.cuda.device_count())]
    else:
        devices = [word for word in given.split(",") if word]
    if len(devices) < 2:
        return []
    return [devices[place % len(devices)] for place in range(processes)]


def take(devices: "Queue[str]") -> None:
    """Let this process see the next GPU alone; before it looks for any."""
    os.environ[VISIBLE] = devices.get()


@contextlib.contextmanager
def processes(count: int) -> Iterator[Executor]:
    """Processes for trainings, each with a GPU of its own where there are several."""
    given = of_processes(count)
    if not given:
        with local(count) as (executor, _):
            yield executor
        return
    queue = multiprocessing.get_context("spawn").Queue()
    for device in given:
        queue.put(device)
    with local(count, take, (queue,)) as (executor, _):
        yield executor
