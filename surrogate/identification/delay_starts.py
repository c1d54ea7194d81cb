"""Where searches for delays begin.

Over a delay residuals have a hollow for every period of the motion, and steps of a search end in
that where they begin. So every delay that is sought is first shifted to where the sensor correlates
best with what the model answers, which depends neither on its size nor on its noise.
"""

import numpy as np

from surrogate.identification.clocks import DELAY, LATEST, Clocks
from surrogate.identification.likelihood import Likelihood
from surrogate.identification.recordings import Recordings

STEP = 0.01
"""Between the delays that are tried (s)."""


def with_delays(likelihood: Likelihood, theta: np.ndarray | None = None) -> np.ndarray:
    """Return a vector whose delays that are sought are those of the best correlation.

    Parameters
    ----------
    likelihood : Likelihood
    theta : ndarray, shape (entry,), optional
        All other parameters; the start of the space by default.

    Returns
    -------
    ndarray, shape (entry,)
    """
    space = likelihood.space
    found = np.zeros(len(space)) if theta is None else theta.copy()
    recordings = likelihood.recordings
    sought = [
        (place, space.labels.index(f"{DELAY} {channel}"))
        for place, channel in enumerate(recordings.channels)
        if f"{DELAY} {channel}" in space.labels
    ]
    if not sought:
        return found
    values = space.values(found)
    start = next(unknown.start for unknown in space.unknowns if unknown.name == DELAY)
    rows = {name: np.tile(own, (len(recordings), 1)) for name, own in values.items()}
    answers = likelihood.model.answer(
        rows, recordings.base, recordings.interval, recordings.channels
    )
    for place, entry in sought:
        best = _best(recordings, answers[0], place, float(values[DELAY][place]))
        found[entry] = best - start[place]
    return found


def _best(recordings: Recordings, answers: np.ndarray, place: int, delay: float) -> float:
    """Delay of one channel at which answers, (record, time, channel), correlate best with it."""
    whole = recordings.clocks
    clock = Clocks(whole.interval, whole.intervals[[place]], whole.offsets[[place]])
    count = int(recordings.lengths[place])
    measured = recordings.measured[:, :count, place]
    present = recordings.present[:, :count, place]
    tried = np.append(np.arange(-LATEST, LATEST + 0.5 * STEP, STEP), delay)
    own = answers[None, ..., [place]]
    correlations = []
    for one in tried:
        seen = clock.seen(own, np.full((1, len(measured), 1), one))[0, :, :count, 0]
        size = np.sqrt(np.square(seen, where=present, out=np.zeros_like(seen)).sum())
        product = (measured * seen).sum(where=present)
        correlations.append(product / max(float(size), np.finfo(float).tiny))
    return float(tried[np.argmax(correlations)])
