"""The linear twin of a structure: what it would be if it stayed as stiff as at rest."""

from dataclasses import replace

import numpy as np

from simulators.hysteresis import Elastic
from simulators.structures.structure.general import Structure


def linear_twin(structure: Structure) -> Structure:
    """Return a copy whose elements are springs of their stiffness at rest.

    Dashpots are kept.
    """
    if not isinstance(structure, Structure):
        raise ValueError(
            f"structure is a {type(structure).__name__}: expected a Structure, as shear_building "
            "makes"
        )
    matrix = structure.initial_stiffness()
    zero = Elastic(np.zeros(structure.elements))
    return replace(structure, damping=structure.total_damping(), stiffness=matrix, laws=(zero,))
