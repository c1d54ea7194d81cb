"""The laws of simulators.hysteresis in recipes: made, varied and written with their units."""

import numpy as np

from datasets.recipes.catalogue import read_recipe

RECIPE = """
structure:
  mass: [1000, 800, 600]
  laws:
  - {law: Bilinear, stiffness: 2e5, yield_displacement: 0.01, post_yield_ratio: 0.05}
  - {law: RambergOsgood, stiffness: 2e5, yield_displacement: 0.01}
  - {law: ElasticPower, stiffness: 1e5, power_stiffness: 1e9}
  damping: 300
motion: {process: KanaiTajimi, duration: 4, interval: 0.02, peak: 3}
vary:
  laws.0.yield_displacement: {distribution: uniform, low: 0.5, high: 2.0}
  laws.2.power_stiffness: {distribution: uniform, low: 0.5, high: 2.0}
outputs: [drift, hysteretic_force]
records: 3
tolerance: 1e-5
"""


def test_new_laws_are_made_from_a_recipe_and_varied():
    recipe = read_recipe(RECIPE, "test")
    assert read_recipe(recipe.to_yaml(), "test").hash == recipe.hash
    dataset = recipe.make(0, 3)
    assert dataset["yield_displacement_0"].attrs["units"] == "m"
    assert dataset["power_stiffness_2"].attrs["units"] == "N m^-n"
    force = dataset["hysteretic_force"].values
    bound = 0.95 * 2e5 * dataset["yield_displacement_0"].values
    np.testing.assert_array_less(np.abs(force[..., 0]).max(axis=1), 1.00001 * bound[:, 0])
    cubic = dataset["power_stiffness_2"].values * dataset["drift"].values[..., 2] ** 3
    np.testing.assert_allclose(force[..., 2], cubic, atol=1e-4 * np.abs(cubic).max())
