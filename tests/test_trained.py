"""The surrogates of the folder trained: they answer as they are, and are as good as their cards
say.
"""

from pathlib import Path

import numpy as np
import pytest

import datasets
from surrogate import inference
from surrogate.card import page
from surrogate.card.facts import has_digest
from surrogate.cli.main import main

ROOT = Path(__file__).parents[1]
CHECKPOINTS = sorted((ROOT / "trained").glob("*.ckpt"))
UNITS = {"force": "N", "base_acceleration": "m s-2"}
every = pytest.mark.parametrize("checkpoint", CHECKPOINTS, ids=lambda path: path.stem)

pytestmark = pytest.mark.filterwarnings(
    "ignore::DeprecationWarning"
)  # Lightning 2.6 with jsonargparse 4.53


def excitation(path, checkpoint):
    """Options of `respond` for half a second of a sine of 3 Hz, as a table of what the surrogate
    takes; the records of San Bernardino state no unit, so that none is given.
    """
    kind = "force" if checkpoint.stem.startswith("bouc_wen") else "base_acceleration"
    unit = [] if checkpoint.stem == "san_bernardino" else ["--unit", UNITS[kind]]
    time = np.arange(0.0, 0.5001, 1 / 750 if kind == "force" else 0.01)
    rows = "".join(f"{t:.9f},{np.sin(2 * np.pi * 3 * t):.6f}\n" for t in time)
    path.write_text(f"time,{kind}\n{rows}")
    return ["--record", str(path), *unit]


@every
def test_each_answers_without_training_and_has_a_card(tmp_path, checkpoint):
    assert checkpoint.stat().st_size < 200e3
    out = tmp_path / "answer.h5"
    asked = excitation(tmp_path / "record.csv", checkpoint)
    assert main(["respond", "--checkpoint", str(checkpoint), *asked, "--out", str(out)]) == 0
    target = "drift" if checkpoint.stem.startswith("five_storey") else "displacement"
    answer = datasets.open_dataset(out)[target].values
    assert np.isfinite(answer).all()
    assert answer.std() > 0.0
    assert (
        page.read_facts(checkpoint.with_suffix(".md"))["checkpoint"] == f"trained/{checkpoint.name}"
    )


def test_a_card_written_anew_says_the_same_and_holds(tmp_path, monkeypatch):
    """On records generated here; another processor may round them otherwise, hence no comparison of
    their bytes.
    """
    monkeypatch.chdir(tmp_path)
    recipe = ROOT / "configs" / "data" / "five_storey_yielding.yaml"
    assert main(["generate", str(recipe), "--out", "records.h5"]) == 0
    checkpoint = ROOT / "trained" / "five_storey_50.ckpt"
    assert (
        main(
            [
                "card",
                "--checkpoint",
                str(checkpoint),
                "--data",
                "unseen=records.h5",
                "--out",
                "card.md",
            ]
        )
        == 0
    )
    assert main(["card", "--verify", "card.md"]) == 0
    stated, found = (
        page.read_facts(path)["sets"]["unseen"]["metrics"]
        for path in (checkpoint.with_suffix(".md"), "card.md")
    )
    for metric in ("NRMSE", "correlation", "peak_error", "energy_error"):
        assert found[metric]["all"]["mean"] == pytest.approx(
            stated[metric]["all"]["mean"], rel=0.02
        )


@every
def test_a_card_names_the_weights_of_its_checkpoint(checkpoint):
    """Whatever the variables were called when it was written."""
    surrogate = inference.load(checkpoint)
    stated = page.read_facts(checkpoint.with_suffix(".md"))["weights"]
    assert has_digest(surrogate, stated)
    surrogate.target_scaling.scale[0] *= 1.001
    assert not has_digest(surrogate, stated)
