"""The batch integrator: many structures of one layout, each to a stated tolerance.

Records are integrated eight at a time by `simulators.solvers.kernel`, or sixteen at a time in
single precision: where they are kept in it, the tolerance leaves room for its rounding, and they
are of the kind that most are, chains of Bouc-Wen storeys with exponents 1, 2 and 3. The error of a
record is proved on itself, by the difference of two solutions with different steps
(`simulators.solvers.proof`). Records whose estimate, times a safety factor, exceeds the tolerance
are integrated again with more steps and in double precision. What a record gets depends on nothing
but itself: not on its neighbours, the threads or the order.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numba.core.errors import NumbaError

from simulators.cores import available_cores
from simulators.solvers import kernel, node
from simulators.solvers.plan import Plan, plan
from simulators.solvers.proof import (
    MOST_STEPS,
    SAFETY,
    Attempt,
    first_attempt,
    is_last,
    next_attempt,
    rounding,
    share_of_gap,
    suits_singles,
)
from simulators.solvers.simd import SINGLE_WIDTH, WIDTH

__all__ = ["MOST_STEPS", "OUTPUTS", "SAFETY", "integrate", "plan"]

_CACHE_LINE = 64
"""Bytes."""
_LEAST_SHARE = 1e-6
"""Share of the largest drift below which that of an element is rounding: a brace between two like
columns, say.
"""


def integrate(
    the_plan: Plan,
    signals: np.ndarray,
    interval: float,
    tolerance: float,
    outputs: Mapping[str, np.ndarray],
    initial: tuple[np.ndarray, np.ndarray] | None = None,
    threads: int | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Integrate all records to `tolerance`.

    Parameters
    ----------
    the_plan : Plan
    signals : ndarray, shape (record, time)
        Base acceleration (m/s^2) or force (N), linear between samples.
    interval : float
        Sampling interval (s).
    tolerance : float
        Largest relative error in drift.
    outputs : dict of str to ndarray, shape (record, time, component)
        Arrays to fill: names out of `KEPT`.
    initial : tuple of ndarray, shape (record, floor), optional
        Displacement and velocity at the first sample; rest by default.
    threads : int, optional
        All cores by default.

    Returns
    -------
    error : ndarray, shape (record,)
        Estimated relative error in drift.
    steps : ndarray of int, shape (record,)
        Steps a sample.

    Raises
    ------
    ValueError
        Naming the first record that does not meet the tolerance with `MOST_STEPS` steps a sample.
    """
    count = len(signals)
    worked = the_plan.layout.worked or bool({"dissipated_energy", "absorbed_energy"} & set(outputs))
    unwanted = np.zeros((0, 0, 0), _dtype(outputs))
    kept = [outputs.get(name, unwanted) for name in KEPT]
    start = None if initial is None else _full_state(the_plan, *initial)
    attempt = first_attempt(the_plan.fastest, interval, tolerance, count)
    error = np.full(count, np.inf)
    steps = np.zeros(count, dtype=np.int64)
    order = np.broadcast_to(the_plan.order, count)
    step = np.broadcast_to(the_plan.fastest * interval, count)
    ringing = np.broadcast_to(the_plan.ringing, count)
    plain = np.broadcast_to(the_plan.plain, count)
    single = np.zeros(count, dtype=bool)
    if unwanted.dtype == np.float32:
        single = plain & suits_singles(the_plan.layout.floors, ringing, tolerance)
    pending = np.arange(count)
    while len(pending):
        run = _Run(the_plan, worked, signals, interval, attempt, kept, start)
        blocks = _blocks(pending, attempt, plain, single)
        found = _in_threads(run, blocks, threads)
        records = np.concatenate([block.records for block in blocks])
        gap = np.full(count, np.inf)
        over_drift = np.zeros(count)
        gap[records], over_drift[records] = _compared(np.concatenate(found, axis=-1))
        estimate = gap * share_of_gap(attempt, order, step)
        estimate[single] += rounding(over_drift, ringing)[single]
        error[pending] = estimate[pending]
        steps[pending] = attempt.fine[pending]
        pending = pending[~(SAFETY * error[pending] <= tolerance)]
        _refuse(pending[is_last(attempt)[pending]], error, tolerance)
        attempt = next_attempt(attempt, error, tolerance, order)
        single = np.zeros(count, dtype=bool)
    return error, steps


