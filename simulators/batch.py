"""The batch integrator: many structures of one layout, each to a stated tolerance.

Records are integrated eight at a time by `simulators.kernel`. The error of a record is proved on itself: its relative difference in
drift between k and 2 k steps a sample, max |d_2k - d_k| / max |d_2k| for the worst element, is 7 times the error of the finer solution
for a scheme of third order. Records whose estimate, times a safety factor, exceeds the tolerance are integrated again with the number
of steps that the order predicts. What a record gets depends on nothing but itself: not on its neighbours, the threads or the order.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from simulators import kernel
from simulators.hysteresis import BABER_NOORI, COLUMNS
from simulators.lanes import WIDTH
from simulators.structure import chain

ORDER = 3
SAFETY = 4.0
"""Estimates have been seen to fall short of the true error by up to a factor of 2 where the reversals of the two solutions interfere."""
MOST_STEPS = 4096
"""Steps a sample beyond which a record is given up."""
_FIRST_REACH = 1.0
"""|lambda| h of the coarser solution at the first attempt; the scheme itself is stable to about 2.8 for linear response."""


@dataclass(frozen=True)
class Plan:
    """Layout and coefficients of all records: `table` has a row for each coefficient and a column for each record (or one for all)."""

    layout: kernel.Layout
    rows: kernel.Rows
    start: np.ndarray
    column: np.ndarray
    kinds: np.ndarray
    codes: np.ndarray
    table: np.ndarray
    fastest: np.ndarray
    """Largest |lambda| (1/s) of the structure at rest, shape (1,) or (record,)."""


def plan(structure, load, influence):
    """Coefficients of `structure` as the kernel reads them.

    Parameters
    ----------
    structure : Structure
    load : ndarray, shape (..., floor)
        Force on the floors for a signal of one (N per m/s^2, or N per N).
    influence : ndarray, shape (floor,)
        What the signal adds to the relative acceleration to make it absolute.
    """
    table = structure.element_table()
    for name in (
        "mass",
        "flexibility",
        "amplitude",
    ):  # divisors, of no meaning in an element that has no such coefficient
        column = table[..., COLUMNS.index(name)]
        column[column == 0.0] = 1.0
    inverse = np.linalg.inv(structure.mass)
    B, scale = structure.incidence, table[..., COLUMNS.index("scale")]
    elastic = structure.stiffness + np.einsum("ei,...e,ej->...ij", B, table[..., COLUMNS.index("elastic")], B)
    P = -inverse @ (B.T * scale[..., None, :])
    D, S = -inverse @ structure.total_damping(), -inverse @ elastic
    stiff = bool(np.any(S))
    if _is_chain(structure, P, D, S):
        start = column = np.zeros(0, dtype=np.int64)
        entries, is_chain = _stencils(P, D, S), True
    else:
        start, column, entries = _sparse_rows(B, P, D, S)
        is_chain = False
    layout = kernel.Layout(structure.floors, structure.elements, is_chain, stiff)
    loads = np.einsum("...ij,...j->...i", inverse, load)
    influence = np.broadcast_to(influence, (structure.floors,))
    flat = [table.reshape(*table.shape[:-2], -1), loads, influence, entries]
    records = max(part.shape[0] if part.ndim == 2 else 1 for part in flat)
    flat = [np.broadcast_to(part, (records, part.shape[-1])) for part in flat]
    return Plan(
        layout,
        kernel.rows_of(structure.floors, structure.elements, entries.shape[-1]),
        start,
        column,
        structure.tangents,
        _power_codes(table[..., COLUMNS.index("power")]),
        np.ascontiguousarray(np.concatenate(flat, axis=-1).T),
        np.atleast_1d(_fastest(structure, inverse)),
    )


def _is_chain(structure, *matrices):
    """Whether the structure is a chain of storeys whose matrices couple neighbours alone."""
    n = structure.floors
    if structure.elements != n or not np.array_equal(structure.incidence, chain(n)):
        return False
    far = np.abs(np.subtract.outer(np.arange(n), np.arange(n))) > 1
    return not any(np.any(matrix[..., far]) for matrix in matrices)


def _stencils(P, D, S):
    """Coefficients of a chain, `kernel.STENCIL` a floor: ndarray, shape (..., floor * STENCIL)."""
    n = P.shape[-1]
    lead = np.broadcast_shapes(P.shape[:-2], D.shape[:-2], S.shape[:-2])
    stencils = np.zeros((*lead, n, kernel.STENCIL))
    for place, (matrix, shift) in enumerate(((P, 0), (P, 1), (D, -1), (D, 0), (D, 1), (S, -1), (S, 0), (S, 1))):
        rows = slice(max(0, -shift), n - max(0, shift))
        stencils[..., rows, place] = np.diagonal(matrix, offset=shift, axis1=-2, axis2=-1)
    return stencils.reshape(*lead, -1)


def _sparse_rows(*matrices):
    """Stacked sparse rows: start, column, and the entries, shape (..., entry). An entry is kept where it is not zero in any record."""
    lead = np.broadcast_shapes(*(matrix.shape[:-2] for matrix in matrices))
    start, columns, entries = [0], [], []
    for matrix in matrices:
        used = np.any(matrix.reshape(-1, *matrix.shape[-2:]) != 0.0, axis=0)
        for i, row in enumerate(used):
            nonzero = np.flatnonzero(row)
            columns.append(nonzero)
            entries.append(np.broadcast_to(matrix[..., i, nonzero], (*lead, len(nonzero))))
            start.append(start[-1] + len(nonzero))
    return np.array(start), np.concatenate(columns).astype(np.int64), np.concatenate(entries, axis=-1)


def _power_codes(power):
    """n - 1 of each element where it is the same whole number up to 3 in every record, else -1."""
    power = power.reshape(-1, power.shape[-1])
    common = np.all(power == power[0], axis=0) & np.isin(power[0], (0.0, 1.0, 2.0, 3.0))
    return np.where(common, power[0], -1).astype(np.int64)


def _fastest(structure, inverse):
    """Largest absolute eigenvalue (1/s) of the structure at rest, shape (...)."""
    K, C = structure.initial_stiffness(), structure.total_damping()
    shape = np.broadcast_shapes(K.shape, C.shape, inverse.shape)
    K, C, inverse = (np.broadcast_to(matrix, shape) for matrix in (K, C, inverse))
    zero, one = np.zeros(shape), np.broadcast_to(np.eye(shape[-1]), shape)
    state = np.concatenate([np.concatenate([zero, one], -1), np.concatenate([-inverse @ K, -inverse @ C], -1)], -2)
    return np.abs(np.linalg.eigvals(state)).max(axis=-1)


def integrate(the_plan, signals, interval, tolerance, outputs, initial=None, threads=None, names=None):
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
        Arrays to fill, named as in `kernel.integrate_block`.
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
    outputs = [outputs.get(name, np.zeros((0, 0, 0), _dtype(outputs))) for name in OUTPUTS]
    worked = (the_plan.kinds == BABER_NOORI) | bool(len(outputs[-1]))
    reach = np.ceil(the_plan.fastest * interval / _FIRST_REACH)
    coarse = np.broadcast_to(np.maximum(reach, 1), count).astype(np.int64).copy()
    error, steps = np.full(count, np.inf), np.zeros(count, dtype=np.int64)
    pending = np.arange(count)
    with ThreadPoolExecutor(threads or len(os.sched_getaffinity(0))) as pool:
        while len(pending):
            _refuse(pending, coarse, error, tolerance)
            blocks = _blocks(pending, coarse)
            run = _Block(the_plan, worked, signals, interval, coarse, outputs, initial)
            for records, estimate in zip(blocks, pool.map(run, blocks), strict=True):
                error[records], steps[records] = estimate, 2 * coarse[records]
            pending = pending[~(SAFETY * error[pending] <= tolerance)]
            coarse[pending] = _next_steps(coarse[pending], error[pending], tolerance)
    return error, steps


OUTPUTS = ("displacement", "velocity", "acceleration", "drift", "hysteretic_force", "dissipated_energy")
"""Samples that the kernel can keep, in the order of its arguments."""


def _dtype(outputs):
    return next((array.dtype for array in outputs.values()), np.dtype(np.float64))


def _blocks(pending, coarse):
    """Records in blocks of up to WIDTH with the same number of steps."""
    ordered = pending[np.argsort(coarse[pending], kind="stable")]
    edges = np.flatnonzero(np.diff(coarse[ordered])) + 1
    return [group[i : i + WIDTH] for group in np.split(ordered, edges) for i in range(0, len(group), WIDTH)]


def _next_steps(coarse, error, tolerance):
    """Steps that the order predicts for half the tolerance; twice as many where the solution has no meaning yet."""
    with np.errstate(over="ignore", invalid="ignore"):
        factor = np.clip(
            np.nan_to_num((2.0 * SAFETY * error / tolerance) ** (1.0 / ORDER), nan=2.0, posinf=2.0), 1.0, 16.0
        )
    return np.where(error < 0.1, np.maximum(np.ceil(coarse * factor), coarse + 1), 2 * coarse).astype(np.int64)


def _refuse(pending, coarse, error, tolerance):
    hopeless = pending[coarse[pending] > MOST_STEPS // 2]
    if len(hopeless):
        first = hopeless[0]
        raise ValueError(
            f"record {first}: tolerance = {tolerance:g} cannot be met with {MOST_STEPS} steps a sample "
            f"(estimated error {error[first]:.1e}); {len(hopeless)} such records"
        )


@dataclass(frozen=True)
class _Block:
    """One call of the kernel; called with the records of a block, returns their estimated errors."""

    plan: Plan
    worked: np.ndarray
    signals: np.ndarray
    interval: float
    coarse: np.ndarray
    outputs: list
    initial: tuple | None

    def __call__(self, records):
        plan, rows = self.plan, self.plan.rows
        lanes = np.concatenate([records, np.repeat(records[-1:], WIDTH - len(records))])
        memory = _aligned(rows.total)
        memory[: len(plan.table)] = plan.table if plan.table.shape[1] == 1 else plan.table[:, lanes]
        if self.initial is not None:
            self._set_initial(memory, lanes)
        signal = np.ascontiguousarray(self.signals[lanes].T).ravel()
        kernel.integrate_block(
            memory.reshape(-1),
            plan.layout,
            rows,
            plan.start,
            plan.column,
            plan.kinds,
            plan.codes,
            self.worked,
            int(self.coarse[records[0]]),
            self.interval,
            signal,
            records,
            *self.outputs,
        )
        return self._estimate(memory)[: len(records)]

    def _set_initial(self, memory, lanes):
        for run in range(2):
            for vector, values in zip((kernel.Y, kernel.U), self.initial, strict=True):
                first = self.plan.rows.run + (run * kernel.VECTORS + vector) * self.plan.rows.vector + 1
                memory[first : first + values.shape[1]] = values[lanes].T

    def _estimate(self, memory):
        rows, m = self.plan.rows, self.plan.layout.elements
        peak, gap = memory[rows.peak : rows.peak + m], memory[rows.gap : rows.gap + m]
        with np.errstate(invalid="ignore", divide="ignore"):
            ratio = np.where(gap > 0.0, gap / peak, 0.0).max(axis=0, initial=0.0) / (2**ORDER - 1)
        state = memory[rows.run : rows.run + 2 * kernel.VECTORS * rows.vector]
        return np.where(np.isfinite(state).all(axis=0), ratio, np.inf)


def _aligned(rows):
    """Zeros, shape (rows, WIDTH), on the boundaries of a cache line: a vector that straddles two costs two accesses."""
    raw = np.zeros(rows * WIDTH + WIDTH)
    offset = -raw.ctypes.data // 8 % WIDTH
    return raw[offset : offset + rows * WIDTH].reshape(rows, WIDTH)
