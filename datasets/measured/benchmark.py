"""The official signals of the Bouc-Wen benchmark (Noel and Schoukens 2016) in the contract.

Either as its authors distribute them, ``uval_multisine.mat`` and ``yval_multisine.mat`` beside
``..._sinesweep.mat``, all of them test signals; or as HDF5 files with the arrays ``u`` and ``y``,
whose names say ``train`` or ``test``.
"""

from importlib import import_module
from pathlib import Path

import numpy as np
import xarray as xr

from datasets.contract import partition
from datasets.contract.schema import VARIABLES, time_axis
from datasets.measured.importing import fingerprint
from datasets.measured.sources import read_arrays

FREQUENCY = 750.0  # Hz
SIGNALS = ("multisine", "sinesweep")


def fetch() -> Path:
    """Download the official files through the package nonlinear_benchmarks and return their folder.

    Raises
    ------
    ValueError
        When the package is not installed, or cannot reach the files.
    """
    try:
        package = import_module("nonlinear_benchmarks.not_splitted_benchmarks")
    except ModuleNotFoundError as error:
        remedy = "pip install nonlinear_benchmarks, or give a local copy by --path"
        raise ValueError(f"{error.name} is not installed: {remedy}") from None
    try:
        return Path(package.BoucWen(data_file_locations=True))
    except Exception as error:  # of the network, of the archive
        raise ValueError(
            f"nonlinear_benchmarks cannot fetch the files: {error}; give a local copy by --path"
        ) from None


def read_signals(folder: Path) -> dict[str, xr.Dataset]:
    """Return a dataset of one record for each signal below a folder, by the name of the signal.

    Raises
    ------
    FileNotFoundError, ValueError
        When there is no such folder, or no signal in it.
    """
    if not folder.is_dir():
        raise FileNotFoundError(f"folder {folder} does not exist")
    found = {}
    for signal in SIGNALS:
        for force in sorted(folder.rglob(f"uval_{signal}.mat")):
            displacement = force.with_name(f"yval_{signal}.mat")
            u, y = (
                read_arrays(path, [path.stem])[path.stem].values for path in (force, displacement)
            )
            found[f"test_{signal}"] = _record(u, y, [force, displacement])
    for path in sorted(folder.rglob("*.h5")):
        if path.stem.startswith(("train", "test")):
            arrays = read_arrays(path, ["u", "y"])
            found[path.stem] = _record(arrays["u"].values, arrays["y"].values, [path])
    if not found:
        raise ValueError(
            f"folder {folder} holds no signal of the benchmark (uval_*.mat, or train*.h5 and "
            "test*.h5)"
        )
    return {name: _in_part(dataset, name.partition("_")[0]) for name, dataset in found.items()}


def _record(force: np.ndarray, displacement: np.ndarray, sources: list[Path]) -> xr.Dataset:
    u, y = (np.asarray(values, dtype=np.float32).ravel() for values in (force, displacement))
    if u.shape != y.shape:
        raise ValueError(f"{sources[0]}: {u.size} forces for {y.size} displacements")
    variables = {"force": u[None], "displacement": y[None, :, None]}
    return xr.Dataset(
        {
            name: (VARIABLES[name].dims, values, VARIABLES[name].attrs)
            for name, values in variables.items()
        },
        {"time": time_axis(u.size, 1 / FREQUENCY)},
        {
            "source": ", ".join(map(fingerprint, sources)),
            "title": "Bouc-Wen benchmark of Noel and Schoukens (2016)",
        },
    )


def _in_part(dataset: xr.Dataset, part: str) -> xr.Dataset:
    return dataset.assign(split=partition.label([0], [part]))
