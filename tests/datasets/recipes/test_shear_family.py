"""The packaged family of shear buildings: what varies, by how much, and that it yields."""

import numpy as np
import pytest

from datasets.recipes.catalogue import load_recipe

NOMINAL = {
    "mass": 100e3,
    "stiffness": np.array([90e6, 80e6, 70e6, 60e6, 50e6]),
    "yield_displacement": 0.012,
    "exponent": 2.0,
    "damping_factor": 1.0,
}


@pytest.fixture(scope="module")
def family():
    return load_recipe("shear_family", ["records=12", "motion.duration=8"]).make(0, 12)


@pytest.mark.parametrize("name", NOMINAL)
def test_parameters_vary_by_factors_of_one_half_to_two(family, name):
    factor = family[name].values.reshape(12, -1) / NOMINAL[name]
    assert 0.5 <= factor.min() < 0.7
    assert 1.8 < factor.max() <= 2.0
    assert len(np.unique(factor)) == factor.size


def test_the_file_says_what_the_numbers_mean(family):
    units = {name: family[name].attrs["units"] for name in NOMINAL}
    assert units == {
        "mass": "kg",
        "stiffness": "N m-1",
        "yield_displacement": "m",
        "exponent": "1",
        "damping_factor": "1",
    }


def test_most_buildings_yield(family):
    ductility = np.abs(family.drift).max("time") / family.yield_displacement
    assert (ductility.max("storey") > 1.0).mean() > 0.7
    assert float(ductility.max()) < 40.0


def test_every_record_is_another_building_under_another_motion(family):
    for name in ("stiffness", "base_acceleration"):
        assert len(np.unique(family[name].values, axis=0)) == 12
