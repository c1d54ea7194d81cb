"""GPUs for the processes of a sweep: each has one of its own, as far as there are enough."""

import os
from multiprocessing.queues import Queue

import torch

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
