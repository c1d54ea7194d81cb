"""Ctrl-C once stops a command, which tidies up and says so in a line; twice, it ends at once."""

import contextlib
import os
import signal
import threading
from collections.abc import Iterator
from typing import Any

STOPPED = "stopped: run the same command again to continue"
CODE = 130


class Told:
    """Which signal has stopped a command; 0 for none."""

    def __init__(self) -> None:
        self.number = 0


@contextlib.contextmanager
def stopped_by(*numbers: int) -> Iterator[Told]:
    """Let signals that batch systems send before they kill stop a command as Ctrl-C does."""
    told = Told()
    if threading.current_thread() is not threading.main_thread():
        yield told
        return

    def stop(number: int, frame: Any) -> None:
        told.number = number
        raise KeyboardInterrupt

    before = {number: signal.signal(number, stop) for number in numbers}
    try:
        yield told
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class Early:
    """Handler that remembers a signal for whoever takes it over.

    Attributes
    ----------
    told : bool
        Whether the signal has come.
    """

    def __init__(self) -> None:
        self.told = False

    def __call__(self, signum: int, frame: Any) -> None:
        self.told = True


def remember_warning() -> None:
    """Do not die of a scheduler's SIGUSR1 while Python still loads what a training needs.

    `surrogate.training.callbacks.interrupt.Interruptible` takes it over.
    """
    if hasattr(signal, "SIGUSR1") and signal.getsignal(signal.SIGUSR1) is signal.SIG_DFL:
        signal.signal(signal.SIGUSR1, Early())


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
