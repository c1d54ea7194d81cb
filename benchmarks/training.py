"""Training and inference beside bare loops and simulators, as ratios; the last line is a JSON
object.

`python -m benchmarks.training`; README.md beside this file says what is measured. Each section is a
module with `measure(effort)`, which prints its rows and returns its figures.
"""

import argparse
import json
import os
from dataclasses import dataclass
from importlib import import_module

SECTIONS = ("epochs", "batched_training", "inference")  # modules of this package
FULL, QUICK = {"rounds": 7, "seconds": 3.0}, {"rounds": 3, "seconds": 1.0}


@dataclass(frozen=True)
class Effort:
    """How much is measured, and where."""

    device: str
    """cpu, or cuda for one GPU."""
    rounds: int
    """Timings of every rival by turns, of which the best counts."""
    seconds: float
    """About how long one timing takes."""


def main(argv=None):
    """Measure, print a table, and as the last line a JSON object."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.training", description=__doc__.split("\n")[0]
    )
    parser.add_argument(
        "sections", nargs="*", help=f"some of {', '.join(SECTIONS)}; all by default"
    )
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument(
        "--quick", action="store_true", help="fewer and shorter rounds: a minute, less certain"
    )
    options = parser.parse_args(argv)
    if not set(options.sections) <= set(SECTIONS):
        parser.error(
            f"sections: expected some of {', '.join(SECTIONS)}, got {' '.join(options.sections)}"
        )
    os.environ["OMP_NUM_THREADS"] = "1"  # before torch is imported
    effort = Effort(options.device, **(QUICK if options.quick else FULL))
    figures = {"device": _device_name(options.device)}
    for section in options.sections or SECTIONS:
        figures |= import_module(f"benchmarks.{section}").measure(effort)
    rounded = {
        name: float(f"{value:.4g}") if isinstance(value, float) else value
        for name, value in figures.items()
    }
    print(json.dumps(rounded))


def _device_name(device):
    """Name of the GPU; `cpu` for a thread of the processor."""
    import torch

    torch.set_num_threads(1)
    return torch.cuda.get_device_name() if device == "cuda" else "cpu"


if __name__ == "__main__":
    main()
