"""Generation: the same bytes from any number of workers, after any interruption; nothing lost,
nothing left over.
"""

import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import datasets
from datasets.files.store import shard_name
from datasets.generation import executors
from datasets.generation.generate import generate
from datasets.recipes.catalogue import load_recipe
from surrogate.cli.main import main

ROOT = Path(__file__).resolve().parents[3]
WORDS = ["motion.duration=2", "records=22", "records_per_shard=4"]


@pytest.fixture(autouse=True)
def _no_time_in_files(monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")


@pytest.fixture
def recipe():
    return load_recipe("five_storey", WORDS)


def make(recipe, out, **options):
    return generate(recipe, out, executors.InProcess(), **options)


def content(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def command(*words):
    return [
        sys.executable,
        "-m",
        "surrogate",
        "generate",
        "five_storey",
        "--no-card",
        *map(str, words),
    ]


def test_a_folder_of_shards(tmp_path, recipe):
    make(recipe, tmp_path / "data")
    assert sorted(content(tmp_path / "data")) == [
        "recipe.yaml",
        *(shard_name(i, 6) for i in range(6)),
    ]
    found = datasets.open_dataset(tmp_path / "data")
    assert found.sizes["record"] == 22
    assert found.attrs["recipe"] == recipe.to_yaml()
    assert found.attrs["recipe_hash"] == recipe.hash
    assert found.attrs["seed"] == 0


def test_one_file(tmp_path, recipe):
    make(recipe, tmp_path / "data.h5")
    make(recipe, tmp_path / "data")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "data.h5"]
    one, many = (datasets.open_dataset(tmp_path / name).load() for name in ("data.h5", "data"))
    assert one.equals(many)


def test_any_number_of_workers_gives_the_same_bytes(tmp_path, recipe):
    make(recipe, tmp_path / "one")
    with executors.local(2) as (pool, workers):
        generate(recipe, tmp_path / "two", pool, workers)
        generate(recipe, tmp_path / "two.h5", pool, workers)
    make(recipe, tmp_path / "one.h5")
    assert content(tmp_path / "one") == content(tmp_path / "two")
    assert (tmp_path / "one.h5").read_bytes() == (tmp_path / "two.h5").read_bytes()


def test_times_apart_a_later_run_has_the_same_content(tmp_path, recipe, monkeypatch):
    make(recipe, tmp_path / "a.h5")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "100000000")
    make(recipe, tmp_path / "b.h5")
    first, second = (datasets.open_dataset(tmp_path / name) for name in ("a.h5", "b.h5"))
    assert first.attrs["created"] != second.attrs["created"]
    assert first.attrs["checksum"] == second.attrs["checksum"]