def _full_state(
    the_plan: Plan, displacement: np.ndarray, velocity: np.ndarray
) -> tuple[np.ndarray, ...]:
    """State of all records at the first sample in the order of the kernel's rows."""
    z, work = the_plan.elements.start(displacement @ the_plan.incidence.T)
    return displacement, velocity, z, work


OUTPUTS = (
    "displacement",
    "velocity",
    "acceleration",
    "drift",
    "restoring_force",
    "dissipated_energy",
)
"""Responses that are kept where nothing else is asked for."""

KEPT = (*OUTPUTS, "hysteretic_force", "absorbed_energy")
"""Responses that the kernel can keep, in its order; absorbed_energy (J) of each element is the sum
of what it stores and what it dissipates.
"""


def _dtype(outputs: Mapping[str, np.ndarray]) -> np.dtype:
    return next((array.dtype for array in outputs.values()), np.dtype(np.float64))


class _Block(NamedTuple):
    """Records that one call of the kernel integrates, with as many steps."""

    records: np.ndarray
    plain: bool
    precision: type

    @property
    def width(self) -> int:
        """Of a vector."""
        return SINGLE_WIDTH if self.precision == np.float32 else WIDTH


def _blocks(
    pending: np.ndarray, attempt: Attempt, plain: np.ndarray, single: np.ndarray
) -> list[_Block]:
    """Blocks of the records that are pending, each of records that are treated alike."""
    keys = np.stack([attempt.coarse, plain, single])[:, pending]
    order = np.lexsort(keys)
    edges = np.flatnonzero(np.diff(keys[:, order]).any(axis=0)) + 1
    blocks = []
    for group in np.split(pending[order], edges):
        precision = np.float32 if single[group[0]] else np.float64
        whole = _Block(group, bool(plain[group[0]]), precision)
        for i in range(0, len(group), whole.width):
            blocks.append(whole._replace(records=group[i : i + whole.width]))
    return blocks


def _in_threads(run: "_Run", blocks: list[_Block], threads: int | None) -> list[np.ndarray]:
    """What the kernel found in all blocks; without a pool where one thread does it all, as handing
    a block over takes longer than a short one.
    """
    count = min(threads or available_cores(), len(blocks))
    if count == 1:
        return [run(block) for block in blocks]
    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, blocks))


def _refuse(hopeless: np.ndarray, error: np.ndarray, tolerance: float) -> None:
    if len(hopeless):
        first = hopeless[0]
        raise ValueError(
            f"record {first}: tolerance = {tolerance:g} is not met with {MOST_STEPS} steps a "
            f"sample (estimated error {error[first]:.1e}); {len(hopeless)} such records"
        )


