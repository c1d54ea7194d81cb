"""The settings that the chapter prints (Gatti 2023, sec. 3.4.5)."""

from functools import partial
from typing import Any

import xarray as xr
from torch import optim

from studies.optimizers.landscape import assess, descend

RATE = 20.0
KEPT = 100
SETTINGS: dict[str, partial[Any]] = {
    "SGD, momentum 0.7, dampening 0.6": partial(optim.SGD, lr=RATE, momentum=0.7, dampening=0.6),
    "SGD, momentum 0, dampening 0.5": partial(optim.SGD, lr=RATE, momentum=0.0, dampening=0.5),
    "SGD, momentum 0.9, dampening 0.5": partial(optim.SGD, lr=RATE, momentum=0.9, dampening=0.5),
    "Nesterov, momentum 0.3": partial(optim.SGD, lr=RATE, momentum=0.3, nesterov=True),
    "Adadelta, rho 0.9": partial(optim.Adadelta, lr=RATE, rho=0.9),
    "RMSprop, momentum 0.1, alpha 0.9": partial(optim.RMSprop, lr=RATE, momentum=0.1, alpha=0.9),
    "RMSprop, momentum 0.5, alpha 0.5": partial(optim.RMSprop, lr=RATE, momentum=0.5, alpha=0.5),
    "RMSprop, rate 12, alpha 0.9": partial(optim.RMSprop, lr=12.0, alpha=0.9),
    "Adam, betas 0.9, 0.999": partial(optim.Adam, lr=RATE, betas=(0.9, 0.999)),
    "AdamW, weight decay 1e-5": partial(optim.AdamW, lr=RATE, weight_decay=1e-5),
}


def run(name: str, steps: int) -> xr.Dataset:
    """Verdict of the landscape on one setting, and the first steps of its ways from both starts."""
    path = descend(SETTINGS[name], steps, [SETTINGS[name].keywords["lr"]])[0]
    return assess(path).assign(way=(("start", "step", "axis"), path[:, : KEPT + 1]))