def test_what_is_missing_or_damaged_is_made_again(tmp_path, recipe):
    make(recipe, tmp_path / "data")
    before = content(tmp_path / "data")
    shards = datasets.shards(tmp_path / "data")
    shards[0].unlink()
    flipped = bytearray(shards[2].read_bytes())
    flipped[len(flipped) // 2] ^= 0xFF
    shards[2].write_bytes(flipped)
    shards[3].write_bytes(shards[3].read_bytes()[:1000])
    shards[4].write_bytes(shards[1].read_bytes())
    (tmp_path / "data" / ".shard-00001-of-00006.h5.0123.tmp").write_text("half")
    untouched = shards[1].stat().st_mtime_ns
    make(recipe, tmp_path / "data")
    assert content(tmp_path / "data") == before
    assert shards[1].stat().st_mtime_ns == untouched


def test_a_shard_in_the_wrong_place_is_told(tmp_path, recipe):
    make(recipe, tmp_path / "data")
    shards = datasets.shards(tmp_path / "data")
    shards[4].write_bytes(shards[1].read_bytes())
    with pytest.raises(
        ValueError,
        match=r"shard-00004-of-00006\.h5 holds records from 4 on, must hold those from 16 on",
    ):
        datasets.open_dataset(tmp_path / "data")


def test_nothing_is_overwritten_unless_told(tmp_path, recipe):
    other = load_recipe("five_storey", [*WORDS, "seed=1"])
    for name in ("data", "data.h5"):
        out = tmp_path / name
        make(recipe, out)
        before = datasets.open_dataset(out).attrs["checksum"]
        with pytest.raises(
            FileExistsError, match=f"{name} exists: choose another name or pass --overwrite"
        ):
            make(other, out)
        assert datasets.open_dataset(out).attrs["checksum"] == before
        make(other, out, overwrite=True)
        assert datasets.open_dataset(out).attrs["seed"] == 1


def test_a_folder_without_a_shard_yet_takes_another_recipe(tmp_path, recipe):
    class Absent(executors.InProcess):
        def submit(self, *arguments):
            raise ValueError("no cluster answers")

    with pytest.raises(ValueError, match="no cluster answers"):
        generate(load_recipe("five_storey", [*WORDS, "seed=1"]), tmp_path / "data", Absent())
    make(recipe, tmp_path / "data")
    assert datasets.open_dataset(tmp_path / "data").attrs["seed"] == 0


def test_a_complete_folder_is_left_as_it_is(tmp_path, recipe):
    make(recipe, tmp_path / "data")
    times = [path.stat().st_mtime_ns for path in datasets.shards(tmp_path / "data")]
    make(recipe, tmp_path / "data")
    assert [path.stat().st_mtime_ns for path in datasets.shards(tmp_path / "data")] == times


def test_a_complete_file_is_left_as_it_is_and_a_damaged_one_is_told(tmp_path, recipe, capsys):
    out = tmp_path / "data.h5"
    words = ["generate", "five_storey", *WORDS, "--out", str(out), "--workers", "1"]
    (tmp_path / ".data.card.png.0123.tmp").write_text("half of a picture, of a killed run")
    assert main(words) == 0
    before, time = out.read_bytes(), out.stat().st_mtime_ns
    (tmp_path / "data.card.md").unlink()
    assert main(words) == 0  # as after a kill between the data and the card
    assert (out.read_bytes(), out.stat().st_mtime_ns) == (before, time)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "data.card.md",
        "data.card.png",
        "data.h5",
    ]
    out.write_bytes(before[:3000] + b"x" + before[3001:])
    capsys.readouterr()
    assert main(words) == 2
    assert "exists: choose another name or pass --overwrite" in capsys.readouterr().err
    assert main([*words, "--overwrite"]) == 0
    assert out.read_bytes() == before


def test_folders_of_others_are_left_alone(tmp_path, recipe):
    (tmp_path / "thesis.tex").write_text("years of work")
    for overwrite in (False, True):
        with pytest.raises(FileExistsError, match="holds other files than a dataset"):
            make(recipe, tmp_path, overwrite=overwrite)
    (tmp_path / "file").write_text("")
    with pytest.raises(FileExistsError, match="is a file"):
        make(recipe, tmp_path / "file", overwrite=True)
    assert sorted(content(tmp_path)) == ["file", "thesis.tex"]


@pytest.mark.parametrize("name", ["data", "data.h5.parts"])
def test_a_run_killed_while_it_claims_a_folder_can_go_on(tmp_path, recipe, name):
    (tmp_path / name).mkdir()
    (tmp_path / name / ".recipe.yaml.0123.tmp").write_text("half of a recipe")
    make(recipe, tmp_path / name.removesuffix(".parts"))
    assert not list(tmp_path.rglob("*.tmp"))


def test_a_run_killed_while_it_tidies_up_is_complete(tmp_path, recipe):
    words = [
        "generate",
        "five_storey",
        *WORDS,
        "--out",
        str(tmp_path / "data.h5"),
        "--workers",
        "1",
        "--no-card",
    ]
    assert main(words) == 0
    time = (tmp_path / "data.h5").stat().st_mtime_ns
    doomed = tmp_path / ".data.h5.parts.0123.tmp"
    doomed.mkdir()
    (doomed / "shard-00001-of-00006.h5").write_text("one that was not removed yet")
    assert main(words) == 0
    assert [path.name for path in tmp_path.iterdir()] == ["data.h5"]
    assert (tmp_path / "data.h5").stat().st_mtime_ns == time


def test_two_runs_do_not_write_into_one_folder(tmp_path, recipe):
    class Meddling(executors.InProcess):
        def submit(self, *arguments):
            with pytest.raises(FileExistsError, match="is being written by another run"):
                make(recipe, tmp_path / "data")
            return super().submit(*arguments)

    generate(recipe, tmp_path / "data", Meddling())
    assert datasets.open_dataset(tmp_path / "data").sizes["record"] == 22


