"""Where the time of the demo's LSTM goes, and what brings its error to 0.02 sooner.

    python -m benchmarks.demo_training step               # a minute: milliseconds of a step
    python -m benchmarks.demo_training file               # all trainings: twenty minutes of a core
    python -m benchmarks.demo_training file demo stack_2  # some of them
    python -m benchmarks.demo_training file demo --epochs 20 --overrides KEY=VALUE

A row is printed as each training ends, with the minutes of the processor (one thread; making the
dataset is not in them), and the last line is a JSON object.
"""

import argparse
import json
import os
from pathlib import Path
from tempfile import TemporaryDirectory

GOAL = 0.02
"""NRMSE of the validation records whose time is told."""
SAMPLE_BY_SAMPLE = {
    "model.network.init_args.stack": 1,
    "data.batch_size": 16,
    "trainer.max_epochs": 20,
}
"""The demo before its steps took several samples."""
VARIANTS = {
    "demo": {},
    "stack_2": {"model.network.init_args.stack": 2},
    "stack_5": {"model.network.init_args.stack": 5},
    "batch_4": {"data.batch_size": 4},
    "batch_16": {"data.batch_size": 16},
    "pieces_251": {"data.truncation": 251},
    "whole_records": {"data.truncation": None},
    "hidden_48": {"model.network.init_args.hidden": 48},
    "sample_by_sample": SAMPLE_BY_SAMPLE,
    "sample_by_sample_bf16": SAMPLE_BY_SAMPLE | {"trainer.precision": "bf16-mixed"},
    "sample_by_sample_not_odd": SAMPLE_BY_SAMPLE | {"model.network.init_args.odd": False},
}
"""Changes of `configs/five_storey_lstm.yaml`."""


def main(argv=None):
    """Measure a step or trainings, print a table, and as the last line a JSON object."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.demo_training", description=__doc__.split("\n")[0]
    )
    parser.add_argument("kind", choices=("step", "file", "endless"))
    parser.add_argument("variants", nargs="*", help=f"some of {', '.join(VARIANTS)}")
    parser.add_argument("--epochs", type=int, help="in place of those of the configuration")
    parser.add_argument("--overrides", nargs="*", default=[], metavar="KEY=VALUE")
    parser.add_argument("--recipe-overrides", nargs="*", default=[], metavar="KEY=VALUE")
    options = parser.parse_args(argv)
    unknown = set(options.variants) - set(VARIANTS)
    if unknown:
        parser.error(f"variants: expected some of {', '.join(VARIANTS)}, got {' '.join(unknown)}")
    os.environ["OMP_NUM_THREADS"] = "1"  # before torch is imported
    if options.kind == "step":
        from benchmarks import lstm_step

        print(json.dumps(lstm_step.measure()))
        return
    found = {}
    print(f"{'':24}{'NRMSE':>8}{'minutes':>10}{f'to {GOAL}':>10}")
    for name in options.variants or VARIANTS:
        found[name] = trained(options.kind, VARIANTS[name], options)
        _show(name, found[name])
    print(json.dumps(found))


def trained(kind, changes, options):
    """Curve and scores of one training, see `benchmarks.endless.trained`."""
    from benchmarks import endless

    settings = dict(changes)
    if options.epochs is not None:
        settings["trainer.max_epochs"] = options.epochs
    settings |= dict(word.split("=", 1) for word in options.overrides)
    with TemporaryDirectory() as folder:
        found = endless.trained(kind, Path(folder), settings, options.recipe_overrides)
    reached = [minutes for _, error, minutes in found["curve"] if error <= GOAL]
    return found | {"minutes_to_goal": reached[0] if reached else None}


def _show(name, found):
    reached = found["minutes_to_goal"]
    told = "-" if reached is None else f"{reached:.2f}"
    print(f"{name:24}{found['NRMSE']:8.4f}{found['cpu_minutes']:10.2f}{told:>10}", flush=True)


if __name__ == "__main__":
    main()
