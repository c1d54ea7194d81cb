"""A model-building function as a simulator that runs in OpenSees."""

from collections.abc import Callable, Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import Any, ClassVar

import numpy as np

from simulators.checks import is_whole
from simulators.excitation.motion import BaseMotion
from simulators.external.declarations import Output, Parameter
from simulators.external.function import find
from simulators.external.opensees import integration, model
from simulators.external.protocol import ExternalSimulator

_AXES = ("x", "y")


class OpenSeesFrame(ExternalSimulator):
    """Frame that a function builds in OpenSees, under one or two horizontal base motions.

    Parameters
    ----------
    build : callable or str
        ``build(ops, **parameters)`` makes nodes, materials, elements, masses, constant loads and
        damping by the commands of openseespy, in SI units, and returns a `FrameModel`. Or its path,
        as in "my_module.my_frame".
    storeys : int
        Floors that the model has.
    parameters : mapping of str to Parameter or mapping, optional
        Numbers that `build` takes, by name (`simulators.external.Parameter`).
    forces : mapping of str to str, optional
        Units of the element forces of the `FrameModel`, by name; all of them are outputs.
    directions : int
        1, or 2 for a model in space whose third axis is vertical.
    steps : int
        Integration steps a sample where all goes well.

    Raises
    ------
    ValueError
        Naming the argument that is not as described.

    Notes
    -----
    Outputs are `displacement` (m, relative to the base) and `acceleration` (m s-2, absolute) of the
    floors, `drift` (m) of the storeys, `base_shear` (N, of the elements, positive where it resists
    a positive displacement) and the forces; with two directions the first four have names with _x
    and _y.
    """

    runs_in_own_process: ClassVar[bool] = True

    def __init__(
        self,
        build: Callable[..., model.FrameModel] | str,
        storeys: int,
        parameters: Mapping[str, Any] | None = None,
        forces: Mapping[str, str] | None = None,
        directions: int = 1,
        steps: int = 1,
    ) -> None:
        if directions not in (1, 2):
            raise ValueError(f"directions = {directions!r}: expected 1 or 2")
        for name, number in (("storeys", storeys), ("steps", steps)):
            if not is_whole(number) or number < 1:
                raise ValueError(f"{name} = {number!r}: expected a whole number >= 1")
        self.build = find(build) if isinstance(build, str) else build
        given = parameters or {}
        self.parameters = tuple(Parameter.read(name, one) for name, one in given.items())
        self.directions = directions
        self.steps = steps
        named = tuple(Output(name, units) for name, units in (forces or {}).items())
        self.outputs = (*_outputs(directions, storeys), *named)
        try:
            self.release = f"openseespy {version('openseespy')}"
        except PackageNotFoundError:
            self.release = "openseespy not installed"

    def sources(self) -> tuple[Any, ...]:
        """The function and the integration."""
        return self.build, integration, model

    def simulate(
        self, motions: tuple[BaseMotion, ...], parameters: dict[str, float], seed: int
    ) -> dict[str, np.ndarray]:
        """Build the model, run it and clear it away; see `ExternalSimulator.simulate`."""
        ops = model.load_opensees()
        ops.wipe()
        try:
            built = self.build(ops, **parameters)
            found = integration.integrate(ops, built, motions, self.steps)
        finally:
            ops.wipe()
        return self._named(found)

    def _named(self, found: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Histories by the names of the outputs."""
        ground = np.zeros((*found["displacement"].shape[:2], 1))
        found["drift"] = np.diff(found["displacement"], axis=2, prepend=ground)
        shared = ("displacement", "acceleration", "drift", "base_shear")
        named = {name: values for name, values in found.items() if name not in shared}
        for direction in range(self.directions):
            for name in shared:
                named[_name(name, direction, self.directions)] = found[name][direction]
        return named


def _outputs(directions: int, storeys: int) -> list[Output]:
    kinds = (
        ("displacement", "m", "floor", "displacement relative to the base"),
        ("drift", "m", "storey", "storey drift"),
        ("acceleration", "m s-2", "floor", "absolute acceleration"),
        ("base_shear", "N", None, "base shear of the elements"),
    )
    return [
        Output(
            _name(name, direction, directions),
            units,
            component,
            long_name,
            storeys if component else None,
        )
        for direction in range(directions)
        for name, units, component, long_name in kinds
    ]


def _name(name: str, direction: int, directions: int) -> str:
    return name if directions == 1 else f"{name}_{_AXES[direction]}"
