"""A law along a drift history, without a structure: its response and its loop.

The drift is straight between its samples. From one sample to the next the rate equation (2) of
`simulators.hysteresis.rates` is integrated along the drift: by its closed form where it has one,
else by the classical Runge-Kutta scheme.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from simulators.checks import finite_array, is_number
from simulators.hysteresis.elements import Elements
from simulators.hysteresis.law import Law

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TOLERANCE = 1e-6
"""Largest change of the force and the energy with twice as many steps, relative to their largest
values, at which a driven response is accepted.
"""
MOST_STEPS = 4096
"""Steps a sample beyond which a history is given up."""


def follow(
    elements: Elements, drift: np.ndarray, steps: int = 1
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """z and W (J) of elements at the samples of a drift history.

    Parameters
    ----------
    elements : Elements
    drift : ndarray, shape (..., time, element)
        m
    steps : int
        Steps from one sample to the next.

    Yields
    ------
    z, work : ndarray, shape (..., element)
    """
    z, work = elements.start(drift[..., 0, :])
    yield z, work
    for t in range(1, drift.shape[-2]):
        here = drift[..., t - 1, :]
        step = (drift[..., t, :] - here) / steps
        for i in range(steps):
            z, work = elements.advance(z, work, here + i * step, step)
        yield z, work


def drive(law: Law, drift: Any, interval: float) -> xr.Dataset:
    """Response of a law to a drift history.

    Parameters
    ----------
    law : Law
        Without a record axis.
    drift : array_like, shape (time,) or (time, element)
        m; straight between the samples. One history is for all elements of the law. Elements start
        at the first drift without hysteretic force, nonlinear springs with their own.
    interval : float
        Of the samples (s), > 0. Only dashpots depend on it.

    Returns
    -------
    xarray.Dataset
        Dimensions time (s) and element; drift (m), restoring_force (N), hysteretic_force (N),
        hysteretic_variable and dissipated_energy (J), each with units and long_name.

    Raises
    ------
    ValueError
        If the shapes do not agree, or no number of steps is enough.
    """
    path = _checked(law, drift, interval)
    steps = 1
    values = _response(law, path, interval, steps)
    while steps < MOST_STEPS:
        steps *= 2
        finer = _response(law, path, interval, steps)
        if all(_agree(values[name], finer[name]) for name in ("restoring_force", "work")):
            return _dataset(law, finer, interval)
        values = finer
    raise ValueError(
        f"{type(law).__name__}: drift is not followed to {TOLERANCE:g} with {MOST_STEPS} steps a "
        "sample; expected a finer history, or a weaker one"
    )


def _checked(law: Law, drift: Any, interval: float) -> np.ndarray:
    if not is_number(interval) or interval <= 0.0:
        raise ValueError(f"interval = {interval!r} s: must be finite and > 0")
    if len(law.shape) > 1:
        raise ValueError(
            f"{type(law).__name__} has {law.shape[0]} records: expected a law without a record "
            "axis; law.rows(i) is that of record i"
        )
    path = finite_array("drift", drift, ndim=(1, 2))
    path = path[:, None] if path.ndim == 1 else path
    if len(path) < 2:
        raise ValueError(f"drift has {len(path)} samples: expected at least 2")
    if path.shape[1] not in (1, len(law)):
        raise ValueError(
            f"drift has {path.shape[1]} elements: expected one, or {len(law)} as the law has"
        )
    return np.broadcast_to(path, (len(path), len(law)))


def _response(law: Law, drift: np.ndarray, interval: float, steps: int) -> dict[str, np.ndarray]:
    elements = Elements([law])
    states = list(follow(elements, drift, steps))
    z = np.array([state[0] for state in states])
    work = np.array([state[1] for state in states])
    hysteretic = elements.column["scale"] * z
    rate = np.gradient(drift, interval, axis=0)
    force = elements.column["elastic"] * drift + elements.column["viscous"] * rate + hysteretic
    return {
        "drift": drift,
        "restoring_force": force,
        "hysteretic_force": hysteretic,
        "hysteretic_variable": z,
        "dissipated_energy": elements.dissipated(z, drift, work),
        "work": work,
    }


def _agree(values: np.ndarray, finer: np.ndarray) -> bool:
    largest = np.abs(finer).max(axis=0)
    return bool(np.all(np.abs(finer - values).max(axis=0) <= TOLERANCE * largest))


def _dataset(law: Law, values: dict[str, np.ndarray], interval: float) -> xr.Dataset:
    words = {
        "drift": ("m", "drift"),
        "restoring_force": ("N", "restoring force"),
        "hysteretic_force": ("N", "hysteretic share of the restoring force"),
        "hysteretic_variable": (law.variable_unit, "hysteretic variable"),
        "dissipated_energy": ("J", "dissipated hysteretic energy"),
    }
    variables = {
        name: (("time", "element"), values[name], {"units": units, "long_name": long_name})
        for name, (units, long_name) in words.items()
    }
    time = np.arange(len(values["drift"])) * interval
    axis = {"time": ("time", time, {"units": "s", "long_name": "time"})}
    return xr.Dataset(variables, axis, {"law": type(law).__name__})


def draw_loop(response: xr.Dataset, title: str | None = None) -> "Figure":
    """Picture of restoring force over drift, a line for each element.

    Parameters
    ----------
    response : xarray.Dataset
        Of `drive`.
    title : str, optional
        The name of the law by default.

    Returns
    -------
    matplotlib.figure.Figure
    """
    from matplotlib.figure import Figure  # a simulation needs no pictures

    figure = Figure(figsize=(4.5, 3.6), layout="constrained")
    axes = figure.add_subplot()
    drift = response["drift"].values
    force = response["restoring_force"].values
    for element in range(drift.shape[1]):
        axes.plot(1e3 * drift[:, element], 1e-3 * force[:, element], linewidth=1.0)
    axes.set(xlabel="drift (mm)", ylabel="restoring force (kN)")
    axes.set_title(response.attrs["law"] if title is None else title)
    axes.grid(alpha=0.3)
    return figure
