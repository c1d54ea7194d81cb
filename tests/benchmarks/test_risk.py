"""What `benchmarks.risk` says of given estimates, and one small repetition."""

import pytest

from benchmarks import risk
from surrogate.risk.estimation import Estimate


def test_the_line_counts_coverage_and_runs():
    counted = risk.COUNTED[0.05]
    near = Estimate(1.05 * counted, 0.1 * counted, 190)
    far = Estimate(1.5 * counted, 0.1 * counted, 190)
    line = risk.report(0.05, [near, near, near, far])
    crude = (1.0 - counted) / counted / ((3 * 0.05**2 + 0.5**2) / 4)
    assert "hold the count in 75%" in line
    assert "75% within 10 %" in line
    assert f"the 190 chosen: {crude / 190:.0f};" in line


def test_a_repetition_trains_answers_and_chooses(monkeypatch):
    """With few runs, at a threshold that a good share of the motions exceeds."""
    monkeypatch.setattr(risk, "TRAINING", 60)
    monkeypatch.setattr(risk, "VALIDATION", 20)
    monkeypatch.setattr(risk, "CHOSEN", 60)
    found = risk.estimate(0.01, inputs=1000, seed=0)
    assert 0.0 < found.standard_error < found.value < 1.0
    assert found.runs <= 60
    assert found.cheap_runs == 1000


def test_a_single_repetition_is_refused(capsys):
    with pytest.raises(SystemExit):
        risk.main(["--repetitions", "1"])
    assert "--repetitions must be at least 2" in capsys.readouterr().err
