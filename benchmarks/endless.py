"""Error against minutes of the demo's training, from its file and from endless data.

    python -m benchmarks.endless                      # both: about six minutes
    python -m benchmarks.endless --epochs 40 endless  # one of them

Both trainings have the settings of `configs/five_storey_lstm.yaml`, an epoch of 1400 records, and
the validation and test records of the dataset; the file holds 1400 training records, the recipe
gives as many new ones every epoch. Making the file is a part of the minutes of its training.
The last line is a JSON object: for each training the minutes, the error and the
minutes of the processor after every epoch, the NRMSE of the test records, and the share of the time
that was spent waiting for records.
"""

import argparse
import json
import os
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

CONFIG = "configs/five_storey_lstm.yaml"
RECIPE = "five_storey"
KINDS = ("file", "endless")


def main(argv=None):
    """Train, print a table of both curves, and as the last line a JSON object."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.endless", description=__doc__.split("\n")[0]
    )
    parser.add_argument("kinds", nargs="*", help=f"some of {', '.join(KINDS)}; both by default")
    parser.add_argument("--epochs", type=int, help="in place of those of the configuration")
    parser.add_argument("--overrides", nargs="*", default=[], metavar="KEY=VALUE")
    parser.add_argument("--recipe-overrides", nargs="*", default=[], metavar="KEY=VALUE")
    options = parser.parse_args(argv)
    if not set(options.kinds) <= set(KINDS):
        parser.error(f"kinds: expected some of {', '.join(KINDS)}, got {' '.join(options.kinds)}")
    os.environ["OMP_NUM_THREADS"] = "1"  # before torch is imported
    settings = dict(word.split("=", 1) for word in options.overrides)
    if options.epochs is not None:
        settings["trainer.max_epochs"] = options.epochs
    found = {}
    for kind in options.kinds or KINDS:
        with TemporaryDirectory() as folder:
            found[kind] = trained(kind, Path(folder), settings, options.recipe_overrides)
        _show(kind, found[kind])
    print(json.dumps(found))


def trained(kind, folder, settings, recipe_overrides=()):
    """Curve and scores of one training.

    Parameters
    ----------
    kind : {"file", "endless"}
    folder : Path
        For the dataset and the run.
    settings : dict
        Overrides of the configuration, by dotted key.
    recipe_overrides : sequence of str
        Overrides of the recipe, such as ``motion.duration=5``.

    Returns
    -------
    dict
    """
    import torch

    import datasets
    from datasets.recipes.catalogue import load_recipe
    from surrogate.training.run import run_training

    torch.set_num_threads(1)
    start = perf_counter()
    if kind == "file":
        path = folder / "five_storey.h5"
        datasets.generate(load_recipe(RECIPE, recipe_overrides), path)
        data = {"data.path": str(path)}
    else:
        data = {
            "data.recipe": RECIPE,
            "data.path": None,
            "data.overrides": list(recipe_overrides),
        }
    curve = _curve(start)
    processor = process_time()
    overrides = {
        "run": str(folder / "run"),
        "trainer.enable_progress_bar": False,
        "trainer.enable_model_summary": False,
    }
    result = run_training(_config(kind), [curve], overrides | data | settings)
    passed = perf_counter() - start
    spent = process_time() - processor
    return {
        "minutes": passed / 60.0,
        "cpu_minutes": spent / 60.0,
        "curve": curve.points,
        "waiting": curve.waiting,
        "NRMSE": _score(result.checkpoint, data),
    }


def _config(kind):
    """The demo's configuration; the loader of a recipe does not know a path of the file."""
    import yaml

    content = yaml.safe_load(Path(CONFIG).read_text(encoding="utf-8"))
    if kind == "endless":
        content["data"] |= {"recipe": RECIPE, "path": None}
    return content


def _curve(start):
    """Callback that keeps minutes, relative error of the validation and minutes of the processor
    after every epoch.
    """
    from lightning.pytorch import Callback

    class Curve(Callback):
        points: list
        waiting: list

        def __init__(self):
            self.points = []
            self.waiting = []
            self.begun = process_time()

        def on_validation_end(self, trainer, module):
            # The mean squared error of standardised drifts is that of the NRMSE, squared.
            error = float(trainer.callback_metrics["validation/loss"]) ** 0.5
            passed = (perf_counter() - start) / 60.0
            self.points.append([passed, error, (process_time() - self.begun) / 60.0])

        def on_train_epoch_start(self, trainer, module):
            if "train/waiting" in trainer.callback_metrics:
                self.waiting.append(float(trainer.callback_metrics["train/waiting"]))

        on_train_end = on_train_epoch_start

    return Curve()


def _score(checkpoint, data):
    """Mean NRMSE of the test records."""
    from lightning.pytorch import Trainer

    from surrogate import EndlessRecords, Records, load

    names = {"inputs": ["base_acceleration"], "targets": ["drift"]}
    if "data.recipe" in data:
        records = EndlessRecords(RECIPE, **names, overrides=data["data.overrides"])
    else:
        records = Records(data["data.path"], **names)
    quiet = {"logger": False, "enable_progress_bar": False, "enable_model_summary": False}
    trainer = Trainer(accelerator="cpu", **quiet)
    (scores,) = trainer.test(load(checkpoint), datamodule=records, verbose=False)
    return scores["NRMSE"]


def _show(kind, found):
    print(f"{kind}: NRMSE {found['NRMSE']:.4f} after {found['minutes']:.2f} minutes")
    if found["waiting"]:
        print(f"  waited for records {100 * max(found['waiting']):.1f} % of an epoch at most")
    for minutes, error, _ in found["curve"]:
        print(f"  {minutes:6.2f} min  {error:.4f}", flush=True)


if __name__ == "__main__":
    main()
