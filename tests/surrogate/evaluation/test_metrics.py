"""Metrics against their closed forms."""

import numpy as np
import pytest

from surrogate.evaluation.metrics import evaluate

TIME = np.linspace(0.0, 1.0, 1000, endpoint=False)
REFERENCE = np.stack([np.sin(2 * np.pi * TIME), 3e-4 * np.cos(4 * np.pi * TIME)], axis=-1)[
    None
]  # (1, time, 2)


def test_a_perfect_prediction():
    scores = evaluate(REFERENCE, REFERENCE)
    for name, value in {
        "RMSE": 0.0,
        "NRMSE": 0.0,
        "correlation": 1.0,
        "peak_error": 0.0,
        "R2": 1.0,
        "amplitude_error": 0.0,
    }.items():
        np.testing.assert_allclose(scores[name], value, atol=1e-12)


@pytest.mark.parametrize("factor", [0.9, 1.3, -0.5])
def test_a_scaled_prediction(factor):
    scores = evaluate(factor * REFERENCE, REFERENCE)
    spread = np.array([[1.0, 3e-4]]) / np.sqrt(2.0)  # of a sine over whole periods
    np.testing.assert_allclose(scores["RMSE"], abs(1 - factor) * spread)
    np.testing.assert_allclose(scores["NRMSE"], abs(1 - factor))
    np.testing.assert_allclose(scores["correlation"], np.sign(factor))
    np.testing.assert_allclose(scores["peak_error"], abs(factor) - 1)
    np.testing.assert_allclose(scores["R2"], 1 - (1 - factor) ** 2)
    np.testing.assert_allclose(scores["amplitude_error"], abs(1 - abs(factor)), rtol=1e-9)
    np.testing.assert_allclose(
        scores["phase_error"], 0.0 if factor > 0 else 1.0, atol=1e-12
    )  # half a turn is the most


def test_a_shifted_prediction_correlates_but_is_wrong():
    scores = evaluate(REFERENCE + np.array([1.0, 0.0]), REFERENCE)
    np.testing.assert_allclose(scores["correlation"], 1.0)
    np.testing.assert_allclose(scores["RMSE"], [[1.0, 0.0]], atol=1e-15)
    np.testing.assert_allclose(scores["R2"][0, 0], -1.0)
    np.testing.assert_allclose(scores["peak_error"][0, 0], 1.0)


def test_a_delay_is_an_error_of_phase_alone():
    """A quarter of the first channel's period, half of the second's."""
    scores = evaluate(np.roll(REFERENCE, 250, axis=1), REFERENCE)
    np.testing.assert_allclose(scores["amplitude_error"], 0.0, atol=1e-12)
    np.testing.assert_allclose(scores["phase_error"], [[0.5, 1.0]])


def test_frequencies_without_energy_do_not_count():
    noise = (
        1e-3 * np.sin(2 * np.pi * 200 * TIME)[None, :, None]
    )  # 0.2 % of nothing at its own frequency
    scores = evaluate(REFERENCE * [1.0, 0.0] + noise, REFERENCE * [1.0, 0.0] + 1e-9 * noise)
    np.testing.assert_allclose(scores["amplitude_error"][0, 0], 0.0, atol=1e-12)


def test_a_missing_frequency_is_found():
    """Two equal parts, one of which is not predicted: half of the energy."""
    reference = (np.sin(2 * np.pi * 5 * TIME) + np.cos(2 * np.pi * 20 * TIME))[None, :, None]
    prediction = np.sin(2 * np.pi * 5 * TIME)[None, :, None]
    np.testing.assert_allclose(evaluate(prediction, reference)["amplitude_error"], np.sqrt(0.5))


def test_the_mean_as_prediction_has_no_skill():
    scores = evaluate(np.zeros_like(REFERENCE), REFERENCE)
    np.testing.assert_allclose(scores["NRMSE"], 1.0)
    np.testing.assert_allclose(scores["R2"], 0.0, atol=1e-12)
    assert np.isnan(scores["correlation"]).all()


def test_records_and_channels_are_scored_apart():
    reference = np.concatenate([REFERENCE, 2 * REFERENCE])
    prediction = reference.copy()
    prediction[1, :, 0] *= 1.1
    scores = evaluate(prediction, reference)
    np.testing.assert_allclose(scores["NRMSE"], [[0.0, 0.0], [0.1, 0.0]], atol=1e-12)


def test_single_precision_in_metres_keeps_its_digits():
    reference = (1.0 + REFERENCE).astype(np.float32)
    prediction = (1.0 + 1.0001 * REFERENCE).astype(np.float32)
    np.testing.assert_allclose(evaluate(prediction, reference)["NRMSE"][0, 0], 1e-4, rtol=1e-2)


def test_a_reference_without_motion_has_no_relative_error():
    scores = evaluate(REFERENCE, np.zeros_like(REFERENCE))
    for name in ("NRMSE", "correlation", "peak_error", "R2", "amplitude_error", "phase_error"):
        assert np.isnan(scores[name]).all()
    assert (scores["RMSE"] > 0).all()