@pytest.mark.parametrize("name", ["data", "data.h5"])
@pytest.mark.parametrize("seed", [0, 1])
def test_a_second_run_is_refused_before_it_touches_a_file(tmp_path, recipe, name, seed):
    other = load_recipe("five_storey", [*WORDS, f"seed={seed}"])

    class Meddling(executors.InProcess):
        def submit(self, *arguments):
            before = {path: path.stat().st_ino for path in tmp_path.rglob("*")}
            with pytest.raises(FileExistsError, match="is being written by another run"):
                make(other, tmp_path / name, overwrite=True)
            assert {path: path.stat().st_ino for path in tmp_path.rglob("*")} == before
            return super().submit(*arguments)

    generate(recipe, tmp_path / name, Meddling())
    assert datasets.open_dataset(tmp_path / name).attrs["recipe_hash"] == recipe.hash
    assert datasets.open_dataset(tmp_path / name).sizes["record"] == 22


@pytest.mark.parametrize("name", ["data", "data.h5"])
def test_a_shard_that_is_removed_during_the_run_is_told(tmp_path, recipe, name):
    class Removing(executors.InProcess):
        def submit(self, task, text, numbers, folder, sources):
            future = super().submit(task, text, numbers, folder, sources)
            if numbers == [4]:
                (Path(folder) / shard_name(1, 6)).unlink()
            return future

    with pytest.raises(OSError, match=r"shard-00001-of-00006\.h5 is missing, although this run"):
        generate(recipe, tmp_path / name, Removing())
    assert not (tmp_path / "data.h5").exists()
    make(recipe, tmp_path / name)
    assert datasets.open_dataset(tmp_path / name).sizes["record"] == 22


def test_a_refused_run_leaves_no_folder(tmp_path, recipe):
    (tmp_path / "data.h5").write_text("another's")
    with pytest.raises(FileExistsError, match="exists"):
        make(recipe, tmp_path / "data.h5")
    assert [path.name for path in tmp_path.iterdir()] == ["data.h5"]


def test_a_failing_record_leaves_a_state_to_go_on_from(tmp_path, recipe):
    class Failing(executors.InProcess):
        def submit(self, task, text, numbers, folder, sources):
            if numbers == [3]:
                raise OSError(5, "the disk is on fire")
            return super().submit(task, text, numbers, folder, sources)

    with pytest.raises(OSError, match="on fire"):
        generate(recipe, tmp_path / "data", Failing())
    assert [path.name for path in (tmp_path / "data").glob("shard-*")]
    with pytest.raises(FileNotFoundError, match="is missing"):
        datasets.open_dataset(tmp_path / "data")
    make(recipe, tmp_path / "data")
    make(recipe, tmp_path / "undisturbed")
    assert content(tmp_path / "data") == content(tmp_path / "undisturbed")


@pytest.mark.parametrize("kilobytes", [1, 30])
def test_a_full_disk_is_one_line_and_a_state_to_go_on_from(tmp_path, recipe, kilobytes):
    # A limit on the size of files fails in the same calls as a full disk does, and needs no rights.
    out = tmp_path / "data"
    run = subprocess.run(
        command(*WORDS, "records_per_shard=5", "--out", out, "--workers", "1"),
        cwd=ROOT,
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(
            resource.RLIMIT_FSIZE, (1024 * kilobytes, 1024 * kilobytes)
        ),
        env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
    )
    assert run.returncode == 1
    assert run.stderr.startswith("error: [Errno 27] File too large")
    assert "run the same command again to continue" in run.stderr
    assert len(run.stderr.splitlines()) == 1
    assert list(out.glob(".*")) == []
    recipe = load_recipe("five_storey", [*WORDS, "records_per_shard=5"])
    make(recipe, out)
    make(recipe, tmp_path / "undisturbed")
    assert content(out) == content(tmp_path / "undisturbed")


