"""The configs: each is understood and listed, and the chain of commands that needs more than one of
them runs.
"""

import re
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
import xarray as xr
import yaml

import surrogate.moved_names
from datasets.contract import labels, partition
from datasets.files.store import write_dataset
from datasets.recipes import cifar
from surrogate.cli.main import main
from surrogate.data.structures import recipe_of
from surrogate.inference import load
from surrogate.training.run import run_training
from tests.test_readme import run_little

pytestmark = pytest.mark.filterwarnings(
    "ignore::DeprecationWarning"
)  # Lightning 2.6 with jsonargparse 4.53
CONFIGS = Path(__file__).resolve().parents[1] / "configs"
PAGE = (CONFIGS / "README.md").read_text(encoding="utf-8")
EVERY = sorted(CONFIGS.glob("*.yaml"))
EARLIER = sorted((CONFIGS.parent / "tests/data/configs_0.1").glob("*.yaml"))
QUIET = ["--trainer.enable_progress_bar=false"]
TWO_STEPS = ["--trainer.max_epochs=1", "--trainer.limit_train_batches=2"]


@pytest.mark.parametrize("config", EVERY, ids=lambda path: path.stem)
def test_a_config_is_understood_as_it_stands(config, capsys):
    with pytest.raises(SystemExit) as stop:
        main(["fit", "--config", str(config), "--print_config"])
    assert stop.value.code == 0
    written, understood = (
        yaml.safe_load(config.read_text()),
        yaml.safe_load(capsys.readouterr().out),
    )
    given = written["model"]["network"]
    assert understood["model"]["network"]["class_path"] == given["class_path"]
    taken = understood["model"]["network"]["init_args"]
    stated = given.get("init_args", {})
    assert {name: as_written(taken.get(name)) for name in stated} == stated
    assert understood["run"] == f"runs/{config.stem}"


def as_written(value):
    """A class without arguments by its path alone."""
    without = isinstance(value, dict) and not value.get("init_args")
    return value.get("class_path", value) if without else value


@pytest.mark.filterwarnings("always::simulators.moved.MovedName")
@pytest.mark.parametrize("config", EARLIER, ids=lambda path: path.stem)
def test_a_config_of_the_last_version_is_understood_with_a_warning(config, capsys, monkeypatch):
    for old in surrogate.moved_names.MOVED:
        monkeypatch.delitem(sys.modules, old, raising=False)
    with pytest.raises(SystemExit) as stop:
        main(["fit", "--config", str(config), "--print_config"])
    assert stop.value.code == 0
    said = capsys.readouterr()
    text = config.read_text(encoding="utf-8")
    moved = [old for old in surrogate.moved_names.MOVED if f"{old}." in text]
    assert all(f"warning: {name} is now" in said.err for name in moved)
    assert said.err.count("\n") == len(moved)
    understood = yaml.safe_load(said.out)["optimizer"]["class_path"]
    name = yaml.safe_load(text)["optimizer"]["class_path"].split(".")[-1]
    assert understood.split(".")[-1] == name


FAMILY = (
    "generate shear_family records=12 motion.duration=2 motion.interval=0.04 "
    "--out data/shear_family.h5"
)
SMALL = {
    "shear_family_film_lstm": [FAMILY],
    "shear_family_grey_box": [FAMILY],
    "shear_family_3_to_8": [
        "generate shear_family_3_to_8 records=12 motion.duration=2 "
        "--out data/shear_family_3_to_8.h5"
    ],
    "radial_mlp": ["generate radial records=60 --out data/radial.h5"],
    "xor_mlp": ["generate xor records=60 --out data/xor.h5"],
    "iris_mlp": ["generate iris --out data/iris.h5"],
    "digits_cnn": ["generate digits function.layout=image --out data/digits_images.h5"],
    "five_storey_cnn": [],
    "five_storey_rnn": [],
    "five_storey_brnn": [],
}
"""Configs whose data need nothing else, and how little of these is made; none: five storeys."""
FIVE_STOREY = "generate five_storey records=8 motion.duration=6 --out data/five_storey.h5"


@pytest.mark.parametrize("name", SMALL)
def test_a_config_trains_a_step_or_two_and_is_tested(name, tmp_path, monkeypatch):
    if name in ("iris_mlp", "digits_cnn"):
        pytest.importorskip("sklearn")
    monkeypatch.chdir(tmp_path)
    for words in SMALL[name] or [FIVE_STOREY]:
        assert main([*words.split(), "--workers=1"]) == 0
    config = ["--config", str(CONFIGS / f"{name}.yaml")]
    assert main(["fit", *config, *TWO_STEPS, *QUIET]) == 0
    assert main(["test", *config, *QUIET]) == 0
    assert (tmp_path / "runs" / name / "test" / "summary.json").exists()


