"""Laws of the elements: how a storey, a brace or an isolator answers to being deformed.

Every law here has one form. An element of elongation d (m) and rate v = d' (m/s) carries the force

    f = elastic d + viscous v + scale z                                                                  (1)

and the hysteretic variable z follows the path, not the clock:

    z' = g(z, e, sgn v) v                                                                                (2)

g = dz/dd is the tangent of the loop; that z' is proportional to v is what rate independence means. The tangents are
the functions `bouc_wen_tangent` and `baber_noori_tangent` below. They are written once, in NumPy's vocabulary, and
are run by the SciPy reference on arrays and by the batch integrator, compiled, on SIMD lanes. e (J/kg) is the
hysteretic energy of a degrading element per unit of its reference mass; the integrators carry the energy itself, W' =
scale z v (J), for every element.

A law is a frozen dataclass of one or more elements: each parameter is a number for all of them or an array of shape
(element,); with a leading axis, (record, element), every simulated record has parameters of its own.

References
----------
Wen, Y.-K. (1976). Method for random vibration of hysteretic systems. J. Eng. Mech. Div. 102(2), 249-263.
Baber, T. T. and Noori, M. N. (1985). Random vibration of degrading, pinching systems. J. Eng. Mech. 111(8), 1010-1026.
Erlicher, S. and Point, N. (2004). Thermodynamic admissibility of Bouc-Wen type hysteresis models. C. R. Mecanique
332(1), 51-57.
Zhang, R. et al. (2019). Deep long short-term memory networks for nonlinear structural seismic response prediction.
Computers & Structures 220, 55-68.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import ClassVar

import numpy as np
from numba.extending import register_jitable

from simulators.checks import common_shape, finite_array, in_range, read_only

COLUMNS = (
    # of (1)
    "elastic",
    "viscous",
    "scale",
    # of the Bouc-Wen tangent; `power` is the exponent n less one
    "amplitude",
    "beta",
    "gamma",
    "power",
    # of the Baber-Noori tangent, beyond those
    "mass",
    "strength",
    "strength_loss",
    "flexibility",
    "flexibility_gain",
    "amplitude_loss",
    "pinching",
    "pinching_rate",
    "pinching_onset",
    "spread",
    "spread_rate",
    "coupling",
)
"""Columns of the element table, the form in which both integrators read every law."""

LINEAR, BOUC_WEN, BABER_NOORI = 0, 1, 2
"""Which tangent an element has: none, `bouc_wen_tangent`, `baber_noori_tangent`."""

_FORCE_UNITS = {"N": 1.0, "kN": 1e3, "MN": 1e6}


@register_jitable
def bouc_wen_tangent(z, velocity, magnitude_power, amplitude, beta, gamma):
    """Tangent dz/dd of the Bouc-Wen loop (Wen 1976): A - |z|^(n-1) (beta sgn(v) z + gamma |z|), beta >= 0.

    `magnitude_power` is |z|^(n-1); of the velocity only the sign matters. The force form of Zhang et al. (2019) is
    the same function of z = f with A = k, beta = alpha and gamma = beta.
    """
    return amplitude - magnitude_power * (np.copysign(beta, velocity) * z + gamma * abs(z))


@register_jitable
def baber_noori_tangent(
    z,
    energy,
    velocity,
    magnitude_power,
    ultimate,
    amplitude,
    beta,
    gamma,
    strength,
    strength_loss,
    flexibility,
    flexibility_gain,
    amplitude_loss,
    pinching,
    pinching_rate,
    pinching_onset,
    spread,
    spread_rate,
    coupling,
):
    """Tangent of the Bouc-Wen-Baber-Noori loop: h / eta times that of Bouc-Wen with degraded A, nu beta and nu gamma.

    nu = strength + strength_loss e, eta = flexibility + flexibility_gain e, A = amplitude - amplitude_loss e and the
    pinching is h = 1 - zeta1 exp(-(z sgn(v) - q z_u)^2 / zeta2^2), where z_u = (nu (beta + gamma))^(-1/n) (`ultimate`),
    q = pinching_onset, zeta1 = pinching (1 - exp(-pinching_rate e)) and
    zeta2 = (spread + spread_rate e) (coupling + zeta1).
    """
    nu = strength + strength_loss * energy
    tangent = bouc_wen_tangent(z, velocity, magnitude_power, amplitude - amplitude_loss * energy, nu * beta, nu * gamma)
    severity = pinching * (1.0 - np.exp(-pinching_rate * energy))
    width = (spread + spread_rate * energy) * (coupling + severity)
    offset = (np.copysign(1.0, velocity) * z - pinching_onset * ultimate) / width
    return (1.0 - severity * np.exp(-offset * offset)) * tangent / (flexibility + flexibility_gain * energy)


@register_jitable
def stored_energy(z, scale, amplitude, flexibility):
    """Hysteretic energy (J) that comes back on elastic unloading, scale eta z^2 / (2 A); the rest is dissipated."""
    return 0.5 * scale * flexibility * z * z / amplitude


@dataclass(frozen=True, eq=False)
class Law:
    """A law for one or more elements; subclasses say which coefficients of (1) and (2) their parameters are."""

    tangent: ClassVar[int] = LINEAR

    def __post_init__(self):
        law = type(self).__name__
        values = {f.name: finite_array(f"{law}.{f.name}", getattr(self, f.name), ndim=(0, 1, 2)) for f in fields(self)}
        shape = common_shape(law, values)
        if 0 in shape:
            raise ValueError(f"{law}: its parameters have shape {shape}, expected at least one element and record")
        for name, value in values.items():
            object.__setattr__(self, name, read_only(np.broadcast_to(value, shape)))
        self.check()

    def check(self):
        """Raise ValueError where a parameter lies outside its range."""

    def columns(self):
        """Columns of the element table that this law fills: dict of name to ndarray, shape (..., element)."""
        raise NotImplementedError

    def __len__(self):
        """Number of elements."""
        return getattr(self, fields(self)[0].name).shape[-1]

    def record(self, index):
        """The law of one record of a family; itself where there is no record axis."""
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        return replace(self, **{name: value[index] for name, value in values.items() if value.ndim == 2})

    def to_dict(self):
        """Plain description: the law's name and its parameters as nested lists."""
        return {"law": type(self).__name__, **{k: v.tolist() for k, v in asdict(self).items()}}

    @staticmethod
    def from_dict(description):
        """Law from `to_dict`'s description; ValueError for an unknown law or parameter."""
        if not isinstance(description, Mapping):
            raise ValueError(f"law = {description!r}: expected a mapping of its name and parameters")
        parameters = dict(description)
        name = parameters.pop("law", None)
        known = {law.__name__: law for law in Law.__subclasses__()}
        if not isinstance(name, str) or name not in known:
            raise ValueError(f"law = {name!r}: expected one of {', '.join(known)}")
        wanted = {f.name for f in fields(known[name])}
        if set(parameters) != wanted:
            wrong = sorted(map(str, set(parameters) ^ wanted))
            raise ValueError(
                f"{name}: parameters {', '.join(wrong)} missing or unknown; expected {', '.join(sorted(wanted))}"
            )
        return known[name](**parameters)


