"""Recipes of the shipped frames: understood as they stand, with and without real earthquakes."""

from pathlib import Path

import numpy as np
import pytest

from datasets.contract import partition
from datasets.recipes.catalogue import load_recipe
from simulators.external.opensees.model import load_opensees

FRAMES = (
    "concrete_frame",
    "deteriorating_shear_frame",
    "isolated_frame",
    "shear_frame",
    "steel_frame",
)
RECIPES = Path(__file__).resolve().parents[3] / "configs" / "data"


@pytest.mark.parametrize("name", FRAMES)
def test_a_recipe_of_a_frame_on_real_earthquakes_parts_them_whole(name, shared_data):
    one = load_recipe(RECIPES / f"{name}_p695.yaml", [f"motion.folder={shared_data / 'p695'}"])
    groups = one.motion.groups(one.records, one.built.directions)
    parts = partition.draw_groups(groups, one.split, one.seed)
    assert len(set(groups)) == 14
    assert len(set(zip(groups, parts.tolist(), strict=True))) == 14
    assert set(parts.tolist()) == {0, 1, 2}
    stations = len(one.motion.paths) // one.built.directions
    assert one.records == stations * len(one.motion.factors)


@pytest.mark.parametrize("name", FRAMES)
def test_a_packaged_recipe_of_a_frame_gives_a_response(name):
    try:
        load_opensees()
    except ImportError as failure:
        pytest.skip(str(failure))
    one = load_recipe(name, ["motion.duration=3", "records=2"])
    made = one.make(1, 1)
    assert made["failed"].values[0] == 0, made["failure_reason"].values[0].tobytes()
    for output in one.outputs:
        history = made[output].values[0]
        assert np.abs(history).max() > 0.0
        assert np.abs(history[0]).max() < 0.1 * np.abs(history).max()  # it begins at rest
