"""Structures with unknown parameters, and the shear building as the usual one.

A model says what its parameters are and which `Structure` a table of their values makes. Any layout
can be one: a subclass of `Model` returns a `Structure` of its own matrices.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from simulators.excitation.load import BaseMotions
from simulators.solvers.solve import solve
from simulators.solvers.steel_chain import ChainResponse, SteelChain, solve_chain
from simulators.structures.structure import Structure
from simulators.structures.structure.shear import chain
from surrogate.identification.clocks import DELAY
from surrogate.identification.laws import BUILDING, LAWS, Values
from surrogate.identification.recordings import TOLERANCE, Recordings, observed, respond
from surrogate.identification.unknowns import Unknown, listed
from surrogate.networks.observation import Channel

OF_CHAIN = ("mass", "damping", "mass_damping")
"""Parameters of a `SteelChain` beside its law, in its order."""
FAR = 1e6
"""Yield displacement (m) of a storey that does not yield."""


class Model(ABC):
    """A structure whose parameters are unknown.

    Attributes
    ----------
    unknowns : tuple of Unknown
        Its parameters, each with its start.
    storeys : int
        Floors that sensors can name.
    jumps : bool
        Whether a response may jump where a parameter passes a value.
    """

    unknowns: tuple[Unknown, ...]
    storeys: int

    @property
    def jumps(self) -> bool:
        return False

    @abstractmethod
    def structure(self, values: Values) -> Structure:
        """Return the structures of a table of values, with a record axis where it has rows."""

    def at_rest(self, values: Values) -> Structure:
        """Return structures whose modes are those of a table of values at rest."""
        return self.structure(values)

    def answer(
        self, values: Values, base: np.ndarray, interval: float, channels: Sequence[Channel]
    ) -> np.ndarray:
        """Return what channels see of a table of values, as of `recordings.respond`.

        Parameters
        ----------
        values : mapping of str to ndarray, shape (R x N, place), or (place,) where R is one
        base : ndarray, shape (N, time)
        interval : float
        channels : sequence of Channel

        Returns
        -------
        ndarray, shape (R, N, time, channel)

        Raises
        ------
        ValueError
            Where the integration does not meet its tolerance.
        """
        return respond(self.structure(values), base, interval, channels)

    def seen(self, values: Values, recordings: Recordings) -> np.ndarray:
        """Return what the sensors of recordings see of a table of values, at their own samples.

        Parameters
        ----------
        values : mapping of str to ndarray, shape (R x N, place)
            Of the model; and `clocks.DELAY`, one number a channel, where sensors are late.
        recordings : Recordings
            Of N records.

        Returns
        -------
        ndarray, shape (R, N, sample, channel)
        """
        own = recordings
        answers = self.answer(values, own.base, own.interval, own.channels)
        delays = values.get(DELAY)
        if delays is not None:
            delays = delays.reshape(*answers.shape[:2], len(own.channels))
        return own.clocks.seen(answers, delays)

    def loops(
        self, values: Values, base: np.ndarray, interval: float
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return drifts (m) and restoring forces (N) of one building's storeys.

        Parameters
        ----------
        values : mapping of str to ndarray, shape (place,)
        base : ndarray, shape (record, time)
        interval : float

        Returns
        -------
        drift, force : ndarray, shape (record, time, storey)
            Of elements that stand side by side in a storey the forces are added.
        """
        outputs = ["drift", "restoring_force"]
        structure = self.structure(values)
        solved = solve(structure, BaseMotions(base, interval), tolerance=TOLERANCE, outputs=outputs)
        drifts = solved["drift"].values[..., : structure.floors]
        forces = solved["restoring_force"].values
        aside = forces.reshape(*forces.shape[:2], -1, structure.floors)
        return drifts, aside.sum(axis=2)


