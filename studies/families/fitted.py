"""What a building costs where it is known by its records alone: a `ShearBuilding` fitted to each.

It is told no mass, stiffness or yield drift, and answers one building. Its records are other
motions of that building; it is scored on the record of the building among the unseen ones.
"""

from pathlib import Path
from typing import Any

import numpy as np
import torch
import xarray as xr

from datasets import open_dataset
from datasets.contract import partition
from studies.families.training import make_family
from studies.framework import shear_family
from studies.framework.device import CPU
from studies.framework.surrogates import LEVENBERG_MARQUARDT, Course, by_rule, fit, trainer
from surrogate import inference
from surrogate.data import examples
from surrogate.evaluation import metrics

OTHERS = 1_000_000
"""Added to the number of a building for a seed that no other motion has."""
PERIOD = 20.0
"""Of the building at the start, samples: about that of the nominal one."""
SUBSTEPS = 2


def run(settings: Any, folder: Path, number: int) -> xr.Dataset:
    """Fit one of the unseen buildings and score the fit on the record of it.

    Parameters
    ----------
    settings : Families
    folder : Path
        Of the records and of the runs.
    number : int
        Of the building among the unseen ones.

    Returns
    -------
    Dataset
        `nrmse` and `peak_error`, means over the storeys; `parameters`, `epochs`, `seconds`,
        `rate`, `converged` and `diverged`, as of the trainings on the family.
    """
    torch.set_num_threads(1)
    path = make_family(settings, folder)
    place = partition.members(open_dataset(path), "test")[number]
    own = folder / "data" / f"building {number}.h5"
    counts = {"validation": settings.own_validation, "train": settings.own_records}
    shear_family.make_building(
        own, _building(path, place), counts, settings.duration, OTHERS + number
    )
    course = Course(1.0)
    surrogate = fit(
        _configuration(settings, own), folder / "runs" / f"building {number}", (course,)
    )
    unseen = examples.read_part(surrogate.interface, path, "test")
    input = unseen.input[number : number + 1]
    target = unseen.target[number : number + 1]
    answer = inference.respond(surrogate, input)
    nrmse = metrics.normalized_root_mean_square_error(answer, target)
    return xr.Dataset(
        {
            "nrmse": float(nrmse.mean()),
            "peak_error": float(np.abs(metrics.peak_error(answer, target)).mean()),
            "parameters": sum(each.numel() for each in surrogate.network.parameters()),
            "epochs": course.epochs,
            "seconds": course.spent,
            "rate": 1.0,
            "converged": float(course.converged),
            "diverged": float(course.diverged),
        }
    )


def _building(path: Path, place: int) -> dict[str, np.ndarray]:
    """Parameters of a record of the family, each of shape (component,)."""
    dataset = open_dataset(path)
    return {
        name: dataset[name].isel(record=place).values.reshape(-1)
        for name in shear_family.PARAMETERS
    }


def _configuration(settings: Any, path: Path) -> dict[str, Any]:
    """What `run_training` takes."""
    network = {
        "class_path": "surrogate.networks.ShearBuilding",
        "init_args": {"period": PERIOD, "substeps": SUBSTEPS},
    }
    return {
        "seed_everything": 0,
        "data": {
            "path": str(path),
            "inputs": ["base_acceleration"],
            "targets": ["drift"],
            "batch_size": settings.own_records,
        },
        "model": {"network": network},
        **by_rule(1.0, settings.own_patience, LEVENBERG_MARQUARDT),
        "trainer": trainer(CPU, settings.own_epochs, clip=None),
    }
