"""How few samples tell an oscillator: the learning curve of Forgione et al. (arXiv 2504.11811).

Subsequences of L samples of the published record of the Bouc-Wen benchmark, which is noisy and in
which the oscillator is not at rest. Of each alone an `Oscillator` is identified: it starts from the
members of a family of oscillators that fit best, and the family is its prior. Then it answers the
official multisine, whose initial state is estimated from its first samples::

    python -m benchmarks.few_records $BENCHMARK --out runs/few_records.json

The fit is 100 (1 - RMSE / std) %. The family is that of their meta-learning: uniform masses of
1 to 3 kg, dampings of 5 to 15 N s/m, stiffnesses k and alpha of 2.5e4 to 7.5e4 N/m, beta of 500
to 4500, gamma of 0.5 to 0.9, delta of -1.5 to -0.5, exponent 1. The results are kept length by
length: the same command goes on where it stopped.
"""

import argparse
import json
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from datasets.measured import benchmark
from surrogate.networks import Oscillator
from surrogate.optim import windows

PUBLISHED = {
    100: (0.0, 87.4),
    200: (11.2, 93.6),
    500: (66.0, 95.2),
    1000: (93.5, 95.5),
    2000: (95.9, 95.8),
    5000: (97.8, 95.9),
}
"""Their medians of fit (%): all 244 parameters trained, and 20 after 25 h of meta-learning."""
MEMBERS = 2000
"""Of the family, for the moments of the prior."""
TRIED = 48
"""Members that each window is compared with, and the best of them that the fit starts from."""
STARTS = 3
COMPARED = 100  # samples
KNOWN = 200
"""First samples of the test record that its initial state is estimated from."""


def family(members: int, generator: np.random.Generator, units: tuple[float, float]) -> Tensor:
    """Parameters of `network` for members of the family, shape (member, parameters).

    `units` are the force (N) and the displacement (m) that are one.
    """
    beta = generator.uniform(500.0, 4500.0, members)
    physical = {
        "mass": generator.uniform(1.0, 3.0, members),
        "damping": generator.uniform(5.0, 15.0, members),
        "elastic": generator.uniform(2.5e4, 7.5e4, members),
        "yielding": generator.uniform(2.5e4, 7.5e4, members),
        "loading": beta * generator.uniform(0.5, 0.9, members),
        "unloading": beta * generator.uniform(-1.5, -0.5, members),
    }
    return parameters_of(physical, units)


def parameters_of(physical: Mapping[str, np.ndarray], units: tuple[float, float]) -> Tensor:
    """Parameters of `network`, shape (member, parameters), from masses (kg), dampings (N s/m),
    stiffnesses k and alpha (N/m), and beta gamma and beta delta of the law.
    """
    force, length = units
    interval = 1.0 / benchmark.FREQUENCY
    stiffness = physical["elastic"] + physical["yielding"]
    numbers = {
        "log_stiffness": np.log(stiffness / physical["mass"] * interval**2),
        "log_damping": np.log(physical["damping"] / physical["mass"] * interval),
        "gain": force / stiffness / length,
        "share": np.log(physical["yielding"] / physical["elastic"]),
        "beta": physical["loading"] * length,
        "gamma": physical["unloading"] * length,
    }
    order = [name for name, _ in network().named_parameters()]
    return torch.tensor(np.stack([numbers[name] for name in order], axis=1))


SUBSTEPS = 1
"""Steps a sample: the true numbers have a fit of 99.42 % with one, of 99.84 % with two."""


def network() -> Oscillator:
    """An oscillator with the law of the benchmark, in double precision."""
    made = Oscillator(1, 1, elastic=0, substeps=SUBSTEPS, interpolation="band_limited")
    return made.double()


def best_members(input: Tensor, target: Tensor, members: Tensor, count: int) -> Tensor:
    """The members that answer the first samples of each window best, (window, count, values)."""
    samples = min(COMPARED, input.shape[1])
    every = len(input) * len(members)
    own = members.repeat(len(input), 1)
    asked = input[:, :samples].repeat_interleave(len(members), dim=0)
    known = target[:, :samples].repeat_interleave(len(members), dim=0)
    states = windows.estimated_states(network(), own, asked, known, steps=3)
    with torch.no_grad():
        error = windows.respond_from(network(), own, states, asked) - known
    mean_square = error.square().mean(dim=(1, 2)).nan_to_num(torch.inf)
    assert mean_square.shape == (every,)
    order = mean_square.reshape(len(input), -1).argsort(dim=1)[:, :count]
    return members[order]


