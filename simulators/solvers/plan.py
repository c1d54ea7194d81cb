"""The plan of the batch integrator: layout and coefficients of all records as the kernel reads
them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from simulators.hysteresis.elements import Elements
from simulators.hysteresis.rates import FORCE, ORDER, RateEquation, evaluate
from simulators.solvers import kernel, node
from simulators.solvers.dispatch import PLAIN_KINDS, Kind, compiled_columns, kinds_of
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
    plain_kinds: np.ndarray
    """Number of each element in `simulators.solvers.dispatch.PLAIN_KINDS`; of a meaning for the
    records that are `plain`.
    """
    plain: np.ndarray
    """Whether a record is a chain of elements of `PLAIN_KINDS` whose coefficients are far from the
    ends of the range of single precision, shape (1,) or (record,).
    """
    stiff: np.ndarray
    """`Layout.stiff` of each record of a chain, shape (1,) or (record,); of all records together
    where the kernel makes no difference.
    """
    nodes: np.ndarray
    stepped: np.ndarray
    """Coefficients that depend on the step, for one of a second, shape (node, row, record)."""
    fastest: np.ndarray
    """Largest |lambda| (1/s) of the structure at rest, shape (1,) or (record,)."""
    ringing: np.ndarray
    """Largest 1 / damping ratio of its modes, of the shape of `fastest`."""
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
    acceleration = np.einsum("...ij,...j->...i", inverse, load)
    coefficients = _element_rows(elements)
    coefficients[node.INFLUENCE] = np.broadcast_to(influence, (structure.floors,))
    coefficients |= {} if links is None else links.constant
    stepped = {node.LOAD - node.STEPPED: acceleration}
    stepped |= {} if links is None else links.stepped
    equations = _equations(elements)
    read = {
        name
        for group in elements.groups
        for name in ("drift", "work")
        if group.equation.reads(name)
    }
    stiff = np.atleast_1d(np.any(S, axis=(-2, -1))) | ("drift" in read)
    layout = Layout(
        structure.floors,
        structure.elements,
        bool(stiff.any()),
        _is_grounded(links),
        "drift" in read,
        any(group.equation.project is not None for group in elements.groups),
        "work" in read,
    )
    nodes = max(structure.floors, structure.elements) + 2
    constant = _nodes(coefficients, nodes, node.RUN)
    in_seconds = _nodes(stepped, nodes, len(node.STEP_POWERS))
    plain = _is_plain(elements) & (links is not None)
    plain = plain & _is_moderate(constant) & _is_moderate(in_seconds)
    fastest, ringing = _modes(structure, inverse)
    return Plan(
        layout,
        equations,
        elements,
        B,
        _sparse_rows(B, P, D, S) if links is None else None,
        _kinds(elements, kinds_of(equations)),
        _kinds(elements, PLAIN_KINDS, plain) if plain.any() else np.zeros(0, np.int64),
        plain,
        stiff if links is not None else np.array([layout.stiff]),
        constant,
        in_seconds,
        fastest,
        ringing,
        _order(elements),
    )


def _is_plain(elements: Elements) -> np.ndarray:
    """Whether the elements of a record are of `PLAIN_KINDS`, shape (1,) or (record,)."""
    plain = np.ones(1, dtype=bool)
    for group in elements.groups:
        if group.equation not in {equation for equation, _ in PLAIN_KINDS}:
            return np.zeros(1, dtype=bool)
        if group.equation.reads("power"):
            power = group.column["power"].reshape(-1, len(group.elements))
            plain = plain & np.isin(power, (0.0, 1.0, 2.0)).all(axis=-1)
    return plain


def _is_moderate(coefficients: np.ndarray) -> np.ndarray:
    """Whether products of the last axis' records with their state stay within the range of single
    precision, 1e-38 to 3e38, shape (record,).
    """
    size = np.abs(coefficients)
    moderate = (size == 0.0) | ((size > 1e-25) & (size < 1e25))
    return moderate.all(axis=tuple(range(coefficients.ndim - 1)))


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


def _nodes(coefficients: Mapping[int, np.ndarray], nodes: int, rows: int) -> np.ndarray:
    """Nodes of the kernel: coefficients of shape (..., floor or element), each in the row of its
    key.
    """
    records = max(part.shape[0] if part.ndim == 2 else 1 for part in coefficients.values())
    memory = np.zeros((nodes, rows, records))
    for row, part in coefficients.items():
        count = part.shape[-1]
        memory[1 : count + 1, row] = part.reshape(-1, count).T
    return memory


class _Links(NamedTuple):
    """What joins the floors of a chain of storeys: arrays of shape (..., floor), by their row in
    the node, and among those of a run that depend on the step.
    """

    constant: dict[int, np.ndarray]
    stepped: dict[int, np.ndarray]


def _links(structure: Structure, elastic: np.ndarray) -> _Links | None:
    """What joins the floors of a chain of storeys.

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
    return _Links(
        {node.SPRING: spring, node.FLOOR_SPRING: floor_spring},
        {
            node.INVERSE_MASS - node.STEPPED: 1.0 / np.diagonal(mass, axis1=-2, axis2=-1),
            node.DASHPOT - node.STEPPED: dashpot,
            node.FLOOR_DASHPOT - node.STEPPED: floor_dashpot,
        },
    )


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


def _is_grounded(links: _Links | None) -> bool:
    if links is None:
        return False
    dashpot = links.stepped[node.FLOOR_DASHPOT - node.STEPPED]
    ties = (dashpot, links.constant[node.FLOOR_SPRING])
    return any(np.any(tie) for tie in ties)


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


def _kinds(
    elements: Elements, known: tuple[Kind, ...], records: np.ndarray | None = None
) -> np.ndarray:
    """Number that a kernel has for the kind of each element, shape (element,); by the exponents of
    some records, shape (1,) or (record,), or of all.
    """
    kinds = np.zeros(elements.count, dtype=np.int64)
    for group in elements.groups:
        if not group.equation.reads("power"):
            kinds[group.elements] = known.index((group.equation, GENERAL))
            continue
        power = group.column["power"].reshape(-1, len(group.elements))
        if records is not None and len(power) > 1:
            power = power[np.broadcast_to(records, len(power))]
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


def _modes(structure: Structure, inverse: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Largest |lambda| (1/s) and 1 / damping ratio of the modes at rest, shape (1,) or (record,).

    The latter is infinite where a mode is not damped.
    """
    K = structure.initial_stiffness()
    C = structure.total_damping()
    shape = np.broadcast_shapes(K.shape, C.shape, inverse.shape)
    K, C, inverse = (np.broadcast_to(matrix, shape) for matrix in (K, C, inverse))
    zero = np.zeros(shape)
    one = np.broadcast_to(np.eye(shape[-1]), shape)
    state = np.concatenate(
        [np.concatenate([zero, one], -1), np.concatenate([-inverse @ K, -inverse @ C], -1)], -2
    )
    eigenvalues = np.linalg.eigvals(state)
    size = np.abs(eigenvalues)
    decay = -eigenvalues.real
    ringing = np.full(size.shape, np.inf)
    np.divide(size, decay, out=ringing, where=decay > 0.0)
    ringing = np.where(size > 0.0, ringing, 0.0)
    return np.atleast_1d(size.max(axis=-1)), np.atleast_1d(ringing.max(axis=-1))