def test_the_endless_config_simulates_its_records(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "configs").symlink_to(CONFIGS)  # its recipe has a path relative to the repository
    yielding = "configs/data/five_storey_yielding.yaml"
    test = ["records=4", "motion.duration=2", "--workers=1", "--out=data/five_storey_50.h5"]
    assert main(["generate", yielding, *test]) == 0
    config = ["--config", "configs/five_storey_endless.yaml"]
    split = "split={train: 0.9, validation: 0.1}"
    little = f"--data.overrides=[records=20,seed=2,motion.duration=2,'{split}']"
    assert main(["fit", *config, little, *TWO_STEPS, *QUIET]) == 0
    assert main(["test", *config, little, *QUIET]) == 0
    recipe = recipe_of(load("runs/five_storey_endless/best.ckpt").interface.recipe)
    assert recipe.motion.root_mean_square == 3.0


def test_the_lstm_of_the_bouc_wen_benchmark_learns_from_rest(tmp_path, monkeypatch):
    """On next to no data: the second config learns the start alone, and the third all weights;
    scales stay those of the first.
    """
    monkeypatch.chdir(tmp_path)
    multisines = str(CONFIGS / "data" / "bouc_wen_multisines.yaml")
    sweep = str(CONFIGS / "data" / "bouc_wen_sweep.yaml")
    sweeps = str(CONFIGS / "data" / "bouc_wen_random_sweeps.yaml")
    little = ["records=10", "--workers=1"]
    out = "--out=data/bouc_wen_multisines.h5"
    assert main(["generate", multisines, *little, "motion.duration=1", out]) == 0
    out = "--out=data/bouc_wen_start.h5"
    assert main(["generate", multisines, *little, "motion.duration=0.3", out]) == 0
    assert main(["generate", sweep, "motion.duration=1", "--out=data/bouc_wen_sweep.h5"]) == 0
    parts = ["data/bouc_wen_rest.h5", "data/bouc_wen_random_sweeps.h5"]
    short = ["motion.duration=0.2", *little]
    for recipe, path, seed in ((multisines, parts[0], 2), (sweeps, parts[1], 3)):
        assert main(["generate", recipe, *short, f"seed={seed}", f"--out={path}"]) == 0
    assert main(["join", *parts, "--out=data/bouc_wen_from_rest.h5"]) == 0
    tested = ["--data.test_path=data/bouc_wen_sweep.h5", *QUIET]
    kept = []
    for name in ("bouc_wen_lstm", "bouc_wen_start", "bouc_wen_from_rest"):
        config = ["--config", str(CONFIGS / f"{name}.yaml")]
        assert main(["fit", *config, *tested, *TWO_STEPS]) == 0
        assert main(["test", *config, *tested]) == 0
        kept.append(load(f"runs/{name}/best.ckpt"))
    first, second, third = kept
    assert torch.equal(first.target_scaling.scale, second.target_scaling.scale)
    assert torch.equal(first.target_scaling.scale, third.target_scaling.scale)
    assert torch.equal(first.network.head.weight, second.network.head.weight)
    assert not torch.equal(second.network.head.weight, third.network.head.weight)
    assert second.network.recurrent.start_h_l0.abs().max() > 1e-2
    assert recipe_of(third.interface.recipe).motion.floor == -1


def test_the_network_of_cifar10_is_that_of_the_listing(tmp_path, monkeypatch):
    """62006 parameters, as two convolutions and three layers of these sizes have."""
    monkeypatch.chdir(tmp_path)
    generator = np.random.default_rng(0)
    pixels = generator.integers(0, 256, (40, 3, 32, 32)).astype(np.uint8)
    attrs = {"units": "1", "long_name": "noise"}
    image = (("sample", "channel", "height", "width"), pixels, attrs)
    numbers = np.arange(40) % 10
    label = labels.variable(numbers, cifar.CLASSES)
    split = partition.label(np.repeat([0, 1, 2], [20, 10, 10]), dim="sample")
    dataset = xr.Dataset({"image": image, "label": label, "split": split})
    Path("data").mkdir()
    write_dataset(dataset, "data/cifar10.h5")
    config = str(CONFIGS / "cifar10_cnn.yaml")
    overrides = {"trainer.max_epochs": 1, "trainer.limit_train_batches": 2}
    overrides |= {"trainer.accelerator": "cpu"}
    result = run_training(config, overrides=overrides)
    network = load(result.checkpoint).network
    assert sum(parameter.numel() for parameter in network.parameters()) == 62006


def test_the_page_lists_every_config():
    listed = re.findall(r"^\| `(\w+)\.yaml` \|", PAGE, flags=re.MULTILINE)
    assert sorted(listed) == [path.stem for path in EVERY]


def test_the_answers_of_the_grey_box_train_an_lstm(tmp_path, monkeypatch):
    """On next to no data."""
    blocks = re.findall(r"^```bash\n(.*?)^```", PAGE, flags=re.MULTILINE | re.DOTALL)
    first, distilled = (
        next(block for block in blocks if word in block)
        for word in ("five_storey_50.yaml", "predict")
    )
    block = f"{first.splitlines()[0]}\n{distilled}"
    run_little(
        block, tmp_path, monkeypatch, generate=["records=4", "motion.duration=1"], predict=QUIET
    )
    assert (tmp_path / "runs/five_storey_distilled/test/metrics.csv").exists()
