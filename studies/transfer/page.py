"""The page of few records of one building, made from the committed results: python -m
studies.transfer.page
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import xarray as xr

from studies.framework import catalogue
from studies.framework.cache import read
from studies.framework.device import CPU
from studies.framework.run import RESULTS, load
from studies.framework.spread import spread
from studies.framework.surrogates import FALLEN, LOWERED, SHARES
from studies.transfer.training import GREY, NOTHING, TUNED

FOLDER = catalogue.COMMITTED / "transfer"
PAGE = "README.md"
HEAD = """# Few records of one building

Made from `results.nc` by `python -m studies.transfer.page`. Measured by

    {command}

A family of {buildings} buildings is learnt first, by an odd FiLM-LSTM and by `ShearFamily`, which
knows the equation of motion; then records of one building that is not among them, by the FiLM-LSTM
from there and from nothing, and by `ShearFamily` from there. The FiLM-LSTM learns the family on
{device}, in {epochs} epochs on average; all else is trained on one core of a processor. Motions of
{duration:g} s, made at 0.04 s; {scored} test records. A seed is another building: {seeds}. NRMSE:
the root mean square error over the standard deviation of the drift, mean over the storeys and the
test records. Mean and largest deviation from it over the seeds. A tuning begins at a rate of
{tuning_rates}, a training from nothing at {rates}: what errs least on {scored} validation records
counts.

In brackets, how many of the trainings ended by the rule: the validation loss no longer fell by
{fallen:.0%} in {patience} epochs of 80 records, after the rate had been lowered {lowered} times.
{limits}

![Error against records](records.png)

| records | FiLM-LSTM from the family | from nothing | `ShearFamily` from the family |
|---|---|---|---|
"""
LIMITED = """The others were ended by their epochs or after {seconds:g} s ({family:g} s on the
family, {by_rule} of {families} by the rule; where {shares} are over, the rate is lowered in any
case), and had not converged."""


def render(folder: Path = FOLDER) -> str:
    """The page for the results in a folder."""
    record = load(folder)
    settings = record["settings"]
    results = read(folder / RESULTS)
    head = HEAD.format(
        command=record["command"],
        **{name: settings[name] for name in ("buildings", "duration", "scored")},
        patience=settings["few_patience"],
        rates=_listed(settings["rates"]),
        tuning_rates=_listed(settings["tuning_rates"]),
        seeds=_seeds(settings, results),
        device=_device(results),
        epochs=f"{float(results.family_epochs.mean()):.0f}",
        fallen=FALLEN,
        lowered=LOWERED,
        limits=_limits(settings, results),
    )
    return head + "\n".join(_rows(results)) + "\n"


def _listed(rates: list[float]) -> str:
    return " or ".join(f"{rate:g}" for rate in rates)


def _seeds(settings: dict[str, Any], results: xr.Dataset) -> str:
    """How many seeds there are."""
    count = results.sizes["seed"]
    told = "one seed" if count == 1 else f"{count} seeds"
    finished = int(results.nrmse.notnull().sum())
    asked = settings["seeds"] * results.nrmse.isel(seed=0).size
    if finished == asked:
        return told
    return (
        f"{told} so far, {finished} of {asked} trainings; the same command trains what is missing"
    )


def _device(results: xr.Dataset) -> str:
    """Where the black box has learnt the family."""
    names = sorted(set(results.family_device.values.ravel().tolist()))
    return " or ".join(
        "one core of a processor" if name == CPU else f"one {name}" for name in names
    )


def _limits(settings: dict[str, Any], results: xr.Dataset) -> str:
    if settings["few_seconds"] is None or settings["seconds"] is None:
        return "The others were ended by their epochs."
    return LIMITED.format(
        seconds=settings["few_seconds"],
        family=settings["seconds"],
        by_rule=int(results.family_converged.sum()),
        families=results.sizes["seed"],
        shares=", ".join(f"{share:.0%}" for share in SHARES),
    )


def _rows(results: xr.Dataset) -> Iterator[str]:
    """The surrogates of the family as they are, then a row for each number of records."""
    untuned = (spread(results.untuned), "", spread(results.grey_untuned))
    yield f"| none | {' | '.join(untuned)} |"
    for count in results.records.values:
        row = results.sel(records=count)
        cells = [_cell(row.sel(start=start)) for start in (TUNED, NOTHING, GREY)]
        yield f"| {count} | {' | '.join(cells)} |"


def _cell(own: xr.Dataset) -> str:
    """Error and share by the rule of what has been trained."""
    trained = int(own.nrmse.notnull().sum())
    if not trained:
        return "not measured yet"
    diverged = int(own.diverged.sum())
    told = f"{int(own.converged.sum())} of {trained}" + (
        f", {diverged} diverged" if diverged else ""
    )
    return f"{spread(own.nrmse)} ({told})"


if __name__ == "__main__":
    (FOLDER / PAGE).write_text(render(), encoding="utf-8")
    print(f"written to {PAGE} of {FOLDER.name}")
