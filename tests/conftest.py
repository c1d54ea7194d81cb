"""Fixtures shared by all tests."""

from pathlib import Path

import pytest
from hypothesis import settings

# How long an example takes tells of the machine, not of the code.
settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of the real data that lies beside a checkout of the project; never part of it."""
    folder = Path(__file__).resolve().parents[2] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("needs the real data in ../shared/data beside the checkout, which is absent")
    return folder


@pytest.fixture
def small_dataset():
    """Maker of small datasets of the contract: `records` of 3 storeys, 50 samples of noise, with
    parts.
    """
    import numpy as np
    import xarray as xr

    from datasets.contract import partition
    from datasets.contract.schema import VARIABLES

    def make(records: int = 7, seed: int = 0) -> xr.Dataset:
        generator = np.random.default_rng(seed)
        sizes = {"record": records, "time": 50, "floor": 3, "storey": 3}
        dataset = xr.Dataset(
            coords={"time": ("time", 0.02 * np.arange(50), VARIABLES["time"].attrs)}
        )
        for name in ("base_acceleration", "drift", "restoring_force"):
            variable = VARIABLES[name]
            values = generator.standard_normal(
                [sizes[dim] for dim in variable.dims], dtype=np.float32
            )
            dataset[name] = (variable.dims, values, variable.attrs)
        stiffness = generator.random((records, 3))
        dataset["stiffness"] = (
            ("record", "storey"),
            stiffness,
            {"units": "N m-1", "long_name": "stiffness"},
        )
        parts = partition.draw(records, {"train": 0.6, "validation": 0.2, "test": 0.2}, seed)
        return dataset.assign(split=partition.label(parts))

    return make
