"""Trials that need processes of their own; test_datasets_generate.py runs them as scripts.

python tools/reliability.py kill FOLDER KILLS     kill runs at random moments, resume, compare bytes
python tools/reliability.py dask FOLDER          lose one of two Dask workers, finish, compare bytes
python tools/reliability.py fuzz FOLDER CASES     spoil good files at random, ask for one line each
"""

import io
import os
import random
import shutil
import signal
import sys
import threading
import time
import traceback
from pathlib import Path

import h5py
import numpy as np
import scipy.io

from datasets.recipes import catalogue
from surrogate.cli.main import main

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
    """Kill runs of a folder of shards and of a single file in turn until `wanted` of them were
    hit.
    """
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
    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
    ) as cluster:
        codes: list[int] = []
        run = threading.Thread(
            target=lambda: codes.append(generate(out, "--cluster", cluster.scheduler_address))
        )
        run.start()
        while not list(out.glob("shard-*.h5")):
            time.sleep(0.001)
        os.kill(cluster.workers[0].pid, signal.SIGKILL)
        shards = len(list(out.glob("shard-*.h5")))
        run.join()
    if codes != [0] or content(out) != content(folder / "undisturbed"):
        raise SystemExit(f"exit code {codes}, or the dataset differs")
    print(f"one of two workers killed after {shards} shards")


def spoil(content: bytes, generator: random.Random) -> bytes:
    """Cut, repeat, overwrite, flip or drop a piece somewhere."""
    start = generator.randrange(len(content))
    end = min(len(content), start + generator.choice([1, 1, 2, 8, 64, 1000]))
    piece = content[start:end]
    spoilt = generator.choice(
        [
            lambda: content[:start],
            lambda: content[:end] + content[start:],
            lambda: content[:start] + bytes(len(piece)) + content[end:],
            lambda: (
                content[:start]
                + bytes(byte ^ 1 << generator.randrange(8) for byte in piece)
                + content[end:]
            ),
            lambda: content[:start] + content[end:],
            lambda: content[:start] + generator.randbytes(len(piece)) + content[end:],
        ]
    )
    return spoilt()


def outcome(folder: Path, *words: str) -> tuple[int, str]:
    """Run a command in a child; return its exit code (negative for a signal) and its stderr."""
    log = folder.parent / f"{folder.name}.stderr"
    child = os.fork()
    if child == 0:
        os.dup2(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 2)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        try:
            os._exit(main(list(words)))
        except BaseException:
            traceback.print_exc()
            os._exit(99)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), log.read_text()


def good_files() -> dict[str, tuple[bytes, list[str]]]:
    """Return files that are right, and the command that reads each of them, whose FILE and OUT are
    yet to be named.
    """
    recipes = {}
    for name in catalogue.names():
        words = ["function.download=true"] if name == "cifar10" else []
        recipes[f"{name}.yaml"] = catalogue.load_recipe(name, words).to_yaml().encode()
    files = {
        name: (content, ["generate", "FILE", "--print-config"]) for name, content in recipes.items()
    }
    arrays = {
        "u": np.arange(120.0).reshape(2, 60),
        "y": np.ones((2, 60, 2)),
        "parts": np.array([[1, 2]]),
    }
    mapped = [
        "--map",
        "force=u",
        "displacement=y",
        "--unit",
        "force=N",
        "displacement=m",
        "--interval",
        "1",
    ]
    mapped = ["import", "FILE", "--out", "OUT", *mapped, "--split", "train=parts"]
    for name, compressed in (("plain.mat", False), ("packed.mat", True)):
        scipy.io.savemat(buffer := io.BytesIO(), arrays, do_compression=compressed)
        files[name] = buffer.getvalue(), mapped
    with h5py.File(buffer := io.BytesIO(), "w") as file:
        for name, values in arrays.items():
            file.create_dataset(name, data=values, chunks=values.shape, fletcher32=True)
    files["measured.h5"] = buffer.getvalue(), mapped
    table = "time (s), force (N), drift (mm)\n" + "".join(f"{i},{i * i},{-i}\n" for i in range(40))
    words = ["import", "FILE", "--out", "OUT", "--map", "time=time", "force=force", "drift=drift"]
    files["data.csv"] = table.encode(), words
    motion = "time (s), acceleration (m/s2)\n" + "".join(
        f"{i / 50},{i % 7 - 3}\n" for i in range(40)
    )
    files["motion.csv"] = motion.encode(), ["import", "FILE", "--out", "OUT"]
    at2 = "PEER\nTEST\nACCELERATION TIME SERIES IN UNITS OF G\nNPTS= 40, DT= .0200 SEC\n"
    at2 += "".join(f"{(i % 7 - 3) / 9:15.7E}" + "\n" * (i % 5 == 4) for i in range(40))
    files["motion.AT2"] = at2.encode(), ["import", "FILE", "--out", "OUT"]
    return files


def fuzz(folder: Path, cases: int) -> None:
    """Spoil good recipes, data and measured records until `cases` of each kind of file have been
    refused.
    """
    generator = random.Random(int(os.environ.get("FUZZ_SEED", "0")))
    main(
        [
            "generate",
            "five_storey",
            "motion.duration=1",
            "records=5",
            "--out",
            str(folder / "good.h5"),
            "--no-card",
        ]
    )
    files = good_files() | {"data.h5": ((folder / "good.h5").read_bytes(), ["check", "FILE"])}
    for name, (good, words) in files.items():
        refused = harmless = 0
        path, out = folder / name, folder / "out.h5"
        filled = [{"FILE": str(path), "OUT": str(out)}.get(word, word) for word in words]
        while refused < cases and refused + harmless < 40 * cases:
            spoilt = spoil(good, generator)
            if spoilt == good:
                continue
            path.write_bytes(spoilt)
            before = sorted(folder.iterdir())
            code, errors = outcome(folder, *filled)
            if (
                code == 2
                and len(errors.splitlines()) == 1
                and errors.startswith("error: ")
                and len(errors) < 1000
            ):
                refused += 1
            elif (
                code == 0 and name != "data.h5"
            ):  # a comment, a number; in data no change is harmless
                harmless += 1
                out.unlink(missing_ok=True)
            else:
                raise SystemExit(f"{name}: exit code {code}, stderr {errors}")
            if sorted(folder.iterdir()) != before:
                raise SystemExit(
                    f"{name}: {set(folder.iterdir()) ^ set(before)} was written, stderr {errors}"
                )
        print(f"{name}: {refused} refused, {harmless} harmless")


if __name__ == "__main__":
    os.environ["SOURCE_DATE_EPOCH"] = "0"
    task, place, *rest = sys.argv[1:]
    if task == "kill":
        kill(Path(place), int(rest[0]))
    elif task == "fuzz":
        fuzz(Path(place), int(rest[0]))
    else:
        dask(Path(place))
