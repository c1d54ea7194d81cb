"""OpenSees as a simulator: a driver for any model-building function, and five frames.

It needs the extra `opensees` (openseespy from PyPI; on Debian the packages libblas3 and liblapack3
too). OpenSees has one model a process and can end the process, so records belong into
`simulators.external.run_isolated`.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
