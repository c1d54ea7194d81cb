"""The test report: what its tables say, which records it shows, what the pictures are drawn
from.
"""

import json

import numpy as np
import pytest
import xarray as xr

from surrogate.data.channels import ChannelGroup, Interface
from surrogate.evaluation import figures, report
from surrogate.evaluation.metrics import evaluate

TIME = np.arange(400) * 0.02
DRIFT = ChannelGroup("drift", "m", "storey drift", "storey", 2)
FORCE = ChannelGroup("restoring_force", "N", "hysteretic force", "storey", 2)
INTERFACE = Interface((DRIFT,), (DRIFT,), 0.02)


def responses(errors):
    """Records whose prediction is off by the given factors; the second storey moves twice as much
    as the first.
    """
    reference = np.stack([np.sin(2 * np.pi * TIME), 2 * np.sin(2 * np.pi * TIME)], axis=-1) * 1e-3
    reference = np.repeat(reference[None], len(errors), axis=0)
    return reference * (1 + np.asarray(errors))[:, None, None], reference


def test_scores_are_labelled_by_record_and_channel():
    scores = report.score(*responses([0.1, -0.2]), np.array([7, 3]), INTERFACE)
    np.testing.assert_allclose(scores["NRMSE"].sel(record=3), 0.2)
    np.testing.assert_allclose(scores["peak_error"].sel(record=7, channel="drift 2"), 0.1)
    assert "energy_error" not in scores  # neither force nor structure is known


def test_points_of_a_function_are_one_record():
    y = ChannelGroup("y", "1", "value", "output", 1)
    scores = report.score(
        np.ones((50, 1)), np.zeros((50, 1)), np.arange(50), Interface((y,), (y,), None)
    )
    assert dict(scores.sizes) == {"record": 1, "channel": 1}
    assert scores["RMSE"].item() == 1.0
    assert "phase_error" not in scores


def test_the_energy_of_predicted_drift_and_force():
    """A loop of the work pi f d; a force of 1.2 times the reference absorbs 1.2 times the
    energy.
    """
    drift = np.stack([np.sin(2 * np.pi * TIME)] * 2, axis=-1)[None] * 1e-3
    force = np.stack([np.cos(2 * np.pi * TIME)] * 2, axis=-1)[None] * 1e3
    reference = np.concatenate([drift, force], axis=2)
    prediction = np.concatenate([drift, force * [1.2, 0.9]], axis=2)
    scores = report.score(
        prediction, reference, np.array([0]), Interface((DRIFT,), (DRIFT, FORCE), 0.02)
    )
    np.testing.assert_allclose(scores["energy_error"].values[0], [0.2, -0.1, np.nan, np.nan])
    statistics = report.aggregate(scores)
    assert statistics["RMSE"]["all"]["mean"] is None  # metres and newtons are not averaged
    assert statistics["RMSE"]["restoring_force 1"]["mean"] == pytest.approx(
        0.2e3 / np.sqrt(2), rel=1e-3
    )
    assert statistics["energy_error"]["all"]["mean"] == pytest.approx(0.15)


def test_the_summary_states_mean_median_and_what_nine_tenths_reach():
    errors = np.linspace(-0.1, 0.9, 11)  # magnitudes 0.1, 0, 0.1, ..., 0.9
    scores = report.score(*responses(errors), np.arange(11), INTERFACE)
    lines = report.summary(scores).splitlines()
    count = len(scores.data_vars)
    rows = [line.split() for line in lines[1 : count + 1]]
    table = {row[0]: [float(word) for word in row[1:]] for row in rows}
    assert lines[0].startswith("11 records, 2 channels")
    assert table["NRMSE"] == pytest.approx([4.6 / 11, 0.4, 0.8, 0.895, 0.9], abs=1e-4)
    assert table["peak_error"] == pytest.approx([4.6 / 11, 0.4, 0.8, 0.895, 0.9], abs=1e-4)
    assert table["R2"][2::2] == pytest.approx(
        [1 - 0.8**2, 1 - 0.9**2], abs=1e-4
    )  # the low end of what should be high
    assert lines[count + 2].split()[-4:] == ["drift", "1", "drift", "2"]
    assert len({len(line) for line in lines[: count + 1]}) == 1  # columns are aligned


def test_a_prediction_against_the_reference_is_not_taken_for_a_good_one():
    statistics = report.aggregate(
        report.score(*responses([-2.0, 0.0, 0.0]), np.arange(3), INTERFACE)
    )
    assert statistics["correlation"]["all"]["worst"] == pytest.approx(-1.0)
    assert statistics["R2"]["drift 1"]["worst"] == pytest.approx(1.0 - 4.0)
    assert statistics["NRMSE"]["all"]["worst"] == pytest.approx(2.0)


def test_the_report_is_written_for_people_and_for_programs(tmp_path):
    prediction, reference = responses([0.3, 0.05, 0.9, 0.2, 0.4])
    reference[1, :, 1] = 0.0  # without relative errors
    scores = report.score(prediction, reference, np.arange(5), INTERFACE)
    text = report.write(
        tmp_path / "test",
        scores,
        {"data": "a.h5"},
        report.pictures(prediction, reference, scores, INTERFACE),
    )
    content = json.loads((tmp_path / "test/summary.json").read_text())
    assert (content["records"], content["data"]) == (5, "a.h5")
    assert content["metrics"] == report.aggregate(scores)
    expected = np.quantile(np.abs(evaluate(prediction, reference)["peak_error"][:, 0]), 0.95)
    assert content["metrics"]["peak_error"]["drift 1"]["95 % within"] == pytest.approx(expected)
    assert (tmp_path / "test/summary.txt").read_text() == text + "\n"
    assert len((tmp_path / "test/metrics.csv").read_text().splitlines()) == 1 + 5 * 2
    for name in ("records", "spectra", "errors"):
        assert (tmp_path / f"test/{name}.png").stat().st_size > 10_000


