"""Where generation runs on a cluster: a Dask scheduler that is running, or SLURM jobs through
dask-jobqueue.

As in `datasets.generation.executors`, each function is a context manager that yields a
`concurrent.futures.Executor` and the number of tasks it runs at once. A cluster that is lost is a
`concurrent.futures.BrokenExecutor`.
"""

import contextlib
import logging
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

from datasets.generation import slurm_jobs

if TYPE_CHECKING:
    from dask_jobqueue import SLURMCluster
    from distributed import Client

SECONDS_BETWEEN_REPAIRS = 5.0
SECONDS_FOR_WORKERS = 60.0
"""For which a Dask scheduler may be without any worker."""
WORDS_OF_SCHEDULER = "Error during deserialization of the task graph"
"""Of a scheduler that cannot import what it is given."""


class Watched(Executor):
    """An executor of Dask that can tell when nothing is left to run its tasks.

    Parameters
    ----------
    executor : Executor
    look : callable
        Raises where nothing is left.
    """

    def __init__(self, executor: Executor, look: Callable[[], None]) -> None:
        self._executor = executor
        self._look = look

    def submit(self, task: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future:
        """Submit a task to the cluster."""
        return self._executor.submit(task, *args, **kwargs)

    def require_alive(self) -> None:
        """Raise BrokenExecutor or ValueError where nothing is left to run the tasks."""
        self._look()


class _Workers:
    """Looks whether a Dask scheduler has workers.

    Parameters
    ----------
    client : Client
    address : str
        Of the scheduler, for messages.
    """

    def __init__(self, client: "Client", address: str) -> None:
        self._client = client
        self._address = address
        self._seen = time.monotonic()

    def look(self) -> None:
        """Raise ValueError where the scheduler has had no worker for some time."""
        now = time.monotonic()
        if self._client.nthreads():
            self._seen = now
        elif now - self._seen > SECONDS_FOR_WORKERS:
            raise ValueError(
                f"the Dask scheduler at {self._address} has had no worker for "
                f"{now - self._seen:.0f} s: start some, `dask worker {self._address}`, with this "
                "package installed"
            )


@contextlib.contextmanager
def dask(address: str) -> Iterator[tuple[Executor, int]]:
    """Run on a running Dask scheduler, e.g. ``tcp://host:8786``; its workers see the same folders.

    Raises
    ------
    ValueError
        When Dask is not installed, nothing answers at `address`, or no worker is there.
    """
    distributed = _distributed()
    try:
        # A client that was given a bad address lives on for 20 s, and ends in a traceback.
        distributed.comm.parse_host_port(distributed.comm.parse_address(address)[1])
        client = distributed.Client(address, timeout="10s", set_as_default=False)
    except (OSError, ValueError) as error:
        raise ValueError(f"no Dask scheduler answers at {address}: {error}") from None
    watch = _Workers(client, address)
    with client, _executor(client, watch.look) as executor:
        yield executor, max(1, sum(client.nthreads().values()))


@contextlib.contextmanager
def slurm(jobs: int, options: Mapping[str, Any]) -> Iterator[tuple[Executor, int]]:
    """Run in SLURM jobs, which are replaced when they end at their walltime or are lost.

    Parameters
    ----------
    jobs : int
        Number of jobs, one process on one core each unless `options` has ``cores``.
    options : mapping
        For `dask_jobqueue.SLURMCluster`: queue, account, walltime, memory, cores, interface,
        job_extra_directives, ... By default each process has 4 GB.

    Raises
    ------
    ValueError
        When dask-jobqueue or SLURM is not there, or one of them refuses an option.
    """
    settings = slurm_jobs.checked(options)
    distributed = _distributed()
    jobqueue = _jobqueue()
    slurm_jobs.require_slurm()
    try:
        cluster = jobqueue.SLURMCluster(**settings)
    except Exception as error:  # whatever its many parts raise of an option
        raise ValueError(f"SLURM options {dict(options)}: {error}") from None
    with cluster, distributed.Client(cluster, set_as_default=False) as client:
        slurm_jobs.try_submission(cluster.job_script())
        slurm_jobs.say(jobs, settings)
        watch = slurm_jobs.Watch(cluster, client, settings)
        with _kept_alive(cluster, jobs), _executor(client, watch.look, watch.hint) as executor:
            yield executor, jobs * settings["processes"]


@contextlib.contextmanager
def _executor(client: "Client", look: Callable[[], None], hint: str = "") -> Iterator[Executor]:
    from distributed import KilledWorker
    from distributed.comm import CommClosedError

    executor = client.get_executor(pure=False)
    try:
        yield Watched(executor, look)
    except (CancelledError, CommClosedError, KilledWorker) as error:
        reason = f"the cluster is lost, its scheduler or too many workers {error}".rstrip()
        raise BrokenExecutor(reason + hint) from None
    except RuntimeError as error:
        if WORDS_OF_SCHEDULER not in str(error):
            raise
        cause = error.__cause__ or error
        raise ValueError(
            f"the Dask scheduler does not have this package ({cause}): start it, and its workers, "
            "in the same environment"
        ) from None
    finally:
        executor.shutdown(wait=False)  # where all workers are gone, waiting would never end


@contextlib.contextmanager
def _kept_alive(cluster: "SLURMCluster", jobs: int) -> Iterator[None]:
    """Ask for the jobs again and again: Dask forgets those that have ended, and then submits others
    for them.
    """
    stopped = threading.Event()

    def repair() -> None:
        cluster.scale(jobs=jobs)
        while not stopped.wait(SECONDS_BETWEEN_REPAIRS):
            cluster.scale(jobs=jobs)

    thread = threading.Thread(target=repair, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join()


def _distributed() -> ModuleType:
    """distributed, whose many loggers print tracebacks of what is told in a line."""
    module = _optional("distributed")
    for name in list(logging.root.manager.loggerDict):
        if name.partition(".")[0] == "distributed":
            logging.getLogger(name).setLevel(logging.CRITICAL)
    return module


def _jobqueue() -> ModuleType:
    """dask-jobqueue, whose import would answer Ctrl-C by leaving with code 0."""
    if threading.current_thread() is not threading.main_thread():
        return _optional("dask_jobqueue")
    before = signal.getsignal(signal.SIGINT)
    module = _optional("dask_jobqueue")
    signal.signal(signal.SIGINT, before)
    return module


def _optional(name: str) -> ModuleType:
    try:
        return import_module(name)
    except ModuleNotFoundError:
        raise ValueError(
            f"{name} is not installed: pip install 'structural-surrogates[cluster]'"
        ) from None
