"""The page to decide from, made from the committed results: python -m
studies.sequence_models.page
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

import xarray as xr

from studies.framework import catalogue
from studies.framework.cache import read
from studies.framework.run import RESULTS, load
from studies.sequence_models.table import advise, summary

FOLDER = catalogue.COMMITTED / "sequence_models"
PAGE = "README.md"
HEAD = """# Which network for the response of a yielding building?

Made from `results.nc` by `python -m studies.sequence_models.page`. Measured in {minutes:.0f}
minutes of a thread:

    {command}

{records} training records of {duration:g} s at 0.04 s, {steps} steps of {batch} records, {seeds}
seeds. NRMSE: root mean square error of the drift over its standard deviation, median over the test
records, then over the seeds. Modal superposition, which is linear, is the yardstick: a network that
does no better has not learnt the yielding in so many steps. With more steps or more records the
order may differ; the preset `full` has both.

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
    "alone": "one motion (ms)",
    "together": "one of 64 motions (ms)",
}


def render(folder: Path = FOLDER) -> str:
    """The page for the results in a folder."""
    record = load(folder)
    results = read(folder / RESULTS)
    settings = record["settings"]
    records = settings["records"][-1]
    batch = settings["batch"]
    facts = {name: settings[name] for name in ("duration", "batch", "seeds")}
    steps = settings["epochs"] * -(-records // batch)
    head = HEAD.format(
        command=record["command"], minutes=record["minutes"], records=records, steps=steps, **facts
    )
    advice = "\n".join(_advice(results))
    networks = "\n".join(_networks(results))
    return f"{head}\n## What to take\n\n{advice}\n\n## All networks\n\n{networks}\n"


def _advice(results: xr.Dataset) -> list[str]:
    rows = [(one.need, f"**{one.network}**", one.reason) for one in advise(results)]
    return _table(("needed", "take", "measured"), rows)


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
        "training": "{:.1f}",
        "rate": "{:g}",
    } | dict.fromkeys(("alone", "together"), "{:.2g}")
    if name == "causal":
        return "yes" if value else "no"
    return formats.get(name, "{}").format(value)


def _table(head: Sequence[str], rows: Iterable[Iterable[str]]) -> list[str]:
    return [f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows)]


if __name__ == "__main__":
    (FOLDER / PAGE).write_text(render(), encoding="utf-8")
    print(f"written to {PAGE} of {FOLDER.name}")