@dataclass(frozen=True, eq=False)
class Elastic(Law):
    """Linear spring f = k d.

    Parameters
    ----------
    stiffness : array_like, shape (..., element)
        k >= 0, N/m.
    """

    stiffness: np.ndarray

    def check(self):
        in_range(self, "stiffness", minimum=0.0)

    def columns(self):
        return {"elastic": self.stiffness}


@dataclass(frozen=True, eq=False)
class Viscous(Law):
    """Linear dashpot f = c v.

    Parameters
    ----------
    damping : array_like, shape (..., element)
        c >= 0, N s/m.
    """

    damping: np.ndarray

    def check(self):
        in_range(self, "damping", minimum=0.0)

    def columns(self):
        return {"viscous": self.damping}


@dataclass(frozen=True, eq=False)
class ForceFormBoucWen(Law):
    """f' = k v - alpha |v| |f|^(n-1) f - beta v |f|^n (Zhang et al. 2019), in newton; `in_unit` takes others.

    Parameters
    ----------
    stiffness : array_like, shape (..., element)
        k > 0, N/m.
    alpha : array_like
        >= 0, N^(1-n)/m.
    beta : array_like
        N^(1-n)/m. The law dissipates in every motion only if |beta| <= alpha (`dissipative`). Published parameter
        sets break this (storeys 1, 3 and 5 of Zhang's building, the benchmark of Noel and Schoukens), so it is
        reported and not required.
    exponent : array_like
        n >= 1.

    Notes
    -----
    The ultimate force is f_u = (k / (alpha + beta))^(1/n), infinite where alpha + beta <= 0.
    """

    stiffness: np.ndarray
    alpha: np.ndarray
    beta: np.ndarray
    exponent: np.ndarray
    tangent: ClassVar[int] = BOUC_WEN

    @classmethod
    def in_unit(cls, force_unit, stiffness, alpha, beta, exponent):
        """Law from parameters stated for a force in `force_unit` ("N", "kN" or "MN"), stiffness in that unit per metre.

        With f = u f_unit, k becomes u k, and alpha and beta become u^(1-n) alpha and u^(1-n) beta: the ultimate force
        (k / (alpha + beta))^(1/n) is then the same force in both units.
        """
        if not isinstance(force_unit, str) or force_unit not in _FORCE_UNITS:
            raise ValueError(f"force_unit = {force_unit!r}: expected one of {', '.join(_FORCE_UNITS)}")
        unit = _FORCE_UNITS[force_unit]
        law = cls(stiffness, alpha, beta, exponent)
        factor = unit ** (1.0 - law.exponent)
        return cls(unit * law.stiffness, factor * law.alpha, factor * law.beta, law.exponent)

    def check(self):
        in_range(self, "stiffness", above=0.0)
        in_range(self, "alpha", minimum=0.0)
        in_range(self, "exponent", minimum=1.0)

    @property
    def dissipative(self):
        """Whether |beta| <= alpha, ndarray of bool, shape (..., element)."""
        return np.abs(self.beta) <= self.alpha

    @property
    def ultimate_force(self):
        """f_u (N), ndarray, shape (..., element); inf where alpha + beta <= 0."""
        total = self.alpha + self.beta
        softening = total > 0.0
        return np.where(softening, (self.stiffness / np.where(softening, total, 1.0)) ** (1.0 / self.exponent), np.inf)

    def columns(self):
        return {
            "scale": np.ones_like(self.stiffness),
            "amplitude": self.stiffness,
            "beta": self.alpha,
            "gamma": self.beta,
            "power": self.exponent - 1.0,
        }


