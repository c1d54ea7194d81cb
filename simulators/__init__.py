"""Simulators: structures, the laws of their elements, base motions, and the integrators that bring
them together.

>>> building = shear_building([1e5, 1e5], BoucWen.from_yield([4e7, 3e7], 0.01)).with_rayleigh_damping(0.05)
>>> response = solve(building, read_accelerogram("record.AT2"))
"""

import lazy_loader

from simulators.moved import follow
from simulators.moved_names import MOVED

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(
    __name__, __file__
)  # the names are those of __init__.pyi
follow(MOVED)
