"""The study perceptron_to_mlp: its tiny preset, and the pieces that are computed rather than
trained.
"""

import numpy as np
import pytest

from studies import perceptron_to_mlp as study
from studies.perceptron_to_mlp import gates
from tests.helpers import tiny_study

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def test_tiny_preset_holds_the_claims_that_do_not_depend_on_size(tmp_path):
    results, verdicts = tiny_study.run("perceptron_to_mlp", tmp_path)
    for claim in (
        study.LINE,
        study.NO_LINE,
        study.MARGIN,
        study.LOGISTIC,
        study.EXACT,
        study.WIDE,
        study.BY_HAND,
    ):
        assert verdicts[claim].holds, claim.statement
    assert results.sizes["seed"] == study.PRESETS["tiny"].seeds


@pytest.mark.parametrize(("gate", "margin"), [("OR", 0.5), ("AND", 0.5), ("XOR", 0.0)])
def test_largest_margin_of_a_line(gate, margin):
    assert gates.margin(gates.GATES[gate]) == pytest.approx(margin, abs=1e-9)


def test_rosenblatt_stops_changing_once_it_is_right():
    target = gates.GATES["AND"]
    long, short = (
        gates.rosenblatt(target, np.random.default_rng(0), passes)[0] for passes in (50, 40)
    )
    assert np.array_equal(long, short)
