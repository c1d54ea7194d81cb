"""Where generation runs on this machine: in this process, or in processes of their own.

A context manager yields a `concurrent.futures.Executor` and the number of tasks it runs at once;
`datasets.generation.clusters` has more of them.
"""

import contextlib
import multiprocessing
import multiprocessing.connection
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from multiprocessing import resource_tracker
from typing import Any


class Processes(ProcessPoolExecutor):
    """Processes that Ctrl-C does not reach, which goes to all of a terminal: this one decides."""

    def submit(self, task: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future:
        """Submit the task; a process started for it is born with SIGINT blocked.

        Its initializer comes too late: an interpreter that is interrupted while it starts prints a
        traceback of its own.
        """
        if not hasattr(signal, "pthread_sigmask"):  # Windows
            return super().submit(task, *args, **kwargs)
        resource_tracker.ensure_running()  # which would unblock the signal again
        before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
        try:
            return super().submit(task, *args, **kwargs)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


class InProcess(Executor):
    """Runs a task when it is submitted: no processes to start, and an interrupt stops it at
    once.
    """

    def submit(self, task: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future:
        """Run the task and return its future, done."""
        future: Future = Future()
        try:
            future.set_result(task(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


def require_alive(executor: Executor) -> None:
    """Raise BrokenExecutor or ValueError where nothing is left that could run the tasks.

    An executor that can tell has a method of this name; a pool of processes tells by itself.
    """
    look = getattr(executor, "require_alive", None)
    if look is not None:
        look()


@contextlib.contextmanager
def local(
    workers: int,
    prepare: Callable[..., None] | None = None,
    arguments: tuple[Any, ...] = (),
    apart: bool = False,
) -> Iterator[tuple[Executor, int]]:
    """Run in `workers` processes of this machine, which end with this one, however it ends.

    One worker is this process, unless the tasks are kept `apart` from it.

    Parameters
    ----------
    workers : int
    prepare : callable, optional
        What each process calls before its first task, with `arguments`.
    arguments : tuple
    apart : bool
        Whether a single worker is a process of its own, too.

    Raises
    ------
    ValueError
        When `workers` is not positive.
    """
    if workers < 1:
        raise ValueError(f"workers must be at least 1, got {workers}")
    if workers == 1 and not apart:
        yield InProcess(), 1
        return
    others = set(multiprocessing.active_children())
    executor = Processes(
        workers,
        multiprocessing.get_context("spawn"),
        initializer=_start_worker,
        initargs=(prepare, arguments),
    )
    try:
        yield executor, workers
    except BaseException:
        # What stops the run does not wait for the shards in work; their temporary files are swept
        # afterwards.
        for process in set(multiprocessing.active_children()) - others:
            process.terminate()
        raise
    finally:
        executor.shutdown(cancel_futures=True)


def _start_worker(prepare: Callable[..., None] | None, arguments: tuple[Any, ...]) -> None:
    # Ctrl-C reaches the whole process group; the parent decides.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    if prepare is not None:
        prepare(*arguments)


def _end_with_parent() -> None:
    """Leave when the parent is gone: after a kill -9 of it, the workers of a pool would wait for
    work for ever.
    """
    parent = multiprocessing.parent_process()
    if parent is not None:
        multiprocessing.connection.wait([parent.sentinel])
    os._exit(1)
