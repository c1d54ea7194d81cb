"""The rivals of benchmarks/training.py do the work of the package, and the script prints JSON at
its end.
"""

import json
from dataclasses import replace

import numpy as np
import pytest
from torch.utils.flop_counter import FlopCounterMode

from benchmarks import epochs, inference, training
from benchmarks.problem import largest_error, noise
from datasets import write_dataset
from datasets.recipes.catalogue import load_recipe
from surrogate.training import explained

pytestmark = [
    pytest.mark.filterwarnings("ignore:.*does not have many workers"),  # the data are in memory
    pytest.mark.filterwarnings("ignore:`isinstance"),  # Lightning 2.6 with torch 2.13
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]
MLP = next(problem for problem in epochs.PROBLEMS if problem.name == "mlp_100_100")


@pytest.mark.parametrize("changes", [{"passes": 2}, {"passes": 1, "batch": 700}])
def test_both_rivals_do_the_same_arithmetic(tmp_path, monkeypatch, changes):
    # Once a fit, after its last epoch, the package looks at what is explained.
    monkeypatch.setattr(explained, "tell", lambda *_: None)
    problem = replace(MLP, **changes)
    recipe = load_recipe(problem.recipe, list(problem.overrides))
    write_dataset(recipe.make(0, recipe.records), tmp_path / "data.h5")
    records = epochs.make_records(problem, tmp_path)
    records.setup("fit")
    counts = []
    for rival in (
        lambda: epochs.package(problem, tmp_path, "cpu", 2, "run"),
        lambda: epochs.bare_loop(problem, records, "cpu", 2),
    ):
        with FlopCounterMode(display=False) as counter:
            seconds = rival()
        assert len(seconds) == 2
        counts.append(counter.get_total_flops())
    assert counts[0] == counts[1] > 1e8


def test_the_rivals_answer_the_same_records():
    """Simulators to their tolerance; of each network both runtimes to rounding, and not one for the
    other.
    """
    motions, rivals = noise(2, duration=4.0), inference.surrogates("cpu")
    exact, drift = inference.scipy(motions), inference.simulate(motions)
    assert largest_error(drift, exact) < 1e-3
    responses = {name: respond(motions) for name, respond in rivals.items()}
    assert all(response.shape == drift.shape for response in responses.values())
    for hidden in inference.HIDDEN:
        one, other = responses[f"onnx_lstm_{hidden}"], responses[f"torch_lstm_{hidden}"]
        np.testing.assert_allclose(one, other, atol=1e-5 * np.abs(other).max())
    assert (
        np.abs(responses["onnx_lstm_24"] - responses["onnx_lstm_64"]).max()
        > 1e-3 * np.abs(drift).max()
    )


def test_the_last_line_is_json(monkeypatch, capsys):
    monkeypatch.setattr(epochs, "PROBLEMS", (replace(MLP, passes=1),))
    monkeypatch.setenv("OMP_NUM_THREADS", "1")  # which the script changes
    monkeypatch.setattr(training, "QUICK", {"rounds": 1, "seconds": 0.0})
    training.main(["epochs", "--quick"])
    figures = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert figures["epoch_ratio_mlp_100_100"] > 0
    assert figures["epoch_ratio_turn_a_step_mlp_100_100"] > 0
    assert figures["device"] == "cpu"


def test_an_unknown_section_is_refused(capsys):
    with pytest.raises(SystemExit):
        training.main(["epoch"])
    assert "expected some of epochs, batched_training, inference" in capsys.readouterr().err
