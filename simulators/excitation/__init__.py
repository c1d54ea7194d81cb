"""Motions that are made: each process is a frozen description, and `sample` draws one motion from it."""

from simulators.excitation.envelope import JenningsHousnerTsai, SaragoniHart, ShinozukaSato
from simulators.excitation.identification import Multisine, SineSweep
from simulators.excitation.noise import BandLimitedNoise, CloughPenzien, KanaiTajimi
from simulators.excitation.rezaeian import RezaeianDerKiureghian

__all__ = [
    "BandLimitedNoise",
    "CloughPenzien",
    "JenningsHousnerTsai",
    "KanaiTajimi",
    "Multisine",
    "RezaeianDerKiureghian",
    "SaragoniHart",
    "ShinozukaSato",
    "SineSweep",
]
