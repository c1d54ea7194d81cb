"""The random numbers of each record: a generator of its own, seeded by
`numpy.random.SeedSequence(seed, (record,))`.

What a record draws depends on nothing but the seed of the dataset and its own number: not on the
number of workers, the order or a restart. The sequences of many records differ in the last word
that they mix alone, which is done for all of them at once here, in a fifth of the time; the
algorithm and its constants are those of
https://github.com/numpy/numpy/blob/main/numpy/random/bit_generator.pyx (O'Neill 2015, "Developing a
seed_seq alternative").
"""

from typing import Any, cast

import numpy as np
from numpy.random.bit_generator import ISeedSequence

_POOL = 4  # words
_WORD = 2**32
# Constants of hashing what goes into the pool
_INITIAL = 0x43B0D7E5
_STEP = 0x931E8875
# and what comes out of it
_OUT_INITIAL = 0x8B51F9DD
_OUT_STEP = 0x58F38DED
_LEFT = 0xCA01F9DD
_RIGHT = np.uint32(0x4973F715)
_SHIFT = np.uint32(16)


class _State(ISeedSequence):
    """Words that have been generated."""

    def __init__(self, words: np.ndarray):
        self.words = words

    def generate_state(self, n_words: int, dtype: Any = np.uint32) -> np.ndarray:
        """Return them; the generator PCG-64 asks for four of 64 bits."""
        return self.words


def record_streams(seed: int, first: int, count: int) -> list[np.random.Generator]:
    """Return the generators of the records first ... first + count - 1."""
    if first + count > _WORD:  # a number of two words is mixed twice
        return [
            np.random.default_rng(record_seed(seed, record))
            for record in range(first, first + count)
        ]
    # NumPy's annotation names SeedSequence alone; its documentation, any ISeedSequence.
    seeds = [cast(np.random.SeedSequence, _State(words)) for words in _states(seed, first, count)]
    return [np.random.Generator(np.random.PCG64(own)) for own in seeds]


def record_seed(seed: int, record: int) -> np.random.SeedSequence:
    """Return the seed of one record."""
    return np.random.SeedSequence(seed, spawn_key=(record,))


def _states(seed: int, first: int, count: int) -> np.ndarray:
    """What `generate_state(4, np.uint64)` of each record's seed returns, shape (record, 4)."""
    records = np.arange(first, first + count, dtype=np.uint32)
    seed_words = max(1, -(-seed.bit_length() // 32))
    constant = _INITIAL * pow(_STEP, _POOL**2 + _POOL * max(0, seed_words - _POOL), _WORD) % _WORD
    pool = []
    for word in np.random.SeedSequence(seed).pool:  # all that goes before the number of the record
        hashed, constant = _hashed(records, constant, _STEP)
        mixed = np.uint32(_LEFT * int(word) % _WORD) - _RIGHT * hashed
        pool.append(mixed ^ (mixed >> _SHIFT))
    states = np.empty((count, 2 * _POOL), np.uint32)
    constant = _OUT_INITIAL
    for i in range(2 * _POOL):
        states[:, i], constant = _hashed(pool[i % _POOL], constant, _OUT_STEP)
    return states.astype("<u4", copy=False).view("<u8").astype(np.uint64, copy=False)


def _hashed(words: np.ndarray, constant: int, step: int) -> tuple[np.ndarray, int]:
    """Return the hash of words under a constant, and the next constant."""
    following = constant * step % _WORD
    hashed = (words ^ np.uint32(constant)) * np.uint32(following)
    return hashed ^ (hashed >> _SHIFT), following
