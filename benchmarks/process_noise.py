"""Damping of a building whose records hold more than its response to the base, by four noises.

    python -m benchmarks.process_noise --truth ambient --seeds 0 1 2    # a minute on a core

Three storeys, accelerometers at the base and on floors 1 and 3 with 2 % of noise, eight records of
16 s, masses known. Three truths that hold more than the model which is identified:

- ambient: an elastic building, pushed by white forces on all floors that nobody has measured;
- hysteresis: storeys that yield a little (Bouc-Wen), where an elastic law is identified, so that
  loops take energy that is none of its damping;
- yielding: storeys that yield clearly and are pushed, where the law of Bouc and Wen is identified.

Each is identified with white noise of the sensors alone (plain output error), with noise of the
base sensor as well, and with process noise on the storeys or on the floors. For each seed and noise
a row: damping ratios over the true ones of the elastic structure, whether the intervals of 90 %
hold them, and the share of the drifts of eight other records, ambient motion included, that bands
of 90 % hold. At the end means over the seeds.
"""

import argparse
import json
from collections.abc import Sequence
from typing import Any

import numpy as np

from benchmarks import pushed_building
from simulators import BandLimitedNoise, ExternalForce, Structure, solve
from surrogate.identification.identify import Identification, identify
from surrogate.identification.model import ShearModel
from surrogate.identification.prediction import predict
from surrogate.identification.recordings import Recordings, respond
from surrogate.identification.settings import Settings
from surrogate.networks.observation import Channel, channels, every

INTERVAL, DURATION, RECORDS = 0.02, 16.0, 8
STRENGTH = {"ambient": 2.5, "hysteresis": 0.5, "yielding": 2.5}
"""Root mean square of the base motion of each truth (m s-2)."""
SOUGHT = {"ambient": "elastic", "hysteresis": "elastic", "yielding": "bouc_wen"}
"""Law that is identified."""
PUSH = 3.0
"""Of the ambient forces (N): the motion that they cause is as large as that from the base."""
NOISE = 0.02
ELASTIC: dict[str, Any] = {
    "mass": [1.0, 0.8, 0.6],
    "stiffness": [300.0, 260.0, 200.0],
    "damping": [1.2, 1.0, 0.8],
}
YIELDING: dict[str, Any] = {
    **ELASTIC,
    "yield_displacement": [0.03, 0.025, 0.02],
    "exponent": 2.0,
    "share": 0.6,
    "post_yield_ratio": 0.1,
}
SENSORS = channels(["acceleration 1", "acceleration 3"], 3)
DRIFTS = every("drift", 3)
NOISES: dict[str, dict[str, Any]] = {
    "plain": {"base_noise": False},
    "base": {},
    "storeys": {"base_noise": False, "process_noise": "storeys"},
    "floors": {"base_noise": False, "process_noise": "floors"},
}


def building(law: str) -> Structure:
    """Return the building with the law of a truth."""
    model = ShearModel(3, law, YIELDING if law == "bouc_wen" else ELASTIC)
    return model.structure({unknown.name: unknown.start for unknown in model.unknowns})


def motions(strength: float, generator: np.random.Generator) -> np.ndarray:
    """Return motions of the base, shape (record, time)."""
    noise = BandLimitedNoise(low_frequency=0.3, high_frequency=8.0, root_mean_square=strength)
    made = [noise.sample(generator, DURATION, INTERVAL).acceleration for _ in range(RECORDS)]
    return np.stack(made)


def seen(
    truth: str, base: np.ndarray, looked_at: Sequence[Channel], generator: np.random.Generator
) -> np.ndarray:
    """Return what channels see of a truth without their noise, (record, time, channel)."""
    if truth == "hysteresis":
        return respond(building("bouc_wen"), base, INTERVAL, looked_at)[0]
    forces = PUSH * generator.standard_normal((*base.shape, 3))
    if truth == "yielding":
        answer = pushed_building.respond(YIELDING, base, forces, INTERVAL)
        return _looked_at(answer[looked_at[0].quantity], looked_at)
    return respond(building("elastic"), base, INTERVAL, looked_at)[0] + _pushed(forces, looked_at)


