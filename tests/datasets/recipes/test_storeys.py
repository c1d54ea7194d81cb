"""Buildings of several heights in one dataset: each is solved as the building that it is."""

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr

from datasets.contract.schema import validate
from datasets.recipes.catalogue import load_recipe
from simulators import BaseMotion, YieldBoucWen, shear_building, solve
from surrogate.data.structures import recipe_of

LITTLE = ["records=12", "motion.duration=2"]


@pytest.fixture(scope="module")
def recipe():
    return load_recipe("shear_family_3_to_8", LITTLE)


@pytest.fixture(scope="module")
def made(recipe):
    return recipe.make(0, 12)


def test_records_take_their_turns_and_nothing_stands_above_a_roof(made):
    validate(made)
    assert made.storeys.values.tolist() == [3, 4, 5, 6, 7, 8] * 2
    numbers = xr.DataArray(np.arange(8), dims="storey")
    above = numbers >= made.storeys
    assert (made.drift.where(above, 0.0) == 0.0).all()
    assert (np.abs(made.drift).max("time").where(~above, 1.0) > 0.0).all()


@pytest.mark.parametrize("record", [0, 4, 11])
def test_a_record_is_the_response_of_its_lowest_storeys(recipe, made, record):
    own = made.isel(record=record)
    count = int(own.storeys)
    nominal = recipe.structure
    plain = shear_building(
        nominal.mass[:count],
        YieldBoucWen(nominal.laws[0].stiffness[:count], 0.012),
    ).with_modal_damping(nominal.damping_ratio)
    law = YieldBoucWen(
        own.stiffness.values[:count],
        own.yield_displacement.values[:count],
        0.05,
        own.exponent.values[:count],
    )
    damping = float(own.damping_factor) * plain.damping
    building = replace(shear_building(own.mass.values[:count], law), damping=damping)
    motion = BaseMotion(own.base_acceleration.values.astype(float), recipe.motion.interval)
    drift = solve(building, motion, tolerance=1e-6).drift.values[0]
    peak = np.abs(drift).max()
    np.testing.assert_allclose(own.drift.values[:, :count], drift, rtol=0, atol=1e-3 * peak)


def test_blocks_make_no_difference(recipe, made):
    pieces = [recipe.make(0, 1), recipe.make(1, 7), recipe.make(8, 4)]
    joined = xr.concat(pieces, "record", data_vars="minimal")
    xr.testing.assert_identical(joined, made)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["storeys=[9]"], "storeys = 9: the structure has 8 floors"),
        (["storeys=[0]"], "greater than or equal to 1"),
        (["storeys=[3]", "structure=five_storey"], "must be a shear building written out"),
    ],
)
def test_numbers_of_storeys_that_the_structure_lacks_are_refused(words, message):
    with pytest.raises(ValueError, match=message):
        load_recipe("shear_family_3_to_8", [*LITTLE, *words])


def test_buildings_of_several_heights_are_no_one_structure(recipe):
    with pytest.raises(ValueError, match="no one structure"):
        recipe.inputs(0, 2)
    with pytest.raises(ValueError, match="differ in their number of storeys"):
        recipe_of(recipe.to_yaml())