@pytest.mark.parametrize("kills", [20, pytest.param(200, marks=pytest.mark.slow)])
def test_kill_9_at_random_moments(tmp_path, kills):
    run = _reliability("kill", tmp_path, kills)
    assert run.returncode == 0, run.stderr
    assert int(run.stdout.split()[-5]) >= kills


def test_a_lost_worker_of_a_cluster_loses_nothing(tmp_path):
    pytest.importorskip("distributed")
    run = _reliability("dask", tmp_path)
    assert run.returncode == 0, run.stderr
    assert "one of two workers killed" in run.stdout


@pytest.mark.parametrize("cases", [4, pytest.param(100, marks=pytest.mark.slow)])
def test_spoilt_recipes_and_files_give_one_line_and_nothing_else(tmp_path, cases):
    # 15 kinds of files, so that the smaller number makes 60 cases.
    run = _reliability("fuzz", tmp_path, cases)
    assert run.returncode == 0, run.stderr
    assert run.stdout.count(f" {cases} refused") >= 15


LONG = ["motion.duration=40", "records=1000", "records_per_shard=40"]
"""Some seconds of work, to be interrupted."""


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    os.environ["SOURCE_DATE_EPOCH"] = "0"
    folder = tmp_path_factory.mktemp("undisturbed") / "data"
    generate(load_recipe("five_storey", LONG), folder, executors.InProcess())
    return folder


@pytest.fixture
def running(tmp_path):
    """A run in two processes of which the first shards are done; its folder, and its worker
    processes.
    """
    run = subprocess.Popen(
        command(*LONG, "--out", tmp_path / "data", "--workers", "2"),
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    while run.poll() is None and len(list(tmp_path.glob("data/shard-*"))) < 3:
        time.sleep(0.01)
    yield run, tmp_path / "data", _workers(run.pid)
    if run.poll() is None:
        run.kill()
        run.communicate()


def test_a_killed_worker_is_replaced(running, undisturbed):
    run, folder, workers = running
    assert len(workers) == 2
    os.kill(workers[0], signal.SIGKILL)
    _, errors = run.communicate()
    assert run.returncode == 0
    assert "a worker died" in errors
    assert content(folder) == content(undisturbed)


def test_workers_end_with_a_killed_parent(running, undisturbed):
    run, folder, workers = running
    run.kill()
    run.communicate()
    deadline = time.monotonic() + 30
    while any(_is_running(worker) for worker in workers) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not any(_is_running(worker) for worker in workers)
    generate(load_recipe("five_storey", LONG), folder, executors.InProcess())
    assert content(folder) == content(undisturbed)


@pytest.mark.parametrize(
    "stop",
    [
        lambda run: run.send_signal(signal.SIGTERM),  # as batch systems do
        lambda run: os.killpg(
            run.pid, signal.SIGINT
        ),  # as Ctrl-C does, which the workers receive too
    ],
    ids=["SIGTERM", "SIGINT"],
)
def test_a_signal_stops_the_run_in_order(running, stop):
    run, folder, workers = running
    stop(run)
    _, errors = run.communicate()
    assert run.returncode == 130
    assert errors.splitlines()[-1] == "error: stopped: run the same command again to continue"
    assert "Traceback" not in errors
    assert not any(_is_running(worker) for worker in workers)
    assert list(folder.glob(".*")) == []
    assert 3 <= len(list(folder.glob("shard-*"))) < 25


def _reliability(*words):
    script = [sys.executable, "tools/reliability.py", *map(str, words)]
    return subprocess.run(
        script, cwd=ROOT, capture_output=True, text=True, env=os.environ | {"PYTHONPATH": str(ROOT)}
    )


def _workers(pid):
    """Return the workers of a pool among the children of a process; the others track resources."""
    pids = [int(entry) for entry in os.listdir("/proc") if entry.isdigit()]
    return [
        child
        for child in pids
        if _parent(child) == pid and b"spawn_main" in _read(child, "cmdline")
    ]


def _parent(pid):
    status = _read(pid, "stat").rpartition(b")")[2].split()
    return int(status[1]) if status else None


def _is_running(pid):
    status = _read(pid, "stat").rpartition(b")")[2].split()
    return bool(status) and status[0] != b"Z"


def _read(pid, name):
    try:
        return Path(f"/proc/{pid}/{name}").read_bytes()
    except OSError:
        return b""
