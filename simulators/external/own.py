"""Our own structures through the protocol."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy.typing as npt

from simulators.excitation.motion import BaseMotion
from simulators.external.declarations import Output, Parameter
from simulators.external.function import find
from simulators.external.protocol import ExternalSimulator
from simulators.solvers.solve import VARIABLES, solve
from simulators.structures.structure import Structure


class StructureSimulator(ExternalSimulator):
    """Simulator that builds a `Structure` from the parameters of the record and solves it.

    Parameters
    ----------
    build : callable or str
        Function of the parameters by name that returns a `Structure` without a record axis; or its
        path, as in "simulators.structures.presets.five_storey".
    outputs : sequence of str
        Names in `simulators.solvers.solve.VARIABLES`.
    parameters : mapping of str to Parameter or mapping, optional
        By name: units, default, minimum, maximum, long_name (`Parameter`).
    method, tolerance
        As in `simulators.solvers.solve.solve`.

    Raises
    ------
    ValueError
        Naming the argument that is not as described.
    """

    def __init__(
        self,
        build: Callable[..., Structure] | str,
        outputs: Sequence[str] = ("drift", "restoring_force"),
        parameters: Mapping[str, Any] | None = None,
        method: str = "batch",
        tolerance: float = 1e-4,
    ) -> None:
        self.build = find(build) if isinstance(build, str) else build
        given = parameters or {}
        self.parameters = tuple(Parameter.read(name, one) for name, one in given.items())
        nominal = self.build(**{one.name: one.default for one in self.parameters})
        sizes = {"floor": nominal.floors, "storey": nominal.elements}
        self.outputs = tuple(_output(name, sizes) for name in outputs)
        self.method = method
        self.tolerance = tolerance

    def sources(self) -> tuple[Any, ...]:
        """The function that builds the structure."""
        return (self.build,)

    def simulate(
        self, motions: tuple[BaseMotion, ...], parameters: dict[str, float], seed: int
    ) -> Mapping[str, npt.ArrayLike]:
        """Solve the structure; see `ExternalSimulator.simulate`."""
        names = [output.name for output in self.outputs]
        response = solve(
            self.build(**parameters),
            motions[0],
            method=self.method,
            tolerance=self.tolerance,
            outputs=names,
        )
        return {name: response[name].values[0] for name in names}


def _output(name: str, sizes: Mapping[str, int]) -> Output:
    if name not in VARIABLES:
        raise ValueError(f"outputs: {name!r} is unknown; expected names out of {list(VARIABLES)}")
    dims, units, long_name = VARIABLES[name]
    if len(dims) == 2:
        return Output(name, units, long_name=long_name)
    return Output(name, units, dims[2], long_name, sizes[dims[2]])
