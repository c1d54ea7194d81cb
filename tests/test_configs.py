"""The configs: each is understood and listed, and the chain of commands that needs more than one of
them runs.
"""

import re
import sys
from pathlib import Path

import pytest
import yaml

import surrogate.moved_names
from surrogate.cli.main import main
from tests.test_readme import run_little

pytestmark = pytest.mark.filterwarnings(
    "ignore::DeprecationWarning"
)  # Lightning 2.6 with jsonargparse 4.53
CONFIGS = Path(__file__).resolve().parents[1] / "configs"
PAGE = (CONFIGS / "README.md").read_text(encoding="utf-8")
EVERY = sorted(CONFIGS.glob("*.yaml"))
EARLIER = sorted((CONFIGS.parent / "tests/data/configs_0.1").glob("*.yaml"))
QUIET = ["--trainer.enable_progress_bar=false"]


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
    assert understood["model"]["network"]["init_args"].items() >= given.get("init_args", {}).items()
    assert understood["run"] == f"runs/{config.stem}"


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
