"""Simulators: structures, the laws of their elements, base motions, and the integrators that bring
them together.

>>> import numpy as np
>>> from simulators import BoucWen, KanaiTajimi, shear_building, solve
>>> storeys = BoucWen.from_yield([4e7, 3e7], 0.01)
>>> building = shear_building([1e5, 1e5], storeys).with_rayleigh_damping(0.05)
>>> motion = KanaiTajimi(peak=4.0).sample(np.random.default_rng(0), duration=10.0, interval=0.01)
>>> response = solve(building, motion)
>>> dict(response.drift.sizes)
{'record': 1, 'time': 1001, 'storey': 2}
"""

import lazy_loader

from simulators.moved import follow
from simulators.moved_names import MOVED

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(
    __name__, __file__
)  # the names are those of __init__.pyi
follow(MOVED)
