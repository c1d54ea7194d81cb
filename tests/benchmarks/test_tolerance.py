"""The benchmark of the tolerance measures the error that there is."""

import json

import pytest

from benchmarks import tolerance


def test_a_few_runs_are_within_their_tolerance(capsys):
    tolerance.main(["--first", "7", "--last", "10"])
    found = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert list(found) == ["0.001", "0.0001"]
    for figures in found.values():
        assert figures["runs"] == 3
        assert figures["beyond"] == 0
        assert 0.0 < figures["median"] <= figures["largest"] < 1.0


def test_an_error_beyond_the_tolerance_is_counted(monkeypatch):
    """A solution to 1e-3 is not within 1e-7."""
    solved = tolerance.solve
    monkeypatch.setattr(tolerance, "TOLERANCES", (1e-7,))

    def coarse(*arguments, tolerance, **options):
        kept = tolerance if tolerance > 1e-6 else 1e-3
        return solved(*arguments, tolerance=kept, **options)

    monkeypatch.setattr(tolerance, "solve", coarse)
    shares = tolerance.one(8)
    assert shares[1e-7] > 1.0
    assert tolerance.figures({1e-7: [shares[1e-7]]})["1e-07"]["beyond"] == 1


def test_an_empty_range_is_refused(capsys):
    with pytest.raises(SystemExit):
        tolerance.main(["--first", "5", "--last", "5"])
    assert "--first must be from 0 to below --last, got 5" in capsys.readouterr().err
