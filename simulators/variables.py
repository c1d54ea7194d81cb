"""What excites a structure and how it responds: dimensions, unit and name in words of everything.

The one table of it: `solve` labels its results by it, datasets hold it as their contract.
"""

from typing import NamedTuple


class Variable(NamedTuple):
    """Dimensions, unit and name in words of one variable."""

    dims: tuple[str, ...]
    units: str
    long_name: str

    @property
    def attrs(self) -> dict[str, str]:
        """Attributes of the variable in an xarray.Dataset."""
        return {"units": self.units, "long_name": self.long_name}


HISTORY = ("record", "time")
FLOOR = ("record", "time", "floor")
STOREY = ("record", "time", "storey")

TIME = Variable(("time",), "s", "time")

EXCITATIONS = {
    "base_acceleration": Variable(HISTORY, "m s-2", "acceleration of the base"),
    "base_acceleration_y": Variable(HISTORY, "m s-2", "acceleration of the base in y"),
    "force": Variable(HISTORY, "N", "external force"),
}

RESPONSES = {
    "displacement": Variable(FLOOR, "m", "displacement relative to the base"),
    "velocity": Variable(FLOOR, "m s-1", "velocity relative to the base"),
    "acceleration": Variable(FLOOR, "m s-2", "absolute acceleration"),
    "drift": Variable(STOREY, "m", "storey drift"),
    "restoring_force": Variable(STOREY, "N", "restoring force"),
    "hysteretic_force": Variable(STOREY, "N", "hysteretic share of the restoring force"),
    "dissipated_energy": Variable(STOREY, "J", "dissipated hysteretic energy"),
    "kinetic_energy": Variable(HISTORY, "J", "kinetic energy relative to the base"),
    "damping_energy": Variable(HISTORY, "J", "energy lost in viscous damping"),
    "element_energy": Variable(HISTORY, "J", "energy absorbed by springs and hysteretic elements"),
    "input_energy": Variable(HISTORY, "J", "work of the excitation"),
}
"""Everything that `solve` can return."""
