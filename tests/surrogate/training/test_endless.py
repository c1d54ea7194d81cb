"""A training whose records are drawn as it goes: the command, a restart, two processes."""

import hashlib
import json

import pandas as pd
import pytest
import torch
import yaml
from lightning.pytorch import Callback, Trainer, seed_everything

import surrogate
from datasets.generation.executors import InProcess
from datasets.generation.generate import generate
from datasets.recipes.catalogue import load_recipe
from surrogate.cli.main import main
from surrogate.data.endless.records import EndlessRecords
from surrogate.networks import LSTM
from surrogate.training.module import Surrogate
from surrogate.training.run import run_training
from tests.helpers.train import Save

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:.*does not have many workers"),
    pytest.mark.filterwarnings("ignore:`isinstance"),
]
torch.set_num_threads(1)
LITTLE = ["records=40", "motion.duration=2"]
QUIET = {"logger": False, "enable_progress_bar": False, "enable_model_summary": False}


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Configuration of a training of two epochs that has been done."""
    config = {
        "seed_everything": 1,
        "run": str(tmp_path_factory.mktemp("endless") / "run"),
        "data": {
            "recipe": "five_storey",
            "overrides": LITTLE,
            "inputs": ["base_acceleration"],
            "targets": ["drift"],
            "batch_size": 4,
            "truncation": 60,
        },
        "model": {"network": {"class_path": "surrogate.networks.LSTM", "init_args": {"hidden": 4}}},
        "optimizer": {"class_path": "torch.optim.AdamW", "init_args": {"lr": 1e-2}},
        "trainer": {"accelerator": "cpu", "max_epochs": 2} | QUIET | {"logger": None},
    }
    result = run_training(config)
    return config, result


def test_the_log_has_the_share_of_waiting(trained):
    _, result = trained
    log = pd.read_csv(result.run / "log" / "version_0" / "metrics.csv")
    waiting = log["train/waiting"].dropna()
    assert len(waiting) == 2
    assert waiting.between(0.0, 1.0).all()


def test_the_checkpoint_knows_recipe_and_bounds(trained):
    _, result = trained
    made = surrogate.load(result.checkpoint)
    assert yaml.safe_load(made.interface.recipe)["motion"]["duration"] == 2.0
    assert made.bounds["duration"] == pytest.approx(2.0)
    assert made.bounds["low"][0] < 0.0 < made.bounds["high"][0]


def test_the_card_says_how_the_records_were_drawn(trained, tmp_path):
    _, result = trained
    path = tmp_path / "five_storey.h5"
    generate(load_recipe("five_storey", LITTLE), path, InProcess())
    words = ["card", "--checkpoint", str(result.checkpoint), "--data", f"own={path}"]
    assert main([*words, "--out", str(tmp_path / "card.md")]) == 0
    text = (tmp_path / "card.md").read_text()
    seed = surrogate.load(result.checkpoint).bounds["drawn"].split("seed ")[1].split(",")[0]
    assert f"Simulated while it was trained: 28 an epoch from the seed {seed}, from" in text
    assert "process: BandLimitedNoise" in text


def test_scores_are_those_of_the_generated_file(trained, tmp_path, capsys):
    _, result = trained
    path = tmp_path / "five_storey.h5"
    generate(load_recipe("five_storey", LITTLE), path, InProcess())
    kept = str(result.run / "log" / "version_0" / "config.yaml")
    assert main(["test", "--config", kept]) == 0
    of_recipe = json.loads((result.run / "test" / "summary.json").read_text())
    assert main(["test", "--config", kept, "--data.test_path", str(path), "--overwrite"]) == 0
    of_file = json.loads((result.run / "test" / "summary.json").read_text())
    assert of_file.pop("data") == str(path)
    assert of_recipe.pop("data") == "five_storey"
    assert of_recipe == of_file


def test_an_ensemble_is_tested_on_a_file(trained, tmp_path, capsys):
    config, result = trained
    other = run_training(config, overrides={"run": str(tmp_path / "other"), "seed_everything": 2})
    members = [str(result.checkpoint), str(other.checkpoint)]
    whole = tmp_path / "ensemble.ckpt"
    data = tmp_path / "data.h5"
    generate(load_recipe("five_storey", LITTLE), data, InProcess())
    words = ["ensemble", "--checkpoint", *members, "--data", str(data), "--out", str(whole)]
    assert main(words) == 0
    kept = str(other.run / "log" / "version_0" / "config.yaml")
    assert main(["test", "--config", kept, "--ckpt_path", str(whole)]) == 2
    assert "name the file by --data.test_path" in capsys.readouterr().err


def test_a_training_goes_on_and_not_with_another_recipe(trained):
    config, _ = trained
    more = {"ckpt_path": "last", "trainer.max_epochs": 3}
    with pytest.raises(ValueError, match="the train records are not those of its training"):
        run_training(config, overrides=more | {"data.overrides": [*LITTLE, "seed=8"]})
    with pytest.raises(ValueError, match=r"data\.repeats is 2, was 1"):
        run_training(config, overrides=more | {"data.repeats": 2})
    result = run_training(config, overrides=more | {"data.threads": 0})
    assert list(result.history["epoch"]) == [2]


def test_the_command_takes_the_recipe_beside_a_configuration(tmp_path, capsys):
    config = tmp_path / "config.yaml"
    content = {
        "data": {"path": "none.h5", "inputs": ["base_acceleration"], "targets": ["drift"]},
        "trainer": {"accelerator": "cpu", "max_epochs": 1} | QUIET,
        "run": str(tmp_path / "run"),
    }
    config.write_text(yaml.safe_dump(content))
    words = ["fit", "--config", str(config), "--data.recipe", "five_storey"]
    assert main(words) == 2
    assert "none.h5" in capsys.readouterr().err  # its validation part is asked for
    words += ["--data.path=null", "--data.overrides", str(LITTLE).replace("'", '"')]
    words += ["--model.network=surrogate.networks.LSTM", "--model.network.hidden=2"]
    assert main(words) == 0
    assert (tmp_path / "run" / "best.ckpt").is_file()


class Seen(Callback):
    """Digests of the records that each process trains on, in a file of the process."""

    def __init__(self, folder):
        self.folder, self.digests = folder, []

    def on_train_batch_end(self, trainer, module, outputs, batch, batch_idx):
        self.digests += [hashlib.sha256(one.numpy().tobytes()).hexdigest() for one in batch.input]

    def on_train_end(self, trainer, module):
        file = self.folder / f"seen{trainer.world_size}{trainer.global_rank}"
        file.write_text("\n".join(self.digests))


def fitted(callbacks=(), checkpoint=None, repeats=1, **trainer):
    """The surrogate after two epochs of 20 records in two pieces each."""
    seed_everything(3, verbose=False)
    made = Surrogate(network=lambda *sizes: LSTM(*sizes, hidden=4, layers=2, dropout=0.3))
    records = EndlessRecords(
        "five_storey",
        ["base_acceleration"],
        ["drift"],
        overrides=LITTLE,
        records_per_epoch=20,
        repeats=repeats,
        batch_size=4,
        truncation=51,
    )
    usual = {"accelerator": "cpu", "enable_checkpointing": False, "num_sanity_val_steps": 0}
    Trainer(max_epochs=2, callbacks=list(callbacks), **(usual | QUIET | trainer)).fit(
        made, datamodule=records, ckpt_path=checkpoint
    )
    return made


def weights(made):
    return torch.cat([value.flatten() for value in made.network.parameters()])


@pytest.mark.parametrize("step", [3, 10, 14])
@pytest.mark.parametrize("repeats", [1, 2])
def test_a_training_that_is_resumed_is_the_same_to_the_bit(tmp_path, step, repeats):
    """From within the first epoch, from its end, from within a piece of the second."""
    file = tmp_path / "saved.ckpt"
    whole = weights(fitted([Save(step, file)], repeats=repeats))
    assert torch.equal(weights(fitted(checkpoint=file, repeats=repeats)), whole)


def test_two_processes_share_the_records_of_one(tmp_path):
    fitted([Seen(tmp_path)])
    fitted([Seen(tmp_path)], devices=2, strategy="ddp_fork")
    whole, *halves = (
        (tmp_path / name).read_text().split() for name in ("seen10", "seen20", "seen21")
    )
    assert len(set(whole)) == 2 * 20 * 2
    assert not set(halves[0]) & set(halves[1])
    assert {*halves[0], *halves[1]} == set(whole)
