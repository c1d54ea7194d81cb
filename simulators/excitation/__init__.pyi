from .synthetic.envelope import JenningsHousnerTsai, SaragoniHart, ShinozukaSato
from .synthetic.identification import Multisine, SineSweep
from .synthetic.noise import BandLimitedNoise, CloughPenzien, KanaiTajimi
from .synthetic.rezaeian import RezaeianDerKiureghian

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
