from .excitation import (
    BandLimitedNoise,
    CloughPenzien,
    JenningsHousnerTsai,
    KanaiTajimi,
    Multisine,
    RezaeianDerKiureghian,
    SaragoniHart,
    ShinozukaSato,
    SineSweep,
)
from .excitation.motion import BaseMotion, ExternalForce
from .excitation.recorded import read_accelerogram
from .excitation.spectrum import response_spectrum
from .functions.radial import RadialFunction
from .hysteresis import (
    BaberNoori,
    Bilinear,
    BoucWen,
    Elastic,
    ElasticPower,
    ForceFormBoucWen,
    RambergOsgood,
    Viscous,
    YieldBoucWen,
)
from .solvers.solve import solve
from .structures.isolation import base_isolated
from .structures.presets import benchmark_oscillator, five_storey
from .structures.structure import Structure, shear_building

__all__ = [
    "BaberNoori",
    "BandLimitedNoise",
    "BaseMotion",
    "Bilinear",
    "BoucWen",
    "CloughPenzien",
    "Elastic",
    "ElasticPower",
    "ExternalForce",
    "ForceFormBoucWen",
    "JenningsHousnerTsai",
    "KanaiTajimi",
    "Multisine",
    "RadialFunction",
    "RambergOsgood",
    "RezaeianDerKiureghian",
    "SaragoniHart",
    "ShinozukaSato",
    "SineSweep",
    "Structure",
    "Viscous",
    "YieldBoucWen",
    "base_isolated",
    "benchmark_oscillator",
    "five_storey",
    "read_accelerogram",
    "response_spectrum",
    "shear_building",
    "solve",
]
