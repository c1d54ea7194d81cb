"""Rate equations: how a storey, a brace or an isolator answers to being deformed.

Every law has one form. An element of elongation d (m) and rate v = d' (m/s) carries the force

    f = elastic d + viscous v + scale z                                                          (1)

and the hysteretic variable z follows the path, not the clock:

    z' = g(z, d, W, sgn v) v,        W' = scale z v                                              (2)

g = dz/dd is the tangent of the loop; that z' is proportional to v is what rate independence means.
W (J) is the hysteretic energy, stored and dissipated.

A law brings g as a function in NumPy's vocabulary, written once: the SciPy reference and the
energies of predictions run it on arrays, the batch integrator compiles it for SIMD lanes, and the
physics penalty runs it on tensors. The names of its arguments say what it reads: first those of
`STATE` that it needs, then coefficients of the law, which `Law.columns` fills.
"""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numba.extending import register_jitable

FORCE = ("elastic", "viscous", "scale")
"""Coefficients of (1), which every element has; zero where its law does not state them."""

STATE = ("z", "drift", "velocity", "work", "step", "power")
"""What a rate equation may read beside its own coefficients, in the order of its arguments: z, d,
v (only its sign matters), W, a step of drift, and n - 1 of an exponent n, which is for `raised` and
`root`.
"""

ORDER = 3
"""Order of the batch integrator where the equation is smooth between reversals."""


def raised(x: Any, power: Any) -> Any:
    """x^(n-1) for x >= 0; `power` is n - 1, or what `solvers.exponents` knows of it."""
    return x**power


def root(x: Any, power: Any) -> Any:
    """x^(1/n) for x > 0; `power` is n - 1."""
    return x ** (1.0 / (power + 1.0))


@register_jitable
def stored_energy(z: Any, scale: Any, amplitude: Any, flexibility: Any) -> Any:
    """Hysteretic energy (J) that comes back on elastic unloading.

    It is scale eta z^2 / (2 A); the rest is dissipated.
    """
    return 0.5 * scale * flexibility * z * z / amplitude


def _third() -> float:
    return float(ORDER)


@dataclass(frozen=True)
class RateEquation:
    """The equation (2) of a law, as functions of its state and of the law's coefficients.

    Parameters
    ----------
    name : str
        For messages.
    tangent : callable
        g. In NumPy's vocabulary (arithmetic, `abs`, `raised`, `root`, and of NumPy `exp`, `sqrt`,
        `copysign`, `minimum`, `maximum`, `heaviside`). A function that it calls is decorated with
        numba's `register_jitable`.
    stored : callable
        The part of W (J) that comes back on unloading; the vocabulary of `tangent`.
    start : callable, optional
        z of an element that is held at the drift d before the motion begins; zero by default.
    project : callable, optional
        z brought back to where it must lie, at each stage of a step; the vocabulary of `tangent`.
    advance : callable, optional
        z after a step of drift in one direction, where there is a closed form; any function of
        NumPy. The driver of a law along a drift history and the energies of predictions use it.
    order : callable, optional
        Order of convergence of the batch integrator, which is never more than `ORDER`.
    recoverable : callable, optional
        In place of `stored` where that is only part of it, with any function of NumPy.
    exhausted : callable, optional
        Whether nothing is left of an element; any function of NumPy.

    Raises
    ------
    ValueError
        If one of them is no function, or if the state does not come first among its arguments, in
        the order of `STATE`.
    """

    name: str
    tangent: Callable[..., Any]
    stored: Callable[..., Any]
    start: Callable[..., Any] | None = None
    project: Callable[..., Any] | None = None
    advance: Callable[..., Any] | None = None
    order: Callable[..., Any] = _third
    recoverable: Callable[..., Any] | None = None
    exhausted: Callable[..., Any] | None = None

    def __post_init__(self) -> None:
        for function in self._functions():
            self._check_function(function)
            names = arguments(function)
            state = [name for name in names if name in STATE]
            if tuple(state) != tuple(name for name in STATE if name in state):
                raise ValueError(
                    f"{self.name}: {function.__name__} takes {', '.join(names)}: expected the "
                    f"state in the order {', '.join(STATE)}"
                )
            if list(names[: len(state)]) != state:
                raise ValueError(
                    f"{self.name}: {function.__name__} takes {', '.join(names)}: expected "
                    f"{', '.join(state)} first, then the coefficients"
                )

    def _check_function(self, function: Any) -> None:
        if not callable(function):
            raise ValueError(f"{self.name}: {function!r} is not a function of a rate equation")
        named = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
        for parameter in inspect.signature(function).parameters.values():
            if parameter.kind not in named:
                raise ValueError(
                    f"{self.name}: {function.__name__} takes {parameter}: expected positional "
                    "arguments, each by its name"
                )

    def _functions(self) -> list[Callable[..., Any]]:
        optional = (self.start, self.project, self.advance, self.recoverable, self.exhausted)
        return [
            self.tangent,
            self.stored,
            self.order,
            *(function for function in optional if function is not None),
        ]

    @property
    def columns(self) -> tuple[str, ...]:
        """Coefficients that the law must fill, beside those of `FORCE`."""
        found: dict[str, None] = {}
        for function in self._functions():
            found |= dict.fromkeys(arguments(function))
        known = {*STATE, *FORCE} - {"power"}
        return tuple(name for name in found if name not in known)

    def reads(self, name: str) -> bool:
        """Whether the tangent depends on a part of the state."""
        return name in arguments(self.tangent)


@cache
def arguments(function: Callable[..., Any]) -> tuple[str, ...]:
    """Names of the arguments of a function, in their order."""
    return tuple(inspect.signature(function).parameters)


def evaluate(function: Callable[..., Any], values: Mapping[str, Any]) -> np.ndarray:
    """Value of a function of a `RateEquation` from values of what its arguments name."""
    return function(*(values[name] for name in arguments(function)))
