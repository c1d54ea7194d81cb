"""Times: even within their printed digits, bridged where that is asked for, refused elsewhere."""

import numpy as np
import pytest

from datasets.measured.timing import Times, interpolated, printed_rounding

EVEN = np.arange(600) / 128


@pytest.mark.parametrize(
    "written",
    [
        lambda t: t,
        lambda t: np.round(t, 3),
        lambda t: np.array([float(f"{value:.5g}") for value in t]),
        lambda t: t.astype(np.float32).astype(float),
        lambda t: t + 1000.0,
    ],
    ids=["exact", "milliseconds", "five digits", "single precision", "an offset"],
)
def test_even_times_in_their_digits(written):
    assert Times(written(EVEN)).interval() == pytest.approx(1 / 128, rel=1e-9)


@pytest.mark.parametrize("missing", [1, 300, 598])
def test_a_missing_sample_is_found_in_rounded_times(missing):
    with pytest.raises(ValueError, match=rf"from sample {missing - 1} .* to {missing}, usually by"):
        Times(np.delete(np.round(EVEN, 3), missing)).interval()


def test_times_that_do_not_rise():
    with pytest.raises(ValueError, match="time does not rise at sample 299"):
        Times(np.concatenate([EVEN[:300], EVEN[:300]])).interval()


def test_the_rounding_is_half_a_unit_of_the_last_digit():
    np.testing.assert_allclose(printed_rounding(np.array([0.0, 0.25, 0.5, 0.125])), 0.0005)
    np.testing.assert_allclose(printed_rounding(np.array([1.5, 12.0, 15.5])), 0.05)
    assert np.max(printed_rounding(np.arange(5) / 3)) == 0.0


def test_straight_lines_bridge_uneven_steps_up_to_a_limit():
    generator = np.random.default_rng(0)
    times = np.sort(np.delete(EVEN + generator.uniform(-1e-3, 1e-3, 600), slice(200, 210)))
    line = np.stack([3 * times - 1, -times])[:, :, None]
    values, between = interpolated(times, line, 0.01, 0.1)
    expected = times[0] + 0.01 * np.arange(values.shape[1])
    np.testing.assert_allclose(values[0, :, 0], 3 * expected - 1, atol=1e-12)
    assert expected[-1] <= times[-1] < expected[-1] + 0.01
    assert between == np.sum((expected > times[199]) & (expected < times[200]))
    with pytest.raises(ValueError, match=r"from sample 199 .*--gap allows 0\.05 s"):
        interpolated(times, line, 0.01, 0.05)
