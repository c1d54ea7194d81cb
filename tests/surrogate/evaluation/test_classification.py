"""Scores of a classifier against their closed forms."""

import json

import numpy as np
import pytest

from surrogate.evaluation import classification, report

NAMES = ["a", "b", "c"]


def scored(scores, classes):
    return classification.score(
        np.asarray(scores), np.asarray(classes), np.arange(len(classes)), NAMES
    )


def test_guessing_costs_the_logarithm_of_the_number_of_classes():
    found = classification.means(scored(np.zeros((6, 3)), [0, 1, 2, 0, 1, 2]))
    assert found["cross_entropy"] == pytest.approx(np.log(3))
    assert found["accuracy"] == pytest.approx(1 / 3)


def test_cross_entropy_is_that_of_the_probabilities_and_does_not_overflow():
    probability = np.array([[0.7, 0.2, 0.1], [0.1, 0.3, 0.6]])
    scores = np.log(probability) + np.array([[900.0], [-900.0]])  # a constant says nothing
    found = scored(scores, [0, 1])["cross_entropy"].values
    np.testing.assert_allclose(found, -np.log([0.7, 0.3]))


def test_the_confusion_matrix_counts_what_is_taken_for_what():
    scores = np.eye(3)[[0, 0, 1, 2, 2]]
    found = scored(scores, [0, 1, 1, 2, 0])
    np.testing.assert_array_equal(found["confusion"], [[1, 0, 1], [1, 1, 0], [0, 0, 1]])
    assert int(found["confusion"].sum()) == 5
    own = classification.of_classes(found)
    assert own["a"] == {"recall": 0.5, "precision": 0.5}
    assert own["b"] == {"recall": 0.5, "precision": 1.0}
    assert own["c"] == {"recall": 1.0, "precision": 0.5}
    assert classification.means(found)["accuracy"] == pytest.approx(3 / 5)


def test_a_class_that_does_not_occur_has_no_recall():
    found = scored(np.eye(3)[[0, 1]], [0, 0])
    assert np.isnan(classification.of_classes(found)["c"]["recall"])
    content = classification.content(found)
    assert content["classes"]["c"] == {"recall": None, "precision": None}
    assert "NaN" not in json.dumps(content)
    rows = [line.split() for line in classification.summary(found).splitlines()]
    assert ["c", "-", "-"] in rows


def test_the_report_of_a_classifier_has_its_numbers_and_a_picture(tmp_path):
    found = scored(np.eye(3)[[0, 0, 1, 2, 2]], [0, 1, 1, 2, 0])
    pictures = report.pictures(np.zeros((5, 3)), np.zeros((5, 1)), found, None)
    text = report.write(tmp_path, found, {"data": "flowers.h5"}, pictures)
    assert "accuracy       0.6000 (3 of 5 samples)" in text
    assert "true, predicted      a      b      c" in text
    written = json.loads((tmp_path / "summary.json").read_text())
    assert written["records"] == 5
    assert written["metrics"]["confusion"] == [[1, 0, 1], [1, 1, 0], [0, 0, 1]]
    assert "NRMSE" not in text
    assert (tmp_path / "metrics.csv").read_text().splitlines()[0] == (
        "record,true,predicted,cross_entropy"
    )
    assert (tmp_path / "confusion.png").read_bytes().startswith(b"\x89PNG")
