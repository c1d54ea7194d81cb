"""Two floors that move and turn, between two frames that stand apart: four degrees of freedom."""

import numpy as np
import xarray as xr

import datasets
from datasets.contract import partition
from datasets.contract.schema import VARIABLES
from surrogate.identification.matrix_model import MatrixModel
from tests.helpers import recorded_building as building

HALF = 5.0
"""Of the distance between the frames (m)."""
MASS = np.diag([40.0, 700.0, 30.0, 500.0])
"""t and t m2, of displacement and rotation of both floors."""
INFLUENCE = np.array([1.0, 0.0, 1.0, 0.0])
STORIES = np.array([[1.0, -1.0], [-1.0, 1.0]])
TRUTH = {
    "left": np.array([1.3]),
    "right": np.array([0.7]),
    "damping_ratio": np.array([0.04]),
}


def at(side):
    """Displacements of both floors at a frame, of the four degrees of freedom: (floor, 4)."""
    rows = np.zeros((2, 4))
    rows[[0, 1], [0, 2]] = 1.0
    rows[[0, 1], [1, 3]] = side * HALF
    return rows


def frame(side):
    """Stiffness of a frame of 8 and 6 MN/m (kN/m): two storeys on one another."""
    lower = np.array([[1.0, 0.0], [0.0, 0.0]])
    own = 8e3 * lower + 6e3 * STORIES
    return at(side).T @ own @ at(side)


def model(**options):
    """The building as drawings have it, all factors one."""
    locations = np.concatenate([at(-1.0), at(1.0)])
    stiffness = {"left": frame(-1.0), "right": frame(1.0)}
    damping = {"damping_ratio": np.array([0.03])}
    return MatrixModel(MASS, stiffness, locations, INFLUENCE, damping, **options)


def write(folder, channels, records=8, noise=0.03):
    """Write what accelerometers have recorded, and the matrices: paths of dataset and YAML."""
    own = model()
    base = building.motions(records, duration=10.0)
    clean = own.answer(TRUTH, base, building.INTERVAL, channels)[0]
    generator = np.random.default_rng(3)
    seen = clean + noise * clean.std(axis=(0, 1)) * generator.standard_normal(clean.shape)
    time = building.INTERVAL * np.arange(base.shape[1])
    values = {"base_acceleration": base, "acceleration": seen}
    made = xr.Dataset(
        {
            name: (VARIABLES[name].dims, own.astype(np.float32), VARIABLES[name].attrs)
            for name, own in values.items()
        },
        {"time": ("time", time, VARIABLES["time"].attrs)},
    )
    parts = partition.label([0] * (records - 2) + [2, 2])
    datasets.write_dataset(made.assign(split=parts), folder / "torsion.h5")
    for name, matrix in (("mass", MASS), ("left", frame(-1.0)), ("right", frame(1.0))):
        np.savetxt(folder / f"{name}.csv", matrix, delimiter=",")
    np.savetxt(folder / "corners.csv", own.locations, delimiter=",")
    (folder / "torsion.yaml").write_text(
        "mass: mass.csv\nstiffness: {left: left.csv, right: right.csv}\n"
        "damping: {damping_ratio: 0.03}\ninfluence: [1, 0, 1, 0]\nlocations: corners.csv\n"
    )
    return folder / "torsion.h5", folder / "torsion.yaml"