def _check_wen(law, beta_name="beta", gamma_name="gamma"):
    """Thermodynamic admissibility (Erlicher & Point 2004): n >= 1, beta > 0, -beta <= gamma <= beta."""
    in_range(law, "stiffness", above=0.0)
    in_range(law, "post_yield_ratio", minimum=0.0, maximum=1.0)
    in_range(law, "exponent", minimum=1.0)
    in_range(law, beta_name, above=0.0)
    gamma, beta = getattr(law, gamma_name), getattr(law, beta_name)
    if np.any(np.abs(gamma) > beta):
        worst = np.argmax((np.abs(gamma) - beta).ravel())
        raise ValueError(
            f"{type(law).__name__}.gamma = {gamma.ravel()[worst]:g}: must lie in [-beta, beta] = "
            f"[{-beta.ravel()[worst]:g}, {beta.ravel()[worst]:g}], or some cycles would create energy"
        )


@dataclass(frozen=True, eq=False)
class BoucWen(Law):
    """f = a k d + (1 - a) k z, z' = A v - beta |v| |z|^(n-1) z - gamma v |z|^n (Wen 1976).

    Parameters
    ----------
    stiffness : array_like, shape (..., element)
        k > 0, N/m.
    post_yield_ratio : array_like
        a in [0, 1], post- to pre-yield stiffness.
    beta, gamma : array_like
        m^-n; beta > 0 and -beta <= gamma <= beta, or the law creates energy.
    exponent : array_like
        n >= 1; elastoplastic as n grows.
    amplitude : array_like, optional
        A > 0, dimensionless; 1 by default.

    Notes
    -----
    The yield displacement is z_u = (A / (beta + gamma))^(1/n).
    """

    stiffness: np.ndarray
    post_yield_ratio: np.ndarray
    beta: np.ndarray
    gamma: np.ndarray
    exponent: np.ndarray
    amplitude: np.ndarray = 1.0
    tangent: ClassVar[int] = BOUC_WEN

    @classmethod
    def from_yield(cls, stiffness, yield_displacement, post_yield_ratio=0.05, exponent=2.0, beta_share=0.5):
        """Law that yields at a given displacement: A = 1, beta + gamma = d_y^-n.

        Parameters
        ----------
        stiffness, post_yield_ratio, exponent : array_like, shape (..., element)
            As for the law.
        yield_displacement : array_like
            d_y > 0 (m).
        beta_share : array_like
            beta / (beta + gamma) >= 0.5: one half unloads at the initial stiffness, more makes the loop bulge.
        """
        owner = "BoucWen.from_yield"
        given = {"yield_displacement": yield_displacement, "exponent": exponent, "beta_share": beta_share}
        given = {name: finite_array(f"{owner}: {name}", value) for name, value in given.items()}
        common_shape(owner, given)
        d_y, n, share = given.values()
        if np.any(d_y <= 0.0):
            raise ValueError(f"{owner}: yield_displacement = {d_y.min():g}: must be > 0")
        if np.any(n < 1.0):
            raise ValueError(f"{owner}: exponent = {n.min():g}: must be >= 1")
        if np.any(share < 0.5):
            raise ValueError(
                f"{owner}: beta_share = {share.min():g}: must be >= 0.5, or some cycles would create energy"
            )
        with np.errstate(over="ignore"):  # an infinite beta is refused below
            total = d_y**-n
        return cls(stiffness, post_yield_ratio, share * total, (1.0 - share) * total, n)

    def check(self):
        _check_wen(self)
        in_range(self, "amplitude", above=0.0)

    @property
    def yield_displacement(self):
        """z_u (m), ndarray, shape (..., element); inf where gamma = -beta."""
        total = self.beta + self.gamma
        softening = total > 0.0
        return np.where(softening, (self.amplitude / np.where(softening, total, 1.0)) ** (1.0 / self.exponent), np.inf)

    def columns(self):
        return {
            "elastic": self.post_yield_ratio * self.stiffness,
            "scale": (1.0 - self.post_yield_ratio) * self.stiffness,
            "amplitude": self.amplitude,
            "beta": self.beta,
            "gamma": self.gamma,
            "power": self.exponent - 1.0,
        }


