"""Where generation runs: in this process, in processes of this machine, or on a Dask cluster.

Each function is a context manager that yields a `concurrent.futures.Executor` and the number of tasks it runs at once.
"""

import contextlib
import multiprocessing
import multiprocessing.connection
import os
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from importlib import import_module
from types import ModuleType
from typing import Any


class InProcess(Executor):
    """Runs a task when it is submitted: no processes to start, and an interrupt stops it at once."""

    def submit(self, task: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future:
        """Run the task and return its future, done."""
        future: Future = Future()
        try:
            future.set_result(task(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


@contextlib.contextmanager
def local(workers: int) -> Iterator[tuple[Executor, int]]:
    """Run in `workers` processes of this machine, which end with this one, however it ends; in this one for 1.

    Raises
    ------
    ValueError
        When `workers` is not positive.
    """
    if workers < 1:
        raise ValueError(f"workers must be at least 1, got {workers}")
    if workers == 1:
        yield InProcess(), 1
        return
    others = set(multiprocessing.active_children())
    executor = ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), initializer=_start_worker)
    try:
        yield executor, workers
    except BaseException:
        # What stops the run does not wait for the shards in work; their temporary files are swept afterwards.
        for process in set(multiprocessing.active_children()) - others:
            process.terminate()
        raise
    finally:
        executor.shutdown(cancel_futures=True)


@contextlib.contextmanager
def dask(address: str) -> Iterator[tuple[Executor, int]]:
    """Run on a running Dask scheduler, e.g. ``tcp://host:8786``; its workers see the same folders.

    Raises
    ------
    ValueError
        When Dask is not installed, or nothing answers at `address`.
    """
    distributed = _optional("distributed")
    try:
        client = distributed.Client(address, timeout="10s", set_as_default=False)
    except (OSError, ValueError) as error:
        raise ValueError(f"no Dask scheduler answers at {address}: {error}") from None
    with client, client.get_executor(pure=False) as executor:
        yield executor, max(1, sum(client.nthreads().values()))


@contextlib.contextmanager
def slurm(jobs: int, options: Mapping[str, Any]) -> Iterator[tuple[Executor, int]]:
    """Run in `jobs` SLURM jobs through dask-jobqueue; `options` go to its SLURMCluster (queue, walltime, memory, ...).

    Raises
    ------
    ValueError
        When dask-jobqueue is not installed, or refuses an option.
    """
    distributed, jobqueue = _optional("distributed"), _optional("dask_jobqueue")
    try:
        cluster = jobqueue.SLURMCluster(**{"cores": 1, "processes": 1, "memory": "4GB", **options})
    except (TypeError, ValueError) as error:
        raise ValueError(f"SLURM options {dict(options)}: {error}") from None
    with cluster, distributed.Client(cluster, set_as_default=False) as client:
        cluster.scale(jobs=jobs)
        with client.get_executor(pure=False) as executor:
            yield executor, jobs * int(options.get("cores", 1))


def _optional(name: str) -> ModuleType:
    try:
        return import_module(name)
    except ModuleNotFoundError:
        raise ValueError(f"{name} is not installed: pip install 'structural-surrogates[cluster]'") from None


def _start_worker() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole process group; the parent decides
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """Leave when the parent is gone: after a kill -9 of it, the workers of a pool would wait for work for ever."""
    multiprocessing.connection.wait([multiprocessing.parent_process().sentinel])
    os._exit(1)