def _pushed(forces: np.ndarray, looked_at: Sequence[Channel]) -> np.ndarray:
    """What channels see of forces on an elastic building, whose motions add up."""
    quantity = looked_at[0].quantity
    total = np.zeros((*forces.shape[:2], len(looked_at)))
    for floor in range(3):
        loads = [ExternalForce(own, INTERVAL, floor=floor) for own in forces[..., floor]]
        moved = solve(building("elastic"), loads, outputs=[quantity])[quantity].values
        total += _looked_at(moved, looked_at)
    return total


def _looked_at(answer: np.ndarray, looked_at: Sequence[Channel]) -> np.ndarray:
    return answer[..., [channel.place - 1 for channel in looked_at]]


def recordings(truth: str, seed: int) -> Recordings:
    """Return the records that are fitted."""
    generator = np.random.default_rng([seed, 0])
    base = motions(STRENGTH[truth], generator)
    clean = seen(truth, base, SENSORS, generator)
    noise = NOISE * clean.std(axis=(0, 1)) * generator.standard_normal(clean.shape)
    return Recordings(base, clean + noise, SENSORS, INTERVAL)


def row(truth: str, seed: int, noise: str) -> dict[str, Any]:
    """Return the scores of one identification."""
    settings = Settings(
        3, SOUGHT[truth], {"mass": ELASTIC["mass"]}, fixed=("mass",), **NOISES[noise]
    )
    found = identify(recordings(truth, seed), settings)
    true_ratios = building("elastic").damping_ratios
    drawn = _drawn_ratios(found)
    low, high = np.quantile(drawn, [0.05, 0.95], axis=0)
    generator = np.random.default_rng([seed, 1])
    base = motions(STRENGTH[truth], generator)
    drifts = seen(truth, base, DRIFTS, generator)
    held = predict(found, base, INTERVAL, DRIFTS).covers(drifts)
    return {
        "truth": truth,
        "seed": seed,
        "noise": noise,
        "damping": (found.structure.damping_ratios / true_ratios).tolist(),
        "within": ((low <= true_ratios) & (true_ratios <= high)).tolist(),
        "drifts": held.tolist(),
    }


def _drawn_ratios(found: Identification) -> np.ndarray:
    """Damping ratios of drawn buildings, shape (draw, mode)."""
    values = found.bounds.space.values(found.bounds.sample(200))
    return found.model.at_rest(values).damping_ratios


def described(rows: Sequence[dict[str, Any]]) -> str:
    """Return the means over seeds of one noise in a line."""
    off = np.array([row["damping"] for row in rows]) - 1.0
    words = {
        "bias": " ".join(f"{value:+.1%}" for value in off.mean(axis=0)),
        "root mean square": " ".join(f"{v:.1%}" for v in np.sqrt((off**2).mean(axis=0))),
        "intervals hold": f"{np.mean([row['within'] for row in rows]):.0%}",
        "bands hold": f"{np.mean([row['drifts'] for row in rows]):.0%}",
    }
    return f"{rows[0]['noise']}: " + ", ".join(f"{key} {value}" for key, value in words.items())


def main(argv: Sequence[str] | None = None) -> None:
    """Print a row for each seed and noise, means over the seeds, and the rows as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--truth", choices=tuple(STRENGTH), default="ambient")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--noises", nargs="+", choices=tuple(NOISES), default=list(NOISES))
    options = parser.parse_args(argv)
    rows = []
    for seed in options.seeds:
        for noise in options.noises:
            rows.append(row(options.truth, seed, noise))
            print(json.dumps(rows[-1]), flush=True)
    for noise in options.noises:
        print(described([own for own in rows if own["noise"] == noise]))


if __name__ == "__main__":
    main()
