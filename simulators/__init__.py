"""Simulators: structures, the laws of their elements, base motions, and the integrators that bring them together.

>>> building = shear_building([1e5, 1e5], BoucWen.from_yield([4e7, 3e7], 0.01)).with_rayleigh_damping(0.05)
>>> response = solve(building, read_accelerogram("record.AT2"))
"""

from simulators.accelerogram import read_accelerogram
from simulators.excitation import (
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
from simulators.integrate import solve
from simulators.isolation import base_isolated
from simulators.laws import BaberNoori, BoucWen, Elastic, ForceFormBoucWen, Viscous
from simulators.motion import BaseMotion, ExternalForce
from simulators.presets import benchmark_oscillator, five_storey
from simulators.radial import RadialFunction
from simulators.structure import Structure, shear_building

__all__ = [
    "BaberNoori",
    "BandLimitedNoise",
    "BaseMotion",
    "BoucWen",
    "CloughPenzien",
    "Elastic",
    "ExternalForce",
    "ForceFormBoucWen",
    "JenningsHousnerTsai",
    "KanaiTajimi",
    "Multisine",
    "RadialFunction",
    "RezaeianDerKiureghian",
    "SaragoniHart",
    "ShinozukaSato",
    "SineSweep",
    "Structure",
    "Viscous",
    "base_isolated",
    "benchmark_oscillator",
    "five_storey",
    "read_accelerogram",
    "shear_building",
    "solve",
]
