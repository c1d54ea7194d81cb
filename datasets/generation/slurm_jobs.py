"""The SLURM jobs of a generation: their options, and what becomes of those that end too soon."""

import getpass
import shutil
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import BrokenExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dask_jobqueue import SLURMCluster
    from distributed import Client

GIGABYTES = 4
"""Memory of a process by default."""
SECONDS_FOR_SLURM = 30.0


def checked(options: Mapping[str, Any]) -> dict[str, Any]:
    """Options of a job with their defaults: a process on each core, `GIGABYTES` for each.

    Raises
    ------
    ValueError
        For numbers that are none, and options that no text can state.
    """
    for name in ("cores", "processes"):
        value = options.get(name, 1)
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise ValueError(
                f"--slurm-option {name}={value}: {name} must be a whole number of at least 1"
            )
    if options.get("security") is not None:
        raise ValueError(
            "--slurm-option security: certificates are named in Dask's configuration, "
            "distributed.comm.tls"
        )
    cores = options.get("cores", 1)
    processes = options.get("processes", cores)
    defaults = {"cores": cores, "processes": processes, "memory": f"{GIGABYTES * processes}GB"}
    return defaults | dict(options)


def require_slurm() -> None:
    """Raise ValueError where no job can be submitted."""
    if shutil.which("sbatch") is None:
        raise ValueError(
            "sbatch is not on the PATH: SLURM jobs are submitted from a machine that has it"
        )


def try_submission(script: str) -> None:
    """Let SLURM look at the job before it is submitted, which Dask does out of sight."""
    trial = subprocess.run(["sbatch", "--test-only"], input=script, capture_output=True, text=True)
    if trial.returncode != 0:
        raise ValueError(f"SLURM refuses the job: {trial.stderr or trial.stdout}")


def say(jobs: int, settings: Mapping[str, Any]) -> None:
    """Say what is asked for, so that a wrong share of memory is seen."""
    processes = settings["processes"]
    number = f"{jobs} SLURM {'job' if jobs == 1 else 'jobs'} of {processes}"
    workers = "worker" if processes == 1 else "workers"
    print(f"{number} {workers}, {worker_memory(settings)} for each", file=sys.stderr)


def worker_memory(settings: Mapping[str, Any]) -> str:
    """Memory of one worker, for a message."""
    from dask.utils import format_bytes, parse_bytes

    text: str = format_bytes(parse_bytes(settings["memory"]) // settings["processes"])
    return text


class Watch:
    """Looks after jobs that end before their worker has joined.

    Parameters
    ----------
    cluster : SLURMCluster
    client : Client
        Of its scheduler.
    settings : mapping
        From `checked`.
    """

    def __init__(
        self, cluster: "SLURMCluster", client: "Client", settings: Mapping[str, Any]
    ) -> None:
        self._cluster = cluster
        self._client = client
        self._settings = settings
        self._joined: set[str] = set()

    @property
    def hint(self) -> str:
        """What the user may change where workers are lost."""
        limit = self._settings.get("walltime")
        walltime = f"walltime={limit}" if limit else "the walltime of the queue"
        return (
            f" (a shard must be done within {walltime}, and within the "
            f"{worker_memory(self._settings)} of a worker: choose longer or more, or a smaller "
            "records_per_shard)"
        )

    def look(self) -> None:
        """Raise BrokenExecutor where all jobs have ended and none of their workers has joined."""
        jobs = {
            str(name): str(job.job_id)
            for name, job in self._cluster.workers.items()
            if getattr(job, "job_id", None)
        }
        if self._client.nthreads():
            self._joined |= jobs.keys()
            return
        if not jobs or self._joined & jobs.keys():  # Dask replaces those that have joined
            return
        queued = in_queue()
        if queued is None or any(job in queued for job in jobs.values()):
            return
        raise BrokenExecutor(f"{self._told(max(jobs.values(), key=int))}{self.hint}")

    def _told(self, job: str) -> str:
        """What is known of a job that has ended."""
        log = self._log(job)
        if log is None or not log.is_file():
            where = f" {log}" if log else ""
            return f"SLURM job {job} ended before its worker joined, and left no log{where}"
        lines = [line.strip() for line in log.read_text(errors="replace").splitlines()]
        last = next((line for line in reversed(lines) if line), "nothing")
        return f"SLURM job {job} ended before its worker joined; its log {log} ends with: {last}"

    def _log(self, job: str) -> Path | None:
        folder = self._settings.get("log_directory")
        if folder is None:
            return Path(f"slurm-{job}.out").absolute()
        return next(iter(sorted(Path(folder).glob(f"*-{job}.err"))), None)


def in_queue() -> set[str] | None:
    """Numbers of the user's jobs that wait or run; None where SLURM does not tell."""
    command = ["squeue", "--noheader", "--format=%A", f"--user={getpass.getuser()}"]
    try:
        answer = subprocess.run(
            command, capture_output=True, text=True, timeout=SECONDS_FOR_SLURM, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return set(answer.stdout.split())
