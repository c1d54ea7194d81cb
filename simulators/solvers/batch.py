"""The batch integrator: many structures of one layout, each to a stated tolerance.

Records are integrated eight at a time by `simulators.solvers.kernel`, or sixteen at a time in
single precision: where they are kept in it, the tolerance leaves room for its rounding, and they
are of the kind that most are, chains of Bouc-Wen storeys with exponents 1, 2 and 3. The error of a
record is proved on itself, by the difference of two solutions with different steps
(`simulators.solvers.proof`). Records whose estimate, times a safety factor, exceeds the tolerance
are integrated again with more steps and in double precision. What a record gets depends on nothing
but itself: not on its neighbours, the threads or the order.
"""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numba.core.errors import NumbaError

from simulators.cores import available_cores
from simulators.solvers import kernel, node
from simulators.solvers.block import Factors, Scratch, Sources
from simulators.solvers.grouping import Group, groups
from simulators.solvers.layout import Layout
from simulators.solvers.peaks import compared, lost_in_singles, require_range
from simulators.solvers.plan import Plan, plan
from simulators.solvers.proof import (
    MOST_STEPS,
    SAFETY,
    first_attempt,
    is_last,
    next_attempt,
    rounding,
    share_of_gap,
    suits_singles,
)

__all__ = ["MOST_STEPS", "OUTPUTS", "SAFETY", "integrate", "plan"]

