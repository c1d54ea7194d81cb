"""How much bands hold of records that nothing was fitted to: a test of the model, not of noise.

A band of the truth (`surrogate.identification.prediction`) knows what records leave open of the
parameters, and the noise at the base. It does not know that the law may be another one. Of records
that were left out it should hold, once the noise of the sensors is added,

    |measured - answer|  <=  sqrt(half_width^2 + z^2 s_c^2)

as often as it says. Where the model is wrong, s_c has grown by what it cannot explain; the band
without it is then too narrow by the factor that is given here.
"""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from surrogate.identification.identify import Identified
from surrogate.identification.prediction import COVERAGE, predict
from surrogate.identification.recordings import Recordings

DRAWS = 30
SHORT = 0.1
"""By how much a band of 90 % may hold less before it is told."""


@dataclass(frozen=True, eq=False)
class Coverage:
    """Shares of the samples of other records that lie within bands, for each sensor.

    Attributes
    ----------
    truth : ndarray, shape (channel,)
        Within the band of the truth.
    measured : ndarray, shape (channel,)
        Within the band that has the noise of the sensor, too.
    factor : ndarray, shape (channel,)
        What the half width of the band of the truth would have to be multiplied by.
    """

    truth: np.ndarray
    measured: np.ndarray
    factor: np.ndarray


def coverage(identification: Identified, others: Recordings, level: float = COVERAGE) -> Coverage:
    """Return what bands hold of records that nothing was fitted to.

    Parameters
    ----------
    identification : Identified
    others : Recordings
        Of the sensors of the identification.
    level : float
        Of the bands.
    """
    found = predict(
        identification,
        others.base,
        others.interval,
        others.channels,
        level,
        draws=DRAWS,
        sensors=others,
    )
    apart = np.abs(others.apart(found.answer))
    half = np.maximum(found.half_width, np.finfo(float).tiny)
    z = float(stats.norm.ppf(0.5 + 0.5 * level))
    with_noise = np.hypot(half, z * identification.noise.sensors)
    ratios = np.where(others.present, apart / half, np.nan)
    return Coverage(
        (apart <= half).mean(axis=(0, 1), where=others.present),
        (apart <= with_noise).mean(axis=(0, 1), where=others.present),
        np.nanquantile(ratios, level, axis=(0, 1)),
    )


def notes(identification: Identified, found: Coverage, level: float = COVERAGE) -> list[str]:
    """Return a sentence for each sensor of which bands hold less than they say."""
    return [
        f"the band of {level:.0%} holds {share:.0%} of {channel} in records that nothing was "
        f"fitted to, {with_noise:.0%} with the noise of the sensor ({noise:.3g} {channel.units}): "
        "if the sensor is better than that, the law or the building is another one, and bands "
        f"of the truth are too narrow by a factor of about {factor:.2g}"
        for channel, share, with_noise, factor, noise in zip(
            identification.channels,
            found.truth,
            found.measured,
            found.factor,
            identification.noise.sensors,
            strict=True,
        )
        if share < level - SHORT
    ]
