"""What linear models can explain of recorded responses at most: each record fitted by itself.

    python -m benchmarks.linear_bound DATASET --modes 1 2 3

A model of m modes has poles lambda_j of its own for each record, and residues by least squares,

    x_j,t = lambda_j x_j,t-1 + u_t,     y_t = D_0 u_t + D_1 u_t-1 + Re sum_j R_j x_j,t

so that nothing is predicted: the record that is scored is the one that is fitted. A linear model of
as many modes, the same for all records, has more error than that, but for what the search of the
poles, which is a local one, may have missed. What remains is what the base did not cause (other
components of the motion, noise), or not linearly.

Prints NRMSE of each channel of each record, and the mean over the records of each part.
"""

import argparse
import json
from collections.abc import Sequence

import numpy as np
from scipy import optimize, signal

import datasets
from datasets.contract import partition

PERIODS = (23.0, 8.0, 4.0, 60.0)
"""Natural periods (samples) that modes start with, in the order in which they are added."""
DAMPING = 0.05
STEPS = 20


def main(argv: Sequence[str] | None = None) -> None:
    """Print the table, and the last line as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", help="dataset of one input and one target variable")
    parser.add_argument("--input", default="base_acceleration")
    parser.add_argument("--target", default="displacement")
    parser.add_argument("--modes", type=int, nargs="+", default=[1], choices=range(1, 5))
    options = parser.parse_args(argv)
    dataset = datasets.open_dataset(options.data).load()
    inputs = dataset[options.input].values.astype(float)
    targets = dataset[options.target].values.astype(float)
    targets = targets.reshape(*inputs.shape, -1)
    rows = []
    for modes in options.modes:
        errors = np.stack([bound(*pair, modes) for pair in zip(inputs, targets, strict=True)])
        for record, row in enumerate(errors):
            print(f"{modes} modes, record {record}: " + " ".join(f"{one:.3f}" for one in row))
        for part in partition.names(dataset):
            own = partition.members(dataset, part)
            if not len(own):
                continue
            mean = float(errors[own].mean())
            print(f"{modes} modes, mean of {part}: {mean:.4f}", flush=True)
            rows.append({"modes": modes, "part": part, "NRMSE": mean})
    print(json.dumps(rows))


def bound(input: np.ndarray, target: np.ndarray, modes: int) -> np.ndarray:
    """Return the NRMSE of the best model of some modes for one record, shape (channel,).

    Parameters
    ----------
    input : ndarray, shape (time,)
    target : ndarray, shape (time, channel)
    modes : int
    """
    periods = np.array(PERIODS[:modes])
    start = np.log(np.concatenate([1.0 / periods, np.full(modes, DAMPING)]))
    spread = target.std(axis=0)

    def residuals(logs: np.ndarray) -> np.ndarray:
        states = _states(input, logs)
        residues = np.linalg.lstsq(states, target, rcond=None)[0]
        return ((target - states @ residues) / spread).ravel()

    found = optimize.least_squares(residuals, start, max_nfev=STEPS, x_scale=0.1)
    left = residuals(found.x).reshape(target.shape)
    return np.sqrt(np.square(left).mean(axis=0))


def _states(input: np.ndarray, logs: np.ndarray) -> np.ndarray:
    """Inputs of the present and the last sample, and modal states: (time, 2 + 2 modes)."""
    frequency, damping = np.exp(logs).reshape(2, -1)
    circular = 2.0 * np.pi * frequency
    root = np.sqrt(np.maximum(1.0 - damping**2, 1e-6))
    poles = np.exp(circular * (-damping + 1j * root))
    columns = [input, np.append(0.0, input[:-1])]
    for pole in poles:
        state = signal.lfilter([1.0], [1.0, -pole], input.astype(complex))
        columns += [state.real, state.imag]
    return np.stack(columns, axis=1)


if __name__ == "__main__":
    main()
