"""The batch integrator: many structures of one layout, each to a stated tolerance.

Records are integrated eight at a time by `simulators.solvers.kernel`. The error of a record is
proved on itself, by the difference of two solutions with different steps
(`simulators.solvers.proof`). Records whose estimate, times a safety factor, exceeds the tolerance
are integrated again with more steps. What a record gets depends on nothing but itself: not on its
neighbours, the threads or the order.
"""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

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
    share_of_gap,
)
from simulators.solvers.simd import WIDTH

__all__ = ["MOST_STEPS", "OUTPUTS", "SAFETY", "integrate", "plan"]

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
    worked = the_plan.worked or bool({"dissipated_energy", "absorbed_energy"} & set(outputs))
    unwanted = np.zeros((0, 0, 0), _dtype(outputs))
    kept = [outputs.get(name, unwanted) for name in KEPT]
    start = None if initial is None else _full_state(the_plan, *initial)
    attempt = first_attempt(the_plan.fastest, interval, tolerance, count)
    error = np.full(count, np.inf)
    steps = np.zeros(count, dtype=np.int64)
    order = np.broadcast_to(the_plan.order, count)
    step = np.broadcast_to(the_plan.fastest * interval, count)
    pending = np.arange(count)
    while len(pending):
        blocks = _blocks(pending, attempt)
        run = _Block(the_plan, worked, signals, interval, attempt, kept, start)
        gap = np.full(count, np.inf)
        for records, found in zip(blocks, _in_threads(run, blocks, threads), strict=True):
            gap[records] = found
        error[pending] = (gap * share_of_gap(attempt, order, step))[pending]
        steps[pending] = attempt.fine[pending]
        pending = pending[~(SAFETY * error[pending] <= tolerance)]
        _refuse(pending[is_last(attempt)[pending]], error, tolerance)
        attempt = next_attempt(attempt, error, tolerance, order)
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


def _blocks(pending: np.ndarray, attempt: Attempt) -> list[np.ndarray]:
    """Records in blocks of up to WIDTH with the same number of steps."""
    steps = attempt.coarse[pending]
    ordered = pending[np.argsort(steps, kind="stable")]
    edges = np.flatnonzero(np.diff(attempt.coarse[ordered])) + 1
    blocks: list[np.ndarray] = []
    for group in np.split(ordered, edges):
        blocks += [group[i : i + WIDTH] for i in range(0, len(group), WIDTH)]
    return blocks


def _in_threads(
    run: Callable[[np.ndarray], np.ndarray], blocks: list[np.ndarray], threads: int | None
) -> list[np.ndarray]:
    """Gaps of all blocks; without a pool where one thread does it all, as handing a block over
    takes longer than a short one.
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
class _Block:
    """One call of the kernel; called with the records of a block, returns their gaps."""

    plan: Plan
    worked: bool
    signals: np.ndarray
    interval: float
    attempt: Attempt
    outputs: list[np.ndarray]
    initial: tuple[np.ndarray, ...] | None

    def __call__(self, records: np.ndarray) -> np.ndarray:
        plan = self.plan
        lanes = np.concatenate([records, np.repeat(records[-1:], WIDTH - len(records))])
        memory = _aligned((len(plan.nodes), node.NODE_ROWS, WIDTH))
        memory[:, : node.RUN] = plan.nodes if plan.nodes.shape[-1] == 1 else plan.nodes[..., lanes]
        if self.initial is not None:
            self._set_initial(memory, lanes)
        self._integrate(
            memory,
            plan.layout,
            _in_lanes(plan.sparse, lanes),
            plan.kinds,
            self.worked,
            int(self.attempt.coarse[records[0]]),
            int(self.attempt.fine[records[0]]),
            self.interval,
            np.ascontiguousarray(self.signals[lanes].T),
            records,
            tuple(self.outputs),
        )
        return self._gap(memory)[: len(records)]

    def _integrate(self, *arguments: object) -> None:
        """Run the kernel; ValueError where a rate equation of one's own cannot be compiled."""
        equations = self.plan.equations
        try:
            kernel.integrator(equations)(*arguments)
        except NumbaError as error:
            own = [equation.name for equation in equations if equation not in kernel.EQUATIONS]
            if not own:
                raise
            raise ValueError(
                f"rate equation {' or '.join(own)} cannot be compiled: expected arithmetic and "
                "the functions that simulators.hysteresis.rates.RateEquation lists; "
                'method="DOP853" runs it as it is'
            ) from error

    def _set_initial(self, memory: np.ndarray, lanes: np.ndarray) -> None:
        assert self.initial is not None
        for run in range(2):
            for row, values in zip((node.Y, node.U, node.Z, node.W), self.initial, strict=True):
                place = node.RUN + run * node.RUN_ROWS + node.STATE + row
                memory[1 : values.shape[1] + 1, place] = values[lanes].T

    def _gap(self, memory: np.ndarray) -> np.ndarray:
        """Relative difference of the two solutions; infinite where one of them is not finite."""
        elements = memory[1 : self.plan.layout.elements + 1]
        peak = elements[:, node.PEAK]
        gap = elements[:, node.GAP]
        with np.errstate(invalid="ignore", divide="ignore"):
            peak = np.maximum(peak, _LEAST_SHARE * peak.max(axis=0))
            ratio = np.where(gap > 0.0, gap / peak, 0.0).max(axis=0)
        finite = np.isfinite(memory[:, node.RUN :]).all(axis=(0, 1))
        return np.where(finite, ratio, np.inf)


def _in_lanes(
    sparse: tuple[np.ndarray, np.ndarray, np.ndarray] | None, lanes: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
    """Sparse rows with the entries of the records in `lanes`."""
    if sparse is None:
        return None
    start, column, entries = sparse
    entries = entries if entries.shape[-1] == 1 else entries[:, lanes]
    return start, column, np.ascontiguousarray(np.broadcast_to(entries, (len(entries), WIDTH)))


def _aligned(shape: tuple[int, ...]) -> np.ndarray:
    """Zeros on the boundaries of cache lines: a vector that straddles two costs two accesses."""
    size = int(np.prod(shape))
    raw = np.zeros(size + WIDTH)
    offset = -raw.ctypes.data // 8 % WIDTH
    return raw[offset : offset + size].reshape(shape)
