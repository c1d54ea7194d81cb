"""The problem of PhyCNN (Zhang, Liu & Sun 2020, Eng. Struct. 215:110704) in the contract.

``data_num.mat`` has 100 recorded motions and the responses of a spring that hardens, 1001 samples
at 0.05 s, in m and s: first the 85 records of ``input_tf``, then the 15 of ``input_pred_tf``.
Its two cases:

1. Records 1 to 10 are for training, 11 to 100 for testing.
2. Records 1 to 50 are for training, and of them the acceleration alone is known; 51 to 100 are for
   testing. The displacement is predicted in both.

The file has accelerations relative to the base; those of the contract are absolute.
"""

from pathlib import Path

import numpy as np
import xarray as xr

from datasets.contract import partition
from datasets.contract.schema import VARIABLES, time_axis
from datasets.measured.importing import fingerprint
from datasets.measured.integration import relative_displacement
from datasets.measured.sources import read_arrays

INTERVAL = 0.05  # s
DATA = "data_num.mat"
TRAINED = {"case_1": 10, "case_2": 50}
"""Records of each case to train on, the first of all."""
INPUTS = ("input_tf", "input_pred_tf")
RESPONSES = {
    "displacement": ("target_X_tf", "target_pred_X_tf"),
    "velocity": ("target_Xd_tf", "target_pred_Xd_tf"),
    "acceleration": ("target_Xdd_tf", "target_pred_Xdd_tf"),
}


def read_cases(folder: Path) -> dict[str, xr.Dataset]:
    """Return the datasets `case_1`, `case_2_train` and `case_2_test` by their names.

    In `case_2_train` the displacement is the integral of the accelerations, and says so.

    Raises
    ------
    FileNotFoundError, ValueError
        When there is no such folder, or its file lacks what is needed.
    """
    if not folder.is_dir():
        raise FileNotFoundError(f"folder {folder} does not exist")
    if not (folder / DATA).is_file():
        raise ValueError(f"folder {folder} holds no {DATA}, the data of PhyCNN's authors")
    records = _records(folder / DATA)
    first = _in_parts(records, TRAINED["case_1"])
    trained = TRAINED["case_2"]
    known = _with_integrated_displacement(records.isel(record=slice(trained)))
    return {
        "case_1": first,
        "case_2_train": _in_parts(known, trained),
        "case_2_test": _in_parts(records.isel(record=slice(trained, None)), 0),
    }


def _records(path: Path) -> xr.Dataset:
    """All records with displacement, velocity and absolute acceleration."""
    arrays = read_arrays(path, [*INPUTS, *(name for pair in RESPONSES.values() for name in pair)])
    base = np.concatenate([arrays[name].values for name in INPUTS])
    series = {"base_acceleration": base}
    for variable, names in RESPONSES.items():
        values = np.concatenate([arrays[name].values for name in names])
        if values.shape != base.shape:
            raise ValueError(f"{path}: {names[0]} has the shape of other records than {INPUTS[0]}")
        series[variable] = values[:, :, None]
    series["acceleration"] = series["acceleration"] + base[:, :, None]
    return xr.Dataset(
        {
            name: (VARIABLES[name].dims, values.astype(np.float32), VARIABLES[name].attrs)
            for name, values in series.items()
        },
        {"time": time_axis(base.shape[1], INTERVAL)},
        {"source": fingerprint(path), "title": "Problem of PhyCNN (Zhang, Liu and Sun 2020)"},
    )


def _with_integrated_displacement(records: xr.Dataset) -> xr.Dataset:
    """Records of which the accelerations alone are known."""
    acceleration = records["acceleration"].values.astype(float)
    base = records["base_acceleration"].values.astype(float)
    displacement = relative_displacement(acceleration, base, INTERVAL).astype(np.float32)
    variable = VARIABLES["displacement"]
    attrs = variable.attrs | {"comment": "integrated from the accelerations, a line removed"}
    known = records.drop_vars(["displacement", "velocity"])
    return known.assign(displacement=(variable.dims, displacement, attrs))


def _in_parts(records: xr.Dataset, trained: int) -> xr.Dataset:
    parts = np.where(np.arange(records.sizes["record"]) < trained, "train", "test")
    numbers = [partition.PARTS.index(part) for part in parts]
    return records.assign(split=partition.label(numbers))
