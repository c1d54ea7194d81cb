"""`surrogate respond`: the response to one accelerogram, as a file, a figure and a small table."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import xarray as xr

from datasets.store import refuse_to_overwrite, write_dataset
from simulators.accelerogram import read_accelerogram
from simulators.motion import BaseMotion
from surrogate import figures, metrics, predict, signals
from surrogate.signals import Interface

REFERENCE_TOLERANCE = 1e-6


def main(argv: Sequence[str]) -> int:
    """Run the command; errors of the user are raised as ValueError, FileNotFoundError or FileExistsError."""
    options = _parser().parse_args(argv)
    picture = Path(options.out).with_suffix(".png")
    for path in (options.out, picture):
        refuse_to_overwrite(path, options.overwrite)
    surrogate = predict.load(options.checkpoint)
    interface = surrogate.interface
    motion = fit_motion(read_accelerogram(options.record), interface, options.peak)
    warn_outside_training(motion, float(surrogate.input_peak[0]))
    prediction = predict.respond(surrogate, motion.acceleration[None, :, None])
    reference = simulate(interface, motion, options.reference) if options.reference else None
    attrs = {"source": f"surrogate {Path(options.checkpoint).name}, {motion.origin}"}
    response = predict.as_dataset(interface, motion.acceleration[None, :, None].astype(np.float32), prediction, attrs)
    if reference is not None:
        response = response.assign({f"{name}_reference": values for name, values in reference.items()})
    write_dataset(response, options.out, options.overwrite)
    table = None if reference is None else stack(reference, interface)
    figures.save(draw(motion, interface, prediction[0], table), picture)
    print(tabulate(interface, prediction[0], table))
    print(f"\nwritten to {options.out} and {picture}")
    return 0


def fit_motion(motion: BaseMotion, interface: Interface, peak: float | None) -> BaseMotion:
    """The motion at the sampling interval of the surrogate, scaled to `peak` (m s-2) where one is given."""
    names = [signal.variable for signal in interface.inputs]
    if names != ["base_acceleration"]:
        raise ValueError(f"the surrogate takes {', '.join(names)}; an accelerogram gives base_acceleration alone")
    motion = motion if np.isclose(motion.interval, interface.interval) else motion.resample(interface.interval)
    return motion if peak is None else motion.scale_to_peak(peak)


def warn_outside_training(motion: BaseMotion, trained_peak: float) -> None:
    """One line on stderr where the surrogate has to extrapolate."""
    if motion.peak > trained_peak:
        print(
            f"warning: the record's peak of {motion.peak:.3g} m s-2 is above the {trained_peak:.3g} m s-2 of the "
            "training records: the surrogate extrapolates",
            file=sys.stderr,
        )


def simulate(interface: Interface, motion: BaseMotion, method: str) -> xr.Dataset:
    """Response of the structure of the training data, by the simulator."""
    from datasets.catalogue import read_recipe  # these two bring the compiled integrator along
    from simulators.integrate import solve

    if not interface.recipe:
        raise ValueError("--reference needs the structure, but the training data of this surrogate had no recipe")
    structure = read_recipe(interface.recipe, "recipe of the checkpoint").nominal
    names = [signal.variable for signal in interface.targets]
    return solve(structure, motion, method=method, tolerance=REFERENCE_TOLERANCE, outputs=names, dtype=np.float32)[
        names
    ]


def stack(dataset: xr.Dataset, interface: Interface) -> np.ndarray:
    """Targets of the first record side by side, shape (time, channel)."""
    blocks = [dataset[signal.variable].values[0] for signal in interface.targets]
    return np.concatenate([block.reshape(len(block), -1) for block in blocks], axis=1)


def draw(motion: BaseMotion, interface: Interface, prediction: np.ndarray, reference: np.ndarray | None):
    """Figure of the base motion and of every predicted channel."""
    units = [signal.units for signal in interface.targets for _ in range(signal.channels)]
    traces = [figures.Trace("base acceleration", "m s-2", motion.time, motion.acceleration)]
    for channel, label in enumerate(signals.labels(interface.targets)):
        truth = None if reference is None else reference[:, channel]
        traces.append(figures.Trace(label, units[channel], motion.time, truth, prediction[:, channel]))
    return figures.histories(traces, f"{motion.origin}   peak {motion.peak:.3g} m/s²")


def tabulate(interface: Interface, prediction: np.ndarray, reference: np.ndarray | None) -> str:
    """Peak of each channel, with the reference's and the metrics where there is one."""
    columns = {"peak": np.abs(prediction).max(axis=0)}
    if reference is not None:
        columns["reference"] = np.abs(reference).max(axis=0)
        scores = metrics.evaluate(prediction, reference)
        columns |= {name: scores[name] for name in ("NRMSE", "correlation", "peak_error")}
    units = [signal.units for signal in interface.targets for _ in range(signal.channels)]
    rows = [f"{'':<24}" + "".join(f"{name:>13}" for name in columns)]
    for channel, label in enumerate(signals.labels(interface.targets)):
        values = "".join(f"{column[channel]:>13.4g}" for column in columns.values())
        rows.append(f"{f'{label} ({units[channel]})':<24}{values}")
    return "\n".join(rows)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> None:
        raise ValueError(f"{message} (see `surrogate respond --help`)")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser("surrogate respond", description="Predict the response to one accelerogram.")
    parser.add_argument("--checkpoint", required=True, help="checkpoint of a trained surrogate")
    parser.add_argument("--record", required=True, help="accelerogram: SMC, AT2, ESM, K-NET or CSV")
    parser.add_argument("--out", required=True, help="dataset file to write (.h5); a figure goes beside it (.png)")
    parser.add_argument("--peak", type=float, help="scale the record to this peak acceleration, m s-2")
    parser.add_argument(
        "--reference",
        nargs="?",
        const="DOP853",
        metavar="METHOD",
        help="simulate the structure too and compare: batch or a method of SciPy (default DOP853)",
    )
    parser.add_argument("--overwrite", action="store_true", help="replace existing output")
    return parser
