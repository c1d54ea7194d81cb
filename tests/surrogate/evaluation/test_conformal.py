"""Split-conformal bands: the coverage that theory promises, on distributions that are known."""

import numpy as np
import pytest
from scipy.stats import betabinom

from surrogate.evaluation import conformal

TIME = np.linspace(0.0, 1.0, 50)


def errors(generator, records):
    """Histories whose size varies from record to record and along time, heavy-tailed, in two
    channels.
    """
    size = generator.lognormal(0.0, 0.7, (records, 1, 2)) * (0.1 + TIME[None, :, None])
    return size * generator.standard_t(4, (records, len(TIME), 2))


@pytest.mark.parametrize("coverage", [0.5, 0.9, 0.95])
@pytest.mark.parametrize("width", [np.ones((1, 50, 1)), 0.1 + TIME[None, :, None]])
def test_whole_histories_are_covered_as_promised(coverage, width):
    """Of n' new records a number with a beta-binomial distribution lies within the band, whatever
    the width is.
    """
    generator = np.random.default_rng(5)
    n, new = 99, 2000
    calibration = conformal.scores(errors(generator, n), 0.0, width)
    q = conformal.quantile(calibration, coverage)
    within = (np.abs(errors(generator, new)) <= q * width).all(axis=1).sum(axis=0)
    k = int(np.ceil((n + 1) * coverage - 1e-9))
    low, high = betabinom(new, k, n + 1 - k).ppf([1e-4, 1.0 - 1e-4])
    assert (within >= low).all()
    assert (within <= high).all()


def test_the_mean_coverage_over_calibrations_is_the_one_asked_for():
    """With n + 1 a multiple of 1 / (1 - coverage) it is exact: k / (n + 1)."""
    generator = np.random.default_rng(0)
    shares = []
    for _ in range(2000):
        scores = generator.exponential(size=(10, 1))
        shares.append(
            1.0 - np.exp(-conformal.quantile(scores[:9], 0.8)[0])
        )  # the probability of a new score below q
    assert np.mean(shares) == pytest.approx(0.8, abs=4 * np.std(shares) / np.sqrt(len(shares)))


def test_the_score_is_the_worst_moment_in_units_of_the_width():
    reference = np.zeros((1, 3, 1))
    prediction = np.array([1.0, -4.0, 3.0]).reshape(1, 3, 1)
    width = np.array([1.0, 8.0, 1.5]).reshape(1, 3, 1)
    np.testing.assert_allclose(conformal.scores(reference, prediction, width), [[2.0]])


@pytest.mark.parametrize(("records", "rank"), [(9, 9), (19, 18), (10, 10), (99, 90)])
def test_the_rank_counts_the_new_record_too(records, rank):
    assert conformal.quantile(np.arange(1.0, records + 1)[:, None], 0.9) == [rank]


def test_too_few_records_are_told_with_the_number_needed():
    with pytest.raises(
        ValueError, match=r"coverage 0\.95 needs at least 19 calibration records, got 18"
    ):
        conformal.quantile(np.ones((18, 1)), 0.95)
    conformal.quantile(np.ones((19, 1)), 0.95)


@pytest.mark.parametrize("coverage", [0.0, 1.0, -0.1, 90.0, float("nan")])
def test_a_coverage_is_a_probability(coverage):
    with pytest.raises(ValueError, match="coverage must lie between 0 and 1"):
        conformal.quantile(np.ones((18, 1)), coverage)