BLOCKS = 64
"""That a call of the kernel integrates at most: a second or less of ordinary records."""
PIECES = 4
"""For each thread, where the records are enough: none waits long for the last."""
_CACHE_LINE = 64
"""Bytes."""


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
        Naming the first record that does not meet the tolerance with `MOST_STEPS` steps a sample,
        or whose drifts the type of the outputs does not hold.
    """
    count = len(signals)
    worked = the_plan.layout.worked or bool({"dissipated_energy", "absorbed_energy"} & set(outputs))
    unwanted = np.zeros((0, 0, 0), _dtype(outputs))
    run = _Run(
        the_plan,
        the_plan.layout._replace(worked=worked),
        interval,
        _sources(the_plan, signals, initial),
        tuple(outputs.get(name, unwanted) for name in KEPT),
        np.empty((2, the_plan.layout.elements, count)),
    )
    attempt = first_attempt(the_plan.fastest, interval, tolerance, count)
    error = np.full(count, np.inf)
    steps = np.zeros(count, dtype=np.int64)
    order = np.broadcast_to(the_plan.order, count)
    step = np.broadcast_to(the_plan.fastest * interval, count)
    ringing = np.broadcast_to(the_plan.ringing, count)
    plain = np.broadcast_to(the_plan.plain, count)
    stiff = np.broadcast_to(the_plan.stiff, count)
    single = np.zeros(count, dtype=bool)
    if unwanted.dtype == np.float32:
        single = plain & suits_singles(the_plan.layout.floors, ringing, tolerance)
    pending = np.arange(count)
    while len(pending):
        _in_threads(run, groups(pending, attempt, plain, stiff, single), threads)
        gap = np.full(count, np.inf)
        over_drift = np.zeros(count)
        gap[pending], over_drift[pending] = compared(run.found[..., pending])
        estimate = gap * share_of_gap(attempt, order, step)
        estimate[single] += rounding(over_drift, ringing)[single]
        estimate[single & lost_in_singles(run.found[0])] = np.inf
        error[pending] = estimate[pending]
        steps[pending] = attempt.fine[pending]
        pending = pending[~(SAFETY * error[pending] <= tolerance)]
        _refuse(pending[is_last(attempt)[pending]], error, tolerance)
        attempt = next_attempt(attempt, error, tolerance, order)
        single = np.zeros(count, dtype=bool)
    if unwanted.dtype == np.float32:
        require_range(run.found[0])
    return error, steps


def _sources(
    the_plan: Plan, signals: np.ndarray, initial: tuple[np.ndarray, np.ndarray] | None
) -> Sources:
    """What the kernel takes of all records, as arrays that it is compiled for."""
    if signals.strides[0] == 0:
        signals = signals[:1]  # one for all records
    none = np.zeros((0, 0))
    start = 4 * (none,) if initial is None else _full_state(the_plan, *initial)
    displacement, velocity, z, work = (_as_compiled(part) for part in start)
    return Sources(
        _as_compiled(the_plan.nodes),
        _as_compiled(the_plan.stepped),
        _as_compiled(none if the_plan.sparse is None else the_plan.sparse[2]),
        _as_compiled(signals),
        (displacement, velocity, z, work),
    )


def _as_compiled(array: np.ndarray) -> np.ndarray:
    """In one piece and writable, as the kernel is compiled for no other array."""
    return np.require(array, np.float64, ("C", "W"))


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


def _in_threads(run: "_Run", grouped: list[Group], threads: int | None) -> None:
    """Run all groups, in pieces that leave no thread idle for long."""
    total = sum(len(group.blocks) for group in grouped)
    count = min(threads or available_cores(), total)
    most = BLOCKS if count == 1 else min(BLOCKS, -(-total // (PIECES * count)))
    pieces = [
        group._replace(blocks=group.blocks[i : i + most])
        for group in grouped
        for i in range(0, len(group.blocks), most)
    ]
    if count == 1:
        for piece in pieces:
            run(piece)
        return
    with ThreadPoolExecutor(count) as pool:
        list(pool.map(run, pieces))


def _refuse(hopeless: np.ndarray, error: np.ndarray, tolerance: float) -> None:
    if len(hopeless):
        first = hopeless[0]
        raise ValueError(
            f"record {first}: tolerance = {tolerance:g} is not met with {MOST_STEPS} steps a "
            f"sample (estimated error {error[first]:.1e}, of which {SAFETY:g} times counts); "
            f"{len(hopeless)} such records"
        )


@dataclass(frozen=True)
class _Run:
    """Integrates groups of records, and writes their outputs and what is found of them."""

    plan: Plan
    layout: Layout
    interval: float
    sources: Sources
    outputs: tuple[np.ndarray, ...]
    found: np.ndarray
    """As `simulators.solvers.block.leave` fills it, shape (2, element, record)."""

    def __call__(self, group: Group) -> None:
        plan = self.plan
        factors = _factors(
            plan, np.array([self.interval / group.coarse, self.interval / group.fine])
        )
        scratch = self._scratch(group.blocks.shape[1], group.precision)
        layout = self.layout._replace(stiff=group.stiff)
        self._integrate(
            kernel.plain_integrator(layout) if group.plain else kernel.integrator(plan.equations),
            group.blocks,
            layout,
            None if plan.sparse is None else (*plan.sparse[:2], scratch.entries),
            plan.plain_kinds if group.plain else plan.kinds,
            group.coarse,
            group.fine,
            self.interval,
            self.sources,
            factors,
            scratch,
            self.outputs,
            self.found,
        )

    def _scratch(self, lanes: int, precision: type) -> Scratch:
        nodes = len(self.plan.nodes)
        return Scratch(
            _aligned((nodes, node.NODE_ROWS, lanes), precision),
            _aligned((2, len(self.sources.entries), lanes), precision),
            _aligned((lanes + 1, lanes), precision),
            _aligned((len(self.outputs), lanes * (nodes - 2), lanes), precision),
        )

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


def _factors(plan: Plan, steps: np.ndarray) -> Factors:
    """Powers of the steps (s) of both runs, shape (run,)."""
    powers: list[int] = []
    if plan.sparse is not None:
        rows = [plan.layout.elements, *3 * [plan.layout.floors]]
        powers = np.repeat(np.repeat([0, 2, 1, 2], rows), np.diff(plan.sparse[0])).tolist()
    return Factors(
        np.ones(node.RUN),
        *(
            np.power(steps[:, None], np.array(own, dtype=float))
            for own in (node.STEP_POWERS, powers, (0, 1, 0, 0))
        ),
    )


def _aligned(shape: tuple[int, ...], precision: type) -> np.ndarray:
    """Zeros on the boundaries of cache lines: a vector that straddles two costs two accesses."""
    size = int(np.prod(shape))
    line = _CACHE_LINE // np.dtype(precision).itemsize
    raw: np.ndarray = np.zeros(size + line, precision)
    offset = -raw.ctypes.data // raw.itemsize % line
    return raw[offset : offset + size].reshape(shape)
