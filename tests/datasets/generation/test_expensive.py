"""Records that take long: nothing that was computed is lost, and nothing is computed twice."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import Future
from pathlib import Path

import numpy as np
import pytest
import yaml

import datasets
from datasets.contract import failures
from datasets.files import costs
from datasets.files.store import shard_name, write_dataset
from datasets.generation import executors
from datasets.generation.generate import generate
from datasets.generation.tasks import provenance
from datasets.inspection.summary import describe
from datasets.recipes.catalogue import read_recipe

ROOT = Path(__file__).resolve().parents[3]
SLOW = {"class_path": "tests.helpers.foreign_simulators.Slow"}
MOTION = {"process": "KanaiTajimi", "peak": 2.0, "duration": 2.0, "interval": 0.02}


@pytest.fixture(autouse=True)
def runs(tmp_path, monkeypatch):
    """Folder in which the simulator notes its runs."""
    folder = tmp_path / "runs"
    folder.mkdir()
    monkeypatch.setenv("RUNS", str(folder))
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    return folder


def text(**changes):
    content = {"simulator": SLOW, "motion": MOTION, "records": 8, "records_per_shard": 4}
    return yaml.safe_dump(content | {"failures": {"allowed": 1.0}} | changes)


def recipe(**changes):
    return read_recipe(text(**changes), "recipe.yaml", trust=True)


def make(one, out, **options):
    return generate(one, out, executors.InProcess(), **options)


def content(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.glob("shard-*"))}


def count(runs):
    return len(list(runs.glob("run-*")))


def test_a_shard_of_single_records_has_the_bytes_of_one_made_at_once(tmp_path):
    one = recipe()
    make(one, tmp_path / "data")
    at_once = one.make(4, 4).assign_attrs(provenance(one), first_record=4)
    write_dataset(at_once, tmp_path / "whole.h5")
    second = tmp_path / "data" / shard_name(1, 2)
    assert second.read_bytes() == (tmp_path / "whole.h5").read_bytes()
    assert not (tmp_path / "data" / "records").exists()


def test_a_run_killed_within_a_shard_loses_the_records_under_way_alone(tmp_path, runs):
    """kill -9 in the middle; the same command goes on, and the bytes are those of a quiet run."""
    slow = SLOW | {"init_args": {"seconds": 0.5}}
    (tmp_path / "slow.yaml").write_text(text(simulator=slow))
    words = ["generate", "slow.yaml", "--out", "data", "--no-card", "--workers", "2"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "surrogate", *words]
    run = subprocess.Popen(command, cwd=tmp_path, env=environment, stderr=subprocess.DEVNULL)
    records = tmp_path / "data" / "records"
    while run.poll() is None and len(list(records.glob("record-*.h5"))) < 2:
        time.sleep(0.01)
    run.send_signal(signal.SIGKILL)
    run.wait()
    kept = {path.name: path.stat().st_ino for path in records.glob("record-*.h5")}
    assert not content(tmp_path / "data")
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert len(kept) >= 2
    assert count(runs) <= 8 + 2
    make(recipe(simulator=slow), tmp_path / "quiet")
    assert content(tmp_path / "data") == content(tmp_path / "quiet")


def test_a_cluster_gives_the_same_bytes(tmp_path):
    distributed = pytest.importorskip("distributed")
    make(recipe(), tmp_path / "here")
    cluster = distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=50
    )
    with cluster, distributed.Client(cluster, set_as_default=False) as client:
        generate(recipe(), tmp_path / "there", client.get_executor(pure=False), workers=2)
    assert content(tmp_path / "here") == content(tmp_path / "there")


@pytest.mark.parametrize("records_per_shard", [1, 4])
@pytest.mark.parametrize("name", ["data", "data.h5"])
def test_records_that_failed_are_run_again_and_no_other(tmp_path, runs, records_per_shard, name):
    one = recipe(records_per_shard=records_per_shard)
    (runs / "broken").touch()
    make(one, tmp_path / name)
    before = content(tmp_path / "data")
    first = datasets.open_dataset(tmp_path / name).load()
    failed = failures.mask(first)
    assert 0 < failed.sum() < 8
    assert count(runs) == 8
    (runs / "broken").unlink()
    make(one, tmp_path / name)
    assert count(runs) == 8  # without being asked to, it leaves them
    make(one, tmp_path / name, retry_failed=True)
    assert count(runs) == 8 + failed.sum()
    make(one, tmp_path / "quiet")
    quiet = datasets.open_dataset(tmp_path / "quiet").load()
    again = datasets.open_dataset(tmp_path / name).load()
    assert again.drop_attrs().equals(quiet.drop_attrs())
    assert not failures.mask(again).any()
    if records_per_shard == 1 and name == "data":
        sound = [shard_name(i, 8) for i in np.flatnonzero(~failed)]
        assert all(content(tmp_path / "data")[path] == before[path] for path in sound)
        assert content(tmp_path / "data") == content(tmp_path / "quiet")


def test_a_run_goes_on_with_another_time_limit(tmp_path, runs):
    make(recipe(timeout=500.0), tmp_path / "data")
    started = count(runs)
    make(recipe(timeout=900.0), tmp_path / "data")
    assert count(runs) == started
    assert "timeout: 900.0" in (tmp_path / "data" / "recipe.yaml").read_text()


def test_the_longest_records_are_run_first(tmp_path):
    class Noting(executors.InProcess):
        def submit(self, task, *arguments):
            submitted.append(arguments[1])
            return super().submit(task, *arguments)

    submitted: list[int] = []
    work = {"work": {"distribution": "uniform", "low": 0.0, "high": 9.0, "as": "value"}}
    one = recipe(vary=work)
    generate(one, tmp_path / "data", Noting())
    made = datasets.open_dataset(tmp_path / "data")["work"].values
    assert np.all(np.diff(made[submitted]) <= 0)
    assert sorted(submitted) == list(range(8))


@pytest.mark.parametrize("name", ["data", "data.h5"])
def test_what_each_record_cost_stands_beside_the_data(tmp_path, runs, name):
    (runs / "broken").touch()
    make(recipe(failures={"allowed": 1.0, "retries": 2}), tmp_path / name)
    table = costs.read(costs.place(tmp_path / name))
    failed = failures.mask(datasets.open_dataset(tmp_path / name))
    assert sorted(run.record for run in table) == list(range(8))
    for run in table:
        assert (run.outcome, run.attempts) == (("crash", 3) if failed[run.record] else ("done", 1))
    assert "s of computing for 8 records, median" in describe(tmp_path / name)


def test_half_a_line_of_a_killed_run_is_left_out(tmp_path):
    table = tmp_path / "costs.csv"
    costs.add(table, [costs.Run(0, 1.5, 1, "done")])
    with table.open("a") as file:
        file.write("1,2.")
    assert costs.read(table) == [costs.Run(0, 1.5, 1, "done")]


def test_a_failure_that_would_come_again_is_not_tried_again(tmp_path, runs):
    (runs / "broken").touch()
    once = {"allowed": 1.0, "retries": 2, "retried": ["timeout"]}
    make(recipe(failures=once), tmp_path / "data")
    assert count(runs) == 8


def test_a_simulator_that_breaks_its_word_stops_the_run_in_one_line_and_loses_nothing(tmp_path):
    class Breaking(executors.InProcess):
        def submit(self, task, recipe_text, number, folder, sources):
            if number == 5:
                future: Future = Future()
                future.set_exception(ValueError("record 5: Slow: output drift has shape (3,)"))
                return future
            return super().submit(task, recipe_text, number, folder, sources)

    with pytest.raises(ValueError, match=r"^record 5: Slow: output drift has shape"):
        generate(recipe(), tmp_path / "data", Breaking())
    assert len(content(tmp_path / "data")) == 1
    assert (tmp_path / "data" / "records" / "record-000000004.h5").is_file()


def test_a_simulator_that_ends_its_worker_costs_its_records_alone(tmp_path):
    """The worker is another process than the command, also where there is one; once it has died,
    each record has a process of its own.
    """
    ends = {"class_path": "tests.helpers.foreign_simulators.LeavesOften"}
    (tmp_path / "ends.yaml").write_text(text(simulator=ends, records_per_shard=1))
    words = ["generate", "ends.yaml", "--out", "data", "--no-card", "--workers", "1"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "surrogate", *words]
    run = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert run.returncode == 0
    assert run.stderr.count("a worker died") == 1
    assert "continuing with new workers, each record in a process of its own" in run.stderr
    dataset = datasets.open_dataset(tmp_path / "data")
    odd = [one.seed % 2 for one in recipe(simulator=ends).requests(0, 8)]
    np.testing.assert_array_equal(dataset["failed"] > 0, odd)
    reasons = failures.reasons(dataset)
    assert set(reasons.values()) == {"ended its process with the code 5: no licence left"}
