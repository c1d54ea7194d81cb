"""The other side of `run_isolated`: a job comes in through stdin, its answer goes into a file.

Behind the job stdin stays open until the process that asked is gone; then this one ends, too. A run
of hours whose parent was killed would go on for nobody otherwise.
"""

import os
import pickle
import sys
import threading
from pathlib import Path

import xarray as xr

from simulators.external.failure import DidNotConverge, unexpected
from simulators.external.isolated import LENGTH


def answer(job: bytes) -> tuple[xr.Dataset | None, Exception | None]:
    """Response to a pickled job, or the exception that stands for it."""
    try:
        simulator, (motions, parameters, seed) = pickle.loads(job)
        return simulator.respond(motions, parameters, seed), None
    except (DidNotConverge, ValueError) as failure:
        return None, failure
    except Exception as failure:  # as of a module that cannot be imported here
        return None, unexpected(failure)


def main() -> None:
    """Answer the job; the file appears whole or not at all."""
    target = Path(sys.argv[1])
    pipe = sys.stdin.buffer
    job = pipe.read(int.from_bytes(pipe.read(LENGTH), "big"))
    threading.Thread(target=_end_with_parent, args=(pipe.fileno(),), daemon=True).start()
    result = answer(job)
    whole = target.with_suffix(".part")
    whole.write_bytes(pickle.dumps(result))
    os.replace(whole, target)


def _end_with_parent(pipe: int) -> None:
    os.read(pipe, 1)  # a buffered read would hold a lock that the end of Python waits for
    os._exit(1)


if __name__ == "__main__":
    main()
