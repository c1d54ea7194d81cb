"""The compiled kernel: Runge-Kutta steps of eight structures side by side in SIMD lanes.

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

The four stages of a step sweep a chain of storeys together, tile by tile and each a floor behind
the one before, so that what a stage leaves is still in the nearest cache when the next one takes it
up. Other structures have their stages one after the other, with sparse rows in place of the
stencils of a chain.

All numbers of a block lie in one memory of shape (node, row, lane), `simulators.solvers.node`. The
stages (`simulators.solvers.stages`) and what happens at a sample (`simulators.solvers.samples`) are
inlined into `integrate_block`: passing this much state through calls costs more than the
arithmetic.
"""

from collections.abc import Callable
from functools import lru_cache
from types import FunctionType
from typing import Any

import numpy as np

from simulators.hysteresis.rates import RateEquation
from simulators.solvers import samples, stages
from simulators.solvers.compilation_cache import cached
from simulators.solvers.compiling import entry, inlined, outlined
from simulators.solvers.dispatch import dispatch
from simulators.solvers.layout import Layout, Sparse
from simulators.solvers.node import RUN, RUN_ROWS
from simulators.solvers.samples import compare, record
from simulators.solvers.simd import WIDTH
from simulators.solvers.simd_memory import load
from simulators.solvers.stages import (
    EQUATIONS,
    TILE,
    chain_stage,
    element_stage,
    general_step,
)


@cached
def integrate_block(
    memory: np.ndarray,
    layout: Layout,
    sparse: Sparse | None,
    kinds: np.ndarray,
    worked: bool,
    coarse: int,
    fine: int,
    interval: float,
    signal: np.ndarray,
    records: np.ndarray,
    outputs: tuple[np.ndarray, ...],
) -> None:
    """Both solutions of eight structures over a whole record, from the states that the memory
    holds.

    Parameters
    ----------
    memory : ndarray, shape (node, NODE_ROWS, WIDTH)
    layout : Layout
    sparse : tuple of ndarray, optional
        start, column and entries, shape (entry, WIDTH), of the sparse rows B, P, D and S stacked, a
        row of `start` for each. None for a chain of storeys (`CHAIN`): either is compiled when it
        is first asked for.
    kinds : ndarray, shape (element,)
        Number of each in `simulators.solvers.dispatch.kinds_of`.
    worked : bool
        Whether the hysteretic energies are carried.
    coarse, fine : int
        Steps a sample of the coarser and of the finer solution.
    interval : float
        Of the samples (s).
    signal : ndarray, shape (time, WIDTH)
    records : ndarray of int
        Records of the first lanes; as many are kept.
    outputs : tuple of eight ndarray, shape (record, time, component)
        Those of `simulators.solvers.batch.KEPT`, to fill from the finer solution; an array of
        length zero is not wanted.
    """
    last_sample = len(signal) - 1
    for t in range(last_sample + 1):
        compare(memory, layout, sparse)
        last = t == last_sample
        before = load(signal, t * WIDTH)
        change = load(signal, min(t + 1, last_sample) * WIDTH) - before
        for run in range(2):
            count = fine if run == 1 else coarse
            h = interval / count
            own = (RUN + run * RUN_ROWS) * WIDTH
            for step in range(1 if last else count):
                begin = before + change * (step / count)
                middle = before + change * ((step + 0.5) / count)
                end = before + change * ((step + 1.0) / count)
                sampled = run == 1 and step == 0
                if sparse is None:
                    for j in range(0, layout.floors + 4, TILE):
                        # The number of the stage is a literal, so that the compiler drops what the
                        # stage does not do.
                        chain_stage(memory, layout, kinds, worked, j, own, 0, h, begin, sampled)
                        if not last:
                            chain_stage(
                                memory, layout, kinds, worked, j, own, 1, h, middle, sampled
                            )
                            chain_stage(
                                memory, layout, kinds, worked, j, own, 2, h, middle, sampled
                            )
                            chain_stage(memory, layout, kinds, worked, j, own, 3, h, end, sampled)
                else:
                    general_step(
                        memory,
                        layout,
                        sparse,
                        kinds,
                        worked,
                        own,
                        1 if last else 4,
                        h,
                        begin,
                        middle,
                        end,
                        sampled,
                    )
        record(memory, layout, sparse, kinds, t, before, records, outputs)


@lru_cache
def integrator(equations: tuple[RateEquation, ...]) -> Callable[..., None]:
    """`integrate_block` for elements of some rate equations.

    Where one is not of this package, it is compiled anew in every process: what its functions
    depend on cannot be told from the outside, so nothing of it is kept on disk.
    """
    if equations == EQUATIONS:
        return integrate_block
    names = vars(stages) | vars(samples) | globals() | dispatch(equations)._asdict()
    for stage in (element_stage, chain_stage):
        names[stage.__name__] = inlined(_in_scope(stage, names))
    for step in (general_step, record):
        names[step.__name__] = outlined(_in_scope(step, names))
    return entry(_in_scope(integrate_block, names), cache=False)


def _in_scope(function: Any, names: dict[str, Any]) -> FunctionType:
    """A compiled function's source once more, which sees other functions by the same names."""
    source = function.py_func
    return FunctionType(source.__code__, names, source.__name__)
