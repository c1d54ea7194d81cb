"""Time of a response by an exported surrogate, beside the compiled simulator and SciPy, on one
thread.

A section of `benchmarks.training`. The LSTMs are not trained: their time does not depend on their
weights.
"""

from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

import numpy as np
import onnxruntime
import torch

from benchmarks.problem import noise
from benchmarks.scipy_rivals import respond_scipy
from benchmarks.timing import best_seconds
from datasets import write_dataset
from datasets.recipes.catalogue import load_recipe
from simulators import solve
from simulators.structures.presets import five_storey
from surrogate.data.datamodule import Records
from surrogate.export.onnx_graph import write_onnx
from surrogate.networks import LSTM
from surrogate.training.module import Surrogate

HIDDEN = (24, 64)  # units of one layer; 64 are those of configs/five_storey_lstm.yaml
BATCH = 64
BUILDING = five_storey()


def measure(effort):
    """Print milliseconds a response; return those of one record, and ratios to the simulators.

    Parameters
    ----------
    effort : benchmarks.training.Effort
    """
    motions, networks = noise(BATCH), surrogates(effort.device)
    clock = process_time if effort.device == "cpu" else perf_counter
    one = _milliseconds({"scipy": scipy}, motions[:1], min(2, effort.rounds), clock)
    one |= _milliseconds({"simulator": simulate} | networks, motions[:1], effort.rounds, clock)
    batch = _milliseconds({"simulator": simulate} | networks, motions, effort.rounds, clock)
    print(f"{'time of a response of 40 s':34}{'one':>12}{f'one of {BATCH}':>15}")
    for name, ms in one.items():
        print(
            f"{name:34}{ms:9.2f} ms" + (f"{batch[name]:12.3f} ms" if name in batch else ""),
            flush=True,
        )
    figures = {f"respond_ms_{name}": ms for name, ms in one.items()}
    for name in networks:
        figures[f"respond_ratio_scipy_{name}"] = one["scipy"] / one[name]
        figures[f"respond_ratio_simulator_{name}"] = one["simulator"] / one[name]
        figures[f"respond_ratio_simulator_{name}_of_{BATCH}"] = batch["simulator"] / batch[name]
    return figures


def scipy(motions):
    """Drifts by SciPy's RK45, shape (record, time, storey)."""
    return np.stack([respond_scipy(BUILDING, motion) for motion in motions])


def simulate(motions):
    """Drifts by the package's compiled integrator at its default tolerance, shape (record, time,
    storey).
    """
    return solve(BUILDING, motions, outputs=("drift",), dtype=np.float32, threads=1)["drift"].values


def surrogates(device):
    """Each LSTM by ONNX Runtime on the processor and by torch on the device: functions like
    `simulate`.
    """
    rivals = {}
    with TemporaryDirectory() as folder:
        records = _records(Path(folder))
        for hidden in HIDDEN:
            surrogate = Surrogate(partial(LSTM, hidden=hidden))
            surrogate.build_for(records)
            rivals[f"onnx_lstm_{hidden}"] = partial(
                _by_onnx, _session(surrogate.eval(), Path(folder, "lstm.onnx"))
            )
            rivals[f"torch_lstm_{hidden}"] = partial(_by_torch, surrogate.to(device))
    return rivals


def _records(folder):
    """A few records, which tell the surrogates their channels and scales."""
    write_dataset(load_recipe("five_storey", ["records=8"]).make(0, 8), folder / "data.h5")
    records = Records(str(folder / "data.h5"), ["base_acceleration"], ["drift"])
    records.setup("fit")
    return records


def _session(surrogate, path):
    write_onnx(surrogate, None, path)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def _by_onnx(session, motions):
    return session.run(["output"], {"input": _accelerations(motions)})[0]


def _by_torch(surrogate, motions):
    with torch.inference_mode():
        return (
            surrogate(torch.from_numpy(_accelerations(motions)).to(surrogate.device)).cpu().numpy()
        )


def _accelerations(motions):
    return np.stack([motion.acceleration for motion in motions]).astype(np.float32)[..., None]


def _milliseconds(rivals, motions, rounds, clock):
    """Best time of each rival for one of the motions (ms)."""
    calls = {name: partial(respond, motions) for name, respond in rivals.items()}
    seconds, _ = best_seconds(calls, rounds, clock)
    return {name: 1e3 * value / len(motions) for name, value in seconds.items()}
