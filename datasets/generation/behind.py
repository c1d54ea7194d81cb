"""Work that one thread does while this one goes on to the next."""

import contextlib
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any


@contextlib.contextmanager
def one_behind() -> Iterator[Callable[..., None]]:
    """Yield a function that has a call made by a thread, as soon as the call before has ended.

    At most one call is under way: the next one waits for it, and so does the end of the block. The
    error of a call is raised by whichever of them comes first.
    """
    under_way: list[Future] = []

    def begin(call: Callable[..., None], *arguments: Any, **options: Any) -> None:
        _end(under_way)
        under_way.append(thread.submit(call, *arguments, **options))

    with ThreadPoolExecutor(1) as thread:
        yield begin
        _end(under_way)


def _end(under_way: list[Future]) -> None:
    while under_way:
        under_way.pop().result()
