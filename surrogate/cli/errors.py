"""How a command ends: 0, or one line on stderr and a code.

2      the user can correct it
1      the machine failed: a disk, a worker, a reader that has gone
130    stopped by the user
"""

import os
import sys
from collections.abc import Callable
from concurrent.futures import BrokenExecutor

from surrogate.cli import interrupts

USER_ERRORS = (ValueError, FileNotFoundError, FileExistsError)


def reported(command: Callable[[], int]) -> int:
    """Run a command and return its exit code; an error of the user, or of the machine, is one line
    on stderr.
    """
    try:
        return command()
    except USER_ERRORS as error:
        return _fail(error, 2)
    except BrokenPipeError:  # the reader of our output has gone, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        return _fail(f"{error}; what is complete stays: run the same command again to continue", 1)
    except MemoryError as error:
        return _fail(f"not enough memory: {error}".rstrip(": "), 1)
    except BrokenExecutor as error:
        return _fail(error, 1)
    except KeyboardInterrupt:
        interrupts.told()
        return _fail(interrupts.STOPPED, interrupts.CODE)


def _fail(error: object, code: int) -> int:
    line = " ".join(str(error).split())
    # A name of a file may hold control characters, which a terminal would obey.
    shown = "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in line)
    print(f"error: {shown}", file=sys.stderr)
    return code
