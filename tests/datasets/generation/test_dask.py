"""Generation on a Dask scheduler that is running: what its workers must have, and its end."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from datasets.generation import clusters, scheduling, tasks
from datasets.generation.executors import InProcess
from datasets.generation.generate import generate
from datasets.generation.sources import sources_hash
from datasets.inspection.checking import check
from datasets.recipes.catalogue import load_recipe
from surrogate.cli.main import main

distributed = pytest.importorskip("distributed")
ROOT = Path(__file__).resolve().parents[3]
WORDS = ["motion.duration=2", "records=4", "records_per_shard=2"]


@pytest.fixture
def cluster():
    """Starts clusters of worker processes, which end with the test."""
    made = []

    def start(workers):
        options = {"threads_per_worker": 1, "dashboard_address": None, "silence_logs": 50}
        made.append(distributed.LocalCluster(n_workers=workers, **options))
        return made[-1]

    yield start
    for each in made:
        each.close()


def command(address, *words):
    options = ["--no-card", "--cluster", address, *words]
    return main(["generate", "five_storey", *WORDS, *options])


def test_a_relative_place_is_the_one_of_the_command(cluster, tmp_path, monkeypatch):
    """Workers have working folders of their own, where the shards went, and success was told."""
    monkeypatch.chdir(tmp_path)
    running = cluster(1)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    with distributed.Client(running, set_as_default=False) as client:
        client.run(os.chdir, str(elsewhere))
    assert command(running.scheduler_address, "--out", "made") == 0
    assert len(list((tmp_path / "made").glob("shard-*.h5"))) == 2
    assert not list(elsewhere.iterdir())


def test_a_scheduler_without_workers_is_told(cluster, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(clusters, "SECONDS_FOR_WORKERS", 0.5)
    monkeypatch.setattr(scheduling, "SECONDS_BETWEEN_LOOKS", 0.2)
    address = cluster(0).scheduler_address
    assert command(address, "--out", str(tmp_path / "made")) == 2
    told = capsys.readouterr().err
    assert f"the Dask scheduler at {address} has had no worker for" in told
    assert f"`dask worker {address}`" in told


def start_scheduler(tmp_path, path):
    """A scheduler in a process of its own, and its address."""
    script = "import sys, distributed.cli.dask_scheduler as s; s.main(sys.argv[1:])"
    file = tmp_path / "scheduler.json"
    words = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(file)]
    process = subprocess.Popen(
        [sys.executable, "-c", script, *words],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(path)},
        stderr=subprocess.DEVNULL,
    )
    limit = time.monotonic() + 60
    while not file.exists() or not file.read_text():
        assert time.monotonic() < limit
        time.sleep(0.1)
    return process, json.loads(file.read_text())["address"]


def test_a_scheduler_without_this_package_is_told(tmp_path, capsys):
    """Such as one that finds the package of the same name of Hugging Face first."""
    other = tmp_path / "other"
    (other / "datasets").mkdir(parents=True)
    (other / "datasets/__init__.py").write_text("__version__ = '4.0'\n")
    process, address = start_scheduler(tmp_path, other)
    try:
        assert command(address, "--out", str(tmp_path / "made")) == 2
    finally:
        process.kill()
        process.wait()
    told = capsys.readouterr().err
    assert "the Dask scheduler does not have this package" in told
    assert "Traceback" not in told


def test_the_death_of_a_scheduler_is_a_line(tmp_path):
    process, address = start_scheduler(tmp_path, ROOT)
    words = [sys.executable, "-m", "surrogate", "generate", "five_storey", *WORDS, "--no-card"]
    run = subprocess.Popen(
        [*words, "--out", "made", "--cluster", address],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
        text=True,
    )
    limit = time.monotonic() + 60
    while not (tmp_path / "made/recipe.yaml").exists():
        assert time.monotonic() < limit
        time.sleep(0.1)
    time.sleep(3.0)  # until the client has connected
    process.send_signal(signal.SIGKILL)
    process.wait()
    told = run.communicate(timeout=120)[1]
    assert run.returncode != 0
    assert "Traceback" not in told, told
    assert "error: " in told.splitlines()[-1]


def test_a_worker_of_another_version_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(scheduling, "sources_hash", lambda: "0123456789abcdef")
    with pytest.raises(ValueError, match="another version of this package") as told:
        generate(load_recipe("five_storey", WORDS), tmp_path / "made", InProcess())
    assert f"sources {sources_hash()}, here 0123456789abcdef" in str(told.value)
    assert not list((tmp_path / "made").glob("shard-*"))


def test_a_worker_that_does_not_see_the_folder_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(tasks, "SECONDS_TO_APPEAR", 0.0)
    with pytest.raises(ValueError, match=r"does not see .*absent: choose --out on a file system"):
        tasks.make_shards("", [0], str(tmp_path / "absent"), sources_hash())


def test_shards_of_two_versions_are_found(tmp_path, monkeypatch, capsys):
    """As after an update of the package between two runs."""
    recipe = load_recipe("five_storey", WORDS)
    out = tmp_path / "made"
    generate(recipe, out, InProcess())
    assert not check(out)
    second = out / "shard-00001-of-00002.h5"
    second.unlink()
    for module in (scheduling, tasks):
        monkeypatch.setattr(module, "sources_hash", lambda: "0123456789abcdef")
    generate(recipe, out, InProcess())
    assert "different versions of the code have made its shards" in capsys.readouterr().err
    assert check(out) == {
        second: f"{second}: made by another version of the code than the first shard"
    }
