"""The settings that the chapter prints (Gatti 2023, sec. 3.4.5)."""

from functools import partial
from typing import Any

import xarray as xr
from torch import optim

from studies.optimizers.landscape import assess, descend

RATE = 20.0
KEPT = 100
SGD = "SGD, momentum 0.7, dampening 0.6"
NO_MOMENTUM = "SGD, momentum 0, dampening 0.5"
MUCH_MOMENTUM = "SGD, momentum 0.9, dampening 0.5"
NESTEROV = "Nesterov, momentum 0.3"
ADADELTA = "Adadelta, rho 0.9"
RMSPROP_LOW = "RMSprop, momentum 0.1, alpha 0.9"
RMSPROP_EVEN = "RMSprop, momentum 0.5, alpha 0.5"
RMSPROP_SLOW = "RMSprop, rate 12, alpha 0.9"
ADAM = "Adam, betas 0.9, 0.999"
ADAMW = "AdamW, weight decay 1e-5"
SETTINGS: dict[str, partial[Any]] = {
    SGD: partial(optim.SGD, lr=RATE, momentum=0.7, dampening=0.6),
    NO_MOMENTUM: partial(optim.SGD, lr=RATE, momentum=0.0, dampening=0.5),
    MUCH_MOMENTUM: partial(optim.SGD, lr=RATE, momentum=0.9, dampening=0.5),
    NESTEROV: partial(optim.SGD, lr=RATE, momentum=0.3, nesterov=True),
    ADADELTA: partial(optim.Adadelta, lr=RATE, rho=0.9),
    RMSPROP_LOW: partial(optim.RMSprop, lr=RATE, momentum=0.1, alpha=0.9),
    RMSPROP_EVEN: partial(optim.RMSprop, lr=RATE, momentum=0.5, alpha=0.5),
    RMSPROP_SLOW: partial(optim.RMSprop, lr=12.0, alpha=0.9),
    ADAM: partial(optim.Adam, lr=RATE, betas=(0.9, 0.999)),
    ADAMW: partial(optim.AdamW, lr=RATE, weight_decay=1e-5),
}


def run(name: str, steps: int) -> xr.Dataset:
    """Verdict of the landscape on one setting, and the first steps of its ways from both starts."""
    path = descend(SETTINGS[name], steps, [SETTINGS[name].keywords["lr"]])[0]
    return assess(path).assign(way=(("start", "step", "axis"), path[:, : KEPT + 1]))
