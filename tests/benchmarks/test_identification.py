"""Rows of `benchmarks.identification`, small: what is exact without noise is found exactly."""

import pytest

from benchmarks import identification


def test_a_clean_set_up_is_found_and_the_row_says_so():
    row = identification.measure(identification.SET_UPS["all drifts, 1 %"], 0, 3, 6.0)
    assert row["NRMSE"] < 0.01
    assert row["frequency"] < 0.01
    assert 0.0 <= row["band"] <= 1.0
    assert row["(first 4)"] <= row["frequency"]
    assert row["worst"] >= row["NRMSE"]


def test_noise_is_relative_to_what_a_sensor_sees():
    set_up = identification.SetUp(("drift 1", "drift 5"), noise=0.1)
    clean = identification.recordings(identification.SetUp(("drift 1", "drift 5")), 3, 5, 4.0)
    noisy = identification.recordings(set_up, 3, 5, 4.0)
    apart = (noisy.measured - clean.measured).std(axis=(0, 1))
    expected = 0.1 * clean.measured.std(axis=(0, 1))
    assert apart == pytest.approx(expected, rel=0.1)
    assert (noisy.base == clean.base).all()