@dataclass(frozen=True)
class _Run:
    """An attempt at the records that are pending; called with a block, returns what `_compared`
    takes of its records, shape (3, element, record).
    """

    plan: Plan
    worked: bool
    signals: np.ndarray
    interval: float
    attempt: Attempt
    outputs: list[np.ndarray]
    initial: tuple[np.ndarray, ...] | None

    def __call__(self, block: _Block) -> np.ndarray:
        plan = self.plan
        records, plain, precision = block
        width = block.width
        lanes = np.concatenate([records, np.repeat(records[-1:], width - len(records))])
        counts = (int(self.attempt.coarse[records[0]]), int(self.attempt.fine[records[0]]))
        steps = [self.interval / count for count in counts]
        memory = _aligned((len(plan.nodes), node.NODE_ROWS, width), precision)
        memory[:, : node.RUN] = _of_lanes(plan.nodes, lanes)
        for run, step in enumerate(steps):
            first = node.RUN + run * node.RUN_ROWS
            factors = np.power(step, node.STEP_POWERS)[:, None]
            rows = slice(first + node.STEPPED, first + node.STATE)
            memory[:, rows] = factors * _of_lanes(plan.stepped, lanes)
            if self.initial is not None:
                self._set_initial(memory[:, first + node.STATE :], lanes, step)
        layout = plan.layout._replace(worked=self.worked)
        self._integrate(
            kernel.plain_integrator(layout) if plain else kernel.integrator(plan.equations),
            memory,
            layout,
            _in_lanes(plan, lanes, steps, precision),
            plan.plain_kinds if plain else plan.kinds,
            *counts,
            self.interval,
            np.ascontiguousarray(self.signals[lanes].T, dtype=precision),
            lanes,
            _aligned((len(self.outputs), width * (len(plan.nodes) - 2), width), precision),
            tuple(self.outputs),
        )
        return self._found(memory)[..., : len(records)]

    def _integrate(self, integrator: Callable[..., None], *arguments: object) -> None:
        """Run a kernel; ValueError where a rate equation of one's own cannot be compiled."""
        try:
            integrator(*arguments)
        except NumbaError as error:
            equations = self.plan.equations
            own = [equation.name for equation in equations if equation not in kernel.EQUATIONS]
            if not own:
                raise
            raise ValueError(
                f"rate equation {' or '.join(own)} cannot be compiled: expected arithmetic and "
                "the functions that simulators.hysteresis.rates.RateEquation lists; "
                'method="DOP853" runs it as it is'
            ) from error

    def _set_initial(self, state: np.ndarray, lanes: np.ndarray, step: float) -> None:
        assert self.initial is not None
        factors = (1.0, step, 1.0, 1.0)
        rows = (node.Y, node.U, node.Z, node.W)
        for row, values, factor in zip(rows, self.initial, factors, strict=True):
            state[1 : values.shape[1] + 1, row] = factor * values[lanes].T

    def _found(self, memory: np.ndarray) -> np.ndarray:
        """Peak drift of each element, the largest difference of the two solutions, and zero where
        both of them are finite to the end, else nan.
        """
        runs = memory[:, node.RUN :].reshape(len(memory), 2, node.RUN_ROWS, -1)
        states = runs[:, :, node.STATE : node.STATE + node.STATE_ROWS]
        elements = memory[1 : self.plan.layout.elements + 1]
        with np.errstate(invalid="ignore"):
            wrong = (states - states).sum(axis=(0, 1, 2))
        wrong = np.broadcast_to(wrong, elements[:, 0].shape)
        return np.stack([elements[:, node.PEAK], elements[:, node.GAP], wrong]).astype(np.float64)


def _compared(found: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Relative difference of the two solutions, infinite where one of them is not finite; sum of
    the drifts up to a storey over that of the storey, for the worst one (`proof.rounding`).

    `found` is of shape (3, element, record), as the blocks return it.
    """
    peak, gap, wrong = found
    with np.errstate(invalid="ignore", divide="ignore"):
        peak = np.maximum(peak, _LEAST_SHARE * peak.max(axis=0))
        ratio = np.where(gap > 0.0, gap / peak, 0.0).max(axis=0)
        over_drift = np.where(peak > 0.0, np.cumsum(peak, axis=0) / peak, 0.0).max(axis=0)
    return np.where(np.isnan(wrong[0]), np.inf, ratio), over_drift


def _of_lanes(coefficients: np.ndarray, lanes: np.ndarray) -> np.ndarray:
    """Coefficients of the records in `lanes`; the last axis has length 1 if all are alike."""
    return coefficients if coefficients.shape[-1] == 1 else coefficients[..., lanes]


def _in_lanes(
    plan: Plan, lanes: np.ndarray, steps: Sequence[float], precision: type
) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
    """Sparse rows with the entries of the records in `lanes`, in steps of both runs."""
    if plan.sparse is None:
        return None
    start, column, entries = plan.sparse
    rows = [plan.layout.elements, *3 * [plan.layout.floors]]
    powers = np.repeat(np.repeat([0, 2, 1, 2], rows), np.diff(start))
    own = [np.power(step, powers)[:, None] * _of_lanes(entries, lanes) for step in steps]
    both = np.broadcast_to(np.stack(own), (2, len(powers), len(lanes)))
    return start, column, np.ascontiguousarray(both, dtype=precision)


def _aligned(shape: tuple[int, ...], precision: type) -> np.ndarray:
    """Zeros on the boundaries of cache lines: a vector that straddles two costs two accesses."""
    size = int(np.prod(shape))
    line = _CACHE_LINE // np.dtype(precision).itemsize
    raw: np.ndarray = np.zeros(size + line, precision)
    offset = -raw.ctypes.data // raw.itemsize % line
    return raw[offset : offset + size].reshape(shape)
