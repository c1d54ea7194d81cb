"""What `benchmarks.risk` says of given estimates, and small repetitions of its ways."""

import numpy as np
import pytest

from benchmarks import risk
from surrogate.risk.estimation import Estimate


def test_the_report_counts_what_holds_and_what_crude_monte_carlo_would_need():
    counted = risk.COUNTED[0.05]
    near = Estimate(1.05 * counted, 0.1 * counted, 490)
    far = Estimate(1.5 * counted, 0.1 * counted, 490)
    line = risk.report("process", 0.05, [near, near, near, far])
    crude = (1.0 - counted) / counted / ((3 * 0.05**2 + 0.5**2) / 4) / risk.RUNS
    assert f"crude runs over all 490: {crude:.0f};" in line
    assert "within 10 %: 75%" in line
    assert "hold the count in 75%" in line


@pytest.mark.parametrize("way", ["process", "importance"])
def test_a_repetition_is_near_the_probability(monkeypatch, way):
    """At a limit that one in ten exceeds; 150 runs in all."""
    for name, value in (("RUNS", 150), ("STRONG", 40), ("NEAR", 25), ("ANSWERS", 2000)):
        monkeypatch.setattr(risk, name, value)
    monkeypatch.setattr(risk, "BLOCK", 1000)
    found = risk.estimate(way, 0.025, seed=0)
    numbers = np.random.default_rng(1).standard_normal((4000, risk.DIMENSIONS))
    counted = (risk.last_displacement(numbers) > 0.025).mean()
    assert found.value == pytest.approx(counted, abs=4.0 * found.standard_error)
    assert found.standard_error < 0.3 * counted


def test_an_oscillator_of_the_class_asked_is_identified(monkeypatch):
    monkeypatch.setattr(risk, "IDENTIFIED", 10)
    monkeypatch.setattr(risk, "BLOCK", 500)
    make, _ = risk.WAYS["own class"]
    generator = np.random.default_rng(2)
    surrogate = make(0.03, generator)
    numbers = generator.standard_normal((20, risk.DIMENSIONS))
    np.testing.assert_allclose(
        surrogate.answer(numbers), risk.last_displacement(numbers), atol=1e-5
    )


def test_wrong_use_is_told(capsys):
    with pytest.raises(SystemExit):
        risk.main(["--repetitions", "1"])
    assert "--repetitions must be at least 2" in capsys.readouterr().err