@dataclass(frozen=True, eq=False)
class BaberNoori(Law):
    """Bouc-Wen with degradation and pinching (Baber & Noori 1985); `baber_noori_tangent` has the equation.

    Parameters
    ----------
    stiffness, post_yield_ratio, beta, gamma, exponent : array_like, shape (..., element)
        As in `BoucWen`; here beta + gamma > 0.
    mass : array_like
        Reference mass (kg) of e, the hysteretic energy per unit mass: e' = (1 - a) (k / mass) z v.
    strength_loss, flexibility_gain, amplitude_loss : array_like
        delta_nu, delta_eta and delta_A >= 0, kg/J. The law has a meaning while A = A_0 - delta_A e > 0.
    pinching : array_like
        zeta_s in [0, 1), total slip; 0 is no pinching.
    pinching_rate : array_like
        p >= 0, kg/J.
    pinching_onset : array_like
        q in [0, 1), the share of z_u at which the loop is thinnest.
    spread, spread_rate, coupling : array_like
        psi > 0 (m), delta_psi >= 0 (m kg/J) and lambda > 0 of the width of the pinched part.
    amplitude, strength, flexibility : array_like
        A_0, nu_0 and eta_0 > 0; 1 by default.
    """

    stiffness: np.ndarray
    post_yield_ratio: np.ndarray
    beta: np.ndarray
    gamma: np.ndarray
    exponent: np.ndarray
    mass: np.ndarray
    strength_loss: np.ndarray = 0.0
    flexibility_gain: np.ndarray = 0.0
    amplitude_loss: np.ndarray = 0.0
    pinching: np.ndarray = 0.0
    pinching_rate: np.ndarray = 0.0
    pinching_onset: np.ndarray = 0.0
    spread: np.ndarray = 0.1
    spread_rate: np.ndarray = 0.0
    coupling: np.ndarray = 0.1
    amplitude: np.ndarray = 1.0
    strength: np.ndarray = 1.0
    flexibility: np.ndarray = 1.0
    tangent: ClassVar[int] = BABER_NOORI

    def check(self):
        _check_wen(self)
        if np.any(self.beta + self.gamma <= 0.0):
            raise ValueError("BaberNoori.gamma: beta + gamma must be > 0, or z_u of the pinching is not defined")
        for name in ("mass", "spread", "coupling", "amplitude", "strength", "flexibility"):
            in_range(self, name, above=0.0)
        for name in ("strength_loss", "flexibility_gain", "amplitude_loss", "pinching_rate", "spread_rate"):
            in_range(self, name, minimum=0.0)
        for name in ("pinching", "pinching_onset"):
            in_range(self, name, minimum=0.0, below=1.0)

    def columns(self):
        same = (
            "amplitude",
            "beta",
            "gamma",
            "strength",
            "strength_loss",
            "flexibility",
            "flexibility_gain",
            "amplitude_loss",
        )
        same += ("pinching", "pinching_rate", "pinching_onset", "spread", "spread_rate", "coupling", "mass")
        return {name: getattr(self, name) for name in same} | {
            "elastic": self.post_yield_ratio * self.stiffness,
            "scale": (1.0 - self.post_yield_ratio) * self.stiffness,
            "power": self.exponent - 1.0,
        }
