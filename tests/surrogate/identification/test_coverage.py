"""Bands on records that were left out: they hold what they say where the law is right."""

from dataclasses import replace

import numpy as np
import pytest

from surrogate.identification.coverage import DRAWS, coverage, notes
from surrogate.identification.identify import identify
from surrogate.identification.prediction import predict
from surrogate.identification.settings import Settings
from tests.helpers import recorded_building as building

SENSORS = ["drift 1", "drift 2", "drift 3"]


@pytest.fixture(scope="module")
def found():
    """An elastic building, identified from records with noise."""
    own = building.recordings(SENSORS, records=4, noise=0.1, law="elastic")
    return identify(own, Settings(3, law="elastic", base_noise=False))


def test_bands_hold_what_they_say_of_records_of_the_same_law(found):
    others = building.recordings(SENSORS, records=4, noise=0.1, law="elastic", seed=1)
    held = coverage(found, others)
    np.testing.assert_allclose(held.measured, 0.9, atol=0.03)


def test_bands_are_told_to_be_narrow_where_the_law_is_another_one(found):
    """Records without noise of a building that yields, and a sensor whose noise is known."""
    others = building.recordings(SENSORS, records=4, seed=1)
    exact = replace(found, noise=replace(found.noise, sensors=1e-6 * np.ones(3)))
    held = coverage(exact, others)
    assert (held.truth < 0.5).all()
    assert (held.factor > 2.0).all()
    told = notes(exact, held)
    assert len(told) == 3
    assert "too narrow by a factor of about" in told[0]


def test_the_factor_makes_bands_hold_their_share(found):
    others = building.recordings(SENSORS, records=4, seed=1)
    held = coverage(found, others)
    answer = predict(found, others.base, others.interval, others.channels, draws=DRAWS)
    apart = np.abs(others.measured - answer.answer)
    inside = (apart <= held.factor * answer.half_width).mean(axis=(0, 1))
    np.testing.assert_allclose(inside, 0.9, atol=0.01)
