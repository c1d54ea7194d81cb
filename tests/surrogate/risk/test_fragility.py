"""Fragility curves: recovered from data of known curves, most likely, and as a table."""

from xml.etree import ElementTree

import numpy as np
import pytest
from scipy.stats import norm

from surrogate.risk import fragility
from surrogate.risk.fragility import Fragility, figure, openquake, resampling
from surrogate.risk.fragility.assessment import assess
from surrogate.risk.fragility.evidence import Stripes

TRUE = Fragility(0.8, 0.4)
LEVELS = np.array([0.3, 0.5, 0.7, 0.9, 1.2, 1.6])


def capacities(generator, motions):
    """Intensities at which motions exceed the limit."""
    return TRUE.median * np.exp(TRUE.beta * generator.standard_normal(motions))


def stripes(generator, motions):
    exceeds = capacities(generator, motions)[:, None] <= LEVELS
    return exceeds.sum(axis=0)


def test_the_curve_is_the_lognormal_distribution():
    assert TRUE.probability(0.8) == pytest.approx(0.5)
    assert TRUE.probability(0.8 * np.exp(0.4)) == pytest.approx(norm.cdf(1.0))


def test_stripes_give_back_their_curve():
    """Shares that are those of the curve to 1e-7."""
    motions = np.full(6, 10**7)
    exceeding = np.round(TRUE.probability(LEVELS) * motions)
    curve = fragility.fit_stripes(LEVELS, exceeding, motions)
    assert curve.median == pytest.approx(0.8, rel=1e-5)
    assert curve.beta == pytest.approx(0.4, rel=1e-5)


def test_two_stripes_are_met_exactly():
    curve = fragility.fit_stripes([0.5, 1.0], [3, 15], [20, 20])
    assert curve.probability([0.5, 1.0]) == pytest.approx([0.15, 0.75], rel=1e-5)


def test_no_curve_near_is_likelier():
    """Of Baker (2015), equation 11, whatever the unit of the intensity."""
    exceeding = stripes(np.random.default_rng(0), 40)
    for unit in (1.0, 9.80665, 980.665):
        curve = fragility.fit_stripes(unit * LEVELS, exceeding, np.full(6, 40))

        def likelihood(median, beta, unit=unit):
            argument = np.log(unit * LEVELS / median) / beta
            return exceeding @ norm.logcdf(argument) + (40 - exceeding) @ norm.logsf(argument)

        best = likelihood(curve.median, curve.beta)
        for factor in (0.99, 1.01):
            assert likelihood(curve.median * factor, curve.beta) < best
            assert likelihood(curve.median, curve.beta * factor) < best


def test_motions_are_counted_by_stripe():
    levels, exceeding, motions = fragility.count([0.2, 0.1, 0.2, 0.2], [True, False, False, True])
    assert levels.tolist() == [0.1, 0.2]
    assert exceeding.tolist() == [0, 2]
    assert motions.tolist() == [1, 3]


def cloud(generator, motions):
    """Demands about exp(-4) x^1.3 with a scatter of 0.35."""
    intensity = np.exp(generator.normal(-1.0, 0.6, motions))
    demand = np.exp(-4.0 + 1.3 * np.log(intensity) + 0.35 * generator.standard_normal(motions))
    return intensity, demand


def test_a_cloud_gives_back_its_line():
    intensity, demand = cloud(np.random.default_rng(1), 4000)
    curve = fragility.fit_cloud(intensity, demand, limit=0.01)
    assert curve.median == pytest.approx(np.exp((np.log(0.01) + 4.0) / 1.3), rel=0.02)
    assert curve.beta == pytest.approx(0.35 / 1.3, rel=0.03)


def test_censored_demands_bend_the_line_no_longer():
    """Some demands are only known to exceed 0.012: left out, they would flatten the line."""
    intensity, demand = cloud(np.random.default_rng(2), 4000)
    beyond = demand > 0.012
    assert 0.1 < beyond.mean() < 0.3
    capped = np.minimum(demand, 0.012)
    curve = fragility.fit_cloud(intensity, capped, 0.01, beyond)
    exact = np.exp((np.log(0.01) + 4.0) / 1.3)
    assert curve.median == pytest.approx(exact, rel=0.02)
    assert curve.beta == pytest.approx(0.35 / 1.3, rel=0.05)
    without = fragility.fit_cloud(intensity[~beyond], demand[~beyond], 0.01)
    assert abs(without.median / exact - 1.0) > 0.05


