"""The oscillator of `benchmarks.tail`: its motions as published, and a count that is resumed."""

import numpy as np
import pytest

from benchmarks import tail


def test_motions_are_the_published_sum():
    numbers = np.random.default_rng(0).standard_normal((2, 10))
    signals = tail.motions(numbers)
    assert signals.acceleration.shape == (2, 801)
    time = 3.21
    total = 0.0
    for place in range(5):
        angular = 30.0 * np.pi * (place + 1) / 10
        total += numbers[1, place] * np.cos(angular * time)
        total += numbers[1, place + 5] * np.sin(angular * time)
    sigma = np.sqrt(2.0 * 0.005 * 30.0 * np.pi / 10)
    assert signals.acceleration[1, 321] == pytest.approx(sigma * total)


def test_oscillator_is_the_published_one():
    oscillator = tail.oscillator()
    angular = np.sqrt(5e6 / 6e4)
    assert oscillator.frequencies == pytest.approx(angular / (2.0 * np.pi))
    assert oscillator.damping_ratios == pytest.approx(0.05)
    assert oscillator.laws[0].yield_displacement == pytest.approx(0.04)


def test_the_sampling_interval_is_fine_enough():
    """A hundredth of the step between thresholds: shares above them change by some per cent."""
    numbers = 1.5 * np.random.default_rng(5).standard_normal((40, 10))
    fine = tail.last_displacement(numbers, interval=0.0025, tolerance=1e-6)
    assert tail.last_displacement(numbers) == pytest.approx(fine, abs=2e-4)


def test_a_chunk_is_computed_once(tmp_path, monkeypatch):
    monkeypatch.setattr(tail, "CHUNK", 4)
    first = tail.chunk(1, tmp_path)
    monkeypatch.setattr(tail, "last_displacement", None)  # would fail if it were called again
    assert np.array_equal(tail.chunk(1, tmp_path), first)
    assert first.shape == (4,)


def test_the_report_states_shares_and_their_distance():
    values = np.zeros(100_000)
    values[:180] = 0.055
    lines = tail.report(values)
    assert lines[0].startswith("P(x > 0.05 m) = 0.0018 from 100000 samples, quoted 0.001798")
    assert lines[0].endswith(" +0.0 standard errors of the difference")
    assert "P(x > 0.06 m) = 0 " in lines[1]


def test_a_number_of_samples_without_whole_chunks_is_refused(tmp_path, capsys):
    with pytest.raises(SystemExit) as error:
        tail.main(["--samples", "12345", "--out", str(tmp_path / "new")])
    assert error.value.code == 2
    assert "--samples 12345: must be a positive multiple of 10000" in capsys.readouterr().err
    assert not (tmp_path / "new").exists()
