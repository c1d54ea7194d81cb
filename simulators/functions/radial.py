r"""The radial function of Eldan and Shamir, which two hidden layers learn and one of moderate width
cannot.

    phi(x) = (R / |x|)^(d/2) J_{d/2}(2 pi R |x|),    x in R^d,  R > 0                            (1)

is the inverse Fourier transform of the indicator of the ball of radius R. With J_v(z) = (z/2)^v /
Gamma(v + 1) 0F1(; v + 1; -z^2/4) it becomes

    phi(x) = phi(0) 0F1(; d/2 + 1; -(pi R |x|)^2),    phi(0) = pi^(d/2) R^d / Gamma(d/2 + 1)     (2)

which has no 0/0 at the origin; phi(0) is the volume of the ball.

References
----------
Eldan, R. and Shamir, O. (2016). The power of depth for feedforward neural networks. COLT, PMLR
49:907-940.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln, hyp0f1, ndtr, ndtri

from simulators.checks import finite_array, is_number, is_whole


@dataclass(frozen=True)
class RadialFunction:
    """The function (1).

    Parameters
    ----------
    dimension : int
        d >= 1.
    radius : float, optional
        R > 0; by default the radius of the ball of volume one, so that phi(0) = 1.

    Examples
    --------
    >>> import numpy as np
    >>> from simulators import RadialFunction
    >>> function = RadialFunction(dimension=2)
    >>> points = np.array([[0.3, 0.4], [0.5, 0.0]])
    >>> values = function(points)
    >>> bool(np.isclose(*values))  # equal distances from the centre
    True
    """

    dimension: int
    radius: float | None = None

    def __post_init__(self) -> None:
        if not is_whole(self.dimension) or self.dimension < 1:
            raise ValueError(f"dimension must be an integer >= 1, got {self.dimension!r}")
        if self.radius is not None and (not is_number(self.radius) or self.radius <= 0.0):
            raise ValueError(f"radius must be a positive finite number, got {self.radius!r}")

    @property
    def ball_radius(self) -> float:
        """R, by default that of the ball of volume one."""
        if self.radius is not None:
            return self.radius
        return float(np.exp(gammaln(self.dimension / 2 + 1) / self.dimension) / np.sqrt(np.pi))

    @property
    def peak(self) -> float:
        """phi(0), the volume of the ball."""
        half = self.dimension / 2
        logarithm = half * np.log(np.pi) + self.dimension * np.log(self.ball_radius)
        return float(np.exp(logarithm - gammaln(half + 1)))

    def __call__(self, x: np.ndarray) -> np.ndarray:
        """Value of phi.

        Parameters
        ----------
        x : ndarray, shape (..., d)

        Returns
        -------
        ndarray, shape (...)
        """
        x = finite_array("x", x)
        if x.shape[-1:] != (self.dimension,):
            raise ValueError(f"x has shape {x.shape}: expected (..., {self.dimension})")
        squared = np.einsum("...i,...i->...", x, x)
        argument = -((np.pi * self.ball_radius) ** 2) * squared
        return self.peak * hyp0f1(self.dimension / 2 + 1, argument)


def near_peak(
    points: np.ndarray, half_width: float, spread: float, share: float = 0.5
) -> tuple[np.ndarray, np.ndarray]:
    """Place points in the cube [-half_width, half_width]^d, a part of them near the origin.

    The density is the defensive mixture q = (1 - share) p + share g (Hesterberg 1995, Technometrics
    37:185-194) of the uniform density p and a normal density g of standard deviation `spread`,
    truncated to the cube. The weights p / q make a weighted mean over the points an unbiased mean
    over the cube; they are at most 1 / (1 - share).

    Parameters
    ----------
    points : ndarray, shape (sample, d + 1)
        Uniform in the unit cube: the last number chooses the part of the mixture.
    half_width, spread : float
        In the unit of x.
    share : float
        Share of the points near the origin, in [0, 1).

    Returns
    -------
    x : ndarray, shape (sample, d)
    weight : ndarray, shape (sample,)

    Raises
    ------
    ValueError
        Naming the argument and what is allowed.
    """
    points = finite_array("points", points, ndim=2)
    for name, value in (("half_width", half_width), ("spread", spread)):
        if not is_number(value) or value <= 0.0:
            raise ValueError(f"{name} must be a positive finite number, got {value!r}")
    if not is_number(share) or not 0.0 <= share < 1.0:
        raise ValueError(f"share must be in [0, 1), got {share!r}")
    unit = points[:, :-1]
    chosen = points[:, -1] < share
    inside = ndtr(-half_width / spread)  # probability below the cube, in one coordinate
    normal = spread * ndtri(inside + unit * (1 - 2 * inside))
    x = np.where(chosen[:, None], normal, half_width * (2 * unit - 1))
    log_normal = -0.5 * (x / spread) ** 2 - np.log(spread * np.sqrt(2 * np.pi) * (1 - 2 * inside))
    ratio = np.exp((log_normal + np.log(2 * half_width)).sum(axis=1))  # g / p
    return x, 1 / (1 - share + share * ratio)
