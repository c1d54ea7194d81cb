"""Every command and the Python example of the README run, on little data and for one epoch."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import datasets
from surrogate.cli.main import main

pytestmark = pytest.mark.filterwarnings(
    "ignore::DeprecationWarning"
)  # Lightning 2.6 with jsonargparse 4.53
ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
LITTLE = {
    "generate": ["records=24", "motion.duration=4"],
    "fit": ["--trainer.max_epochs=1", "--trainer.enable_progress_bar=false"],
    "test": ["--trainer.enable_progress_bar=false"],
}


LITTLE_PYTHON = {
    '"five_storey", DATA)': '"five_storey", DATA, {"records": 24, "motion.duration": 4})',
    '"runs/from_python"}': '"runs/from_python", "trainer.max_epochs": 1}',
}


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```", README, flags=re.MULTILINE | re.DOTALL)


def commands(block):
    lines = [line for line in block.splitlines() if line.strip()]
    return [shlex.split(os.path.expandvars(line), comments=True) for line in lines]


def run_little(block, folder, monkeypatch, **extra):
    """Run the commands of a block in a folder of their own."""
    monkeypatch.chdir(folder)
    (folder / "configs").symlink_to(ROOT / "configs")
    for program, command, *arguments in commands(block):
        assert program == "surrogate"
        assert main([command, *arguments, *LITTLE.get(command, []), *extra.get(command, [])]) == 0


def test_makefile_has_the_two_commands():
    (block,) = [b for b in blocks("bash") if "make" in b]
    targets = [target for _, target in commands(block)]
    assert targets == ["demo", "test"]
    for target in targets:
        assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), flags=re.MULTILINE)


def test_demo_by_hand_and_response_to_an_accelerogram(tmp_path, monkeypatch, shared_data):
    monkeypatch.setenv("RECORDS", str(shared_data / "records"))
    demo, respond = [b for b in blocks("bash") if "five_storey" in b]
    run_little(demo + respond, tmp_path, monkeypatch)
    assert (tmp_path / "data" / "five_storey.png").stat().st_size > 10_000
    assert (tmp_path / "runs" / "five_storey_lstm" / "test" / "metrics.csv").exists()
    assert (tmp_path / "loma_prieta.png").stat().st_size > 10_000


def test_benchmark(tmp_path, monkeypatch, shared_data):
    monkeypatch.setenv("BENCHMARK", str(shared_data / "bouc_wen_benchmark"))
    (block,) = [b for b in blocks("bash") if "bouc_wen" in b]
    run_little(block, tmp_path, monkeypatch, fit=["--data.windows_per_epoch=16"])
    assert (tmp_path / "runs" / "bouc_wen_benchmark" / "test" / "metrics.csv").exists()


def test_from_python(tmp_path, shared_data):
    (example,) = [block for block in blocks("python") if "surrogate.fit" in block]
    for words, fewer in LITTLE_PYTHON.items():
        assert words in example
        example = example.replace(words, fewer)
    (tmp_path / "configs").symlink_to(ROOT / "configs")
    record = "loma_prieta_1989_0111a.smc"
    (tmp_path / record).symlink_to(shared_data / "records" / record)
    environment = os.environ | {"PYTHONPATH": str(ROOT), "MPLBACKEND": "agg"}
    run = subprocess.run(
        [sys.executable, "-c", example],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=environment,
    )
    assert run.returncode == 0, run.stderr
    (scores,) = [line for line in run.stdout.splitlines() if line.startswith("NRMSE ")]
    assert 0.0 < float(scores.split()[1]) < 10.0
    assert (tmp_path / "runs/from_python/best.ckpt").exists()
    assert (tmp_path / "drift.png").stat().st_size > 10_000


def test_python_example():
    (example,) = [block for block in blocks("python") if "solve(" in block]
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", example], capture_output=True, text=True, cwd=ROOT
    )
    assert run.returncode == 0, run.stderr
    drift, error = map(float, run.stdout.splitlines()[-1].split())
    assert drift > 0.0
    assert 0.0 < error < 1e-4


def test_a_simulator_of_ones_own(tmp_path, monkeypatch):
    """The module, the recipe and the command as they stand, on fewer records."""
    (module,) = [block for block in blocks("python") if "ExternalSimulator" in block]
    (recipe,) = blocks("yaml")
    (command,) = [block for block in blocks("bash") if "my_frame" in block]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.delitem(sys.modules, "my_frame", raising=False)  # that of a page of docs
    (tmp_path / "my_frame.py").write_text(module)
    (tmp_path / "my_frame.yaml").write_text(recipe)
    assert main([*shlex.split(command)[1:], "records=3", "--workers", "1"]) == 0
    made = datasets.open_dataset(tmp_path / "data/my_frame")
    circular = 2.0 * np.pi * made["frequency"].values[:, None]
    expected = -made["base_acceleration"].values / circular**2
    np.testing.assert_allclose(made["drift"].values[..., 0], expected, rtol=1e-5)
    assert "costs.csv" in [path.name for path in (tmp_path / "data/my_frame").iterdir()]


def test_files_that_the_readme_names_exist():
    names = re.findall(r"\]\(([^)h][^)]*)\)|`((?:configs|benchmarks|docs)/[\w./]+)`", README)
    missing = [a or b for a, b in names if not (ROOT / (a or b)).exists()]
    assert missing == []


@pytest.mark.parametrize("word", ["TODO", "FIXME", "coming soon"])
def test_readme_promises_nothing(word):
    assert word.lower() not in README.lower()
