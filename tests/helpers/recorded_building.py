"""A small building that yields, and what its sensors have recorded of it."""

import numpy as np

from simulators import BandLimitedNoise
from surrogate.identification.model import ShearModel
from surrogate.identification.recordings import Recordings, respond
from surrogate.networks.observation import channels

INTERVAL = 0.02
TRUTH = {
    "mass": [1.0, 0.8, 0.6],
    "stiffness": [300.0, 260.0, 200.0],
    "damping": [1.2, 1.0, 0.8],
    "yield_displacement": [0.03, 0.025, 0.02],
    "exponent": 2.0,
    "share": 0.6,
    "post_yield_ratio": 0.1,
}


def model(law="bouc_wen"):
    """The model whose starts are the truth."""
    names = ("mass", "stiffness", "damping")
    start = TRUTH if law == "bouc_wen" else {name: TRUTH[name] for name in names}
    return ShearModel(3, law, start)


def structure(law="bouc_wen"):
    """The building."""
    own = model(law)
    return own.structure({unknown.name: unknown.start for unknown in own.unknowns})


def motions(records, seed=0, duration=8.0, strength=2.5):
    """Motions of the base, shape (record, time), m s-2."""
    generator = np.random.default_rng(seed)
    noise = BandLimitedNoise(low_frequency=0.3, high_frequency=8.0, root_mean_square=strength)
    made = [noise.sample(generator, duration, INTERVAL).acceleration for _ in range(records)]
    return np.stack(made)


def recordings(words, records=6, noise=0.0, base_noise=0.0, law="bouc_wen", seed=0):
    """Records of some channels, with noise relative to the spread of each."""
    base = motions(records, seed)
    seen = channels(words, 3)
    clean = respond(structure(law), base, INTERVAL, seen)[0]
    generator = np.random.default_rng(100 + seed)
    measured = clean + noise * clean.std(axis=(0, 1)) * generator.standard_normal(clean.shape)
    recorded = base + base_noise * base.std() * generator.standard_normal(base.shape)
    return Recordings(recorded, measured, seen, INTERVAL)
