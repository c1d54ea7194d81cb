"""Where generation runs on a cluster: a Dask scheduler that is running, or SLURM jobs through
dask-jobqueue.

As in `datasets.generation.executors`, each function is a context manager that yields a
`concurrent.futures.Executor` and the number of tasks it runs at once. A cluster that is lost is a
`concurrent.futures.BrokenExecutor`.
"""

import contextlib
import shutil
import subprocess
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import BrokenExecutor, CancelledError, Executor
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dask_jobqueue import SLURMCluster
    from distributed import Client

SECONDS_BETWEEN_REPAIRS = 5.0


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
        # A client that was given a bad address lives on for 20 s, and ends in a traceback.
        distributed.comm.parse_host_port(distributed.comm.parse_address(address)[1])
        client = distributed.Client(address, timeout="10s", set_as_default=False)
    except (OSError, ValueError) as error:
        raise ValueError(f"no Dask scheduler answers at {address}: {error}") from None
    with client, _executor(client) as executor:
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
        job_extra_directives, ...

    Raises
    ------
    ValueError
        When dask-jobqueue or SLURM is not there, or one of them refuses an option.
    """
    distributed = _optional("distributed")
    jobqueue = _optional("dask_jobqueue")
    if shutil.which("sbatch") is None:
        raise ValueError(
            "sbatch is not on the PATH: SLURM jobs are submitted from a machine that has it"
        )
    cores = options.get("cores", 1)
    try:
        cluster = jobqueue.SLURMCluster(
            **{"cores": cores, "processes": cores, "memory": "4GB", **options}
        )
    except (TypeError, ValueError, RuntimeError) as error:
        raise ValueError(f"SLURM options {dict(options)}: {error}") from None
    with cluster, distributed.Client(cluster, set_as_default=False) as client:
        _try_submission(cluster.job_script())
        with _kept_alive(cluster, jobs), _executor(client) as executor:
            yield executor, jobs * cores


@contextlib.contextmanager
def _executor(client: "Client") -> Iterator[Executor]:
    from distributed import KilledWorker
    from distributed.comm import CommClosedError

    executor = client.get_executor(pure=False)
    try:
        yield executor
    except (CancelledError, CommClosedError, KilledWorker) as error:
        raise BrokenExecutor(
            f"the cluster is lost, its scheduler or too many workers {error}".rstrip()
        ) from None
    finally:
        executor.shutdown(wait=False)  # where all workers are gone, waiting would never end


def _try_submission(script: str) -> None:
    """Let SLURM look at the job before it is submitted, which Dask does out of sight."""
    trial = subprocess.run(["sbatch", "--test-only"], input=script, capture_output=True, text=True)
    if trial.returncode != 0:
        raise ValueError(f"SLURM refuses the job: {trial.stderr or trial.stdout}")


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


def _optional(name: str) -> ModuleType:
    try:
        return import_module(name)
    except ModuleNotFoundError:
        raise ValueError(
            f"{name} is not installed: pip install 'structural-surrogates[cluster]'"
        ) from None
