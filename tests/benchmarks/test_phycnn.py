"""What `benchmarks.phycnn` scores, and its table from a few steps on the authors' files."""

import numpy as np
import pytest

from benchmarks import phycnn


def test_scores_are_those_of_their_definitions():
    time = np.linspace(0.0, 6.0, 50)
    reference = np.stack([np.sin(time), np.cos(time)])
    prediction = np.stack([2.0 * np.sin(time), -np.cos(time)])
    found = phycnn.score(prediction, reference)
    np.testing.assert_allclose(found.correlation, [1.0, -1.0])
    ratio = np.sqrt(np.mean(np.sin(time) ** 2)) / np.sin(time).std()
    assert found.nrmse[0] == pytest.approx(ratio)
    assert "/ -1.0000 / 50.0%" in str(found)


def test_a_record_that_repeats_in_any_series_is_a_copy():
    one = np.array([[1.0, 2.0], [3.0, 4.0], [1.0, 2.0], [5.0, 6.0]])
    other = np.array([[0.0, 1.0], [0.0, 2.0], [0.0, 3.0], [0.0, 2.0]])
    assert phycnn.first_of_each(one, other).tolist() == [0, 1]


def test_their_predictions_have_the_published_scores(shared_data):
    """Those of PhyULSTM's table for PhyCNN count the copies: 0.578 at least in case 1."""
    scores, copies = phycnn.theirs(shared_data / "phycnn" / phycnn.THEIRS["1"])
    assert copies == 1
    assert scores.correlation.min() == pytest.approx(0.578, abs=5e-4)
    assert scores.nrmse.mean() == pytest.approx(0.467, abs=2e-3)


def test_the_table_goes_on_where_it_stopped(shared_data, tmp_path, capsys):
    words = [str(shared_data / "phycnn"), "--out", str(tmp_path), "--seeds", "1", "--cases", "1"]
    words += ["--configs", "phycnn_oscillator", "--epochs", "1"]
    assert phycnn.main(words) == 0
    first = capsys.readouterr().out
    (done,) = tmp_path.glob("*/done")
    written = done.stat().st_mtime_ns
    assert phycnn.main(words) == 0
    assert first.splitlines()[-1] == capsys.readouterr().out.splitlines()[-1]
    assert done.stat().st_mtime_ns == written
