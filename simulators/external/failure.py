"""The one exception that says: there is no response to this record."""

from pathlib import Path
from types import TracebackType

KINDS = ("no_convergence", "collapse", "not_finite", "crash", "timeout", "error")
"""What may go wrong, each in one word."""


class DidNotConverge(RuntimeError):
    """A record without a response: no convergence, a crash, too much time, numbers not finite.

    Parameters
    ----------
    reason : str
        One line.
    time : float, optional
        Instant of the record (s) that was reached.
    kind : str
        One of `KINDS`.
    """

    def __init__(
        self, reason: str, time: float | None = None, kind: str = "no_convergence"
    ) -> None:
        if kind not in KINDS:
            raise ValueError(f"kind = {kind!r}: expected one of {', '.join(KINDS)}")
        self.kind = kind
        self.reason = " ".join(reason.split())
        self.time = time
        super().__init__(self.reason if time is None else f"{self.reason} at t = {time:g} s")

    def __reduce__(self) -> tuple[type, tuple[str, float | None, str]]:
        return type(self), (self.reason, self.time, self.kind)


def unexpected(failure: BaseException) -> DidNotConverge:
    """An error of the simulator's own as the failure of its record, with its place in the code."""
    words = " ".join(str(failure).split())
    reason = f"{type(failure).__name__}: {words}" if words else type(failure).__name__
    return DidNotConverge(f"{reason}{_place(failure.__traceback__)}", kind="error")


def _place(trace: TracebackType | None) -> str:
    """File and line where an error arose."""
    place = ""
    while trace is not None:
        name = Path(trace.tb_frame.f_code.co_filename).name
        if not name.startswith("<"):  # as Python's own import machinery
            place = f" ({name}, line {trace.tb_lineno})"
        trace = trace.tb_next
    return place
