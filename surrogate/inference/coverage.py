"""How often the records of a test lie within what an ensemble says of itself: its calibrated bands
and its spread.

A band holds the whole history of a record or does not; of the spread, which bounds nothing, the
share of the samples within one and two of it is told.
"""

from collections.abc import Sequence

import numpy as np

from surrogate.data import channels
from surrogate.data.examples import Examples
from surrogate.evaluation import conformal
from surrogate.inference.ensemble import Ensemble

COVERAGES = (0.5, 0.8, 0.9, 0.95)
SPREADS = (1, 2)

Shares = dict[str, dict[str, float]]
"""By what is looked at, and by channel."""


def within_bands(members: Ensemble, part: Examples, skip: int = 0) -> Shares:
    """Share of the records whose whole history is within each band that the calibration allows.

    Parameters
    ----------
    members : Ensemble
        Calibrated.
    part : Examples
        Records that calibrated nothing.
    skip : int
        First samples of each record that do not count.
    """
    found = members.calibrated(part, skip).calibration
    calibration = members.calibration
    places = len(calibration) + 1
    possible = [coverage for coverage in COVERAGES if places * (1.0 - coverage) >= 1.0 - 1e-9]
    return {
        f"{coverage:.0%} band": _labelled(
            members, np.mean(found <= conformal.quantile(calibration, coverage), axis=0)
        )
        for coverage in possible
    }


def within_spreads(members: Ensemble, part: Examples, skip: int = 0) -> Shares:
    """Share of all samples that lie within one and two spreads of the mean."""
    mean, spread = members.respond(part.input, part.samples)
    error = np.abs(part.target - mean)
    if error.ndim == 3:
        error = error[:, skip:]
        spread = spread[:, skip:]
    error = error.reshape(-1, error.shape[-1])
    spread = spread.reshape(-1, spread.shape[-1])
    counts = np.isfinite(error).all(axis=-1)  # not what lies behind the end of a record
    return {
        f"{times} spread{'s' if times > 1 else ''}": _labelled(
            members, np.mean(error[counts] <= times * spread[counts], axis=0)
        )
        for times in SPREADS
    }


def of_test(members: Ensemble, part: Examples, skip: int = 0) -> Shares:
    """Shares within the bands, where the ensemble is calibrated, and within its spread."""
    bands: Shares = {}
    if members.scores is not None and members.interface.interval is not None:
        bands = within_bands(members, part, skip)
    return bands | within_spreads(members, part, skip)


def table(shares: Shares, title: str, labels: Sequence[str]) -> str:
    """The shares as text, a row for each channel."""
    rows = [f"{title:<30}" + "".join(f"{name:>12}" for name in shares)]
    for label in labels:
        rows.append(f"{label:<30}" + "".join(f"{own[label]:>12.1%}" for own in shares.values()))
    return "\n".join(rows)


def labels_of(members: Ensemble) -> list[str]:
    """Names of the target channels."""
    return channels.labels(members.interface.targets)


def _labelled(members: Ensemble, values: np.ndarray) -> dict[str, float]:
    return {label: float(value) for label, value in zip(labels_of(members), values, strict=True)}
