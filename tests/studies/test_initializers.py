"""The study initializers: its tiny preset, and mean-field theory where it has a closed form."""

import numpy as np
import pytest
from torch import nn

from studies import initializers as study
from studies.initializers import signals, weights
from tests.helpers import tiny_study

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def test_tiny_preset_holds_the_claims_on_signals_and_symmetry(tmp_path):
    _, verdicts = tiny_study.run("initializers", tmp_path)
    claims = (
        study.VARIANCE,
        study.THEORY,
        study.THEORY_BACK,
        study.XAVIER_RELU,
        study.DEFAULT,
        study.LARGE,
        study.SELU,
        study.SYMMETRY,
    )
    assert [claim.statement for claim in claims if not verdicts[claim].holds] == []


def test_deviations_over_fan_in_are_those_of_the_laws():
    found = weights.sample(1).fan_deviation.sel(fan_in=[25, 400])
    assert found.sel(drawn="Kaiming normal").values == pytest.approx([0.283, 0.0707], rel=0.05)
    assert found.sel(drawn="Xavier uniform").values == pytest.approx([0.1265, 0.0632], rel=0.05)
    assert found.sel(drawn="uniform").values == pytest.approx([12**-0.5] * 2, rel=0.05)


@pytest.mark.parametrize("strength", [0.5, 1.0, 2.0, 3.0])
def test_relu_multiplies_both_mean_squares_by_half_the_strength(strength):
    layers = np.arange(20)
    signal, gradient = signals.mean_field(strength, nn.ReLU(), 20)
    assert signal == pytest.approx(np.log10(strength) + layers * np.log10(strength / 2), abs=1e-9)
    assert gradient == pytest.approx(layers[::-1] * np.log10(strength / 2), abs=1e-9)


def test_selu_has_its_fixed_point_at_unit_variance():
    signal, _ = signals.mean_field(1.0, nn.SELU(), 30)
    assert signal == pytest.approx(0.0, abs=1e-4)


def test_slope_of_tanh_at_large_signals():
    """E[g'(sqrt(q) z)^2] tends to the integral of sech^4, 4/3, times the density at zero over
    sqrt(q).
    """
    _, slope = signals.expectations(nn.Tanh(), 1e4)
    assert slope == pytest.approx(4 / 3 / np.sqrt(2 * np.pi * 1e4), rel=1e-3)