def test_what_nowhere_exists_has_no_statistics():
    scores = report.score(np.ones((2, 50, 2)), np.zeros((2, 50, 2)), np.arange(2), INTERFACE)
    assert report.aggregate(scores)["NRMSE"]["all"] == dict.fromkeys(report.STATISTICS)
    assert "NRMSE                               -" in report.summary(scores)


def test_the_figure_shows_the_best_the_median_and_the_worst_record():
    prediction, reference = responses([0.3, 0.05, 0.9, 0.2, 0.4])
    scores = report.score(prediction, reference, np.arange(10, 15), INTERFACE)
    figure = figures.comparison(
        report.best_median_worst(prediction, reference, scores, INTERFACE, skipped=50)
    )
    titles = [panel.axes[0].get_title(loc="left") for panel in figure.subfigs]
    assert [title.split(":")[0] for title in titles] == [
        "best record (number 11)",
        "median record (number 10)",
        "worst record (number 12)",
    ]
    assert {panel.axes[0].get_ylabel() for panel in figure.subfigs} == {
        "drift 2\n(mm)"
    }  # the storey that moves most
    drawn = figure.subfigs[2].axes[0].get_lines()
    np.testing.assert_allclose(drawn[0].get_ydata(), 1e3 * reference[2, :, 1])
    np.testing.assert_allclose(drawn[1].get_ydata(), 1e3 * prediction[2, :, 1])
    np.testing.assert_allclose(
        drawn[0].get_xdata(), 1.0 + TIME
    )  # after the samples that do not count


def test_the_spectra_are_fourier_transforms_in_time():
    traces = [
        figures.Trace(
            "drift", "m", TIME, np.sin(2 * np.pi * 5.0 * TIME), np.zeros(400), "best record: a"
        )
    ]
    reference = figures.spectra(traces).axes[0].get_lines()[0]
    frequency, amplitude = reference.get_data()
    assert frequency[amplitude.argmax()] == pytest.approx(5.0)
    assert amplitude.max() == pytest.approx(0.5 * 8.0)  # half the duration for a sine of one


def test_the_distribution_of_the_errors():
    figure = figures.distributions({"NRMSE": np.array([[3.0], [1.0], [np.nan], [2.0]])}, ["drift"])
    values, shares = figure.axes[0].get_lines()[0].get_data()
    np.testing.assert_allclose(values, [1.0, 2.0, 3.0])
    np.testing.assert_allclose(shares, [100 / 3, 200 / 3, 100])


def test_the_detail_of_a_trace_is_around_its_peak():
    signal = np.sin(2 * np.pi * 4.7 * TIME) * np.exp(-(((TIME - 6.0) / 6.0) ** 2))
    start, end = figures.Trace("drift", "m", TIME, signal).detail
    assert start < 6.0 < end
    assert end - start == pytest.approx(figures.CYCLES_IN_DETAIL / 4.7, rel=0.2)


@pytest.mark.parametrize(
    ("units", "size", "shown"),
    [
        ("m", 0.02, (1e3, "mm")),
        ("m", 3.0, (1.0, "m")),
        ("N", 2e5, (1e-3, "kN")),
        ("m s-2", 3.0, (1.0, "m/s²")),
    ],
)
def test_units_that_show_a_value_well(units, size, shown):
    assert figures.Trace("", units, TIME, np.full(400, size)).display == shown


def test_records_of_different_lengths_are_scored_as_each_alone():
    """Whatever lies behind the end of a record, energies of drift and force included."""
    generator = np.random.default_rng(0)
    interface = Interface((DRIFT,), (DRIFT, FORCE), 0.02)
    samples = np.array([80, 30, 55, 30])
    prediction, reference = generator.standard_normal((2, 4, 80, 4))
    number = np.arange(4)
    expected = [
        report.score(prediction[i : i + 1, :n], reference[i : i + 1, :n], number[:1] + i, interface)
        for i, n in enumerate(samples)
    ]
    behind = np.arange(80) >= samples[:, None]
    for padding in (np.nan, 1e9):
        prediction[behind] = padding
        reference[behind] = padding
        found = report.score(prediction, reference, number, interface, samples=samples)
        xr.testing.assert_allclose(found, xr.concat(expected, "record"), rtol=1e-12)


def test_the_pictures_show_records_to_their_own_ends():
    prediction, reference = responses(np.array([0.1, 0.3, 0.2]))
    samples = np.array([len(TIME), 40, 70])
    scores = report.score(prediction, reference, np.arange(3), INTERFACE, samples=samples)
    traces = report.best_median_worst(prediction, reference, scores, INTERFACE, 0, samples)
    order = scores["NRMSE"].mean("channel").argsort().values
    assert [len(trace.time) for trace in traces] == samples[order].tolist()
    for trace in traces:
        assert len(trace.prediction) == len(trace.reference) == len(trace.time)
