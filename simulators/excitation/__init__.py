"""Motions that are made: each process is a frozen description; `sample` draws one motion from it."""

from simulators.excitation.noise import BandLimitedNoise, CloughPenzien, KanaiTajimi

__all__ = ["BandLimitedNoise", "CloughPenzien", "KanaiTajimi"]
