"""Exact response of a linear oscillator to motions that are linear between their samples.

The relative displacement u of an oscillator of angular frequency w and damping ratio zeta follows

    u'' + 2 zeta w u' + w^2 u = -a(t),                                                          (1)

which is one complex equation of first order,

    z' = lambda z - a(t),   lambda = -zeta w + i w_d,   w_d = w sqrt(1 - zeta^2),                (2)
    u = Im z / w_d,   u' = Im(lambda z) / w_d,   u'' + a = Im(lambda^2 z) / w_d.

Where a is linear, a = a_0 + s t, the solution of (2) is

    z(t) = alpha + beta t + (z_0 - alpha) exp(lambda t),                                        (3)
    beta = s / lambda,   alpha = (beta + a_0) / lambda.

From sample to sample (3) is a recurrence of first order: the exact method of Nigam and Jennings
(1969, BSSA 59:909-922), of which a filter does all samples of all records. Between samples the
response of (3) is a line and a decaying harmonic: a bound on their sum tells the few intervals that
may hold the peak, and there its stationary points are found by Newton's method.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy  # its parts are loaded where they are used: a reader of a motion needs none

BLOCK_SAMPLES = 2**20
"""Samples worked on at once: of the records, and of the times within their intervals."""

NODES = 32  # a period, between which stationary points are looked for
NEWTON_STEPS = 4  # from a bracket of a 32nd of a period; the error of the peak is its square

Values = npt.NDArray[np.float64]
Complex = npt.NDArray[np.complex128]


@dataclass(frozen=True, eq=False)
class Response:
    """The solution (3) in every interval of all records.

    Attributes
    ----------
    rate : complex
        lambda of (2), 1/s.
    interval : float
    state, offset, slope : ndarray, shape (record, interval)
        z_0, alpha and beta of (3).
    last : ndarray, shape (record,)
        z at the last sample.
    """

    rate: complex
    interval: float
    state: Complex
    offset: Complex
    slope: Complex
    last: Complex

    @classmethod
    def to(cls, records: Values, interval: float, period: float, damping: float) -> "Response":
        """Return the response of one oscillator to records, shape (record, time)."""
        angular = 2.0 * np.pi / period
        rate = angular * complex(-damping, np.sqrt(1.0 - damping**2))
        states = _states(records, interval, rate)
        slope: Complex = np.asarray(np.diff(records, axis=1) / (interval * rate))
        offset: Complex = np.asarray((slope + records[:, :-1]) / rate)
        return cls(rate, interval, states[:, :-1], offset, slope, states[:, -1])

    @property
    def damped(self) -> float:
        """w_d of (2), rad/s."""
        return self.rate.imag

    def peak(self, factor: complex) -> Values:
        """Return the largest |Im(factor z)| of each record, shape (record,)."""
        line = (factor * self.offset).imag
        line_end = line + self.interval * (factor * self.slope).imag
        harmonic = abs(factor) * np.abs(self.state - self.offset)
        bound = np.maximum(np.abs(line), np.abs(line_end)) + harmonic
        sampled = np.abs((factor * self.state).imag).max(axis=1, initial=0.0)
        largest = np.maximum(sampled, np.abs((factor * self.last).imag))
        record, interval = np.nonzero(bound > largest[:, None])
        nodes = self._nodes()
        step = max(1, BLOCK_SAMPLES // len(nodes))
        for first in range(0, len(record), step):
            chosen = (record[first : first + step], interval[first : first + step])
            peaks = self._pieces(factor, *chosen).peaks(nodes)
            np.maximum.at(largest, chosen[0], peaks)
        return largest

    def _pieces(
        self, factor: complex, record: npt.NDArray[np.intp], interval: npt.NDArray[np.intp]
    ) -> "Pieces":
        line = factor * self.offset[record, interval]
        slope = factor * self.slope[record, interval]
        return Pieces(self.rate, line, slope, factor * self.state[record, interval] - line)

    def _nodes(self) -> Values:
        """Return times within an interval between which a harmonic is almost a parabola.

        From cycle to cycle a line and a decaying harmonic are convex where they are largest: the
        largest of them all lies in the first period of an interval or in the last.
        """
        period = 2.0 * np.pi / self.damped
        if self.interval <= 2.0 * period:
            return np.linspace(0.0, self.interval, int(np.ceil(NODES * self.interval / period)) + 1)
        cycle = np.linspace(0.0, period, NODES + 1)
        return np.concatenate([cycle, self.interval - period + cycle])


@dataclass(frozen=True, eq=False)
class Pieces:
    """Im(line + slope t + harmonic exp(rate t)) within some intervals, each of its own.

    Attributes
    ----------
    rate : complex
    line, slope, harmonic : ndarray, shape (piece,)
    """

    rate: complex
    line: Complex
    slope: Complex
    harmonic: Complex

    def peaks(self, nodes: Values) -> Values:
        """Return the largest stationary value of each piece, 0 without any, shape (piece,)."""
        times = self._between_bends(nodes)
        speed = self._speed(times)
        turns = speed[:, :-1] * speed[:, 1:] < 0.0
        piece, place = np.nonzero(turns)
        low = times[piece, place]
        high = times[piece, place + 1]
        before = speed[piece, place]
        after = speed[piece, place + 1]
        of_turns = Pieces(self.rate, self.line[piece], self.slope[piece], self.harmonic[piece])
        start = low + (high - low) * before / (before - after)
        peaks = np.zeros(len(self.line))
        np.maximum.at(peaks, piece, of_turns._stationary_value(start, low, high))
        return peaks

    def _between_bends(self, nodes: Values) -> Values:
        """Return the nodes of each piece, and between them the zeros of its curvature.

        The speed has no more than one zero from one of these times to the next: where a straight
        line of acceleration crosses zero, it is a parabola that may have two between nodes.
        Where there is no bend, the node before stands in its place.
        """
        curvature = self._curvature(np.broadcast_to(nodes, (len(self.line), len(nodes))))
        before = curvature[:, :-1]
        after = curvature[:, 1:]
        bends = before * after < 0.0
        share = np.divide(before, before - after, out=np.zeros_like(before), where=bends)
        times = np.empty((len(self.line), 2 * len(nodes) - 1))
        times[:, ::2] = nodes
        times[:, 1::2] = nodes[:-1] + share * np.diff(nodes)
        return times

    def _stationary_value(self, time: Values, low: Values, high: Values) -> Values:
        """Return the value where the speed is zero by Newton's method, one time for each piece."""
        for _ in range(NEWTON_STEPS):
            curvature = self._curvature(time[:, None])[:, 0]
            speed = self._speed(time[:, None])[:, 0]
            step = np.divide(speed, curvature, out=np.zeros_like(time), where=curvature != 0.0)
            time = np.clip(time - step, low, high)
        value = self.line + self.slope * time + self.harmonic * np.exp(self.rate * time)
        return np.asarray(np.abs(value.imag), dtype=np.float64)

    def _speed(self, times: Values) -> Values:
        change = self.rate * self.harmonic[:, None] * np.exp(self.rate * times)
        return np.asarray((self.slope[:, None] + change).imag, dtype=np.float64)

    def _curvature(self, times: Values) -> Values:
        change = self.rate**2 * self.harmonic[:, None] * np.exp(self.rate * times)
        return np.asarray(change.imag, dtype=np.float64)


def _states(records: Values, interval: float, rate: complex) -> Complex:
    """Return z of (2) at every sample, shape (record, time), from rest."""
    step = rate * interval
    constant, linear = _weights(step)
    now = -interval * linear
    before = -interval * (constant - linear)
    at_rest = -now * records[:, :1]  # the filter would answer the first sample itself
    states, _ = scipy.signal.lfilter(
        [now, before], [1.0, -np.exp(step)], records, axis=1, zi=at_rest
    )
    return np.asarray(states, dtype=np.complex128)


def _weights(step: complex) -> tuple[complex, complex]:
    """Return (exp(w) - 1) / w and (exp(w) - 1 - w) / w^2, by their series where w is small."""
    if abs(step) > 1.0:
        constant = (np.exp(step) - 1.0) / step
        return complex(constant), complex((constant - 1.0) / step)
    term = 1.0 + 0.0j
    constant = term
    linear = 0.0j
    for number in range(2, 22):
        term = term / number
        linear += term
        term = term * step
        constant += term
    return constant, linear
