"""Simulators that are not ours: one protocol for whatever computes a response to a motion.

A class that derives from `ExternalSimulator` says which parameters it takes and which histories it
gives, with units, and computes them; `FunctionSimulator` makes one of a plain function, and
`StructureSimulator` of a `Structure` of this package. `run_isolated` runs any of them in a process
of its own with a limit of time.
"""

import lazy_loader

# A process that runs one record must start fast: what it does not need is not loaded.
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
