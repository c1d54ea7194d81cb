"""The page of the families of buildings, made from the committed results: python -m
studies.families.page
"""

from collections.abc import Iterator
from pathlib import Path

import xarray as xr

from studies.framework import catalogue
from studies.framework.cache import read
from studies.framework.run import RESULTS, load

FOLDER = catalogue.COMMITTED / "families"
PAGE = "README.md"
HEAD = """# Buildings that a network has never seen

Made from `results.nc` by `python -m studies.families.page`. Measured by

    {command}

{buildings} buildings for the training, {unseen} unseen, each under a motion of {duration:g} s at
0.04 s; {seeds}, on the device `{device}`. Every network had as many epochs as fit into
{seconds:g} s by the time of one epoch before; where several trainings share a device the time that
they take differs from that, and is in the table. Rates that were tried: {rates}. A best one at an
end of them may not be the best there is. Scores are of whole buildings, means over the storeys:
NRMSE, the root mean square error over the standard deviation of the drift; the worst R2; the error
of the peak drift that nine of ten buildings stay below.

The networks see every second sample of motions at 0.02 s. The true equations, driven by those
samples, have a mean NRMSE of 0.137: on these records no network can be at 0.03.

![Errors of the unseen buildings](buildings.png)

| network | parameters | epochs | s | rate | NRMSE, mean | median | worst R2 | peaks, 90 % |
|---|---|---|---|---|---|---|---|---|
"""


def render(folder: Path = FOLDER) -> str:
    """The page for the results in a folder."""
    record = load(folder)
    settings = record["settings"]
    seeds = "one seed" if settings["seeds"] == 1 else f"{settings['seeds']} seeds"
    head = HEAD.format(
        command=record["command"],
        device=record["device"],
        **{name: settings[name] for name in ("buildings", "unseen", "duration")},
        seconds=settings["seconds"] or 0.0,
        rates=", ".join(f"{rate:g}" for rate in settings["rates"]),
        seeds=seeds,
    )
    return head + "\n".join(_rows(read(folder / RESULTS))) + "\n"


def _rows(results: xr.Dataset) -> Iterator[str]:
    """A row for each network, the lowest mean error first."""
    order = results.nrmse.mean(["building", "seed"]).argsort()
    for number in order.values:
        own = results.isel(network=number)
        cells = [
            str(own.network.values),
            f"{int(own.parameters.median())}",
            f"{int(own.epochs.median())}",
            f"{float(own.seconds.median()):.0f}",
            f"{float(own.rate):g}",
            f"{float(own.nrmse.mean()):.3f}",
            f"{float(own.nrmse.median()):.3f}",
            f"{1.0 - float(own.nrmse.max()) ** 2:.3f}",
            f"{float(own.peak_error.quantile(0.9)):.1%}",
        ]
        yield f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    (FOLDER / PAGE).write_text(render(), encoding="utf-8")
