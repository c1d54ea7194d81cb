"""How well networks answer buildings that they have never seen, told the structure as channels or
as a condition, or knowing the equation of motion.

Five-storey shear buildings of the recipe `shear_family`: masses, stiffnesses, yield drifts and
exponents of every storey and the damping of every building vary, nominal values by factors of 0.5
to 2, 21 numbers that the networks are told. Every record is another building under another motion,
made at the interval at which it is kept. Networks learn storey drifts from the base acceleration
and the 21 numbers, and are scored on buildings of the test part, which no training has seen.

The numbers come in as channels that are constant in time (LSTM, transformer, Fourier neural
operator), or as a condition: feature-wise linear modulation of gates and candidate (Perez et al.
2018), or in the candidate of a gated recurrent unit (MC-GRU, He & Zhang 2025, arXiv 2503.07258).
With a condition a network can be odd, so that a negated motion has the negated response, as it has
in these buildings; among channels that cannot be, since a stiffness has no negative. The gain of
both is measured apart.

`ShearFamily` is of another class: it takes masses, stiffnesses and yield drifts as the numbers of
an equation of motion, and learns the law of the storeys and the damping. `ShearBuilding` is told
nothing, and is fitted to other records of each building by itself.

All others are trained on the squared error over the variance of each drift by Muon, from a rate
that is lowered three times, where the validation loss no longer falls. Seconds lower the rate and
end a training that has not converged before, which is told. Networks that diverge at the rate of
the others begin at a lower one.

A score is of one building: NRMSE, the root mean square error over the standard deviation of the
drift; R2 = 1 - NRMSE^2; the error of the peak drift; each the mean over the storeys.

For comparison, of other structures, which makes no claim: GraphLSTM (Chou et al. 2024) reaches a
mean R2 of 0.929 and a worst of 0.514 on 200 unseen steel frames of 4 to 7 storeys, after 4765
minutes on a V100.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import xarray as xr

from studies.families import drawing, fitted, training
from studies.families.contenders import (
    CHANNELS,
    CONTENDERS,
    FILM,
    GREY,
    MC_GRU,
    ODD_FILM,
)
from studies.families.training import Training
from studies.framework import Cache, Claim, Settings, Study, Verdict
from studies.framework.sources import OURS
from studies.framework.trainings import Trainings


@dataclass(frozen=True, kw_only=True)
class Families(Settings):
    """Sizes of the study.

    Attributes
    ----------
    networks : tuple of str
        Of CONTENDERS.
    buildings, validation, unseen : int
        Of the three parts.
    epochs : int
        Most epochs, if a training does not converge before.
    patience : int
        Epochs in which the validation loss has to fall.
    seconds : float, optional
        Ends a training that the rule has not.
    batch : int
    newton_epochs, newton_patience : int
    newton_seconds : float, optional
        Of the trainings by Levenberg-Marquardt, in place of the three above.
    fitted : int
        Unseen buildings to which a `ShearBuilding` is fitted; none of them, where it is zero.
    own_records, own_validation, own_epochs, own_patience : int
        Of the fit to one building.
    duration : float
        Of a record, s.
    width : float
        Factor on the widths of all networks.
    """

    networks: tuple[str, ...] = tuple(CONTENDERS)
    buildings: int = 2000
    validation: int = 100
    unseen: int = 300
    epochs: int = 2000
    patience: int = 5
    seconds: float | None = 300.0
    batch: int = 16
    newton_epochs: int = 20
    newton_patience: int = 2
    newton_seconds: float | None = 600.0
    fitted: int = 3
    own_records: int = 10
    own_validation: int = 4
    own_epochs: int = 40
    own_patience: int = 8
    duration: float = 12.0
    width: float = 1.0


PRESETS = {
    "tiny": Families(
        networks=(GREY, CHANNELS, FILM, ODD_FILM, MC_GRU),
        buildings=6,
        validation=2,
        unseen=3,
        epochs=1,
        seconds=None,
        batch=3,
        newton_epochs=1,
        newton_seconds=None,
        fitted=1,
        own_records=4,
        own_validation=1,
        own_epochs=1,
        duration=1.0,
        width=0.1,
    ),
    "cpu": Families(seeds=3),
    "full": Families(
        seeds=3,
        buildings=10_000,
        seconds=None,
        batch=64,
        newton_seconds=None,
        fitted=100,
        duration=20.0,
        accelerator="auto",
    ),
}

CONDITION = Claim(
    "Modulation of the gates by the structure beats channels that are constant in time.",
    "Perez et al. 2018",
    "median NRMSE on unseen buildings, LSTM with channels over FiLM-LSTM",
    at_least=1.1,
    setting="images and questions there; our family of buildings",
)
CANDIDATE = Claim(
    "So does the structure in the candidate state of a gated recurrent unit.",
    "He & Zhang 2025",
    "median NRMSE on unseen buildings, LSTM with channels over MC-GRU",
    at_least=1.0,
)
ODD = Claim(
    "A network that is odd in the motion alone gains from it.",
    OURS,
    "median NRMSE on unseen buildings, FiLM-LSTM over the odd one",
    at_least=1.1,
)
ERROR = Claim(
    "The best network answers unseen buildings with a mean NRMSE of 0.03 or less.",
    OURS,
    "mean NRMSE on unseen buildings, best network",
    at_most=0.03,
)
WORST = Claim(
    "It explains the worst of them as well.",
    OURS,
    "worst R2 on unseen buildings, network of the lowest mean NRMSE",
    at_least=0.98,
)
PEAK = Claim(
    "Its peak drifts are right within 3 % for nine of ten buildings.",
    OURS,
    "90th percentile of the error of the peak drift, network of the lowest mean NRMSE",
    at_most=0.03,
)
BLACK = Claim(
    "So does the best that does not know the equation of motion.",
    OURS,
    "mean NRMSE on unseen buildings, best network but ShearFamily",
    at_most=0.03,
)


def measure(settings: Families, seeds: Sequence[int], cache: Cache) -> xr.Dataset:
    """Scores of all networks, dimensions network, seed and building; NaN where a network has not
    been trained yet from a seed.

    Every network is trained from the first seed before any is trained from the next; the fits to
    single buildings are between.
    """
    train = Trainings(settings, cache, training.run, training.make_family)
    asked = [Training(name, seed) for seed in seeds for name in settings.networks]
    train.finished(asked[: len(settings.networks)])
    fits = _fitted(settings, cache)
    found = train.finished(asked)
    rows = {}
    for name in settings.networks:
        own = {one.seed: scores for one, scores in found.items() if one.network == name}
        if own:
            rows[name] = xr.concat(list(own.values()), "seed").assign_coords(seed=list(own))
    if not rows:
        raise ValueError("--so_far: no network has been trained yet")
    results = xr.concat(list(rows.values()), "network", join="outer")
    return results.assign_coords(network=list(rows)).merge(fits)


def _fitted(settings: Families, cache: Cache) -> xr.Dataset:
    """Scores of the fits to single buildings, dimension `own`; nothing where there are none."""
    if not cache.so_far:
        training.make_family(settings, cache.folder)
    jobs = {
        f"fitted, building {number}": partial(fitted.run, settings, cache.folder, number)
        for number in range(settings.fitted)
    }
    found = list(cache.measure(jobs).values())
    if not found:
        return xr.Dataset()
    renamed = {name: f"own_{name}" for name in found[0].data_vars}
    return xr.concat(found, "own").rename(renamed)


def judge(results: xr.Dataset) -> list[Verdict]:
    """The verdict on each claim that the measured networks allow, by the seeds that they have."""
    typical = results.nrmse.median("building")
    ratios = ((CONDITION, CHANNELS, FILM), (CANDIDATE, CHANNELS, MC_GRU), (ODD, FILM, ODD_FILM))
    mean = results.nrmse.mean("building")
    best = mean.network[mean.argmin("network")]
    worst = 1.0 - results.nrmse.sel(network=best).max("building") ** 2
    peak = results.peak_error.sel(network=best).quantile(0.9, "building")
    measured = set(results.network.values)
    black = mean.sel(network=mean.network != GREY)
    verdicts = [
        claim.judge((typical.sel(network=worse) / typical.sel(network=better)).dropna("seed"))
        for claim, worse, better in ratios
        if {worse, better} <= measured
    ]
    verdicts += [ERROR.judge(mean.min("network")), WORST.judge(worst), PEAK.judge(peak)]
    if black.sizes["network"]:
        verdicts.append(BLACK.judge(black.min("network").dropna("seed")))
    return verdicts


STUDY = Study(
    "families",
    "Families of buildings",
    PRESETS,
    measure,
    judge,
    drawing.draw,
    accelerated=True,
    parallel=True,
    partial=True,
)
