"""Records a second that reach the disk beside those that the integrator makes, and memory against
their number.
"""

import os
import shutil
import subprocess
import sys
import time
from functools import lru_cache
from pathlib import Path

import numpy as np

from benchmarks.timing import best_seconds
from datasets.generation import scheduling
from datasets.generation.executors import InProcess, local
from datasets.generation.generate import generate
from datasets.recipes.catalogue import load_recipe, read_recipe
from simulators import solve

TOLERANCES = (1e-4, 1e-6)
SHORT = "motion.duration=2.0"  # 101 samples: 100 000 records are 0.45 GB


def rates(folder, processes, shards, records_per_shard, rounds):
    """Print and return records a second: generated to disk, with each shard computed while the one
    before is written and one by one, integrated alone, their bytes written alone; by turns.
    """
    results = {}
    titles = (
        f"{'to disk':>12}{'one by one':>12}{'integrator':>12}{'ratios':>14}"
        f"{'bytes alone':>14}{'ratio':>8}"
    )
    print(f"{'five_storey':34}{titles}")
    for tolerance in TOLERANCES:
        size = [f"records={shards * records_per_shard}", f"records_per_shard={records_per_shard}"]
        recipe = load_recipe("five_storey", [*size, f"tolerance={tolerance:.1e}"])
        with local(processes) as (executor, workers):
            wall = _best(recipe, folder, executor, workers, rounds, time.perf_counter)
        cpu = _best(recipe, folder, InProcess(), 1, rounds, time.process_time)
        results |= _report(
            f"{tolerance:.0e}, {processes} processes", f"{tolerance:.0e}", recipe, wall
        )
        results |= _report(
            f"{tolerance:.0e}, 1 process, its own time", f"{tolerance:.0e}_cpu", recipe, cpu
        )
    return results


def peak_memory(folder, processes, records):
    """Print and return the peak memory (MB) of generation for `records` and for ten times as many,
    and their ratio.
    """
    small, large = (
        _peak_of_generation(folder, processes, count, records // 10)
        for count in (records, 10 * records)
    )
    ratio = large / small
    print(
        f"peak memory, {records} and {10 * records} records: {small:.0f} and {large:.0f} MB, "
        f"ratio {ratio:.3f}"
    )
    return {"peak_memory_small": small, "peak_memory_large": large, "peak_memory_ratio": ratio}


def _best(recipe, folder, executor, workers, rounds, clock):
    text = recipe.to_yaml()

    def to_disk():
        generate(recipe, folder / "generated", executor, workers)
        shutil.rmtree(folder / "generated")

    def one_by_one():
        together = scheduling.TOGETHER
        scheduling.TOGETHER = 1
        try:
            to_disk()
        finally:
            scheduling.TOGETHER = together

    def in_memory():
        for future in [executor.submit(_respond, text) for _ in range(recipe.shards)]:
            future.result()

    def bytes_alone():
        (folder / "bytes").mkdir()
        size = _bytes_of_shard(text)
        for future in [
            executor.submit(_write, folder / "bytes" / str(i), size) for i in range(recipe.shards)
        ]:
            future.result()
        shutil.rmtree(folder / "bytes")

    ways = {
        "disk": to_disk,
        "one_by_one": one_by_one,
        "integrator": in_memory,
        "bytes": bytes_alone,
    }
    seconds, _ = best_seconds(ways, rounds, clock)
    return seconds


def _report(name, key, recipe, seconds):
    disk, single, integrator, alone = (
        recipe.records / seconds[way] for way in ("disk", "one_by_one", "integrator", "bytes")
    )
    rates = f"{disk:10.0f}/s{single:10.0f}/s{integrator:10.0f}/s"
    ratios = f"{disk / integrator:7.2f}{single / integrator:7.2f}"
    print(f"{'tolerance ' + name:34}{rates}{ratios}{alone:12.0f}/s{disk / alone:8.2f}")
    return {
        f"bytes_written_per_second_{key}": alone,
        f"generated_per_second_{key}": disk,
        f"integrated_per_second_{key}": integrator,
        f"generation_ratio_{key}": disk / integrator,
        f"generation_ratio_one_by_one_{key}": single / integrator,
    }


def _respond(text):
    """Integrate the motions of the first shard, which this process has drawn before; the time of
    `solve` alone.
    """
    recipe, structure, motions = _problem(text)
    how = {"method": recipe.method, "tolerance": recipe.tolerance, "outputs": recipe.outputs}
    return solve(structure, motions, dtype=np.float32, threads=1, **how).sizes["record"]


def _bytes_of_shard(text):
    """What a shard holds: the motion and the outputs of its records in single precision."""
    recipe, structure, motions = _problem(text)
    samples = motions.acceleration.shape[1]
    return 4 * len(motions.acceleration) * samples * (1 + len(recipe.outputs) * structure.elements)


def _write(path, size):
    """Write and flush as many bytes, from memory that is there."""
    with path.open("wb", buffering=0) as file:
        file.write(_random_bytes(size))
        os.fsync(file.fileno())


@lru_cache(maxsize=1)
def _random_bytes(size):
    return np.random.default_rng(0).bytes(size)


@lru_cache(maxsize=1)
def _problem(text):
    recipe = read_recipe(text, "recipe")
    structure, motions, _ = recipe.inputs(*recipe.bounds(0))
    return recipe, structure, motions


def _peak_of_generation(folder, processes, records, records_per_shard):
    """Largest memory (MB) of all processes together while a dataset of short records is
    generated.
    """
    out = folder / "memory"
    size = [f"records={records}", f"records_per_shard={records_per_shard}", SHORT]
    options = [*size, "--no-card", "--workers", str(processes), "--out", str(out)]
    command = [sys.executable, "-m", "surrogate", "generate", "five_storey", *options]
    peak = 0
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        while process.poll() is None:
            peak = max(peak, _memory_of_tree(process.pid))
            time.sleep(0.02)
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}")
    shutil.rmtree(out)
    return peak / 1e6


def _memory_of_tree(root):
    """Resident bytes of a process and of all that it started (Linux)."""
    parents, resident = {}, {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
        except OSError:  # it has ended meanwhile
            continue
        parents[int(status.parent.name)], resident[int(status.parent.name)] = (
            int(fields[1]),
            int(fields[21]),
        )
    members = {root}
    while more := {pid for pid, parent in parents.items() if parent in members} - members:
        members |= more
    return sum(resident.get(pid, 0) for pid in members) * os.sysconf("SC_PAGE_SIZE")
