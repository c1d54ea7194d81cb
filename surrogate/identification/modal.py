"""A linear structure by its modes: frequencies, damping ratios, and what each sensor sees of them.

    q_m'' + 2 z_m w_m q_m' + w_m^2 q_m = -a_g,      w_m = 2 pi f_m                               (1)

A channel c of a displacement, or a drift, sees sum_m s_cm q_m; of a velocity the same of q_m', of a
relative acceleration of q_m'', of an absolute one a_g beside it. The factors s_cm are free, so that
sensors may be in any unit and no mass or stiffness is needed: what is found is what a linear
structure of any layout would show. Damping is the modal one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from simulators.hysteresis import Elastic
from simulators.structures.structure import Structure
from surrogate.identification.laws import Values
from surrogate.identification.linear import linear_modes
from surrogate.identification.linear_response import Poles
from surrogate.identification.model import Model
from surrogate.identification.recordings import Recordings, respond
from surrogate.identification.unknowns import Unknown
from surrogate.networks.observation import Channel, every

SEEN_AS = {
    "displacement": "drift",
    "drift": "drift",
    "velocity": "drift_velocity",
    "drift_velocity": "drift_velocity",
    "acceleration": "relative_acceleration",
    "relative_acceleration": "relative_acceleration",
}
"""What of an oscillator each quantity is made of."""
ORDER = {"drift": 0, "drift_velocity": 1, "relative_acceleration": 2}
"""Of the derivative of the oscillator's displacement."""
UNKNOWNS = ("frequency", "damping_ratio", "shape")
LEAST_DAMPING, MOST_DAMPING = 1e-4, 0.7


@dataclass(frozen=True, eq=False)
class ModalModel(Model):
    """The oscillators of (1) and the sensors that look at them.

    Parameters
    ----------
    frequency : ndarray, shape (mode,)
        Hz, where the search begins.
    damping_ratio : ndarray, shape (mode,)
    shape : ndarray, shape (channel, mode)
        s of (1).
    """

    frequency: np.ndarray
    damping_ratio: np.ndarray
    shape: np.ndarray

    def __post_init__(self) -> None:
        damping = np.clip(self.damping_ratio, LEAST_DAMPING, MOST_DAMPING)
        unknowns = (
            Unknown("frequency", "Hz", self.frequency),
            Unknown("damping_ratio", "1", damping, upper=MOST_DAMPING),
            Unknown("shape", "1", self.shape.ravel(), positive=False, lower=-np.inf),
        )
        object.__setattr__(self, "unknowns", unknowns)
        object.__setattr__(self, "storeys", len(self.frequency))

    def structure(self, values: Values) -> Structure:
        omega = 2.0 * np.pi * values["frequency"]
        damping = 2.0 * values["damping_ratio"] * omega
        modes = omega.shape[-1]
        own = damping[..., None] * np.eye(modes)
        return Structure(np.eye(modes), own, np.eye(modes), Elastic(omega**2))

    def poles(self, values: Values, channels: Sequence[Channel]) -> Poles:
        """Return the poles of one structure, values of shape (place,), as its sensors see it."""
        omega = 2.0 * np.pi * values["frequency"]
        ratio = values["damping_ratio"]
        turning = omega * np.sqrt(1.0 - ratio**2)
        rates = -ratio * omega + 1j * turning
        shape = values["shape"].reshape(len(channels), -1)
        orders = np.array([ORDER[SEEN_AS[channel.quantity]] for channel in channels])
        shares = shape * 1j / turning * rates ** orders[:, None]
        direct = np.where(orders == ORDER["relative_acceleration"], -shape.sum(axis=1), 0.0)
        absolute = np.array([channel.quantity == "acceleration" for channel in channels])
        return Poles(rates, shares, direct + absolute)

    def shapes(self, values: Values) -> np.ndarray:
        """Return what sensors see of the modes, the largest of each one: (channel, mode)."""
        shape = values["shape"].reshape(-1, self.storeys)
        largest = np.take_along_axis(shape, np.abs(shape).argmax(axis=0)[None], axis=0)
        return shape / largest

    def answer(
        self, values: Values, base: np.ndarray, interval: float, channels: Sequence[Channel]
    ) -> np.ndarray:
        modes = self.storeys
        if values["shape"].ndim == 1:
            values = {name: np.tile(one, (len(base), 1)) for name, one in values.items()}
        structure = self.structure(values)
        shape = values["shape"].reshape(-1, 1, len(base), len(channels), modes)
        seen = np.zeros((len(values["shape"]) // len(base), *base.shape, len(channels)))
        for part in dict.fromkeys(SEEN_AS[channel.quantity] for channel in channels):
            answer = respond(structure, base, interval, every(part, modes))
            for place, channel in enumerate(channels):
                if SEEN_AS[channel.quantity] == part:
                    own = shape[:, 0, :, None, place]  # (row, record, 1, mode)
                    seen[..., place] = (answer * own).sum(axis=-1)
                    seen[..., place] += base if channel.quantity == "acceleration" else 0.0
        return seen


def modal_model(recordings: Recordings, modes: int) -> ModalModel:
    """Return a model that begins at the modes that records show.

    Parameters
    ----------
    recordings : Recordings
    modes : int

    Raises
    ------
    ValueError
        Where the records show fewer modes of vibration than asked for.
    """
    found = linear_modes(recordings, modes)
    if len(found.frequencies) < modes:
        shown = ", ".join(f"{value:.3g}" for value in found.frequencies)
        raise ValueError(
            f"modes = {modes}: the records show {len(found.frequencies)} ({shown} Hz): ask for "
            "no more"
        )
    channels = len(recordings.channels)
    begin = ModalModel(found.frequencies, found.damping_ratios, np.zeros((channels, modes)))
    return ModalModel(begin.frequency, begin.damping_ratio, _shapes(begin, recordings))


def _shapes(model: ModalModel, recordings: Recordings) -> np.ndarray:
    """What each channel sees of the modes by least squares, each record counting alike."""
    structure = model.structure({u.name: u.start for u in model.unknowns})
    counted = recordings.counted
    measured = recordings.clocks.on_base(recordings.measured, recordings.base.shape[1])
    rows = []
    for place, channel in enumerate(recordings.channels):
        part = every(SEEN_AS[channel.quantity], model.storeys)
        answer = respond(structure, recordings.base, recordings.interval, part)[0]
        seen = measured[..., place]
        seen = seen - (recordings.base if channel.quantity == "acceleration" else 0.0)
        size = np.sqrt(np.square(seen).sum(axis=1) / counted.sum(axis=1))[:, None]
        weight = counted / np.maximum(size, np.finfo(float).tiny)
        rows.append(
            np.linalg.lstsq((answer * weight[..., None])[counted], (seen * weight)[counted])[0]
        )
    return np.stack(rows)
