"""The test report: which records it shows, what its tables say, what the pictures are drawn from."""

import numpy as np
import pytest
from make_records import write_records
from train import fit

from surrogate import figures
from surrogate.monitor import RunCheckpoints, best_median_worst, score, summary
from surrogate.signals import Interface, Signal

pytestmark = [
    pytest.mark.filterwarnings("ignore:.*does not have many workers"),  # the data are in memory
    pytest.mark.filterwarnings("ignore:`isinstance"),  # Lightning 2.6 with torch 2.13
    pytest.mark.filterwarnings("ignore:Total length of `list`"),  # no validation part
]
TIME = np.arange(400) * 0.02
DRIFT = Signal("drift", "m", "storey drift", "storey", 2)


def responses(errors):
    """Records whose prediction is off by the given factors; the second storey moves twice as much as the first."""
    reference = np.stack([np.sin(2 * np.pi * TIME), 2 * np.sin(2 * np.pi * TIME)], axis=-1) * 1e-3
    reference = np.repeat(reference[None], len(errors), axis=0)
    return reference * (1 + np.asarray(errors))[:, None, None], reference


def test_scores_are_labelled_by_record_and_channel():
    prediction, reference = responses([0.1, -0.2])
    scores = score(prediction, reference, np.array([7, 3]), 0, DRIFT.labels)
    np.testing.assert_allclose(scores["NRMSE"].sel(record=3), 0.2)
    np.testing.assert_allclose(scores["peak_error"].sel(record=7, channel="drift 2"), 0.1)


def test_discarded_samples_do_not_count():
    prediction, reference = responses([0.0])
    prediction[:, :50] += 1.0
    assert score(prediction, reference, np.array([0]), 0, DRIFT.labels)["RMSE"].min() > 0.1
    assert score(prediction, reference, np.array([0]), 50, DRIFT.labels)["RMSE"].max() == 0.0


def test_points_of_a_function_are_one_record():
    scores = score(np.ones((50, 1)), np.zeros((50, 1)), np.arange(50), 0, ["y"])
    assert dict(scores.sizes) == {"record": 1, "channel": 1}
    assert scores["RMSE"].item() == 1.0


def test_the_summary_states_mean_median_and_what_nine_tenths_reach():
    errors = np.linspace(-0.1, 0.9, 11)  # magnitudes 0.1, 0, 0.1, ..., 0.9
    prediction, reference = responses(errors)
    lines = summary(score(prediction, reference, np.arange(11), 0, DRIFT.labels)).splitlines()
    table = {line.split()[0]: line.split()[1:] for line in lines[1:6]}
    assert lines[0].startswith("11 records, 2 channels")
    assert [float(value) for value in table["NRMSE"]] == pytest.approx([4.6 / 11, 0.4, 0.8], abs=1e-4)
    assert [float(value) for value in table["peak_error"]] == pytest.approx([4.6 / 11, 0.4, 0.8], abs=1e-4)
    assert float(table["R2"][2]) == pytest.approx(1 - 0.8**2, abs=1e-4)  # the low end of what should be high
    assert lines[-1].split()[:2] == ["drift", "2"]
    assert len({len(line) for line in lines[:6]}) == 1  # columns are aligned


def test_the_figure_shows_the_best_the_median_and_the_worst_record():
    prediction, reference = responses([0.3, 0.05, 0.9, 0.2, 0.4])
    scores = score(prediction, reference, np.arange(10, 15), 0, DRIFT.labels)
    figure = best_median_worst(prediction, reference, scores, Interface((DRIFT,), (DRIFT,), 0.02), 0)
    titles = [panel.axes[0].get_title(loc="left") for panel in figure.subfigs]
    assert [title.split(":")[0] for title in titles] == [
        "best record (number 11)",
        "median record (number 10)",
        "worst record (number 12)",
    ]
    assert {panel.axes[0].get_ylabel() for panel in figure.subfigs} == {"drift 2\n(mm)"}  # the storey that moves most
    drawn = figure.subfigs[2].axes[0].get_lines()
    np.testing.assert_allclose(drawn[0].get_ydata(), 1e3 * reference[2, :, 1])
    np.testing.assert_allclose(drawn[1].get_ydata(), 1e3 * prediction[2, :, 1])


def test_the_detail_of_a_trace_is_around_its_peak():
    signal = np.sin(2 * np.pi * 4.7 * TIME) * np.exp(-(((TIME - 6.0) / 6.0) ** 2))
    start, end = figures.Trace("drift", "m", TIME, signal).detail
    assert start < 6.0 < end
    assert end - start == pytest.approx(figures.CYCLES_IN_DETAIL / 4.7, rel=0.2)


@pytest.mark.parametrize(
    ("units", "size", "shown"),
    [("m", 0.02, (1e3, "mm")), ("m", 3.0, (1.0, "m")), ("N", 2e5, (1e-3, "kN")), ("m s-2", 3.0, (1.0, "m/s²"))],
)
def test_units_that_show_a_value_well(units, size, shown):
    assert figures.Trace("", units, TIME, np.full(400, size)).display == shown


@pytest.mark.parametrize("split", [True, False])
def test_a_run_keeps_the_best_and_the_last_network(tmp_path, split):
    """Without a validation part nothing tells which is best."""
    path = str(write_records(tmp_path / "records.h5", split=split))
    options = {"default_root_dir": str(tmp_path / "run"), "enable_checkpointing": True}
    fit(path, epochs=3, callbacks=[RunCheckpoints()], trainer=options)
    found = {file.name for file in (tmp_path / "run").glob("*.ckpt")}
    assert found == ({"best.ckpt", "last.ckpt"} if split else {"last.ckpt"})
