from .concrete_frame import ConcreteFrame
from .deteriorating_shear_frame import DeterioratingShearFrame
from .driver import OpenSeesFrame
from .isolated_frame import IsolatedFrame
from .model import ElementForce, FrameModel
from .shear_frame import ShearFrame
from .static import periods, push_over
from .steel_frame import SteelFrame

__all__ = [
    "ConcreteFrame",
    "DeterioratingShearFrame",
    "ElementForce",
    "FrameModel",
    "IsolatedFrame",
    "OpenSeesFrame",
    "ShearFrame",
    "SteelFrame",
    "periods",
    "push_over",
]
