"""The measurements: rows of the tables of docs/gpu.md."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import torch

from benchmarks import endless
from benchmarks.gpu import distributed, fits, subjects
from benchmarks.gpu.fits import Fit, difference, run

NOTHING = "-"


@dataclass(frozen=True)
class Effort:
    """How much is measured.

    Attributes
    ----------
    device : str
        cuda; cpu lets a test see that everything runs.
    steps, slow_steps : int
        Of a fit on the GPU, and on the processor.
    compared : int
        Steps whose losses are compared.
    large : int
        Records of the large batch.
    networks, precise, compiled : tuple of str
        Names of networks in the tables of networks, precisions and torch.compile.
    epochs : int, optional
        Of the demo's training in each precision; those of its configuration by default.
    recipe : tuple of str
        Overrides of the demo's recipe.
    """

    device: str = "cuda"
    steps: int = 14
    slow_steps: int = 5
    compared: int = 3
    large: int = 256
    networks: tuple[str, ...] = tuple(subjects.NETWORKS)
    precise: tuple[str, ...] = subjects.TRIED_PRECISIONS
    compiled: tuple[str, ...] = subjects.COMPILED
    epochs: int | None = None
    recipe: tuple[str, ...] = ()


QUICK = Effort(
    networks=("LSTM", "StateSpace"), precise=("LSTM",), compiled=("WindowMLP",), epochs=2
)


@dataclass
class Measured:
    """Rows of each table, and what was measured on."""

    facts: dict[str, Any]
    networks: list[tuple[object, ...]] = field(default_factory=list)
    optimizers: list[tuple[object, ...]] = field(default_factory=list)
    precisions: list[tuple[object, ...]] = field(default_factory=list)
    accuracies: list[tuple[object, ...]] = field(default_factory=list)
    compiled: list[tuple[object, ...]] = field(default_factory=list)
    distributed: str = "Not measured yet."


def measure(
    effort: Effort, folder: Path, keep: Callable[[Measured], object] = lambda measured: None
) -> Measured:
    """Measure all sections; each row is printed and kept when it is known.

    The networks come last, since they take longest: a run that is ended early leaves the others.
    """
    data = fits.make_data(folder)
    measured = Measured(facts(effort))
    sections = (
        (measured.precisions, precision_rows),
        (measured.compiled, compiled_rows),
        (measured.accuracies, accuracy_rows),
        (measured.optimizers, optimizer_rows),
        (measured.networks, network_rows),
    )
    for rows, section in sections:
        for row in section(effort, data):
            rows.append(row)
            keep(measured)
            told = (f"{value:.4g}" if isinstance(value, float) else value for value in row)
            print(*told, flush=True)
    measured.distributed = distributed.measure(data, effort)
    keep(measured)
    print(measured.distributed, flush=True)
    return measured


def shown(value: object) -> str:
    """A number to three digits, anything else in its own words."""
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def facts(effort: Effort) -> dict[str, Any]:
    """What was measured on, and how."""
    card = torch.cuda.get_device_name() if effort.device == "cuda" else effort.device
    return {
        "card": card,
        "torch": torch.__version__,
        "batch": fits.BATCH,
        "compared": effort.compared,
        "large": effort.large,
    }


def network_rows(effort: Effort, data: Path) -> Iterator[tuple[object, ...]]:
    """Time, agreement with the processor, waiting, and a large batch, of each network."""
    for name in effort.networks:
        fit = Fit(subjects.NETWORKS[name])
        there = run(fit, data, effort.device, effort.steps)
        here = run(fit, data, "cpu", effort.slow_steps)
        _require_place(name, there.devices, effort.device)
        large = replace(fit, batch=effort.large)
        much = run(large, data, effort.device, effort.slow_steps)
        slow = run(large, data, "cpu", fits.WARM_UP + 1)
        yield (
            name,
            there.milliseconds,
            here.milliseconds,
            here.milliseconds / there.milliseconds,
            difference(there.losses, here.losses, effort.compared),
            _waiting(fit, data, effort),
            much.milliseconds,
            slow.milliseconds / much.milliseconds,
        )


def optimizer_rows(effort: Effort, data: Path) -> Iterator[tuple[object, ...]]:
    """First and last loss, agreement with the processor, and waiting, of each optimizer."""
    for name, optimizer in subjects.optimizer_factories().items():
        identifies = name == "LevenbergMarquardt"
        network = subjects.IDENTIFIED if identifies else subjects.OPTIMIZED
        fit = Fit(subjects.NETWORKS[network], optimizer, whole=name == "LBFGS")
        try:
            there = run(fit, data, effort.device, effort.steps)
        except ValueError as error:
            yield (name, NOTHING, NOTHING, NOTHING, f"refused: {str(error).split('. ')[0]}")
            continue
        here = run(fit, data, "cpu", effort.slow_steps)
        agreement = difference(there.losses, here.losses, effort.compared)
        yield (name, there.losses[0], there.losses[-1], agreement, _waiting(fit, data, effort))


def precision_rows(effort: Effort, data: Path) -> Iterator[tuple[object, ...]]:
    """Loss after the steps over that of single precision, and time, by precision."""
    for name in effort.precise:
        single = math.nan
        for precision in subjects.PRECISIONS:
            fit = Fit(subjects.NETWORKS[name], precision=precision)
            try:
                there = run(fit, data, effort.device, effort.steps)
            except ValueError as error:
                yield (name, precision, f"refused: {str(error).split('. ')[0]}", NOTHING)
                continue
            if precision == subjects.PRECISIONS[0]:
                single = there.losses[-1]
            yield (name, precision, there.losses[-1] / single, there.milliseconds)


def accuracy_rows(effort: Effort, data: Path) -> Iterator[tuple[object, ...]]:
    """NRMSE of the test records after the demo's training in each precision, and its minutes."""
    settings: dict[str, Any] = {"trainer.accelerator": "gpu" if effort.device == "cuda" else "cpu"}
    if effort.epochs is not None:
        settings["trainer.max_epochs"] = effort.epochs
    for precision in subjects.PRECISIONS:
        folder = data.parent / precision
        folder.mkdir(exist_ok=True)
        chosen = settings | {"trainer.precision": precision}
        found = endless.trained("file", folder, chosen, effort.recipe)
        passed = [minutes for minutes, *_ in found["curve"]]
        yield (precision, found["NRMSE"], passed[-1] - passed[0])


def compiled_rows(effort: Effort, data: Path) -> Iterator[tuple[object, ...]]:
    """Time of a step without and with torch.compile."""
    for name in effort.compiled:
        fit = Fit(subjects.NETWORKS[name])
        plain = run(fit, data, effort.device, effort.steps)
        compiled = run(replace(fit, compile=True), data, effort.device, effort.steps)
        ratio = plain.milliseconds / compiled.milliseconds
        yield (name, plain.milliseconds, compiled.milliseconds, ratio)


def _require_place(name: str, found: frozenset[str], device: str) -> None:
    if found != {device}:
        raise RuntimeError(f"{name} has parameters or buffers on {', '.join(sorted(found))}")


def _waiting(fit: Fit, data: Path, effort: Effort) -> str:
    if effort.device != "cuda":
        return NOTHING
    return fits.waits(fit, data, effort.steps) or "no"
