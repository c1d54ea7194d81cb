"""Generation through dask-jobqueue, against a SLURM whose jobs run on this machine."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from datasets.generation import executors, slurm_jobs
from datasets.generation.generate import generate
from datasets.recipes.catalogue import load_recipe
from surrogate.cli.generate import _options
from surrogate.cli.main import main

pytest.importorskip("dask_jobqueue")

ROOT = Path(__file__).resolve().parents[3]
WORDS = ["motion.duration=2", "records=40", "records_per_shard=5"]
SBATCH = """#!/bin/sh
echo "sbatch $*" >> "$SLURM_LOG"
if [ "$1" = --test-only ]; then
    if grep -q -- "-p closed"; then
        echo "sbatch: error: invalid partition specified: closed" >&2
        exit 1
    fi
    exit 0
fi
cp "$1" "$SLURM_LOG.$$"
setsid sh -c "$JOB" sh "$SLURM_LOG.$$" > "$SLURM_LOG.$$.out" 2>&1 &
echo "Submitted batch job $!"
"""
SCANCEL = """#!/bin/sh
echo "scancel $*" >> "$SLURM_LOG"
kill -- -"$1"
"""
# The first job is killed when three shards are there; those that follow run to their end.
FIRST_IS_LOST = """mkdir "$SLURM_LOG.first" || exec sh "$1"
sh "$1" & while [ $(ls "$OUT" | grep -c shard-) -lt 3 ]; do sleep 0.05; done; kill -9 0"""


@pytest.fixture
def slurm(tmp_path):
    """The command with the fake SLURM on its path; gives the finished process."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name, text in (("sbatch", SBATCH), ("scancel", SCANCEL)):
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)

    def run(*words, job='exec sh "$1"'):
        environment = os.environ | {
            "PATH": f"{folder}:{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "SLURM_LOG": str(tmp_path / "log"),
            "OUT": str(tmp_path / "out"),
            "JOB": job,
            "SOURCE_DATE_EPOCH": "0",
            "DASK_DISTRIBUTED__DEPLOY__LOST_WORKER_TIMEOUT": "1s",
        }
        command = [
            sys.executable,
            "-m",
            "surrogate",
            "generate",
            "five_storey",
            *WORDS,
            "--no-card",
        ]
        options = ["--out", str(tmp_path / "out"), "--slurm-option", "interface=lo", *words]
        return subprocess.run(
            [*command, *options],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            timeout=300,
        )

    return run


def same_as_undisturbed(folder, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    other = folder.parent / "undisturbed"
    generate(load_recipe("five_storey", WORDS), other, executors.InProcess())
    first, second = ({p.name: p.read_bytes() for p in place.iterdir()} for place in (folder, other))
    return first == second


def test_slurm_jobs_make_the_same_bytes(slurm, tmp_path, monkeypatch):
    run = slurm("queue=long", "walltime=12:00:00", "memory=2GB", "--slurm", "2")
    assert run.returncode == 0, run.stderr
    assert "Traceback" not in run.stderr
    log = (tmp_path / "log").read_text().splitlines()
    assert log[0] == "sbatch --test-only"
    assert sum(line.startswith("sbatch /") for line in log) == 2
    assert sum(line.startswith("scancel") for line in log) == 2
    scripts = [path.read_text() for path in tmp_path.glob("log.*") if path.suffix != ".out"]
    assert all(
        {"#SBATCH -p long", "#SBATCH -t 12:00:00"} < set(script.splitlines()) for script in scripts
    )
    assert same_as_undisturbed(tmp_path / "out", monkeypatch)


@pytest.mark.slow
def test_a_lost_job_is_replaced(slurm, tmp_path, monkeypatch):
    run = slurm("--slurm", "1", job=FIRST_IS_LOST)
    assert run.returncode == 0, run.stderr
    log = (tmp_path / "log").read_text().splitlines()
    assert sum(line.startswith("sbatch /") for line in log) == 2
    assert same_as_undisturbed(tmp_path / "out", monkeypatch)


def test_a_refusal_of_slurm_is_one_line(slurm):
    run = slurm("queue=closed", "--slurm", "1")
    assert run.returncode == 2
    assert (
        run.stderr
        == "error: SLURM refuses the job: sbatch: error: invalid partition specified: closed\n"
    )


MISTAKES = [
    (["--slurm", "1"], "sbatch is not on the PATH"),
    (["--slurm", "0"], "--slurm must be at least 1, got 0"),
    (["--workers", "0"], "--workers must be at least 1, got 0"),
    (["--slurm-option", "queue=long"], "--slurm-option needs --slurm"),
    (["--slurm", "1", "--slurm-option", "queue"], "--slurm-option 'queue': write KEY=VALUE"),
    (["--slurm", "1", "--slurm-option", "cores=0"], "cores must be a whole number of at least 1"),
    (["--slurm", "1", "--slurm-option", "cores=true"], "cores=True: cores must be a whole number"),
    (["--slurm", "1", "--slurm-option", "security=true"], "Dask's configuration, distributed.comm"),
    (["--slurm", "1", "--cluster", "tcp://127.0.0.1:1"], "give --cluster or --slurm, not both"),
]


@pytest.mark.parametrize(
    ("words", "message"), MISTAKES, ids=lambda value: value if isinstance(value, str) else ""
)
def test_mistakes_are_one_line(tmp_path, monkeypatch, capsys, words, message):
    monkeypatch.setattr(slurm_jobs.shutil, "which", lambda name: None)
    assert main(["generate", "five_storey", "--out", str(tmp_path / "out"), *words]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert message in line


def test_an_address_that_is_none_is_one_line(tmp_path, capsys):
    assert (
        main(["generate", "five_storey", "--out", str(tmp_path / "out"), "--cluster", "nonsense"])
        == 2
    )
    (line,) = capsys.readouterr().err.splitlines()
    assert "no Dask scheduler answers at nonsense: missing port number" in line


def test_values_of_options_are_json_or_text():
    words = ["walltime=12:00:00", "cores=4", 'job_extra_directives=["--gres=gpu:1"]', "queue=long"]
    assert _options(words) == {
        "walltime": "12:00:00",
        "cores": 4,
        "job_extra_directives": ["--gres=gpu:1"],
        "queue": "long",
    }
