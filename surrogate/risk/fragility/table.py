"""Fragility curves with their intervals as a table."""

import csv
from collections.abc import Mapping
from pathlib import Path

from datasets.files.disk import new_file
from surrogate.risk.fragility.assessment import Assessed

COLUMNS = ("state", "limit", "median", "median_low", "median_high", "beta", "beta_low", "beta_high")


def rows(assessed: Mapping[str, Assessed], level: float) -> list[list[object]]:
    """Return a row for each damage state, in the order of `COLUMNS`."""
    found: list[list[object]] = []
    for name, one in assessed.items():
        medians = one.repetitions.interval("median", level)
        betas = one.repetitions.interval("beta", level)
        found.append([name, one.limit, one.curve.median, *medians, one.curve.beta, *betas])
    return found


def write(assessed: Mapping[str, Assessed], path: Path, unit: str, level: float) -> None:
    """Write the curves, a row each; medians are in `unit`, which the head names."""
    heads = [f"{name}_{unit}" if name.startswith("median") else name for name in COLUMNS]
    with new_file(path, overwrite=True) as temporary, temporary.open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow([*heads, "level"])
        for state, *numbers in rows(assessed, level):
            table.writerow([state, *(f"{value:.6g}" for value in numbers), level])


def told(assessed: Mapping[str, Assessed], unit: str, level: float) -> str:
    """Return the table as text."""
    lines = [f"{'':<16}{'limit':>10}{f'median ({unit})':>16}{'beta':>10}   {level:.0%} intervals"]
    for state, limit, median, low, high, beta, least, most in rows(assessed, level):
        lines.append(
            f"{state:<16}{limit:>10.4g}{median:>16.4g}{beta:>10.3g}   "
            f"{low:.4g} to {high:.4g}, {least:.3g} to {most:.3g}"
        )
    return "\n".join(lines)
