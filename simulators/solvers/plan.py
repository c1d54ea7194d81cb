"""The plan of the batch integrator: layout and coefficients of all records as the kernel reads
them.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from simulators.hysteresis.elements import Elements
from simulators.hysteresis.rates import FORCE, ORDER, RateEquation, evaluate
from simulators.solvers import kernel, node
from simulators.solvers.dispatch import Kind, compiled_columns, kinds_of
from simulators.solvers.exponents import CUBE, FIRST, GENERAL, MIXED, SQUARE, WHOLE
from simulators.solvers.layout import Layout
from simulators.structures.structure import Structure, chain


@dataclass(frozen=True)
class Plan:
    """Layout and coefficients of all records as the kernel reads them.

    The record axis has length 1 if all are alike.

    nodes : shape (node, row, record); entries of `sparse` : shape (entry, record).
    """

    layout: Layout
    equations: tuple[RateEquation, ...]
    """Rate equations that the kernel must know."""
    elements: Elements
    incidence: np.ndarray
    sparse: tuple[np.ndarray, np.ndarray, np.ndarray] | None
    """start, column and entries as the kernel reads them; None for a chain of storeys."""
    kinds: np.ndarray
    worked: bool
    """Whether a rate equation reads the hysteretic energy."""
    nodes: np.ndarray
    fastest: np.ndarray
    """Largest |lambda| (1/s) of the structure at rest, shape (1,) or (record,)."""
    order: np.ndarray
    """Order of convergence, shape (1,) or (record,)."""


def plan(structure: Structure, load: np.ndarray, influence: np.ndarray) -> Plan:
    """Coefficients of `structure` as the kernel reads them.

    Parameters
    ----------
    structure : Structure
    load : ndarray, shape (..., floor)
        Force on the floors for a signal of one (N per m/s^2, or N per N).
    influence : ndarray, shape (floor,)
        What the signal adds to the relative acceleration to make it absolute.
    """
    elements = Elements(structure.laws)
    column = elements.column
    inverse = np.linalg.inv(structure.mass)
    B = structure.incidence
    elastic = structure.stiffness + np.einsum("ei,...e,ej->...ij", B, column["elastic"], B)
    P = -inverse @ (B.T * column["scale"][..., None, :])
    D = -inverse @ structure.total_damping()
    S = -inverse @ elastic
    links = _links(structure, elastic)
    coefficients = _element_rows(elements)
    coefficients[node.LOAD] = np.einsum("...ij,...j->...i", inverse, load)
    coefficients[node.INFLUENCE] = np.broadcast_to(influence, (structure.floors,))
    coefficients |= links or {}
    equations = _equations(elements)
    read = {
        name
        for group in elements.groups
        for name in ("drift", "work")
        if group.equation.reads(name)
    }
    layout = Layout(
        structure.floors,
        structure.elements,
        bool(np.any(S)) or "drift" in read,
        _is_grounded(links),
        "drift" in read,
        any(group.equation.project is not None for group in elements.groups),
    )
    return Plan(
        layout,
        equations,
        elements,
        B,
        _sparse_rows(B, P, D, S) if links is None else None,
        _kinds(elements, kinds_of(equations)),
        "work" in read,
        _nodes(coefficients, max(structure.floors, structure.elements) + 2),
        np.atleast_1d(_fastest(structure, inverse)),
        _order(elements),
    )


def _equations(elements: Elements) -> tuple[RateEquation, ...]:
    """Rate equations of this package, and those of other laws behind them."""
    own = (group.equation for group in elements.groups)
    return tuple(dict.fromkeys([*kernel.EQUATIONS, *own]))


def _element_rows(elements: Elements) -> dict[int, np.ndarray]:
    """Coefficients of the elements, shape (..., element), by their row in a node."""
    rows = {row: elements.column[name] for row, name in enumerate(FORCE)}
    for group in elements.groups:
        for row, name in enumerate(compiled_columns(group.equation), start=node.OWN):
            _place(rows, row, elements, group.elements, group.column[name])
        if "power" in group.column:
            for n in range(3):
                share = (group.column["power"] == n).astype(float)
                _place(rows, node.SHARE + n, elements, group.elements, share)
    return rows


def _place(
    rows: dict[int, np.ndarray],
    row: int,
    elements: Elements,
    which: np.ndarray,
    values: np.ndarray,
) -> None:
    if row not in rows:
        rows[row] = np.zeros_like(elements.column[FORCE[0]])
    rows[row][..., which] = values


def _nodes(coefficients: Mapping[int, np.ndarray], nodes: int) -> np.ndarray:
    """Nodes of the kernel: coefficients of shape (..., floor or element), each in the row of its
    key.
    """
    records = max(part.shape[0] if part.ndim == 2 else 1 for part in coefficients.values())
    memory = np.zeros((nodes, node.RUN, records))
    for row, part in coefficients.items():
        count = part.shape[-1]
        memory[1 : count + 1, row] = part.reshape(-1, count).T
    return memory


def _links(structure: Structure, elastic: np.ndarray) -> dict[int, np.ndarray] | None:
    """What joins the floors of a chain of storeys: arrays of shape (..., floor), by their row in
    the node.

    None where the structure is not such a chain: other incidence, or a mass, damping or stiffness
    beyond that of storeys and of the floors' own ties to the ground.
    """
    n = structure.floors
    mass = structure.mass
    damping = structure.total_damping()
    beyond = np.abs(np.subtract.outer(np.arange(n), np.arange(n)))
    if structure.elements != n or not np.array_equal(structure.incidence, chain(n)):
        return None
    if np.any(mass[..., beyond > 0]):
        return None
    for matrix in (damping, elastic):
        symmetric = np.array_equal(matrix, np.swapaxes(matrix, -1, -2))
        if not symmetric or np.any(matrix[..., beyond > 1]):
            return None
    dashpot, floor_dashpot = _ties(damping)
    spring, floor_spring = _ties(elastic)
    return {
        node.DASHPOT: dashpot,
        node.SPRING: spring,
        node.INVERSE_MASS: 1.0 / np.diagonal(mass, axis1=-2, axis2=-1),
        node.FLOOR_DASHPOT: floor_dashpot,
        node.FLOOR_SPRING: floor_spring,
    }


def _ties(matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Coefficients of the storeys and of the floors' ties to the ground in a symmetric tridiagonal
    matrix.

    That of the first floor is the same as that of the first storey, which gets it.
    """
    storey = np.concatenate(
        [np.zeros((*matrix.shape[:-2], 1)), -np.diagonal(matrix, -1, -2, -1)], axis=-1
    )
    above = np.concatenate([storey[..., 1:], np.zeros_like(storey[..., :1])], axis=-1)
    diagonal = np.diagonal(matrix, axis1=-2, axis2=-1)
    floor = diagonal - storey - above
    # What is left of rounding is no tie.
    floor = np.where(np.abs(floor) > 1e-12 * np.abs(diagonal), floor, 0.0)
    storey[..., 0] = floor[..., 0]
    floor[..., 0] = 0.0
    return storey, floor


