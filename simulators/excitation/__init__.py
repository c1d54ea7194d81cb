"""Motions that are made: each process is a frozen description, and `sample` draws one motion from
it.
"""

from simulators.excitation.synthetic.envelope import (
    JenningsHousnerTsai,
    SaragoniHart,
    ShinozukaSato,
)
from simulators.excitation.synthetic.identification import Multisine, SineSweep
from simulators.excitation.synthetic.noise import BandLimitedNoise, CloughPenzien, KanaiTajimi
from simulators.excitation.synthetic.rezaeian import RezaeianDerKiureghian

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
