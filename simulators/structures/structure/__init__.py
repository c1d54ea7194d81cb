"""The structure: its equation, its checks, and the constructors of usual ones."""

from simulators.structures.structure.general import Structure
from simulators.structures.structure.linear import linear_twin
from simulators.structures.structure.shear import chain, shear_building

__all__ = ["Structure", "chain", "linear_twin", "shear_building"]
