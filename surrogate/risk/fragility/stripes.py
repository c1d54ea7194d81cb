"""Fragility from stripes: at each of a few intensities, how many of the motions exceeded the limit.

With k_j of n_j motions beyond the limit at intensity x_j, the likelihood of a lognormal curve is a
product of binomial ones,

    L = prod_j p_j^k_j (1 - p_j)^(n_j - k_j),      p_j = Phi(ln(x_j / median) / beta),           (1)

and its maximum is the fit. Motions that collapse exceed every limit.

References
----------
Baker, J. W. (2015). Efficient analytical fragility function fitting using dynamic structural
analysis. Earthquake Spectra 31(1), 579-599. (Equation 11.)
"""

import numpy as np
import numpy.typing as npt
from scipy.special import log_ndtr, ndtri

from simulators.checks import finite_array
from surrogate.risk.estimation.counting import flags
from surrogate.risk.fragility.lognormal import LOG_ROOT, Fragility, positive
from surrogate.risk.fragility.newton import maximum

Values = np.ndarray
SLOWEST = 1e-3
"""Slope of a curve, 1 / beta, below which it has no median worth the name."""


def fit_stripes(
    intensities: npt.ArrayLike, exceeding: npt.ArrayLike, motions: npt.ArrayLike
) -> Fragility:
    """Fit a fragility curve to counts by maximum likelihood (1).

    Parameters
    ----------
    intensities : array_like, shape (stripe,)
        x, positive, of at least two different values.
    exceeding, motions : array_like of int, shape (stripe,)
        k and n.

    Raises
    ------
    ValueError
        For counts that are none, or that no lognormal curve fits: no motion exceeds, all do, all
        that exceed lie above all that do not (beta would be zero), or they grow rarer with
        intensity.
    """
    x = positive("intensities", intensities)
    k, n = _counts(exceeding, motions, len(x))
    _refuse_undetermined(x, k, n)
    slope, offset = _maximum(np.log(x), k, n)
    if slope < SLOWEST:
        raise ValueError(
            "the share of motions that exceed does not grow with the intensity: no lognormal curve "
            "fits; use another intensity measure, or more motions"
        )
    return Fragility(float(np.exp(-offset / slope)), 1.0 / slope)


def count(intensities: npt.ArrayLike, exceeds: npt.ArrayLike) -> tuple[Values, Values, Values]:
    """Return the stripes, the motions that exceed in each and all motions of each.

    Parameters
    ----------
    intensities, exceeds : array_like, shape (motion,)
        Intensity and flag of each motion; motions of one stripe have equal intensities.
    """
    stripes, place = np.unique(positive("intensities", intensities), return_inverse=True)
    outcomes = flags("exceeds", exceeds)
    if len(place) != len(outcomes):
        raise ValueError(f"{len(place)} intensities, {len(outcomes)} outcomes: one each")
    return stripes, np.bincount(place, weights=outcomes).astype(int), np.bincount(place)


def _counts(
    exceeding: npt.ArrayLike, motions: npt.ArrayLike, stripes: int
) -> tuple[Values, Values]:
    k = finite_array("exceeding", exceeding, ndim=1)
    n = finite_array("motions", motions, ndim=1)
    if len(k) != stripes or len(n) != stripes:
        raise ValueError(f"{stripes} intensities, {len(k)} exceeding, {len(n)} motions: one each")
    wrong = (n < 1) | (k < 0) | (k > n) | (k % 1 != 0) | (n % 1 != 0)
    if wrong.any():
        place = int(wrong.argmax())
        raise ValueError(
            f"stripe {place}: {k[place]:g} of {n[place]:g} motions exceed: expected whole numbers, "
            "no more than there are motions"
        )
    return k, n


def _refuse_undetermined(x: Values, k: Values, n: Values) -> None:
    if k.sum() == 0 or (k == n).all():
        which = "none" if k.sum() == 0 else "all"
        raise ValueError(
            f"{which} of the {n.sum():g} motions exceed the limit: add stripes at "
            f"{'higher' if which == 'none' else 'lower'} intensities"
        )
    if x[k > 0].min() >= x[k < n].max():
        raise ValueError(
            f"every motion above {x[k > 0].min():g} exceeds the limit and none below does: beta "
            "cannot be told; add stripes between, or motions"
        )


def _maximum(logarithms: Values, k: Values, n: Values) -> tuple[float, float]:
    """Return the slope b and the offset a of p = Phi(a + b ln x), where (1) is largest.

    The logarithm of (1) is concave in a and b: there is one maximum.
    """
    centre = float(np.average(logarithms, weights=n))
    spread = max(float(logarithms.std()), 1e-12)
    z = np.stack([np.ones(len(n)), (logarithms - centre) / spread])
    start = np.array([ndtri(np.clip(k.sum() / n.sum(), 0.01, 0.99)), 0.5])
    found = maximum(lambda parameters: _newton(parameters, z, k, n), start)
    if found is None:
        raise ValueError(
            "the likelihood of the counts has no maximum: add stripes between, or motions"
        )
    offset, slope = found
    return float(slope / spread), float(offset - slope * centre / spread)


def _newton(parameters: Values, z: Values, k: Values, n: Values) -> tuple[float, Values]:
    """Return the logarithm of (1) at offset and slope, and Newton's step from there."""
    argument = parameters @ z
    below = log_ndtr(argument)
    above = log_ndtr(-argument)
    density = -0.5 * argument**2 - LOG_ROOT
    exceed = np.exp(density - below)
    keep = np.exp(density - above)
    gradient = z @ (k * exceed - (n - k) * keep)
    curvature = k * exceed * (exceed + argument) + (n - k) * keep * (keep - argument)
    step = np.linalg.solve((curvature * z) @ z.T, gradient)
    return float(k @ below + (n - k) @ above), step
