"""Process noise: forces that nobody has measured, and what a law gets wrong, as noise that drives
the structure.

White forces w of standard deviations r drive the linear structure

    M u'' + C u' + K u = -M 1 a_g + B w                                                          (1)

beside the recorded motion of the base: on the floors (unmeasured forces, such as wind and
machines), or in pairs on the storeys (what the law of a storey gets wrong). Channels that see
H(f) w have the spectra

    G_j(f) = h_j(f) h_j(f)^*,        h_j = column j of H(f)                                      (2)

for a unit of r_j, which join those of the noise of the sensors and of the base
(`surrogate.identification.noise`). They tell where a search for the sizes r begins; residuals are
made white by the Kalman filter of (1), in time (`surrogate.identification.kalman`). Parameters are
sought from the response to the base alone, under this weight, and not from the motion that the
noise causes: where the noise is no white force after all, the resonance that it makes is not taken
for damping.

Where storeys yield, K and C are those of the statistical linearisation of Caughey (1963, J. Acoust.
Soc. Am. 35, 1706): the force of each element regressed on its drift and the rate of it, over the
records.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy import linalg

from surrogate.identification.laws import Values
from surrogate.identification.model import Model
from surrogate.identification.recordings import Recordings
from surrogate.networks.observation import PARTS, Channel, matrices

FLOORS, STOREYS = "floors", "storeys"
PLACES = (STOREYS, FLOORS)
"""Where forces act."""


@dataclass(frozen=True, eq=False)
class Process:
    """The linear structure of (1) and its unmeasured forces.

    Attributes
    ----------
    mass, damping, stiffness : ndarray, shape (floor, floor)
    incidence : ndarray, shape (storey, floor)
        Drifts of displacements.
    loads : ndarray, shape (floor, source)
        B, of forces of one newton.
    place : str
        Of `PLACES`.
    """

    mass: np.ndarray
    damping: np.ndarray
    stiffness: np.ndarray
    incidence: np.ndarray
    loads: np.ndarray
    place: str

    @classmethod
    def of(cls, model: Model, values: Values, recordings: Recordings, place: str) -> Self:
        """Return the process of a building, linear about its records.

        Parameters
        ----------
        model : Model
            Whose elements stand in its storeys, of which it tells the loops.
        values : mapping of str to ndarray, shape (place,)
        recordings : Recordings
        place : str
            Of `PLACES`.
        """
        structure = model.at_rest(values)
        floors = structure.floors
        incidence = structure.incidence[:floors]
        springs, dashpots = _linear(model, values, recordings)
        stiffness = structure.stiffness + (incidence.T * springs) @ incidence
        damping = structure.damping + (incidence.T * dashpots) @ incidence
        loads = -incidence.T if place == STOREYS else np.eye(floors)
        return cls(structure.mass, damping, stiffness, incidence, loads, place)

    def transfer(self, frequencies: np.ndarray, channels: tuple[Channel, ...]) -> np.ndarray:
        """Return H of channels, shape (frequency, channel, source), frequencies in Hz."""
        weights = matrices(channels, len(self.incidence))
        omega = 2.0j * np.pi * frequencies[:, None, None]
        dynamic = omega**2 * self.mass + omega * self.damping + self.stiffness
        moved = np.linalg.solve(
            dynamic, np.broadcast_to(self.loads, (len(omega), *self.loads.shape))
        )
        drift = self.incidence @ moved
        seen = {"drift": drift, "velocity": omega * drift, "acceleration": omega**2 * moved}
        parts = [weights[PARTS.index(part)] @ own for part, own in seen.items()]
        return np.sum(parts, axis=0)

    def spectra(self, recordings: Recordings) -> np.ndarray:
        """Return G of the sensors of recordings: (source, frequency, channel, channel)."""
        frequencies = np.fft.rfftfreq(recordings.base.shape[1], recordings.interval)
        seen = self.transfer(frequencies, tuple(recordings.channels))
        return np.einsum("fcj,fdj->jfcd", seen, seen.conj())

    def sampled(
        self, interval: float, channels: tuple[Channel, ...]
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Return A, B, C and D of displacements and velocities, with sources held over a sample.

        The first source is the acceleration of the base, the others are the forces.
        """
        floors = len(self.mass)
        ones = np.ones((floors, 1))
        flexible = np.linalg.solve(self.mass, np.hstack([self.stiffness, self.damping]))
        forces = np.linalg.solve(self.mass, self.loads)
        rates = np.block([[np.zeros((floors, floors)), np.eye(floors)], [-flexible]])
        driven = np.vstack([np.zeros((floors, 1 + forces.shape[1])), np.hstack([-ones, forces])])
        states, sources = driven.shape
        held = np.zeros((states + sources, states + sources))
        held[:states] = np.hstack([rates, driven])
        step = linalg.expm(interval * held)
        weights = matrices(channels, len(self.incidence))
        drift, velocity, acceleration, base = weights
        still = np.zeros_like(self.incidence)
        output = (
            drift @ np.hstack([self.incidence, still])
            + velocity @ np.hstack([still, self.incidence])
            - acceleration @ flexible
        )
        # An absolute acceleration sees the base through the springs alone.
        direct = np.hstack([base[:, :1], acceleration @ forces])
        return step[:states, :states], step[:states, states:], output, direct

    def drawn(
        self,
        levels: np.ndarray,
        shape: tuple[int, int],
        interval: float,
        channels: tuple[Channel, ...],
        generator: np.random.Generator,
    ) -> np.ndarray:
        """Return what channels see of drawn forces, shape (record, time, channel).

        Parameters
        ----------
        levels : ndarray, shape (source,)
            r (N).
        shape : tuple of int
            Records and samples.
        interval : float
            s.
        channels : tuple of Channel
        generator : numpy.random.Generator
        """
        records, samples = shape
        forces = levels * generator.standard_normal((records, 2 * samples, len(levels)))
        frequencies = np.fft.rfftfreq(2 * samples, interval)
        transfer = self.transfer(frequencies, channels)
        spectrum = np.einsum("fcj,rfj->rfc", transfer, np.fft.rfft(forces, axis=1))
        # The second half has the motion from before that a stationary noise has.
        return np.fft.irfft(spectrum, 2 * samples, axis=1)[:, samples:]


def _linear(model: Model, values: Values, recordings: Recordings) -> tuple[np.ndarray, np.ndarray]:
    """Spring and dashpot of each storey by statistical linearisation."""
    drifts, forces = model.loops(values, recordings.base, recordings.interval)
    rates = np.gradient(drifts, recordings.interval, axis=1)
    counted = recordings.counted
    both = [
        np.linalg.lstsq(
            np.stack([drifts[counted, storey], rates[counted, storey]], axis=1),
            forces[counted, storey],
        )[0]
        for storey in range(drifts.shape[-1])
    ]
    springs, dashpots = np.stack(both, axis=1)
    # Loops take energy: a regression of few samples gives none.
    return springs, np.maximum(dashpots, 0.0)
