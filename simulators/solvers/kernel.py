"""The compiled kernel: Runge-Kutta steps of structures side by side in SIMD lanes, eight in double
precision and sixteen in single precision.

With the force of an element f = elastic d + viscous v + scale z, the equation of motion is linear
but for z:

    y'' = P z + D y' + S y + load u(t)
    z'  = g(z, W / mass, sgn v) v,        W' = scale z v,        v = B y'

where P, D and S carry the inverse mass. The classical fourth-order Runge-Kutta scheme steps from
sample to sample. g jumps where v changes sign, which would leave the scheme second-order accurate
there: it amounts to Simpson's rule, which integrates |v| wrongly over that step. The step is
corrected by the difference to the exact integral of |v| for a linear v,

    z += (g_+ - g_-)/2 h [ (v_0^2 + v_1^2) / (2 |v_1 - v_0|) - (|v_0| + 2 |v_0 + v_1| + |v_1|) / 6
    ],

which restores third order. Two solutions run side by side with different steps; their difference in
drift measures the error of the finer one, whose samples are kept.

The four stages of a step sweep a chain of storeys one after the other, from the ground up. Other
structures have their sweeps over sparse rows in place of the stencils of a chain.

A call integrates many blocks of structures, one after the other in the same memory
(`simulators.solvers.block`), so that what lies between them costs little in Python.

All numbers of a block lie in one memory of shape (node, row, lane), `simulators.solvers.node`. The
stages (`simulators.solvers.stages`) and what happens at a sample (`simulators.solvers.samples`) are
inlined into `integrate_blocks`: passing this much state through calls costs more than the
arithmetic.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from types import FunctionType
from typing import Any

import numpy as np

from simulators.hysteresis.rates import RateEquation
from simulators.solvers import samples, stages
from simulators.solvers.block import Factors, Scratch, Sources, begin, leave
from simulators.solvers.compilation_cache import cached
from simulators.solvers.compiling import entry, inlined, outlined
from simulators.solvers.dispatch import Dispatch, dispatch, plain_dispatch
from simulators.solvers.layout import Layout, Sparse
from simulators.solvers.node import RUN, RUN_ROWS
from simulators.solvers.samples import compare, flush, hear, record
from simulators.solvers.simd import WIDTH
from simulators.solvers.simd_memory import load
from simulators.solvers.stages import (
    EQUATIONS,
    chain_stage,
    element_stage,
    floor_stage,
    hung_floor,
    sparse_step,
)


@inlined
def integrate_block(
    layout: Layout,
    sparse: Sparse | None,
    kinds: np.ndarray,
    coarse: int,
    fine: int,
    interval: float,
    signals: np.ndarray,
    records: np.ndarray,
    scratch: Scratch,
    outputs: tuple[np.ndarray, ...],
) -> None:
    """Both solutions of the structures of a block over a whole record, from the states that the
    memory holds; `integrate_blocks` has the parameters.
    """
    lanes = scratch.memory.shape[2]
    samples = signals.shape[1]
    for first in range(0, samples, lanes):
        hear(scratch.heard, signals, records, first)
        count = min(lanes, samples - first)
        for sample in range(count):
            last = first + sample == samples - 1
            from_sample(
                layout, sparse, kinds, coarse, fine, interval, scratch, sample, last, outputs
            )
        for i, out in enumerate(outputs):
            if len(out):
                flush(scratch.held, i, count, first, out, records)


@inlined
def from_sample(
    layout: Layout,
    sparse: Sparse | None,
    kinds: np.ndarray,
    coarse: int,
    fine: int,
    interval: float,
    scratch: Scratch,
    sample: int,
    last: bool,
    outputs: tuple[np.ndarray, ...],
) -> None:
    """Both solutions from one of the samples that are heard to the next, where there is one; what
    they have at it is compared and held.
    """
    memory = scratch.memory
    compare(memory, layout, sparse)
    before = load(scratch.heard, sample * WIDTH)
    change = load(scratch.heard, (sample + 1) * WIDTH) - before
    for run in range(2):
        count = fine if run == 1 else coarse
        frequency = count / interval
        share = change * (1.0 / count)
        own = (RUN + run * RUN_ROWS) * WIDTH
        end = before
        for step in range(1 if last else count):
            begun = end
            end = before + share * (step + 1.0)
            middle = 0.5 * (begun + end)
            sampled = run == 1 and step == 0
            if sparse is None:
                # The number of the stage is a literal, so that the compiler drops what the stage
                # does not do.
                chain_stage(memory, layout, kinds, own, 0, frequency, begun, sampled)
                if not last:
                    chain_stage(memory, layout, kinds, own, 1, frequency, middle, False)
                    chain_stage(memory, layout, kinds, own, 2, frequency, middle, False)
                    chain_stage(memory, layout, kinds, own, 3, frequency, end, False)
            else:
                sparse_step(
                    memory,
                    layout,
                    sparse,
                    kinds,
                    run,
                    own,
                    1 if last else 4,
                    frequency,
                    begun,
                    middle,
                    end,
                    sampled,
                )
    record(memory, layout, sparse, kinds, scratch.held, sample, before, outputs)


@cached
def integrate_blocks(
    blocks: np.ndarray,
    layout: Layout,
    sparse: Sparse | None,
    kinds: np.ndarray,
    coarse: int,
    fine: int,
    interval: float,
    sources: Sources,
    factors: Factors,
    scratch: Scratch,
    outputs: tuple[np.ndarray, ...],
    found: np.ndarray,
) -> None:
    """Both solutions of many structures, block after block; lanes stands for `WIDTH` or
    `SINGLE_WIDTH`.

    Parameters
    ----------
    blocks : ndarray of int, shape (block, lanes)
        Record of each lane; one that several lanes have is written by each of them.
    layout : Layout
    sparse : tuple of ndarray, optional
        start, column and `scratch.entries` of the sparse rows B, P, D and S stacked, a row of
        `start` for each. None for a chain of storeys: either is compiled when it is first asked
        for.
    kinds : ndarray, shape (element,)
        Number of each in `simulators.solvers.dispatch.kinds_of`, or in `PLAIN_KINDS`.
    coarse, fine : int
        Steps a sample of the coarser and of the finer solution.
    interval : float
        Of the samples (s).
    sources : Sources
    factors : Factors
    scratch : Scratch
        Its precision is that of the arithmetic.
    outputs : tuple of eight ndarray, shape (record, time, component)
        Those of `simulators.solvers.batch.KEPT`, to fill from the finer solution; an array of
        length zero is not wanted.
    found : ndarray, shape (2, element, record)
        To fill as `simulators.solvers.block.leave` does.
    """
    for block in range(len(blocks)):
        records = blocks[block]
        begin(scratch, sources, factors, records)
        integrate_block(
            layout,
            sparse,
            kinds,
            coarse,
            fine,
            interval,
            sources.signals,
            records,
            scratch,
            outputs,
        )
        leave(scratch.memory, records, found)


@lru_cache
def integrator(equations: tuple[RateEquation, ...]) -> Callable[..., None]:
    """`integrate_blocks` for elements of some rate equations.

    Where one is not of this package, it is compiled anew in every process: what its functions
    depend on cannot be told from the outside, so nothing of it is kept on disk.
    """
    if equations == EQUATIONS:
        return integrate_blocks
    return entry(_source(dispatch(equations), {}, integrate_blocks.__name__), cache=False)


def plain_integrator(layout: Layout) -> Callable[..., None]:
    """`integrate_blocks` for chains whose elements are all of `dispatch.PLAIN_KINDS`.

    The most usual ones, bare springs and dashpots between floors, have a kernel of their own that
    knows it.
    """
    bare = not (layout.stiff or layout.grounded or layout.worked)
    return _bare_integrator() if bare else _plain_integrator()


@lru_cache
def _plain_integrator() -> Callable[..., None]:
    return cached(_source(plain_dispatch(), {"is_projected": False}, "integrate_plain"))


@lru_cache
def _bare_integrator() -> Callable[..., None]:
    absent = dict.fromkeys(("is_stiff", "is_grounded", "is_projected", "is_worked"), False)
    return cached(_source(plain_dispatch(), absent, "integrate_bare"))


def _source(functions: Dispatch, known: Mapping[str, bool], name: str) -> FunctionType:
    """Source of `integrate_blocks` by another name, with other functions of the elements, and with
    answers of `simulators.solvers.layout` that the compiler shall know.
    """
    names = vars(stages) | vars(samples) | globals() | functions._asdict()
    names |= {flag: inlined(_always(value)) for flag, value in known.items()}
    for part in (element_stage, floor_stage, hung_floor, chain_stage, record):
        names[part.__name__] = inlined(_in_scope(part, names))
    names[sparse_step.__name__] = outlined(_in_scope(sparse_step, names))
    names[from_sample.__name__] = inlined(_in_scope(from_sample, names))
    names[integrate_block.__name__] = inlined(_in_scope(integrate_block, names))
    source = _in_scope(integrate_blocks, names)
    source.__name__ = name
    source.__qualname__ = name  # by which numba keeps it on disk
    return source


def _always(value: bool) -> Callable[[Layout], bool]:
    # The compiler does not see through a variable of the closure.
    return (lambda layout: True) if value else (lambda layout: False)


def _in_scope(function: Any, names: dict[str, Any]) -> FunctionType:
    """A compiled function's source once more, which sees other functions by the same names."""
    source = function.py_func
    return FunctionType(source.__code__, names, source.__name__)
