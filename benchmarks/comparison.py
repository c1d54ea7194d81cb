"""Rates and true errors of the package and of its rivals on one problem, and how to compare them at
equal error.
"""

from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context

import numpy as np

from benchmarks import opensees, scipy_rivals, yardstick
from benchmarks.problem import exact_drift, largest_error, noise
from benchmarks.timing import best_seconds
from simulators import solve
from simulators.structures.presets import five_storey

TOLERANCES = (1e-3, 1e-4, 1e-5, 3e-6, 1e-6)
YARDSTICK_STEPS = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 64, 128)


@dataclass(frozen=True)
class Effort:
    """How much is measured."""

    motions: int
    """Motions in a timing of a compiled rival."""
    slow_motions: int
    """Motions in a timing of the others."""
    exact: int
    """Motions with an exact solution, from which the errors come."""
    rounds: int
    """Timings of a compiled rival, of which the best counts."""
    newmark_steps: tuple
    """Steps a sample of OpenSees."""


@dataclass(frozen=True)
class Measured:
    """Responses per second, and error (`benchmarks.problem`), of a rival."""

    rate: float
    error: float


class Comparison:
    """The problem with its exact drifts; each method measures one rival or several that differ in
    their accuracy.
    """

    def __init__(self, effort):
        self.effort = effort
        self.building, self.motions = five_storey(), noise(effort.motions)
        self.exact = exact_drift(self.building, self.motions[: effort.exact])

    def compiled(self):
        """The package at each tolerance, and each scheme of the yardstick at each number of steps:
        dicts of `Measured`.

        Without gcc those of the yardstick are empty.
        """
        rivals = {
            ("package", tolerance): partial(self._package, tolerance) for tolerance in TOLERANCES
        }
        rivals |= self._yardstick()
        # The drifts of the motions with an exact solution are enough to keep; copying them is a
        # thousandth of the time.
        calls = {
            key: lambda respond=respond: respond()[: len(self.exact)].copy()
            for key, respond in rivals.items()
        }
        measured = self._measure(calls, len(self.motions), self.effort.rounds)
        return {
            family: {key[1]: value for key, value in measured.items() if key[0] == family}
            for family in ("package", *yardstick.SCHEMES)
        }

    def python(self):
        """SciPy's RK45, and odeint with a compiled right-hand side: `Measured` by name."""
        few = self.motions[: self.effort.slow_motions]
        calls = {
            name: lambda respond=respond: np.stack(
                [respond(self.building, motion) for motion in few]
            )
            for name, respond in (
                ("scipy", scipy_rivals.respond_scipy),
                ("odeint", scipy_rivals.respond_odeint),
            )
        }
        return self._measure(calls, len(few), 2)

    def opensees(self):
        """OpenSees at each number of Newmark steps, in a process of its own; ImportError where it
        is not installed.
        """
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            arguments = (self.effort.newmark_steps, self.effort.slow_motions)
            seconds, drifts = pool.submit(_opensees_seconds, *arguments).result()
        return {
            steps: self._measured(drifts[steps], self.effort.slow_motions / seconds[steps])
            for steps in seconds
        }

    def _package(self, tolerance):
        response = solve(
            self.building,
            self.motions,
            tolerance=tolerance,
            outputs=("drift",),
            dtype=np.float32,
            threads=1,
        )
        return response["drift"].values

    def _yardstick(self):
        try:
            library = yardstick.compile_yardstick(self.building)
        except FileNotFoundError:
            return {}
        parameters = yardstick.coefficients(self.building)
        signals = np.stack([motion.acceleration for motion in self.motions])
        return {
            (scheme, steps): partial(yardstick.respond, library, scheme, parameters, signals, steps)
            for scheme in yardstick.SCHEMES
            for steps in YARDSTICK_STEPS
        }

    def _measure(self, calls, count, rounds):
        seconds, drifts = best_seconds(calls, rounds)
        return {key: self._measured(drifts[key], count / seconds[key]) for key in calls}

    def _measured(self, drift, rate):
        known = min(len(drift), len(self.exact))
        return Measured(rate, largest_error(drift[:known], self.exact[:known]))


def _opensees_seconds(newmark_steps, count):
    """Best seconds and drifts of `count` motions for each number of Newmark steps a sample."""
    opensees.load_opensees()
    building, motions = five_storey(), noise(count)
    calls = {
        steps: lambda steps=steps: np.stack(
            [opensees.respond(building, motion, steps) for motion in motions]
        )
        for steps in newmark_steps
    }
    return best_seconds(calls, 1)


def rate_at_error(measured, error):
    """Rate that a rival has where its error is `error`, by interpolation in the logarithms of rate
    and error.

    Parameters
    ----------
    measured : iterable of Measured
        The rival at different accuracies.
    error : float

    Returns
    -------
    rate : float
        Responses per second.
    outside : bool
        Whether `error` lies outside the measured ones. Below them the rate follows the slope
        between the two most accurate ones; above them it is that of the least accurate one, as
        nothing is faster.
    """
    front = []
    for row in sorted(measured, key=lambda row: row.error):
        if not front or row.rate > front[-1].rate:
            front.append(row)
    errors, rates = np.log([row.error for row in front]), np.log([row.rate for row in front])
    target = np.log(error)
    if target >= errors[0]:
        return float(np.exp(np.interp(target, errors, rates))), bool(target > errors[-1])
    slope = (rates[1] - rates[0]) / (errors[1] - errors[0])
    return float(np.exp(rates[0] + slope * (target - errors[0]))), True
