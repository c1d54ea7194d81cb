"""The structure: masses on a moving base, joined by elements.

    M y'' + C y' + K y + B^T f(d, v) = -M G a_g(t) + L u(t),      d = B y,  v = B y'             (1)

y (m) are the displacements of the floors relative to the base, G is the influence of the base
acceleration a_g (ones for a shear building), u an external force that acts on the floors L. M, C
and K, a linear stiffness that may stand beside the elements, are any matrices; row e of the
incidence B says which floors element e joins (+1 and -1; a single +1 joins a floor to the base).

Masses, damping and the parameters of the laws may have a leading record axis: one structure then
describes a family of buildings of one layout, a building for each motion.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from simulators.checks import finite_array, is_whole, read_only
from simulators.hysteresis import Elastic, Law
from simulators.hysteresis.elements import element_columns
from simulators.structures.modes import (
    damping_ratios,
    modal_damping,
    natural_modes,
    rayleigh_coefficients,
)


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
        object.__setattr__(self, "laws", _listed(self.laws))
        self._check_shapes(n)
        _check_mass(mass)
        _ = self.records

    def _check_shapes(self, n: int) -> None:
        for name in ("mass", "damping", "stiffness"):
            if 0 in getattr(self, name).shape:
                raise ValueError(
                    f"{name} has shape {getattr(self, name).shape}: expected at least one floor "
                    "and record"
                )
        if not self.laws:
            raise ValueError(
                "laws: expected at least one element; Elastic(0.0) is one that carries no force"
            )
        for name in ("mass", "damping", "stiffness"):
            shape = getattr(self, name).shape
            if shape[-2:] != (n, n):
                raise ValueError(
                    f"{name} has shape {shape}: expected (..., {n}, {n}) for {n} floors"
                )
        if self.influence.shape != (n,):
            raise ValueError(f"influence has shape {self.influence.shape}: expected ({n},)")
        if self.incidence.shape != (self.elements, n):
            shape = self.incidence.shape
            raise ValueError(
                f"incidence has shape {shape}: expected ({self.elements}, {n}) for "
                f"{self.elements} elements, {n} floors"
            )

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

    def rows(self, index: int | slice) -> "Structure":
        """Return the records of a family that an index or a slice takes.

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
        if not isinstance(description, Mapping):
            raise ValueError(f"structure = {description!r}: expected a mapping of its fields")
        given = dict(description)
        required = {"mass", "damping", "incidence", "laws"}
        optional = {"influence", "stiffness"}
        missing = required - set(given)
        unknown = set(given) - required - optional
        wrong = sorted(map(str, missing | unknown))
        if wrong:
            expected = ", ".join(sorted(required | optional))
            raise ValueError(
                f"structure: {', '.join(wrong)} missing or unknown; expected {expected}"
            )
        laws = given.pop("laws")
        if isinstance(laws, str | Mapping) or not isinstance(laws, Iterable):
            raise ValueError(f"laws = {laws!r}: expected a list of laws")
        return Structure(laws=tuple(Law.from_dict(law) for law in laws), **given)


def _listed(laws: Law | Iterable[Law]) -> tuple[Law, ...]:
    """Laws as a tuple; ValueError for anything else."""
    if isinstance(laws, Law):
        return (laws,)
    if not isinstance(laws, Iterable):
        raise ValueError(
            f"laws = {laws!r}: expected a law of simulators.hysteresis or a sequence of them"
        )
    laws = tuple(laws)
    for law in laws:
        if not isinstance(law, Law):
            raise ValueError(
                f"laws: expected objects of simulators.hysteresis, got {type(law).__name__}"
            )
    return laws


def _check_mass(mass: np.ndarray) -> None:
    skew = np.abs(mass - np.swapaxes(mass, -1, -2))
    if np.any(skew > 1e-12 * np.abs(mass).max(axis=(-2, -1), keepdims=True)):
        raise ValueError("mass: must be symmetric")
    smallest = np.linalg.eigvalsh(mass).min()
    if smallest <= 0.0:
        raise ValueError(f"mass has the eigenvalue {smallest:g} kg: must be positive definite")


def chain(floors: int) -> np.ndarray:
    """Incidence of a shear building: ndarray, shape (floor, floor).

    Storey i joins floor i to floor i - 1.
    """
    if not is_whole(floors) or floors < 1:
        raise ValueError(f"floors = {floors!r}: must be a whole number >= 1")
    return np.eye(floors) - np.eye(floors, k=-1)


def shear_building(
    mass: ArrayLike, laws: Law | Iterable[Law], damping: ArrayLike = 0.0
) -> Structure:
    """Floors on one another, one element a storey.

    Parameters
    ----------
    mass : array_like, shape (..., floor)
        Mass of each floor (kg), bottom first.
    laws : Law or sequence of Law
        One element a storey, bottom first.
    damping : array_like, shape (..., storey), optional
        Dashpot of each storey (N s/m); see `Structure.with_rayleigh_damping` and
        `with_modal_damping` for other damping.

    Returns
    -------
    Structure

    Raises
    ------
    ValueError
        Naming the argument, its value and what is allowed.
    """
    mass = np.atleast_1d(finite_array("mass", mass, ndim=(0, 1, 2)))
    if 0 in mass.shape:
        raise ValueError(f"mass has shape {mass.shape}: expected at least one floor and record")
    if np.any(mass <= 0.0):
        raise ValueError(f"mass = {mass[mass <= 0.0][0]:g} kg: must be > 0")
    damping = finite_array("damping", damping, ndim=(0, 1, 2))
    if np.any(damping < 0.0):
        raise ValueError(f"damping = {damping[damping < 0.0][0]:g} N s/m: must be >= 0")
    incidence = chain(mass.shape[-1])
    if damping.ndim and damping.shape[-1] != len(incidence):
        raise ValueError(
            f"damping has {damping.shape[-1]} storeys: expected {len(incidence)}, one for each "
            "floor"
        )
    laws = _listed(laws)
    elements = sum(len(law) for law in laws)
    if elements != len(incidence):
        raise ValueError(
            f"laws are of {elements} elements: expected {len(incidence)}, one for each storey"
        )
    dashpots = np.broadcast_to(damping, (*damping.shape[:-1], len(incidence)))
    matrix = np.einsum("ei,...e,ej->...ij", incidence, dashpots, incidence)
    return Structure(mass[..., None] * np.eye(len(incidence)), matrix, incidence, laws)


def linear_twin(structure: Structure) -> Structure:
    """Return a copy whose elements are springs of their stiffness at rest.

    Dashpots are kept.
    """
    if not isinstance(structure, Structure):
        raise ValueError(
            f"structure is a {type(structure).__name__}: expected a Structure, as shear_building "
            "makes"
        )
    matrix = structure.initial_stiffness()
    zero = Elastic(np.zeros(structure.elements))
    return replace(structure, damping=structure.total_damping(), stiffness=matrix, laws=(zero,))
