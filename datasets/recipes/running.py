"""One record of a simulator: what it is computed from, and the run that computes it."""

import time
from dataclasses import dataclass
from typing import Literal

import xarray as xr
from pydantic import Field

from datasets.files.costs import DONE, Run
from datasets.recipes.recipe import Description
from simulators.excitation.motion import BaseMotion
from simulators.external.failure import DidNotConverge
from simulators.external.isolated import run_isolated
from simulators.external.protocol import ExternalSimulator

Kind = Literal["no_convergence", "collapse", "not_finite", "crash", "timeout", "error"]


class Failures(Description):
    """What becomes of records without a response.

    Parameters
    ----------
    allowed : float
        Share of the records that may fail; more, and the dataset is refused.
    retries : int
        How often a record is run again at once, with its own seed, when it fails.
    retried : list of str
        Kinds of failures that are worth it. By default a process that crashed or ran out of time,
        which may be the machine's fault: a model that does not converge does so again.
    """

    allowed: float = Field(0.1, ge=0, le=1)
    retries: int = Field(0, ge=0, le=100)
    retried: tuple[Kind, ...] = ("crash", "timeout")


@dataclass(frozen=True)
class Request:
    """What one record is computed from."""

    record: int
    motions: tuple[BaseMotion, ...]
    parameters: dict[str, float]
    changes: dict[str, float]
    seed: int


_apart = False


def keep_apart() -> None:
    """From now on, run every record of this process in a process of its own.

    What workers are told after one of them has died, of a simulator that did not ask for it.
    """
    global _apart
    _apart = True


def run(
    simulator: ExternalSimulator, request: Request, timeout: float | None, failures: Failures
) -> tuple[xr.Dataset | DidNotConverge, Run]:
    """Compute one record, again where the failure is of a kind that is retried.

    Raises
    ------
    ValueError
        With the record, where the simulator does not do what it declares.
    """
    start = time.monotonic()
    attempts = 0
    while True:
        result = _attempt(simulator, request, timeout)
        attempts += 1
        kind = result.kind if isinstance(result, DidNotConverge) else DONE
        if kind not in failures.retried or attempts > failures.retries:
            return result, Run(request.record, time.monotonic() - start, attempts, kind)


def _attempt(
    simulator: ExternalSimulator, request: Request, timeout: float | None
) -> xr.Dataset | DidNotConverge:
    arguments = (request.motions, request.parameters, request.seed)
    try:
        if simulator.runs_in_own_process or timeout is not None or _apart:
            return run_isolated(simulator, *arguments, timeout)
        return simulator.respond(*arguments)
    except DidNotConverge as failure:
        return failure
    except ValueError as failure:
        raise ValueError(f"record {request.record}: {failure}") from None