def test_nothing_censored_is_the_regression():
    intensity, demand = cloud(np.random.default_rng(3), 50)
    plain = fragility.fit_cloud(intensity, demand, 0.01)
    flagged = fragility.fit_cloud(intensity, demand, 0.01, np.zeros(50, bool))
    assert flagged == plain


def test_intervals_hold_the_median_as_often_as_they_say():
    """Bootstrap of 60 motions at all levels, 60 times: 90 % intervals, binomial bounds of 1e-3."""
    generator = np.random.default_rng(4)
    held = 0
    for _ in range(60):
        exceeds = capacities(generator, 60)[:, None] <= LEVELS

        one = assess(0.01, Stripes(LEVELS, exceeds[None]), generator, 60)
        low, high = one.repetitions.interval("median")
        held += low <= TRUE.median <= high
    assert 0.75 <= held / 60 <= 0.99


def watched(seen):
    """A fit whose curve depends on the motions, and which tells how often each was drawn."""

    def fit(chosen):
        counts = np.bincount(chosen, minlength=6)
        seen.append(counts)
        return Fragility(0.8 + 0.01 * float(counts @ np.arange(6)), 0.4 + 0.01 * float(counts[0]))

    def influence(curve, chosen):
        return 0.01 * np.stack([chosen + 1.0, chosen**2 + 1.0], axis=1)

    return fit, influence


def test_motions_of_one_event_are_drawn_together():
    seen = []
    fit, influence = watched(seen)
    groups = ["a", "a", "b", "c", "c", "c"]
    generator = np.random.default_rng(0)
    fragility.bootstrap(fit, 6, generator, repetitions=20, groups=groups, influence=influence)
    counts = np.array(seen)
    assert (counts[:, 0] == counts[:, 1]).all()
    assert (counts[:, 3] == counts[:, 5]).all()
    assert (counts[:, [0, 2, 3]].sum(axis=1) == 3).all()


def test_every_repetition_has_as_many_motions_with_runs():
    seen = []
    fit, influence = watched(seen)
    strata = np.arange(6) < 2
    generator = np.random.default_rng(0)
    fragility.bootstrap(fit, 6, generator, repetitions=20, strata=strata, influence=influence)
    counts = np.array(seen)
    assert (counts[:, :2].sum(axis=1) == 2).all()
    assert (counts[:, 2:].sum(axis=1) == 4).all()
    assert len({tuple(row) for row in counts}) > 5


def test_repetitions_without_a_curve_are_counted_and_refused():
    def fit(chosen):
        if 0 not in chosen:
            raise ValueError("none of the motions exceed")
        return TRUE

    def influence(curve, chosen):
        return np.stack([chosen + 1.0, chosen + 1.0], axis=1)

    with pytest.raises(ValueError, match=r"have no curve: .* none of the motions exceed"):
        fragility.bootstrap(fit, 5, np.random.default_rng(0), repetitions=50, influence=influence)


def test_motions_that_are_all_alike_tell_no_confidence():
    with pytest.raises(ValueError, match="all alike: they tell no confidence"):
        fragility.bootstrap(lambda chosen: TRUE, 5, np.random.default_rng(0), repetitions=20)


def repeated(medians, betas, errors=(0.1, 0.1)):
    """Repetitions of the curve TRUE, all with the same standard errors."""
    covariance = np.diag(np.square(errors))
    logs = np.log(np.stack([medians, betas], axis=1))
    many = resampling.Fitted(logs, np.broadcast_to(covariance, (len(medians), 2, 2)))
    return resampling.Repetitions(resampling.Fitted(np.log([0.8, 0.4]), covariance), many, 0)


def test_bands_are_mirrored_at_the_curve():
    """Repetitions that lie above the curve say that the curve lies below the truth."""
    medians = 0.8 * np.exp(np.linspace(0.0, 0.2, 101))
    repetitions = repeated(medians, np.full(101, 0.4), errors=(0.1, 1e-6))
    assert repetitions.interval("median") == pytest.approx((0.8 * np.exp(-0.19), 0.8 / 1.0100502))
    low, high = repetitions.band([0.8], level=0.9)
    assert low[0] == pytest.approx(norm.cdf(0.01 / 0.4))
    assert high[0] == pytest.approx(norm.cdf(0.19 / 0.4))


