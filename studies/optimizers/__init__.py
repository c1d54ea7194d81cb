"""On a landscape with many hollows, hardly any optimizer finds the lowest one, and the learning rate decides.

    L(a, b) = 8 sin^2(0.15 a - 3) + 8 cos^2(0.1 b - 2) + 0.3 [(a/5 - 12)^2 + (b/10 - 8)^2] + 10

The course's settings (learning rate 20, two starts, 10 000 steps) are run as they are printed. A run has *settled* at
the first step from which it stays within 0.1 of the lowest loss; what is judged is the largest loss of its last 100
steps. torch ignores the dampening of SGD where the momentum is 0.

Then every optimizer of torch.optim, with its other parameters at their defaults, over learning rates from 0.01 to 1000:
the best of them is drawn. Muon, which takes matrices, and SparseAdam, which takes sparse gradients, do not apply to a
point of the plane.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import xarray as xr

from studies.frame import Claim, Parts, Settings, Study, Verdict
from studies.optimizers import drawing, scan
from studies.optimizers.course import SETTINGS, run


@dataclass(frozen=True, kw_only=True)
class Optimizers(Settings):
    """Sizes of the study; nothing in it is random.

    Attributes
    ----------
    steps : int
        Of the course's settings.
    scan_steps : int
        For each learning rate of the scan.
    rates : int
        Learning rates from 0.01 to 1000, evenly over the logarithm.
    """

    steps: int = 10_000
    scan_steps: int = 2000
    rates: int = 11


PRESETS = {
    "tiny": Optimizers(steps=150, scan_steps=20, rates=2),
    "cpu": Optimizers(),
    "full": Optimizers(scan_steps=10_000, rates=26),
}

SETTLES = {
    name: Claim(
        f"{name} settles in the lowest hollow.",
        "setting of the course, learning rate 20 unless it says another",
        "largest loss of the last 100 steps above the lowest",
        at_most=0.1,
    )
    for name in SETTINGS
}
FINDS = Claim(
    "For a fitting learning rate, gradient descent with and without adaptation finds it from both starts.",
    "this study",
    "share of the optimizers of torch.optim that have such a rate",
    at_least=1.0,
)


def measure(settings: Optimizers, seeds: Sequence[int], parts: Parts) -> xr.Dataset:
    """The course's settings, then a part for each optimizer of torch."""
    course = parts.measure(
        {f"course_{number}": partial(run, name, settings.steps) for number, name in enumerate(SETTINGS)}
    )
    jobs = {name: partial(scan.scan, name, settings.scan_steps, settings.rates) for name in scan.applicable()}
    scanned = parts.measure(jobs)
    return xr.merge(
        [
            xr.concat(list(course.values()), "setting").assign_coords(setting=list(SETTINGS)),
            xr.concat(list(scanned.values()), "optimizer").assign_coords(optimizer=list(scanned)),
        ]
    )


def judge(results: xr.Dataset) -> list[Verdict]:
    """The verdict on each setting of the course, and on the scan."""
    last = results.last_excess
    found = results.scan_settled.notnull()
    return [
        *(claim.judge(last.sel(setting=name), "starts") for name, claim in SETTLES.items()),
        FINDS.judge(found.all("start").any("rate").mean("optimizer")),
    ]


STUDY = Study("optimizers", "Optimizers on a landscape", PRESETS, measure, judge, drawing.draw)
