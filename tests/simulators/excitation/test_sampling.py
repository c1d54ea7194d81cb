"""Sampling intervals of printed times: equal steps within the rounding, and no more."""

import numpy as np
import pytest

from simulators.excitation.sampling import even_interval, rounding_of, roundings_of


@pytest.mark.parametrize(
    ("text", "rounding"),
    [("0.125", 0.0005), ("12", 0.5), ("1.25e-3", 5e-6), ("1.2D+1", 0.5), ("-0.5", 0.05)],
)
def test_half_a_unit_of_the_last_digit(text, rounding):
    assert rounding_of(text) == pytest.approx(rounding)


def test_dropped_zeros_are_no_rounding():
    np.testing.assert_allclose(roundings_of(["0", "0.01", "1", "99.99"]), 0.005)


def test_significant_digits_make_later_times_coarser():
    found = roundings_of(["0.0078125", "99.995", "100.01"])
    np.testing.assert_allclose(found, [5e-8, 5e-4, 5e-3])


@pytest.mark.parametrize("interval", [0.0039, 0.00390625, 0.005, 1 / 300, 0.01, 0.02, 1 / 60])
@pytest.mark.parametrize("form", ["{:.3f}", "{:.4f}", "{:.6g}", "{:.9f}", "{:.17g}", "{:.6E}"])
def test_the_interval_of_printed_times(interval, form):
    time = interval * np.arange(4000)
    texts = [form.format(value) for value in time]
    rounding = roundings_of(texts)
    found = even_interval(np.array([float(text) for text in texts]), rounding)
    reach = 2.0 * max(rounding) / len(texts)
    assert found == pytest.approx(interval, abs=reach + 1e-12)


@pytest.mark.parametrize("at", [1, 700, 1998])
@pytest.mark.parametrize("form", ["{:.2f}", "{:.4f}", "{:.17g}"])
def test_a_missing_sample_is_found(form, at):
    texts = [form.format(0.01 * i) for i in range(2000) if i != at]
    with pytest.raises(ValueError, match="times must rise in equal steps"):
        even_interval(np.array([float(text) for text in texts]), roundings_of(texts))


def test_times_that_fall_or_stand_are_refused():
    for time in ([0.0, 0.0], [0.0, 0.1, 0.05, 0.2], [1.0, 0.5]):
        with pytest.raises(ValueError, match="must rise"):
            even_interval(np.array(time))


@pytest.mark.parametrize(("step", "rounding"), [(0.02, 0.005), (0.01, 0.005)])
def test_times_that_are_written_twice_are_refused(step, rounding):
    time = step * (np.arange(60) // 2)
    with pytest.raises(ValueError, match=r"sample 1 of 60 repeats the time 0: remove the repeats"):
        even_interval(time, rounding)


def test_times_that_repeat_by_their_rounding_are_even():
    time = np.floor(0.004 * np.arange(60) / 0.01 + 0.5) * 0.01
    assert even_interval(time, 0.005) == pytest.approx(0.004)
