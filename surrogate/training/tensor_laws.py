"""Rate equations of the laws on tensors, so that a loss can be differentiated through them.

A law writes its equation once, in NumPy's vocabulary (`simulators.hysteresis.rates`). Here the
functions of that source run with torch in NumPy's place.
"""

import inspect
from collections.abc import Callable
from types import FunctionType
from typing import Any

import numpy as np
import torch
from torch import Tensor


class TensorVocabulary:
    """NumPy's functions that a rate equation may use, on tensors."""

    exp = staticmethod(torch.exp)
    sqrt = staticmethod(torch.sqrt)

    @staticmethod
    def copysign(size: Any, sign: Tensor) -> Tensor:
        """|size| with the sign of `sign`."""
        return torch.copysign(torch.as_tensor(size, dtype=sign.dtype, device=sign.device), sign)

    @staticmethod
    def heaviside(x: Tensor, at_zero: float) -> Tensor:
        """Zero below zero, one above."""
        above = (x > 0.0).to(x.dtype)
        return torch.where(x == 0.0, at_zero, above)

    @staticmethod
    def minimum(x: Tensor, y: Any) -> Tensor:
        """The smaller of the two."""
        return torch.minimum(x, torch.as_tensor(y, dtype=x.dtype, device=x.device))

    @staticmethod
    def maximum(x: Tensor, y: Any) -> Tensor:
        """The larger of the two."""
        return torch.maximum(x, torch.as_tensor(y, dtype=x.dtype, device=x.device))


def on_tensors(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function of a rate equation that takes tensors.

    Parameters
    ----------
    function : callable
        A plain function in NumPy's vocabulary; functions that it calls are taken along.
    """
    names = inspect.getclosurevars(function)
    scope: dict[str, Any] = {"__builtins__": __builtins__}
    for name, value in {**names.globals, **names.nonlocals}.items():
        scope[name] = _on_tensors(value)
    closure = tuple(_cell(scope[name]) for name in function.__code__.co_freevars)
    return FunctionType(function.__code__, scope, function.__name__, None, closure)


def _on_tensors(value: Any) -> Any:
    if value is np:
        return TensorVocabulary
    return on_tensors(value) if inspect.isfunction(value) else value


def _cell(value: Any) -> Any:
    return (lambda: value).__closure__[0]  # type: ignore[index]
