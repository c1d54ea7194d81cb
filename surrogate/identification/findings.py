"""What an identification tells in words: what the records do not determine, what must not be
overlooked, and its numbers in brief.
"""

from surrogate.identification.bounds import of_priors
from surrogate.identification.coverage import Coverage
from surrogate.identification.coverage import notes as of_coverage
from surrogate.identification.identify import UNEXPLAINED, Identified
from surrogate.identification.noise import Noise
from surrogate.identification.recordings import Recordings
from surrogate.identification.summary import Summary

DOUBTFUL = 0.1
"""Noise at the base over its motion, from which on it is told: sensors have a few hundredths."""


def warnings(identification: Identified, recordings: Recordings) -> list[str]:
    """Return what a user must not overlook: sensors of which nothing is explained, or late ones,
    and noise of the base that is no noise.
    """
    labels = [str(channel) for channel in identification.channels]
    unexplained = [
        f"the fit explains nothing of {label} (R2 {value:.3f} on its own records): look at the "
        "sensors, the units and the number of storeys"
        for label, value in zip(labels, identification.r2, strict=True)
        if value < UNEXPLAINED
    ]
    late = identification.lags.words(identification.channels)
    return [*late, *unexplained, *of_base(identification.noise, recordings)]


def notes(
    identification: Identified, recordings: Recordings, held: Coverage | None = None
) -> list[str]:
    """Return all that a command tells beside its numbers: what the records or priors determine,
    what must not be overlooked, and what the bands hold of other records.
    """
    known = identification.bounds
    return [
        *known.words(),
        *of_priors(known.held_by_priors()),
        *warnings(identification, recordings),
        *([] if held is None else of_coverage(identification, held)),
    ]


def of_base(noise: Noise, recordings: Recordings) -> list[str]:
    """Return a sentence where the noise that is found at the base is more than a sensor has.

    What a wrong damping or law leaves of the residuals looks like it, and then the parameters are
    not those that explain the records best.
    """
    share = share_of_base(noise, recordings)
    if share < DOUBTFUL:
        return []
    return [
        f"the sensor at the base is found to have noise of {share:.0%} of its motion "
        f"({noise.base:.2g} m s-2): if it has less, the damping, the law or the building is "
        "another one and damping ratios are off; compare --exact-base, or another damping or law"
    ]


def share_of_base(noise: Noise, recordings: Recordings) -> float:
    """Return the noise that is found at the base over the standard deviation of its motion."""
    return noise.base / float(recordings.base[recordings.counted].std())


def brief(numbers: Summary, identification: Identified) -> str:
    """Return frequencies and damping ratios in a line each, for a terminal."""
    frequencies = ", ".join(
        f"{value:.4g} ± {deviation:.1g}"
        for value, deviation in zip(numbers.frequencies, numbers.frequency_deviations, strict=True)
    )
    ratios = ", ".join(f"{value:.2%}" for value in numbers.damping_ratios)
    explained = ", ".join(
        f"{channel} {value:.4f}"
        for channel, value in zip(identification.channels, identification.r2, strict=True)
    )
    return f"frequencies (Hz): {frequencies}\ndamping ratios: {ratios}\nR2: {explained}"


def undetermined(identification: Identified) -> str:
    """Return what is not determined as a list."""
    sentences = identification.bounds.words()
    if not sentences:
        return "All parameters that were sought are determined."
    return "\n".join(f"- {sentence}" for sentence in sentences)