@dataclass(frozen=True)
class ShearModel(Model):
    """A shear building of `storeys`, every storey a dashpot beside a spring that may yield.

    The laws of the springs are those of `surrogate.identification.laws`. Floor i of mass m_i has
    the drag mass_damping_i m_i as well, against its velocity relative to the base: with it and
    dashpots in proportion to the stiffness, damping is Rayleigh's. Records of the base and its
    response tell masses up to a common factor, which is that of the first floor: its start is kept
    unless all masses are.

    Parameters
    ----------
    storeys : int
    law : str
        A key of `surrogate.identification.laws.LAWS`.
    start : mapping of str to array_like
        Start of each parameter, one number or one a storey, bottom first: mass (kg), stiffness
        (N/m), damping (N s/m), mass_damping (1/s, zero by default), and those of the law.

    Raises
    ------
    ValueError
        For another law, a start that is missing, unknown, of another length or out of its range.

    Examples
    --------
    >>> from surrogate.identification.model import ShearModel
    >>> start = {"mass": 1.0, "stiffness": 400.0, "damping": 1.0, "yield_displacement": 0.01}
    >>> [unknown.name for unknown in ShearModel(2, "bouc_wen", start).unknowns][:3]
    ['mass', 'stiffness', 'damping']
    """

    storeys: int
    law: str
    start: Mapping[str, object]

    def __post_init__(self) -> None:
        if self.law not in LAWS:
            raise ValueError(f"law = {self.law!r}: expected one of {listed(list(LAWS))}")
        described = {**BUILDING, **LAWS[self.law].parameters}
        for name in self.start:
            if name not in described:
                raise ValueError(
                    f"start: {name!r} is unknown, choose from {listed(list(described))}"
                )
        unknowns = []
        for name, own in described.items():
            start = row(name, self.start.get(name, own.start), self.storeys)
            unknowns.append(Unknown(name, own.units, start, own.positive, own.lower, own.upper))
        object.__setattr__(self, "unknowns", tuple(unknowns))

    @property
    def jumps(self) -> bool:
        return LAWS[self.law].steel is not None

    def structure(self, values: Values) -> Structure:
        if LAWS[self.law].steel is not None:
            raise ValueError(
                f"law = {self.law!r}: its branches begin at reversals, which no Structure knows; "
                "`answer` and `loops` follow them, and `at_rest` has the modes"
            )
        return self.at_rest(values)

    def at_rest(self, values: Values) -> Structure:
        laws = LAWS[self.law].elements(values)
        mass = values["mass"][..., None] * np.eye(self.storeys)
        storeys = chain(self.storeys)
        dashpots = np.einsum("ei,...e,ej->...ij", storeys, values["damping"], storeys)
        damping = dashpots + values["mass_damping"][..., None] * mass
        return Structure(mass, damping, np.tile(storeys, (len(laws), 1)), laws)

    def answer(
        self, values: Values, base: np.ndarray, interval: float, channels: Sequence[Channel]
    ) -> np.ndarray:
        if LAWS[self.law].steel is None:
            return super().answer(values, base, interval, channels)
        found = self._steel(values, base, interval)
        parts = (found.drift, found.drift_velocity, found.acceleration)
        seen = observed(parts, base, channels)
        return seen.reshape(-1, *base.shape, len(channels))

    def loops(
        self, values: Values, base: np.ndarray, interval: float
    ) -> tuple[np.ndarray, np.ndarray]:
        if LAWS[self.law].steel is None:
            return super().loops(values, base, interval)
        found = self._steel(values, base, interval)
        return found.drift, found.force

    def _steel(self, values: Values, base: np.ndarray, interval: float) -> ChainResponse:
        law = LAWS[self.law].steel
        assert law is not None
        building = SteelChain(law(values), *(values[name] for name in OF_CHAIN))
        return solve_chain(building, base, interval, TOLERANCE)


def row(name: str, given: object, storeys: int) -> np.ndarray:
    """Return the start of a parameter in every storey, shape (storey,).

    Raises
    ------
    ValueError
        Where it is missing, or neither one number nor one a storey.
    """
    numbers = np.atleast_1d(np.asarray(given, dtype=float))
    if numbers.shape not in ((1,), (storeys,)):
        raise ValueError(
            f"start of {name} has {numbers.size} numbers: expected one, or {storeys}, one a storey"
        )
    if not np.isfinite(numbers).all():
        raise ValueError(f"start of {name} is missing: give one number, or one a storey")
    return np.broadcast_to(numbers, (storeys,)).copy()
