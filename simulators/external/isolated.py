"""One record in a process of its own: a crash, a dead end or global state stays in there."""

import contextlib
import os
import pickle
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import xarray as xr

from simulators.checks import is_number
from simulators.excitation.motion import BaseMotion
from simulators.external.checking import check_motions, check_parameters
from simulators.external.failure import DidNotConverge
from simulators.external.protocol import ExternalSimulator

LENGTH = 8
"""Bytes that tell the length of the job, before it."""
ANSWER = "answer"
PRINTED = "printed"
_TAIL = 200
"""Characters of the last words of a process that died, kept for the reason."""


def run_isolated(
    simulator: ExternalSimulator,
    motions: BaseMotion | Sequence[BaseMotion],
    parameters: Mapping[str, float] | None = None,
    seed: int = 0,
    timeout: float | None = None,
) -> xr.Dataset:
    """Response to one record, computed in a new process that ends with it.

    What the process prints is kept from the terminal. It finds modules where this process does.

    Parameters
    ----------
    simulator : ExternalSimulator
        Picklable, its class in a module that can be imported.
    motions, parameters, seed
        As in `ExternalSimulator.respond`.
    timeout : float, optional
        Limit (s) after which the process is killed; none by default.

    Returns
    -------
    xarray.Dataset
        As of `ExternalSimulator.respond`.

    Raises
    ------
    ValueError
        If an argument or an output is not as declared, or the simulator cannot be pickled.
    DidNotConverge
        If the process ended without a response, raised an error of its own or ran out of time.
    """
    if timeout is not None and not (is_number(timeout) and timeout > 0.0):
        raise ValueError(f"timeout = {timeout!r}: expected a positive number of seconds, or None")
    check_motions(simulator, motions)
    check_parameters(simulator, parameters or {})
    job = _pickled(simulator, (motions, parameters, seed))
    with tempfile.TemporaryDirectory(prefix="simulator-") as folder:
        answer = Path(folder) / ANSWER
        ended = _run(job, Path(folder), timeout)
        if not answer.is_file():
            printed = (Path(folder) / PRINTED).read_bytes()
            raise DidNotConverge(_epitaph(ended, printed), kind="crash")
        result, failure = pickle.loads(answer.read_bytes())
    if failure is not None:
        raise failure
    return result


def _pickled(simulator: ExternalSimulator, arguments: tuple[Any, ...]) -> bytes:
    name = type(simulator).__name__
    if type(simulator).__module__ == "__main__":
        raise ValueError(
            f"{name} is defined in the script that runs: put it into a module, so that another "
            "process can import it"
        )
    try:
        return pickle.dumps((simulator, arguments))
    except (pickle.PicklingError, AttributeError, TypeError) as failure:
        raise ValueError(f"{name} cannot be handed to another process: {failure}") from None


def _run(job: bytes, folder: Path, timeout: float | None) -> subprocess.Popen[bytes]:
    """Run a job in a process that ends with this one, and wait for it."""
    paths = [path or os.getcwd() for path in sys.path]
    command = [sys.executable, "-m", "simulators.external.worker", str(folder / ANSWER)]
    with (folder / PRINTED).open("wb") as printed:
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=printed,
            stderr=subprocess.STDOUT,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(paths)},
        )
    try:
        _hand_over(process, job)
        process.wait(timeout)
    except subprocess.TimeoutExpired:
        raise DidNotConverge(
            f"ran longer than {timeout:g} s and was ended", kind="timeout"
        ) from None
    finally:
        process.kill()
        process.wait()
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()  # type: ignore[union-attr]
    return process


def _hand_over(process: subprocess.Popen[bytes], job: bytes) -> None:
    """Send the job and leave the pipe open: its end tells the process that this one is gone."""
    assert process.stdin is not None
    with contextlib.suppress(BrokenPipeError):  # it has ended already, which `wait` will find
        process.stdin.write(len(job).to_bytes(LENGTH, "big") + job)
        process.stdin.flush()


def _epitaph(ended: subprocess.Popen[bytes], printed: bytes) -> str:
    """How a process ended that left no answer, with its last line."""
    lines = printed.decode(errors="replace").strip().splitlines()
    last = lines[-1][-_TAIL:] if lines else "it printed nothing"
    if ended.returncode < 0:
        return f"crashed with {signal.Signals(-ended.returncode).name}: {last}"
    return f"ended its process with the code {ended.returncode}: {last}"
