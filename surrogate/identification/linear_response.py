"""Responses of linear structures by their poles, exact for base motions that are straight between
samples.

A structure x' = A x + b a_g, y = C x + d a_g has the poles s_j, the eigenvalues of A, of which each
channel has a share r_cj. With z_j = exp(s_j dt) and

    p_j = (z_j - 1) / s_j,      e_j = (z_j - 1 - s_j dt) / (s_j^2 dt)

it answers samples u_t of the base by (Franklin, Powell and Workman 1998, section 4.3)

    w_j,t = z_j w_j,t-1 + u_t
    y_c,t = d_c u_t + Re sum_j r_cj [e_j w_j,t + (p_j - e_j) w_j,t-1]

Of a pair of complex poles one is kept, with twice its share. From rest at the first sample

    w_j,-1 = -u_0 e_j / (z_j e_j + p_j - e_j)

`surrogate.networks.Modal` with `at_rest` is the same as a network.
"""

from dataclasses import dataclass

import numpy as np
from scipy.signal import lfilter


@dataclass(frozen=True, eq=False)
class StateSpace:
    """A linear structure as its sensors see it.

    Attributes
    ----------
    transition : ndarray, shape (state, state)
        A.
    drive : ndarray, shape (state,)
        b.
    output : ndarray, shape (channel, state)
        C.
    direct : ndarray, shape (channel,)
        d.
    """

    transition: np.ndarray
    drive: np.ndarray
    output: np.ndarray
    direct: np.ndarray


@dataclass(frozen=True, eq=False)
class Poles:
    """The same by its poles, those of no negative imaginary part.

    Attributes
    ----------
    rates : ndarray of complex, shape (pole,)
        s (1/s), in the order of their size.
    shares : ndarray of complex, shape (channel, pole)
    direct : ndarray, shape (channel,)
    """

    rates: np.ndarray
    shares: np.ndarray
    direct: np.ndarray

    @property
    def frequencies(self) -> np.ndarray:
        """Natural frequencies |s| / 2 pi (Hz), shape (pole,)."""
        return np.abs(self.rates) / (2.0 * np.pi)

    @property
    def damping_ratios(self) -> np.ndarray:
        """-Re s / |s|, shape (pole,)."""
        return -self.rates.real / np.abs(self.rates)

    def sampled(self, interval: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return z_j, r_cj e_j and r_cj (p_j - e_j) for an interval (s)."""
        exponent = self.rates * interval
        z = np.exp(exponent)
        whole = (z - 1.0) / self.rates
        end = (z - 1.0 - exponent) / (self.rates * exponent)
        return z, self.shares * end, self.shares * (whole - end)

    def answer(self, base: np.ndarray, interval: float) -> np.ndarray:
        """Return what channels see of motions of the base: (record, time, channel).

        Parameters
        ----------
        base : ndarray, shape (record, time)
            m s-2.
        interval : float
            s.
        """
        z, now, before = self.sampled(interval)
        seen = self.direct * base[..., None]
        _, ends, starts = Poles(self.rates, np.ones((1, len(z))), np.zeros(1)).sampled(interval)
        for j, factor in enumerate(z):
            begun = -base[:, :1] * ends[0, j] / (factor * ends[0, j] + starts[0, j])
            w, _ = lfilter([1.0], [1.0, -factor], base.astype(complex), axis=1, zi=factor * begun)
            past = np.concatenate([begun, w[:, :-1]], axis=1)
            seen = seen + (w[..., None] * now[:, j] + past[..., None] * before[:, j]).real
        return seen


def poles_of(system: StateSpace) -> Poles:
    """Return the poles of a structure and what channels see of them."""
    rates, vectors = np.linalg.eig(system.transition)
    shares = (system.output @ vectors) * np.linalg.solve(vectors, system.drive.astype(complex))
    rounding = 1e-9 * np.abs(rates)
    kept = np.flatnonzero(rates.imag >= -rounding)
    kept = kept[np.argsort(np.abs(rates[kept]))]
    twice = np.where(rates[kept].imag > rounding[kept], 2.0, 1.0)
    return Poles(rates[kept], twice * shares[:, kept], system.direct)