def identified(input: Tensor, target: Tensor, members: Tensor, tried: int) -> Tensor:
    """Parameters of each window, shape (window, parameters): of its starts, the likeliest end."""
    prior = windows.Prior.of_members(members)
    starts = best_members(input, target, members[:tried], STARTS)
    asked = input.repeat_interleave(STARTS, dim=0)
    wanted = target.repeat_interleave(STARTS, dim=0)
    found = windows.fit_windows(network(), asked, wanted, starts.flatten(0, 1), prior)
    best = found.objective.reshape(-1, STARTS).argmin(dim=1)
    return found.parameters.reshape(len(input), STARTS, -1)[torch.arange(len(input)), best]


def fits(parameters: Tensor, input: Tensor, target: Tensor) -> np.ndarray:
    """Fit (%) on a test record, shape (window,); the state before it is estimated."""
    asked = input.expand(len(parameters), -1, -1)
    wanted = target.expand(len(parameters), -1, -1)
    with torch.no_grad():
        states = windows.estimated_states(
            network(), parameters, asked[:, :KNOWN], wanted[:, :KNOWN]
        )
        error = windows.respond_from(network(), parameters, states, asked) - wanted
    ratio = error.square().mean(dim=(1, 2)).sqrt() / target.std(correction=0)
    return (100.0 * (1.0 - ratio)).nan_to_num(-torch.inf).numpy()


def records(folder: Path) -> tuple[dict[str, Tensor], tuple[float, float]]:
    """Standardised signals, shape (1, time, 1) each, and the units of force and displacement."""
    signals = benchmark.read_signals(folder)
    train, test = signals["train_multisine"], signals["test_multisine"]
    units = float(train["force"].std()), float(train["displacement"].std())
    found = {}
    for name, signal in (("train", train), ("test", test)):
        for variable, unit in zip(("force", "displacement"), units, strict=True):
            values = signal[variable].values.astype(float).reshape(1, -1, 1) / unit
            found[f"{name}_{variable}"] = torch.tensor(values)
    return found, units


def measured(length: int, count: int, signals: dict, members: Tensor, tried: int) -> dict:
    """Fits of oscillators from `count` windows of a length, and the time they took."""
    generator = np.random.default_rng(length)
    last = signals["train_force"].shape[1] - length
    first = generator.integers(0, last, count)
    cut = [
        torch.cat([signals[name][:, start : start + length] for start in first])
        for name in ("train_force", "train_displacement")
    ]
    began = time.perf_counter()
    parameters = identified(cut[0], cut[1], members, tried)
    seconds = time.perf_counter() - began
    found = fits(parameters, signals["test_force"], signals["test_displacement"])
    return {"first": first.tolist(), "fit": found.tolist(), "seconds": seconds}


def row(length: int, found: dict) -> str:
    """Line of the table."""
    quartiles = np.percentile(found["fit"], [25, 50, 75])
    theirs = PUBLISHED.get(length, ("", ""))
    return (
        f"| {length} | {quartiles[1]:.2f} ({quartiles[0]:.2f} to {quartiles[2]:.2f}) | "
        f"{theirs[0]} | {theirs[1]} | {found['seconds'] / len(found['fit']):.1f} |"
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Print the table, row by row."""
    parser = argparse.ArgumentParser(description="learning curve on the Bouc-Wen benchmark")
    parser.add_argument("source", type=Path, help="folder of the published records")
    parser.add_argument("--out", type=Path, required=True, help="file of the results, NAME.json")
    parser.add_argument("--lengths", type=int, nargs="+", default=list(PUBLISHED))
    parser.add_argument("--windows", type=int, default=10, help="subsequences of each length")
    parser.add_argument("--tried", type=int, default=TRIED, help="members tried for each window")
    arguments = parser.parse_args(argv)
    signals, units = records(arguments.source)
    members = family(MEMBERS, np.random.default_rng(0), units)
    kept = json.loads(arguments.out.read_text()) if arguments.out.exists() else {}
    print("| L | fit, % (quartiles) | 244 parameters | 20, meta-learnt | s a window |")
    print("|---|---|---|---|---|")
    for length in arguments.lengths:
        key = f"{length} samples, {arguments.windows} windows, {arguments.tried} members"
        if key not in kept:
            kept[key] = measured(length, arguments.windows, signals, members, arguments.tried)
            arguments.out.parent.mkdir(parents=True, exist_ok=True)
            arguments.out.write_text(json.dumps(kept, indent=1))
        print(row(length, kept[key]), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
