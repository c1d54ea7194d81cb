"""Records that one call of the kernel can integrate: of a like kind, with as many steps."""

from typing import NamedTuple

import numpy as np

from simulators.solvers.proof import Attempt
from simulators.solvers.simd import SINGLE_WIDTH, WIDTH


class Group(NamedTuple):
    """Blocks of records that are treated alike, with as many steps."""

    blocks: np.ndarray
    """Record of each lane, shape (block, lanes); the last record fills up the last block."""
    coarse: int
    fine: int
    plain: bool
    stiff: bool
    precision: type


def groups(
    pending: np.ndarray,
    attempt: Attempt,
    plain: np.ndarray,
    stiff: np.ndarray,
    single: np.ndarray,
) -> list[Group]:
    """Groups of the records that are pending."""
    keys = np.stack([attempt.coarse, plain, stiff, single])[:, pending]
    order = np.lexsort(keys)
    edges = np.flatnonzero(np.diff(keys[:, order]).any(axis=0)) + 1
    made = []
    for records in np.split(pending[order], edges):
        first = records[0]
        precision = np.float32 if single[first] else np.float64
        lanes = SINGLE_WIDTH if single[first] else WIDTH
        filling = np.repeat(records[-1:], -len(records) % lanes)
        blocks = np.concatenate([records, filling]).reshape(-1, lanes)
        counts = (int(attempt.coarse[first]), int(attempt.fine[first]))
        made.append(Group(blocks, *counts, bool(plain[first]), bool(stiff[first]), precision))
    return made
