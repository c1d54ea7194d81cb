"""Trials that need processes of their own; test_datasets_generate.py runs them as scripts.

python tests/reliability.py kill FOLDER KILLS     kill runs at random moments, resume, compare bytes
python tests/reliability.py dask FOLDER           lose one of two Dask workers, finish, compare bytes
"""

import os
import random
import shutil
import signal
import sys
import threading
import time
from pathlib import Path

from datasets.__main__ import main

RECIPE = ["five_storey", "motion.duration=2", "records=60", "records_per_shard=5"]


def generate(out: Path, *options: str) -> int:
    return main(["generate", *RECIPE, "--out", str(out), "--no-card", *options])


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def killed(out: Path, seconds: float) -> bool:
    """Run the command in a child and kill it after a while; tell whether it was still running."""
    child = os.fork()
    if child == 0:
        os._exit(generate(out, "--workers", "1"))
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    if os.WIFEXITED(status) and os.WEXITSTATUS(status) != 0:
        raise SystemExit(f"a run ended by itself with exit code {os.WEXITSTATUS(status)}")
    return os.WIFSIGNALED(status)


def kill(folder: Path, wanted: int) -> None:
    """Kill runs of a folder of shards and of a single file in turn until `wanted` of them were hit."""
    generator = random.Random(0)
    generate(folder / "undisturbed", "--workers", "1")
    start = time.monotonic()
    generate(folder / "undisturbed.h5", "--workers", "1")
    duration = time.monotonic() - start
    kills = datasets = 0
    while kills < wanted:
        out = folder / ("disturbed.h5" if datasets % 2 else "disturbed")
        while killed(out, generator.uniform(0.0, duration)):
            kills += 1
        if out.is_dir():
            same = content(out) == content(folder / "undisturbed")
            shutil.rmtree(out)
        else:
            same = out.read_bytes() == (folder / "undisturbed.h5").read_bytes()
            out.unlink()
        left = sorted(path.name for path in folder.iterdir())
        if not same or left != ["undisturbed", "undisturbed.h5"]:
            raise SystemExit(f"dataset {datasets} differs, or something stayed behind: {left}")
        datasets += 1
    print(f"{kills} kills over {datasets} datasets")


def dask(folder: Path) -> None:
    """Kill one of two workers of a cluster in the middle of a run."""
    from distributed import LocalCluster

    generate(folder / "undisturbed", "--workers", "1")
    out = folder / "disturbed"
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster:
        codes: list[int] = []
        run = threading.Thread(target=lambda: codes.append(generate(out, "--cluster", cluster.scheduler_address)))
        run.start()
        while not list(out.glob("shard-*.h5")):
            time.sleep(0.001)
        os.kill(cluster.workers[0].pid, signal.SIGKILL)
        shards = len(list(out.glob("shard-*.h5")))
        run.join()
    if codes != [0] or content(out) != content(folder / "undisturbed"):
        raise SystemExit(f"exit code {codes}, or the dataset differs")
    print(f"one of two workers killed after {shards} shards")


if __name__ == "__main__":
    os.environ["SOURCE_DATE_EPOCH"] = "0"
    task, place, *rest = sys.argv[1:]
    if task == "kill":
        kill(Path(place), int(rest[0]))
    else:
        dask(Path(place))
