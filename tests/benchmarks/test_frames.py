"""Scores of `benchmarks.frames`: closed forms, each record for as long as it is."""

from types import SimpleNamespace

import numpy as np
import pytest
import xarray as xr

from benchmarks import frames
from datasets.contract import lengths

TIME = 0.02 * np.arange(500)
DRIFT = np.stack([0.01 * np.sin(TIME), 0.02 * np.sin(2.0 * TIME)], axis=1)


def test_a_constant_error_and_a_factor_have_their_closed_forms():
    apart = frames.errors(DRIFT + 0.001, DRIFT)
    largest = np.abs(DRIFT).max(axis=0)
    np.testing.assert_allclose(apart["NRMSE"], 0.001 / DRIFT.std(axis=0))
    np.testing.assert_allclose(apart["residual"], 0.001 / largest)
    larger = frames.errors(1.1 * DRIFT, DRIFT)
    np.testing.assert_allclose(larger["peak"], 0.1)
    np.testing.assert_allclose(larger["residual"], 0.1 * np.abs(DRIFT[-1]) / largest)


def test_a_row_has_means_and_the_median_of_records():
    scores = [
        {name: np.array([value, 3.0 * value]) for name in ("NRMSE", "peak", "residual")}
        for value in (0.1, 0.2, 0.6)
    ]
    row = frames.summary(scores)
    assert row["NRMSE"] == row["peak"] == row["residual"] == pytest.approx(0.6)
    assert row["median"] == pytest.approx(0.4)
    assert row["peak 90%"] == pytest.approx(np.quantile([0.1, 0.2, 0.3, 0.6, 0.6, 1.8], 0.9))


def test_what_is_scored_ends_where_the_record_does(monkeypatch):
    """A surrogate that is off by a tenth everywhere, on records of 500 and 200 samples."""
    histories = [DRIFT, DRIFT[:200]]
    records = xr.Dataset(
        {
            "base_acceleration": (
                ("record", "time"),
                lengths.padded([one[:, 0] for one in histories]),
            ),
            "drift": (("record", "time", "storey"), lengths.padded(histories)),
            "samples": lengths.label([500, 200]),
        },
        {"time": TIME},
    )
    own = [lengths.trimmed(records.isel(record=number)) for number in range(2)]
    asked = []

    def answer(model, record):
        asked.append(record.sizes["time"])
        return xr.Dataset({"drift": 1.1 * record["drift"]})

    monkeypatch.setattr(frames.surrogate, "load", lambda path: SimpleNamespace())
    monkeypatch.setattr(frames, "answer", answer)
    row = frames.measure("any.ckpt", own)
    assert set(asked) == {500, 200}
    assert row["peak"] == pytest.approx(0.1)
    assert row["NRMSE"] == pytest.approx(np.mean([_spread(one) for one in histories]))


def _spread(history):
    """NRMSE of a history that is off by a tenth of itself."""
    return np.mean(0.1 * np.sqrt(np.square(history).mean(axis=0)) / history.std(axis=0))


def test_drifts_of_both_directions_are_scored_side_by_side():
    record = xr.Dataset(
        {
            "drift_y": (("time", "storey"), 2.0 * DRIFT),
            "drift_x": (("time", "storey"), DRIFT),
            "base_shear": ("time", TIME),
        }
    )
    assert frames.drifts(record) == ["drift_x", "drift_y"]
    both = frames.side_by_side(record, frames.drifts(record))
    np.testing.assert_array_equal(both, np.concatenate([DRIFT, 2.0 * DRIFT], axis=1))
