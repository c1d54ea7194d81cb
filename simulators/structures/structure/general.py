"""The structure: masses on a moving base, joined by elements.

    M y'' + C y' + K y + B^T f(d, v) = -M G a_g(t) + L u(t),      d = B y,  v = B y'             (1)

y (m) are the displacements of the floors relative to the base, G is the influence of the base
acceleration a_g (ones for a shear building), u an external force that acts on the floors L. M, C
and K, a linear stiffness that may stand beside the elements, are any matrices; row e of the
incidence B says which floors element e joins (+1 and -1; a single +1 joins a floor to the base).

Masses, damping and the parameters of the laws may have a leading record axis: one structure then
describes a family of buildings of one layout, a building for each motion.

What belongs here is a `Structure` of any matrices and elements; constructors of usual ones have
files of their own.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from simulators.checks import finite_array, is_whole, read_only
from simulators.hysteresis import Law
from simulators.hysteresis.elements import element_columns
from simulators.structures.modes import (
    damping_ratios,
    modal_damping,
    natural_modes,
    rayleigh_coefficients,
)
from simulators.structures.structure.checks import check_mass, check_shapes, listed
from simulators.structures.structure.description import fields


@dataclass(frozen=True, eq=False)
class Structure:
    """A structure of equation (1); `shear_building` makes the usual one.

    Parameters
    ----------
    mass : array_like, shape (floor, floor) or (record, floor, floor)
        M (kg), symmetric and positive definite.
    damping : array_like, shape (floor, floor) or (record, floor, floor)
        C (N s/m), symmetric or not.
    incidence : array_like, shape (element, floor)
        B, dimensionless.
    laws : Law or sequence of Law
        Laws of the elements, in the order of the rows of B.
    influence : array_like, shape (floor,), optional
        G; ones by default.
    stiffness : array_like, shape (floor, floor) or (record, floor, floor), optional
        K (N/m), symmetric or not (follower forces); zero by default.

    Raises
    ------
    ValueError
        Naming the field: shapes that do not agree, a mass that is not positive definite, numbers
        that are not finite, record axes of different lengths.

    Examples
    --------
    >>> from simulators import BoucWen, Structure, shear_building
    >>> storeys = BoucWen.from_yield(stiffness=[4e7, 3e7], yield_displacement=0.01)
    >>> building = shear_building(mass=[1e5, 1e5], laws=storeys).with_rayleigh_damping(0.05)
    >>> building.floors, building.elements
    (2, 2)
    >>> print(building.frequencies.round(2))  # Hz
    [1.88 4.67]
    >>> print(building.damping_ratios.round(3))
    [0.05 0.05]
    """

    mass: np.ndarray
    damping: np.ndarray
    incidence: np.ndarray
    laws: tuple[Law, ...]
    influence: np.ndarray = None  # type: ignore[assignment]  # ones, made at construction
    stiffness: np.ndarray = None  # type: ignore[assignment]  # zeros, made at construction

    if TYPE_CHECKING:  # what may be given; the fields say what is kept

        def __init__(
            self,
            mass: ArrayLike,
            damping: ArrayLike,
            incidence: ArrayLike,
            laws: Law | Iterable[Law],
            influence: ArrayLike | None = None,
            stiffness: ArrayLike | None = None,
        ) -> None: ...

    def __post_init__(self) -> None:
        mass = finite_array("mass", self.mass, ndim=(2, 3))
        n = mass.shape[-1]
        influence = np.ones(n) if self.influence is None else self.influence
        stiffness = np.zeros((n, n)) if self.stiffness is None else self.stiffness
        values = {
            "mass": mass,
            "damping": finite_array("damping", self.damping, ndim=(2, 3)),
            "incidence": finite_array("incidence", self.incidence, ndim=2),
            "influence": finite_array("influence", influence, ndim=1),
            "stiffness": finite_array("stiffness", stiffness, ndim=(2, 3)),
        }
        for name, value in values.items():
            object.__setattr__(self, name, read_only(value))
        object.__setattr__(self, "laws", listed(self.laws))
        check_shapes(self)
        check_mass(mass)
        _ = self.records

    @property
    def floors(self) -> int:
        """Number of floors."""
        return self.mass.shape[-1]

    @property
    def elements(self) -> int:
        """Number of elements."""
        return sum(len(law) for law in self.laws)

    @property
    def records(self) -> int | None:
        """Length of the record axis, or None where every record has the same structure."""
        matrices = {"mass": self.mass, "damping": self.damping, "stiffness": self.stiffness}
        lengths = {name: len(value) for name, value in matrices.items() if value.ndim == 3}
        for law in self.laws:
            if len(law.shape) == 2:
                lengths[type(law).__name__] = law.shape[0]
        if len(set(lengths.values())) > 1:
            raise ValueError(
                f"record axes differ: {', '.join(f'{k} has {v}' for k, v in lengths.items())}"
            )
        return next(iter(lengths.values()), None)

    def element_columns(self) -> dict[str, np.ndarray]:
        """Coefficients of all elements by name (`simulators.hysteresis.rates`).

        Dict of str to ndarray, shape (..., element); zero in elements that have none.
        """
        return element_columns(self.laws)

    def initial_stiffness(self) -> np.ndarray:
        """Stiffness of the structure at rest (N/m): ndarray, shape (..., floor, floor).

        K + B^T k_0 B, with k_0 the stiffness of each element at rest.
        """
        lead = () if self.records is None else (self.records,)
        parts = [law.initial_stiffness() for law in self.laws]
        k0 = np.concatenate(
            [np.broadcast_to(part, (*lead, part.shape[-1])) for part in parts], axis=-1
        )
        return self.stiffness + np.einsum("ei,...e,ej->...ij", self.incidence, k0, self.incidence)

    def total_damping(self) -> np.ndarray:
        """C and the dashpots among the elements (N s/m): ndarray, shape (..., floor, floor)."""
        viscous = self.element_columns()["viscous"]
        return self.damping + np.einsum(
            "ei,...e,ej->...ij", self.incidence, viscous, self.incidence
        )

    def modes(self) -> tuple[np.ndarray, np.ndarray]:
        """Undamped modes of the structure at rest (`simulators.structures.modes.natural_modes`).

        Returns
        -------
        frequencies : ndarray, shape (..., mode)
            Hz, ascending; zero for a motion that strains nothing.
        shapes : ndarray, shape (..., floor, mode)
            Mass-normalised.

        Raises
        ------
        ValueError
            If the stiffness is not symmetric or the structure unstable.
        """
        omega, shapes = natural_modes(self.mass, self.initial_stiffness())
        return omega / (2.0 * np.pi), shapes

    @property
    def frequencies(self) -> np.ndarray:
        """Natural frequencies at rest (Hz), ndarray, shape (..., mode)."""
        return self.modes()[0]

    @property
    def damping_ratios(self) -> np.ndarray:
        """Modal damping ratios at rest, ndarray, shape (..., mode).

        NaN in a mode of frequency zero.
        """
        omega, shapes = natural_modes(self.mass, self.initial_stiffness())
        return damping_ratios(self.total_damping(), omega, shapes)

    def record(self, index: int) -> "Structure":
        """The structure of record `index` of a family; itself where there is no record axis."""
        records = self.records
        if not is_whole(index) or index < 0 or (records is not None and index >= records):
            allowed = ">= 0" if records is None else f"from 0 to {records - 1}"
            raise ValueError(f"index = {index!r}: expected the number of a record, {allowed}")
        return self.rows(index)

    def rows(self, index: int | slice | np.ndarray) -> "Structure":
        """Return the records of a family that an index, a slice or an array of numbers takes.

        Without a record axis it is the structure itself.
        """
        if self.records is None:
            return self
        matrices = {name: getattr(self, name) for name in ("mass", "damping", "stiffness")}
        own = {name: value[index] if value.ndim == 3 else value for name, value in matrices.items()}
        return replace(self, laws=tuple(law.rows(index) for law in self.laws), **own)

    def with_rayleigh_damping(self, ratio: ArrayLike, modes: Sequence[int] = (1, 2)) -> "Structure":
        """Return a copy with Rayleigh damping.

        C = a_0 M + a_1 K_0 has the damping `ratio` in the two `modes`, counted from 1.

        `ratio` is one number, or one for each of the two modes. ValueError where one of them has
        the frequency zero or both have the same.
        """
        K = self.initial_stiffness()
        a0, a1 = rayleigh_coefficients(natural_modes(self.mass, K)[0], ratio, modes)
        return replace(self, damping=a0[..., None, None] * self.mass + a1[..., None, None] * K)

    def with_modal_damping(self, ratios: ArrayLike) -> "Structure":
        """Return a copy with modal damping.

        Its modes at rest have the damping ratios `ratios`: one, or one for each mode.

        A mode of frequency zero stays without damping.
        """
        omega, shapes = natural_modes(self.mass, self.initial_stiffness())
        return replace(self, damping=modal_damping(self.mass, omega, shapes, ratios))

    def with_element(self, law: Law, upper: int, lower: int | None = None) -> "Structure":
        """Return a copy with one more element, from floor `lower` to floor `upper`.

        Floors count from 1; None is the base.
        """
        if not isinstance(law, Law) or len(law) != 1:
            raise ValueError(f"law = {law!r}: expected a law of one element")
        if upper == lower:
            raise ValueError(f"lower = {lower}: must differ from upper")
        row = np.zeros((1, self.floors))
        for name, floor, sign in (("upper", upper, 1.0), ("lower", lower, -1.0)):
            if floor is not None:
                if not is_whole(floor) or not 1 <= floor <= self.floors:
                    raise ValueError(
                        f"{name} = {floor!r}: expected a floor from 1 to {self.floors}, or None"
                    )
                row[0, floor - 1] = sign
        return replace(
            self, incidence=np.concatenate([self.incidence, row]), laws=(*self.laws, law)
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain nested description of numbers, lists and strings; `from_dict` is its inverse."""
        arrays = ("mass", "damping", "incidence", "influence", "stiffness")
        return {name: getattr(self, name).tolist() for name in arrays} | {
            "laws": [law.to_dict() for law in self.laws]
        }

    @staticmethod
    def from_dict(description: Mapping[str, Any]) -> "Structure":
        """Structure from `to_dict`'s description; ValueError for an unknown or missing field."""
        return Structure(**fields(description))
