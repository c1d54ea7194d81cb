"""A plain function of a base acceleration as a simulator."""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

import numpy.typing as npt

from simulators.excitation.motion import BaseMotion
from simulators.external.declarations import Output, Parameter
from simulators.external.failure import unexpected
from simulators.external.protocol import ExternalSimulator


class FunctionSimulator(ExternalSimulator):
    """Simulator that calls ``function(base_acceleration, interval, **parameters)``.

    Parameters
    ----------
    function : callable or str
        Of the base acceleration (m s-2), ndarray of shape (time,), the sampling interval (s) and
        the parameters by name; or its path, "my_module.respond". It returns a mapping of the
        outputs to arrays of shape (time,) or (time, component), or one array where there is one
        output, and raises `DidNotConverge` where it has no response.
    outputs : mapping of str to Output or mapping
        By name: units, component, long_name (`Output`).
    parameters : mapping of str to Parameter or mapping, optional
        By name: units, default, minimum, maximum, long_name (`Parameter`).
    own_process : bool
        Whether every record needs a process of its own.

    Raises
    ------
    ValueError
        Naming the function, the output or the parameter that is not as described.
    """

    def __init__(
        self,
        function: Callable[..., Any] | str,
        outputs: Mapping[str, Any],
        parameters: Mapping[str, Any] | None = None,
        own_process: bool = False,
    ) -> None:
        if not outputs:
            raise ValueError("outputs of FunctionSimulator: expected at least one")
        self.function = find(function) if isinstance(function, str) else function
        if not callable(self.function):
            raise ValueError(f"function = {function!r}: expected a function or the path of one")
        self.outputs = tuple(Output.read(name, one) for name, one in outputs.items())
        given = parameters or {}
        self.parameters = tuple(Parameter.read(name, one) for name, one in given.items())
        self.runs_in_own_process = own_process  # type: ignore[misc]

    def sources(self) -> tuple[Any, ...]:
        """The function."""
        return (self.function,)

    def simulate(
        self, motions: tuple[BaseMotion, ...], parameters: dict[str, float], seed: int
    ) -> Mapping[str, npt.ArrayLike]:
        """Call the function; see `ExternalSimulator.simulate`."""
        motion = motions[0]
        result = self.function(motion.acceleration, motion.interval, **parameters)
        if len(self.outputs) == 1 and not isinstance(result, Mapping):
            return {self.outputs[0].name: result}
        return result


def find(path: str) -> Any:
    """What a dotted path names, as in "my_module.respond".

    Raises
    ------
    ValueError
        If there is no such module, or nothing of this name in it.
    """
    module, _, name = path.rpartition(".")
    if not module or not all(word.isidentifier() for word in path.split(".")):
        raise ValueError(f"{path!r} is not a path: expected MODULE.NAME, as in my_module.respond")
    try:
        return getattr(import_module(module), name)
    except ImportError as failure:
        raise ValueError(f"{path}: module {module} cannot be imported: {failure}") from None
    except AttributeError:
        raise ValueError(f"{path}: module {module} has no {name}") from None
    except (Exception, SystemExit) as failure:  # what a module does when it is imported
        reason = unexpected(failure).reason
        raise ValueError(f"{path}: module {module} cannot be imported: {reason}") from None
