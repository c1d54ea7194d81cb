"""Simulators: structures, the laws of their elements, base motions, and the integrators that bring them together."""

from simulators.accelerogram import read_accelerogram
from simulators.excitation import BandLimitedNoise, CloughPenzien, KanaiTajimi
from simulators.hysteresis import BaberNoori, BoucWen, Elastic, ForceFormBoucWen, Viscous
from simulators.integrate import solve
from simulators.isolation import base_isolated
from simulators.motion import BaseMotion, ExternalForce
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
    "KanaiTajimi",
    "Structure",
    "Viscous",
    "base_isolated",
    "read_accelerogram",
    "shear_building",
    "solve",
]
