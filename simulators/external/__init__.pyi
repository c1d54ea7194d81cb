from .function import FunctionSimulator
from .isolated import run_isolated
from .own import StructureSimulator
from .protocol import DidNotConverge, ExternalSimulator, Output, Parameter

__all__ = [
    "DidNotConverge",
    "ExternalSimulator",
    "FunctionSimulator",
    "Output",
    "Parameter",
    "StructureSimulator",
    "run_isolated",
]
