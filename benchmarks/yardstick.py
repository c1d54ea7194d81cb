"""The yardstick in C: `yardstick.c` compiled for this machine and this building, called through
ctypes.
"""

import ctypes
import subprocess
import tempfile
from pathlib import Path

import numpy as np

from benchmarks.problem import INTERVAL, storey_dashpots

WIDTH = 8
"""Structures side by side, as in `yardstick.c`."""
SCHEMES = ("plain", "corrected")
"""Classical Runge-Kutta, and the same with the correction at reversals of the velocity."""
_OPTIONS = ("-O3", "-march=native", "-ffast-math", "-fPIC")


def compile_yardstick(building):
    """The library for a five-storey-like chain of the force form with exponents 2 and 3.

    Raises
    ------
    FileNotFoundError
        If there is no gcc.
    """
    exponents = ",".join(f"{n:.0f}" for n in building.laws[0].exponent)
    source = Path(__file__).with_name("yardstick.c")
    with tempfile.TemporaryDirectory() as folder:
        target, library = Path(folder) / "yardstick.o", Path(folder) / "yardstick.so"
        defines = (f"-DSTOREYS={building.floors}", f"-DEXPONENTS={exponents}")
        subprocess.run(["gcc", *_OPTIONS, *defines, "-c", source, "-o", target], check=True)
        # Linked without -ffast-math, which would set the whole process to flush denormal numbers.
        subprocess.run(["gcc", "-shared", target, "-o", library], check=True)
        return ctypes.CDLL(str(library))


def coefficients(building):
    """The struct `building` of the C source, ndarray, shape (5, storey)."""
    law = building.laws[0]
    inverse_mass = 1.0 / np.diagonal(building.mass)
    return np.stack([inverse_mass, storey_dashpots(building), law.stiffness, law.alpha, law.beta])


def respond(library, scheme, parameters, signals, steps):
    """Drifts (m) of the building under motions.

    Parameters
    ----------
    library : ctypes.CDLL
        Of `compile_yardstick`.
    scheme : str
        One of `SCHEMES`.
    parameters : ndarray, shape (5, storey)
        Of `coefficients`.
    signals : ndarray, shape (record, time)
        Base accelerations (m/s^2), contiguous, their number a multiple of `WIDTH`.
    steps : int
        Runge-Kutta steps a sample.

    Returns
    -------
    ndarray of float32, shape (record, time, storey)
    """
    records, samples = signals.shape
    drift = np.empty((records, samples, parameters.shape[1]), np.float32)
    blocks = ctypes.c_size_t(records // WIDTH)
    arguments = (ctypes.c_int(steps), ctypes.c_double(INTERVAL), blocks, ctypes.c_size_t(samples))
    pointers = [ctypes.c_void_p(array.ctypes.data) for array in (parameters, signals, drift)]
    getattr(library, scheme)(pointers[0], *arguments, *pointers[1:])
    return drift
