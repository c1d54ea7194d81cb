"""Marks of missing samples are told from samples that happen to be as large."""

import numpy as np
import pytest

from simulators.excitation.recorded.missing import FILLS, require_no_mark

SAMPLES = np.sin(np.arange(50) / 5.0)


def with_marks(places, marks, samples=SAMPLES):
    values = samples.copy()
    values[places] = marks
    return values


@pytest.mark.parametrize(
    ("places", "marks"),
    [
        ([3], -999.0),
        ([3, 4], 9999.0),
        ([3, 9], [-999.0, 999.0]),  # one logger's mark and another's
        ([3], float(np.float32(-999.9))),  # has passed through single precision
        ([3], -999999.0),
        (slice(None), -9999.0),  # a channel without any sample
    ],
)
def test_marks_are_refused(places, marks):
    with pytest.raises(ValueError, match=r"sample [03] of it is -?9{3,6}(\.9)?, a usual mark"):
        require_no_mark(with_marks(places, marks), "it")


@pytest.mark.parametrize("fill", FILLS)
def test_fills_are_refused_wherever_they_stand(fill):
    for sign in (1.0, -1.0):
        values = with_marks([7], sign * float(np.float32(fill)))
        with pytest.raises(ValueError, match=r"sample 7 of it is .*a usual mark .*1 of 50"):
            require_no_mark(values, "it")


@pytest.mark.parametrize(
    "values",
    [
        with_marks([3], 999.0),  # one positive sample may be a peak
        with_marks([3], -999.0, 600.0 * SAMPLES),  # not apart
        with_marks([3], -998.0),
        with_marks([3], np.nan),
        np.zeros(50),
        np.full(50, 999.0),  # a constant force
    ],
)
def test_samples_are_left(values):
    require_no_mark(values, "it")