def test_the_table_has_the_moments_that_openquake_inverts(tmp_path):
    """It computes sigma^2 = ln(1 + (s / m)^2) and mu = ln(m^2 / sqrt(s^2 + m^2)) of them."""
    path = tmp_path / "fragility.xml"
    curves = {"slight": Fragility(0.3, 0.5), "complete": TRUE}
    fragility.write_openquake(path, "frame", "SA(0.5)", curves, largest=3.0)
    spaces = {"n": openquake.NAMESPACE}
    root = ElementTree.parse(path).getroot()
    assert root.find(".//n:limitStates", spaces).text == "slight complete"
    function = root.find(".//n:fragilityFunction", spaces)
    assert function.attrib == {"id": "frame", "format": "continuous", "shape": "logncdf"}
    assert root.find(".//n:imls", spaces).get("imt") == "SA(0.5)"
    for entry in root.findall(".//n:params", spaces):
        mean = float(entry.get("mean"))
        deviation = float(entry.get("stddev"))
        curve = curves[entry.get("ls")]
        sigma = np.sqrt(np.log1p((deviation / mean) ** 2))
        assert sigma == pytest.approx(curve.beta)
        assert mean**2 / np.hypot(deviation, mean) == pytest.approx(curve.median)


def test_the_picture_shows_the_data(tmp_path):
    shares = TRUE.probability(LEVELS)
    repetitions = repeated(np.array([0.7, 0.9]), np.array([0.4, 0.4]))
    picture = figure.draw({"2 % drift": figure.Fitted(TRUE, LEVELS, shares, repetitions)}, "Sa (g)")
    lines = picture.axes[0].lines
    assert any(np.array_equal(line.get_ydata(), shares) for line in lines)
    assert len(picture.axes[0].collections) == 1
    assert "median 0.8, beta 0.40" in picture.axes[0].get_legend().get_texts()[0].get_text()


MANY = np.full(6, 40)
REFUSED = [
    (lambda: fragility.fit_stripes(LEVELS, 0 * MANY, MANY), "none of the 240 motions exceed"),
    (lambda: fragility.fit_stripes(LEVELS, MANY, MANY), "all of the 240 .* lower intensities"),
    (lambda: fragility.fit_stripes([1, 2], [0, 5], [5, 5]), "beta cannot be told"),
    (lambda: fragility.fit_stripes([1, 2], [4, 1], [5, 5]), "does not grow with the intensity"),
    (lambda: fragility.fit_stripes([1, 2], [6, 1], [5, 5]), "stripe 0: 6 of 5 motions"),
    (lambda: fragility.fit_stripes([0, 2], [1, 1], [5, 5]), r"intensities\[0\] = 0: must be > 0"),
    (lambda: fragility.fit_cloud(LEVELS, 1 / LEVELS**2, 1.0), "lie on the line exactly"),
    (lambda: fragility.fit_cloud(LEVELS, LEVELS[::-1] ** 0.5, 1.0), "do not grow with"),
    (lambda: fragility.fit_cloud(LEVELS, LEVELS, 0.0), "limit = 0.0: must be"),
    (lambda: fragility.fit_cloud(LEVELS, LEVELS, 1.0, MANY > 0), "0 demands are known"),
    (lambda: fragility.Fragility(1.0, 0.0), "Fragility.beta = 0.0: must be"),
    (lambda: fragility.bootstrap(len, 1, np.random.default_rng(0)), "motions = 1: must be"),
]


@pytest.mark.parametrize(("call", "message"), REFUSED)
def test_data_without_a_curve_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"measure": "Sa"}, "measure = 'Sa': expected PGA"),
        ({"taxonomy": "two words"}, "expected a word without blanks"),
        ({"curves": {"b": TRUE, "a": Fragility(0.3, 0.5)}}, "a is likelier than b"),
        ({"path": "curve.csv"}, "must end in .xml"),
    ],
)
def test_a_table_that_would_mislead_is_not_written(tmp_path, monkeypatch, arguments, message):
    monkeypatch.chdir(tmp_path)
    given = {"path": "f.xml", "taxonomy": "frame", "measure": "PGA", "curves": {"a": TRUE}}
    with pytest.raises(ValueError, match=message):
        fragility.write_openquake(**(given | arguments), largest=3.0)
    assert not list(tmp_path.iterdir())
