"""The page to decide from, made from the committed results: python -m
studies.sequence_models.page
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import xarray as xr

from studies.framework import catalogue
from studies.framework.cache import read
from studies.framework.run import RESULTS, load
from studies.framework.surrogates import FALLEN, LOWERED
from studies.sequence_models.table import Advice, advise, summary

FOLDER = catalogue.COMMITTED / "sequence_models"
FAMILIES = catalogue.COMMITTED / "families"
"""Of the study that measures what this one does not: buildings that were not in the training."""
GREY = "ShearFamily"
"""The network of that study which knows the equation of motion."""
PAGE = "README.md"
HEAD = """# Which network for the response of a yielding building?

Made from `results.nc` by `python -m studies.sequence_models.page`. Measured in {minutes:.0f}
minutes of a thread:

    {command}

{records} training records of {duration:g} s at 0.04 s, {batch} in a batch; seeds: {seeds}. A
training ends by itself: its learning rate is divided by three where the validation loss has not
fallen by {fallen:.0%} in {patience} epochs, and where it does not fall after {lowered} divisions
either, the training is over ({epochs} epochs at most; the column *converged* tells the share of
seeds that ended by the rule). Its seconds are its steps times those of one step, by one thread of
the processor. {where}

NRMSE: root mean square error of the drift over its standard deviation, median over the test
records, then over the seeds. Modal superposition, which is linear, is the yardstick of how much the
building yields. LSTM and bidirectional LSTM are odd, as the building is: a reversed motion has the
reversed response. The other networks are not, and part of their distance is that.

![Error against cost](pareto.png)
"""
COLUMNS = {
    "network": "network",
    "causal": "causal",
    "parameters": "parameters",
    "rate": "learning rate",
    "test": "NRMSE",
    "peak": "error of peaks",
    "strong": "NRMSE, twice as strong",
    "earthquakes": "NRMSE, earthquakes",
    "training": "training (s)",
    "steps": "steps",
    "converged": "converged",
    "alone": "one motion (ms)",
    "together": "one of 64 motions (ms)",
}


def render(folder: Path = FOLDER) -> str:
    """The page for the results in a folder."""
    record = load(folder)
    results = read(folder / RESULTS)
    settings = record["settings"]
    records = settings["records"][-1]
    names = ("duration", "batch", "seeds", "patience", "epochs")
    facts = {name: settings[name] for name in names}
    rule = {"fallen": FALLEN, "lowered": LOWERED, "where": _where(results)}
    head = HEAD.format(
        command=record["command"], minutes=record["minutes"], records=records, **facts, **rule
    )
    advice = "\n".join(_advice(results))
    networks = "\n".join(_networks(results))
    return f"{head}\n## What to take\n\n{advice}\n\n## All networks\n\n{networks}\n"


def _where(results: xr.Dataset) -> str:
    """Which networks were trained on an accelerator."""
    shares = results.accelerated.mean("seed")
    names = [str(name) for name in results.network.values[shares > 0.0]]
    if not names:
        return "All were trained on the processor."
    return f"Trained on a GPU: {', '.join(names)}; on the processor: the others."


def _advice(results: xr.Dataset) -> list[str]:
    advice = [*advise(results), *_unseen_buildings()]
    rows = [(one.need, f"**{one.network}**", one.reason) for one in advice]
    return _table(("needed", "take", "measured"), rows)


def _unseen_buildings(folder: Path = FAMILIES) -> Iterator[Advice]:
    """The best networks of the study `families`, with and without the equation of motion."""
    error = read(folder / RESULTS).nrmse.mean(["building", "seed"])
    grey = error.network == GREY
    for known, own in (("known", error.sel(network=grey)), ("unknown", error.sel(network=~grey))):
        best = own.isel(network=int(own.argmin("network")))
        need = f"buildings unlike that of the training, their equation {known}"
        reason = f"mean NRMSE {float(best):.3f}, study [families](../families): other sizes"
        yield Advice(need, str(best.network.values), reason)


def _networks(results: xr.Dataset) -> list[str]:
    table = summary(results)
    columns = [name for name in COLUMNS if name in table or name == "network"]
    rows = []
    for number in range(len(table.network)):
        one = table.isel(network=number)
        rows.append([_cell(name, one[name].item()) for name in columns])
    simulator = 1e3 * results.simulator_seconds
    last = dict.fromkeys(columns, "") | {"network": "*the simulator itself*"}
    for batch in ("alone", "together"):
        last[batch] = _cell(batch, float(simulator.sel(batch=batch)))
    return _table([COLUMNS[name] for name in columns], [*rows, last.values()])


def _cell(name: str, value: object) -> str:
    formats = {
        "test": "{:.3f}",
        "strong": "{:.2f}",
        "earthquakes": "{:.2f}",
        "peak": "{:.1%}",
        "training": "{:.0f}",
        "steps": "{:.0f}",
        "converged": "{:.0%}",
        "rate": "{:g}",
    } | dict.fromkeys(("alone", "together"), "{:.2g}")
    if name == "causal":
        return "yes" if value else "no"
    if value != value:
        return "too long for it"
    return formats.get(name, "{}").format(value)


def _table(head: Sequence[str], rows: Iterable[Iterable[str]]) -> list[str]:
    return [f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows)]


if __name__ == "__main__":
    (FOLDER / PAGE).write_text(render(), encoding="utf-8")
    print(f"written to {PAGE} of {FOLDER.name}")
