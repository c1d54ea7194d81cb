"""What the chapter says of its panels (Gatti 2023, sec. 3.4.5, Figs 34-41), a claim for each."""

import numpy as np
import xarray as xr

from studies.framework import Claim, Verdict
from studies.framework.sources import gatti
from studies.optimizers import chapter
from studies.optimizers.landscape import CLOSE, START_NAMES

FAR, NEAR = START_NAMES
SECTION = "3.4.5"
LARGEST = "largest loss of the last 100 steps above the lowest"
LEAST = "least loss of the last 100 steps above the lowest"
COMMON = "eq. 78, 10 000 steps, rate 20"


def _claim(figure: str, statement: str, quantity: str, setting: str, **bounds: float) -> Claim:
    place = gatti(SECTION, f"Fig. {figure}")
    return Claim(statement, place, quantity, **bounds, setting=f"{COMMON}, {setting}")


SGD_REACHES = _claim(
    "34a",
    f"SGD with momentum and dampening reaches the lowest loss from {FAR}.",
    LARGEST,
    f"momentum 0.7, dampening 0.6, from {FAR}",
    at_most=CLOSE,
)
SGD_MISSES = _claim(
    "34b",
    f"From {NEAR}, though that is closer, SGD with momentum and dampening misses it.",
    LEAST,
    f"momentum 0.7, dampening 0.6, from {NEAR}",
    at_least=CLOSE,
)
ADADELTA = _claim(
    "35",
    "Adadelta fails from both starts.",
    LEAST,
    "rho 0.9, from both starts",
    at_least=CLOSE,
)
ADAM_CLOSER = _claim(
    "36a",
    f"From {FAR} Adam gets closer to the lowest loss than SGD.",
    f"{LARGEST}, Adam minus SGD",
    f"betas 0.9 and 0.999, SGD with momentum 0.7 and dampening 0.6, from {FAR}",
    at_most=0.0,
)
ADAM_CONVERGES = _claim(
    "36b",
    f"From {NEAR} Adam converges to the lowest loss.",
    LARGEST,
    f"betas 0.9 and 0.999, from {NEAR}",
    at_most=CLOSE,
)
NO_MOMENTUM = _claim(
    "37a",
    "Without momentum SGD keeps going about a hollow that is not the lowest.",
    "distance of the mean place of the last 100 steps from the lowest, in halves of the distance "
    "between hollows",
    f"momentum 0, dampening 0.5 (which torch ignores without momentum), from {FAR}",
    at_least=1.0,
)
INERTIA = _claim(
    "37b",
    "With too much momentum SGD misses the lowest loss by its inertia.",
    LEAST,
    f"momentum 0.9, dampening 0.5, from {FAR}",
    at_least=CLOSE,
)
NESTEROV = _claim(
    "38",
    "With Nesterov's momentum SGD goes about in the lowest hollow and misses the lowest loss.",
    f"starts for which the mean place of the last 100 steps is in that hollow, and none of them "
    f"within {CLOSE} of the lowest loss",
    "momentum 0.3, from both starts",
    at_least=2,
)
STABLE = _claim(
    "39",
    "RMSprop is steadier with momentum and alpha of 0.5 than with 0.1 and 0.9.",
    "range of the loss over the last 100 steps, with 0.1 and 0.9 over with 0.5 and 0.5",
    "from both starts",
    at_least=1.0,
)
SLOWER = _claim(
    "40",
    "At a rate of 12 RMSprop gets to the lowest hollow, more steadily, yet without rest.",
    "starts for which the mean place of the last 100 steps is in that hollow, their loss ranges "
    f"over less than at rate 20 and over more than {CLOSE}",
    "but rate 12; momentum 0, alpha 0.9, from both starts; at rate 20 with momentum 0.1",
    at_least=2,
)
DECAY = _claim(
    "41",
    "AdamW is no better than Adam.",
    f"{LARGEST}, AdamW minus Adam",
    f"weight decay 1e-5, from {NEAR}",
    at_least=-CLOSE,
)
MOST_ROBUST = Claim(
    "Of all that are compared Adam is the most robust.",
    gatti(SECTION, "closing sentence"),
    f"rank of Adam among ten settings by the {LARGEST}, worse of both starts",
    at_most=1,
    setting=f"{COMMON}, all settings of Figs 34 to 41",
)


def judge(results: xr.Dataset) -> list[Verdict]:
    """The verdict on each panel and on the closing sentence."""
    largest, least = results.last_excess, results.least_excess
    sgd, adam, adamw = (_of(largest, name) for name in (chapter.SGD, chapter.ADAM, chapter.ADAMW))
    in_lowest = results.hollows < 1.0
    spread = largest - least
    restless = _of(spread, chapter.RMSPROP_LOW)
    slower = _of(spread, chapter.RMSPROP_SLOW)
    nesterov = _of(in_lowest & (least > CLOSE), chapter.NESTEROV)
    gets_there = (
        in_lowest.sel(setting=chapter.RMSPROP_SLOW) & (slower < restless) & (slower > CLOSE)
    )
    worse = largest.fillna(np.inf).max("start")
    return [
        SGD_REACHES.judge(sgd.sel(start=FAR)),
        SGD_MISSES.judge(_of(least, chapter.SGD).sel(start=NEAR)),
        ADADELTA.judge(_of(least, chapter.ADADELTA), "starts"),
        ADAM_CLOSER.judge((adam - sgd).sel(start=FAR)),
        ADAM_CONVERGES.judge(adam.sel(start=NEAR)),
        NO_MOMENTUM.judge(_of(results.hollows, chapter.NO_MOMENTUM).sel(start=FAR)),
        INERTIA.judge(_of(least, chapter.MUCH_MOMENTUM).sel(start=FAR)),
        NESTEROV.judge(nesterov.sum("start")),
        STABLE.judge(restless / _of(spread, chapter.RMSPROP_EVEN), "starts"),
        SLOWER.judge(gets_there.sum("start")),
        DECAY.judge((adamw - adam).sel(start=NEAR)),
        MOST_ROBUST.judge(1 + (worse < _of(worse, chapter.ADAM)).sum("setting")),
    ]


def _of(values: xr.DataArray, setting: str) -> xr.DataArray:
    return values.sel(setting=setting, drop=True)
