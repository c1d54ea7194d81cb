"""The page of the families of buildings, made from the committed results: python -m
studies.families.page
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import xarray as xr

from studies.framework import catalogue
from studies.framework.cache import read
from studies.framework.run import RESULTS, load
from studies.framework.spread import spread
from studies.framework.surrogates import FALLEN, LOWERED, SHARES

FOLDER = catalogue.COMMITTED / "families"
PAGE = "README.md"
HEAD = """# Buildings that a network has never seen

Made from `results.nc` by `python -m studies.families.page`. Measured by

    {command}

{buildings} buildings for the training, {unseen} unseen, each under a motion of {duration:g} s, made
at 0.04 s; on the device `{device}`, `ShearFamily` and `ShearBuilding` on the processor.
Scores are of whole buildings, means over the storeys: NRMSE, the root mean square error over the
standard deviation of the drift; the worst R2; the error of the peak drift that nine of ten
buildings stay below (peaks). Mean and largest deviation from it over the seeds.
{missing}
By the *rule* ended trainings whose validation loss no longer fell by {fallen:.0%} in {patience}
epochs ({newton_patience} of `ShearFamily`, {own_patience} of `ShearBuilding`), after the rate had
been lowered {lowered} times. {limits}

![Errors of the unseen buildings](buildings.png)

| network | parameters | seeds | rate | epochs | s | rule | NRMSE | median | worst R2 | peaks |
|---|---|---|---|---|---|---|---|---|---|---|
"""
OWN = """
`ShearBuilding` is told nothing of a building and is fitted to {records} other records of it, one
fit a building; the first {fitted} of the unseen buildings, each scored on the same record as above.
"""
MISSING = """
**Not finished:** {finished} of {asked} trainings of networks. The same command trains what is
missing; {untrained}.
"""
ENDED = """The others were ended by their epochs or by their seconds, {seconds:g} of each network
and {newton:g} of `ShearFamily`, and had not converged: their errors are those of so long a
training. Where {shares} of the seconds are over, the rate is lowered in any case. A training that
diverges counts with the epochs before."""


def render(folder: Path = FOLDER) -> str:
    """The page for the results in a folder."""
    record = load(folder)
    settings = record["settings"]
    results = read(folder / RESULTS)
    names = ("buildings", "unseen", "duration", "patience", "newton_patience", "own_patience")
    head = HEAD.format(
        command=record["command"],
        device=record["device"],
        **{name: settings[name] for name in names},
        missing=_missing(settings, results),
        fallen=FALLEN,
        lowered=LOWERED,
        limits=_limits(settings["seconds"], settings["newton_seconds"]),
    )
    page = head + "\n".join(_rows(results)) + "\n"
    if "own_nrmse" in results:
        page += OWN.format(records=settings["own_records"], fitted=results.sizes["own"])
    return page


def _missing(settings: dict[str, Any], results: xr.Dataset) -> str:
    """What is said of a measurement that is not finished."""
    asked = len(settings["networks"]) * settings["seeds"]
    finished = int(results.parameters.notnull().sum())
    if finished == asked:
        return ""
    measured = set(results.network.values)
    left = [name for name in settings["networks"] if name not in measured]
    if settings["fitted"] and "own_nrmse" not in results:
        left.append("ShearBuilding, fitted to each")
    untrained = f"nothing is known yet of {', '.join(left)}" if left else "no network is left out"
    return MISSING.format(finished=finished, asked=asked, untrained=untrained)


def _limits(seconds: float | None, newton_seconds: float | None) -> str:
    if seconds is None or newton_seconds is None:
        return "The others were ended by their epochs."
    shares = ", ".join(f"{share:.0%}" for share in SHARES)
    return ENDED.format(seconds=seconds, newton=newton_seconds, shares=shares)


def _rows(results: xr.Dataset) -> Iterator[str]:
    """A row for each network, the lowest mean error first, and one for the fits to buildings."""
    order = results.nrmse.mean(["building", "seed"]).argsort()
    for number in order.values:
        own = results.isel(network=number)
        trained = own.sel(seed=own.parameters.notnull())
        yield _row(str(own.network.values), trained, "building", "seed")
    if "own_nrmse" in results:
        fits = results[[name for name in results if str(name).startswith("own_")]]
        fits = fits.rename({name: str(name).removeprefix("own_") for name in fits})
        yield _row("ShearBuilding, fitted to each", fits, "own", "own")


def _row(name: str, scores: xr.Dataset, dimension: str, trained: str) -> str:
    """A row of means over a dimension; `trained` is that of the trainings."""
    cells = [
        name,
        f"{int(scores.parameters.median())}",
        f"{scores.sizes.get('seed', 1)}",
        f"{float(scores.rate.median()):g}",
        f"{int(scores.epochs.median())}",
        f"{float(scores.seconds.median()):.0f}",
        _ended(scores, trained),
        spread(scores.nrmse.mean(dimension)),
        spread(scores.nrmse.median(dimension)),
        spread(1.0 - scores.nrmse.max(dimension) ** 2),
        spread(scores.peak_error.quantile(0.9, dimension), percent=True),
    ]
    return f"| {' | '.join(cells)} |"


def _ended(scores: xr.Dataset, trained: str) -> str:
    """How many trainings ended by the rule, and how many diverged."""
    diverged = int(scores.diverged.sum())
    told = f"{int(scores.converged.sum())} of {scores.sizes[trained]}"
    return f"{told}, {diverged} diverged" if diverged else told


if __name__ == "__main__":
    (FOLDER / PAGE).write_text(render(), encoding="utf-8")
    print(f"written to {PAGE} of {FOLDER.name}")
