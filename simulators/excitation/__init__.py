"""Motions that are made: each process is a frozen description, and `sample` draws one motion from
it.
"""

import lazy_loader

# A process that runs one record of a simulator needs a motion, not what draws them.
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
