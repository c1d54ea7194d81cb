"""The other side of `run_isolated`: a job comes in through stdin, its answer goes into a file."""

import os
import pickle
import sys
from pathlib import Path
from typing import Any

import xarray as xr

from simulators.external.failure import DidNotConverge


def answer(job: bytes) -> tuple[xr.Dataset | None, Exception | None]:
    """Response to a pickled job, or the exception that stands for it."""
    try:
        simulator, (motions, parameters, seed) = pickle.loads(job)
        return simulator.respond(motions, parameters, seed), None
    except (DidNotConverge, ValueError) as failure:
        return None, failure
    except Exception as failure:
        reason = f"{type(failure).__name__}: {failure}{_place(failure)}"
        return None, DidNotConverge(reason, kind="error")


def _place(failure: BaseException) -> str:
    """File and line where an error of the simulator's own arose."""
    trace: Any = failure.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return ""
    return f" ({Path(trace.tb_frame.f_code.co_filename).name}, line {trace.tb_lineno})"


def main() -> None:
    """Answer the job; the file appears whole or not at all."""
    target = Path(sys.argv[1])
    result = answer(sys.stdin.buffer.read())
    whole = target.with_suffix(".part")
    whole.write_bytes(pickle.dumps(result))
    os.replace(whole, target)


if __name__ == "__main__":
    main()
