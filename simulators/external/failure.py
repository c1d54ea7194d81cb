"""The one exception that says: there is no response to this record."""


class DidNotConverge(RuntimeError):
    """A record without a response: no convergence, a crash, too much time, numbers not finite.

    Parameters
    ----------
    reason : str
        One line.
    time : float, optional
        Instant of the record (s) that was reached.
    """

    def __init__(self, reason: str, time: float | None = None) -> None:
        self.reason = " ".join(reason.split())
        self.time = time
        super().__init__(self.reason if time is None else f"{self.reason} at t = {time:g} s")

    def __reduce__(self) -> tuple[type, tuple[str, float | None]]:
        return type(self), (self.reason, self.time)
