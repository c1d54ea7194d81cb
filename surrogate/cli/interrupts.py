"""Ctrl-C once stops a command, which tidies up and says so in a line; twice, it ends at once."""

import os
import signal
from typing import Any

STOPPED = "stopped: run the same command again to continue"
CODE = 130


class _Interrupts:
    """Handler of Ctrl-C of a process that is a command."""

    def __init__(self) -> None:
        self.asked = False

    def __call__(self, signum: int, frame: Any) -> None:
        """Raise KeyboardInterrupt the first time; leave the process the second.

        What tidies up, joins its processes or shuts the interpreter down would else be stopped in
        the middle, with a traceback for the user. Workers end with this process by themselves.
        """
        if not self.asked:
            self.asked = True
            raise KeyboardInterrupt
        os.write(2, f"error: {STOPPED}\n".encode())
        os._exit(CODE)


_interrupts = _Interrupts()


def take_over() -> None:
    """Answer Ctrl-C in this process from now on, unless it is told to ignore it."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _interrupts)


def told() -> None:
    """Ignore Ctrl-C once the user has been told: the interpreter is about to leave.

    It would take our handler away on its way out, and die by the signal.
    """
    if signal.getsignal(signal.SIGINT) is _interrupts:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