def _is_grounded(links: dict[int, np.ndarray] | None) -> bool:
    return links is not None and bool(
        np.any(links[node.FLOOR_DASHPOT]) or np.any(links[node.FLOOR_SPRING])
    )


def _sparse_rows(*matrices: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Stacked sparse rows: start, column and entries, shape (entry, record), of what is not zero in
    every record.
    """
    lead = np.broadcast_shapes(*(matrix.shape[:-2] for matrix in matrices))
    start = [0]
    columns = []
    parts = []
    for matrix in matrices:
        used = np.any(matrix.reshape(-1, *matrix.shape[-2:]) != 0.0, axis=0)
        for i, row in enumerate(used):
            nonzero = np.flatnonzero(row)
            columns.append(nonzero)
            parts.append(np.broadcast_to(matrix[..., i, nonzero], (*lead, len(nonzero))))
            start.append(start[-1] + len(nonzero))
    entries = np.concatenate(parts, axis=-1)
    return (
        np.array(start),
        np.concatenate(columns).astype(np.int64),
        entries.reshape(-1, entries.shape[-1]).T,
    )


def _kinds(elements: Elements, known: tuple[Kind, ...]) -> np.ndarray:
    """Number that the kernel has for the kind of each element, shape (element,)."""
    kinds = np.zeros(elements.count, dtype=np.int64)
    for group in elements.groups:
        if not group.equation.reads("power"):
            kinds[group.elements] = known.index((group.equation, GENERAL))
            continue
        power = group.column["power"].reshape(-1, len(group.elements))
        for element, values in zip(group.elements, power.T, strict=True):
            kinds[element] = known.index((group.equation, _form(values)))
    return kinds


def _form(power: np.ndarray) -> int:
    """What is known of the exponent of an element from `power`, n - 1 in each record."""
    for n, form in enumerate((FIRST, SQUARE, CUBE)):
        if np.all(power == n):
            return form
    quick = np.isin(power, (0.0, 1.0, 2.0))
    if quick.all():
        return WHOLE
    return MIXED if quick.any() else GENERAL


def _order(elements: Elements) -> np.ndarray:
    """Order of convergence, the least of all rate equations: shape (1,) or (record,)."""
    order = np.full(elements.column[FORCE[0]].shape[:-1], float(ORDER))
    for group in elements.groups:
        own = np.broadcast_to(
            evaluate(group.equation.order, group.column), group.column[FORCE[0]].shape
        )
        order = np.minimum(order, own.min(axis=-1))
    return np.atleast_1d(order)


def _fastest(structure: Structure, inverse: np.ndarray) -> np.ndarray:
    """Largest absolute eigenvalue (1/s) of the structure at rest, shape (...)."""
    K = structure.initial_stiffness()
    C = structure.total_damping()
    shape = np.broadcast_shapes(K.shape, C.shape, inverse.shape)
    K, C, inverse = (np.broadcast_to(matrix, shape) for matrix in (K, C, inverse))
    zero = np.zeros(shape)
    one = np.broadcast_to(np.eye(shape[-1]), shape)
    state = np.concatenate(
        [np.concatenate([zero, one], -1), np.concatenate([-inverse @ K, -inverse @ C], -1)], -2
    )
    return np.abs(np.linalg.eigvals(state)).max(axis=-1)
