"""What of a shear building is sought, and how."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from surrogate.identification.clocks import DELAY, delay_of
from surrogate.identification.laws import BUILDING, LAWS, Description
from surrogate.identification.model import Model, ShearModel
from surrogate.identification.priors import LogNormal, Normal, Prior
from surrogate.identification.process import PLACES
from surrogate.identification.recordings import Recordings
from surrogate.identification.unknowns import Choice, Unknown
from surrogate.networks.observation import Channel

MASS_DAMPING = "mass_damping"
MOST_STARTS = 1000


@dataclass(frozen=True)
class Settings:
    """What is sought, and how.

    Parameters
    ----------
    storeys : int
    law : str
        A key of `surrogate.identification.laws.LAWS`.
    start : mapping of str to array_like
        Starts that are known, such as masses from drawings, one number or one a storey.
    fixed, tied : sequence of str
        Parameters that keep their start, or share one factor on it. Without any fixed mass the
        first one is, since records of a base motion do not tell the scale of the masses. Damping
        by the masses is one number. What is optional, it and isotropic hardening, is sought where
        it has a start, and absent where it has none.
    prior : mapping of str to float
        Standard deviations about starts that are known, of the logarithm where a parameter is
        positive; they take the place of those of the law.
    priors : sequence of Prior
        What else is known before the records.
    base_noise : bool
        Whether the sensor at the base has noise as well.
    process_noise : str, optional
        Where forces act that nobody has measured, of `surrogate.identification.process.PLACES`;
        none by default.
    delay : mapping of Channel to float or None
        By how much a sensor is late (s), None where it is sought; others are not late.
    starts : int, optional
        Starts of the search; by default those of `surrogate.identification.starts`.
    """

    storeys: int
    law: str = "bouc_wen"
    start: Mapping[str, Any] = field(default_factory=dict)
    fixed: tuple[str, ...] = ()
    tied: tuple[str, ...] = ()
    prior: Mapping[str, float] = field(default_factory=dict)
    priors: tuple[Prior, ...] = ()
    base_noise: bool = True
    process_noise: str | None = None
    delay: Mapping[Channel, float | None] = field(default_factory=dict)
    starts: int | None = None

    def __post_init__(self) -> None:
        if self.starts is not None and not 1 <= self.starts <= MOST_STARTS:
            raise ValueError(f"starts = {self.starts}: must be 1 to {MOST_STARTS}")
        if self.process_noise not in (None, *PLACES):
            raise ValueError(
                f"process_noise = {self.process_noise!r}: expected one of {', '.join(PLACES)}"
            )
        of_priors = [name for prior in self.priors for name in prior.names]
        for option, names in (("tied", self.tied), ("prior", [*self.prior, *of_priors])):
            for name in names:
                if name in self.fixed:
                    raise ValueError(
                        f"{option}: {name!r} is fixed, too, and would not be sought: leave one out"
                    )

    def require_free(self, names: Sequence[str]) -> None:
        """Raise ValueError for a name of no parameter of the law, or of one that is fixed."""
        fixed = (*self.fixed, *self.absent())
        free = [name for name in self._described() if name not in fixed]
        for name in names:
            if name not in free:
                raise ValueError(
                    f"track: {name!r} is no parameter that is free, choose from {', '.join(free)}"
                )

    def _described(self) -> dict[str, Description]:
        return BUILDING | dict(LAWS[self.law].parameters if self.law in LAWS else {})

    def absent(self) -> tuple[str, ...]:
        """Return the parameters that are sought only with a start, and have none."""
        described = self._described().items()
        return tuple(name for name, own in described if own.optional and name not in self.start)

    def unknowns(self, model: Model, channels: Sequence[Channel]) -> tuple[Unknown, ...]:
        """Return the parameters of a model, and the delays of sensors where some are named."""
        if not self.delay:
            return model.unknowns
        return (*model.unknowns, delay_of(channels, self.delay)[0])

    def choice(self, model: ShearModel, channels: Sequence[Channel] = ()) -> Choice:
        """Return what of a model, and of the sensors, is free, tied and fixed."""
        fixed = (*self.fixed, *self.absent())
        if self.delay:
            fixed = (*fixed, *delay_of(channels, self.delay)[1])
        if not any(name.split()[0] == "mass" for name in fixed):
            fixed = (*fixed, "mass 1")
        tied = (*self.tied, MASS_DAMPING)
        priors = self._priors(model)
        named = {name for prior in priors for name in prior.names}
        usual = {
            name: own.prior for name, own in LAWS[model.law].parameters.items() if name not in named
        }
        return Choice(fixed, tied, usual, priors)

    def _priors(self, model: ShearModel) -> list[Prior]:
        """Priors that were given, each about a value that does not come from the records."""
        starts = {
            name: own.start
            for name, own in {**BUILDING, **LAWS[model.law].parameters}.items()
            if np.isfinite(own.start)
        }
        starts |= {"mass": 1.0, DELAY: 0.0, **self.start}
        positive = {unknown.name: unknown.positive for unknown in model.unknowns}
        given = [
            LogNormal(name, spread) if positive.get(name, True) else Normal(name, spread)
            for name, spread in self.prior.items()
        ]
        return [prior.about(starts) for prior in (*given, *self.priors)]


def require_synchronous(settings: Settings, recordings: Recordings) -> None:
    """Raise ValueError where process noise is asked for of sensors with clocks of their own."""
    if settings.process_noise is None:
        return
    if settings.delay or not recordings.clocks.together.all():
        raise ValueError(
            "process noise is for sensors that are sampled together with the base: leave it out, "
            "or delays and other intervals (import --resample, once delays are known)"
        )
