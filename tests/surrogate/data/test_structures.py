"""Structures of records, from the recipe of a dataset and the parameters in its files."""

import numpy as np
import pytest
import yaml

from datasets.contract import recipe_texts
from datasets.recipes.catalogue import load_recipe, read_recipe
from surrogate.data import structures

VARIED = """
structure: five_storey
motion: {process: KanaiTajimi, root_mean_square: 2.0, duration: 1.0, interval: 0.02}
vary:
  laws.stiffness: {distribution: uniform, low: 0.8, high: 1.2, each: part}
  mass: {distribution: uniform, low: 0.8, high: 1.2}
  damping: {distribution: uniform, low: 0.5, high: 2.0}
  motion.scale: {distribution: uniform, low: 0.5, high: 2.0}
records: 4
outputs: [drift]
"""


def test_the_files_tell_the_structures_that_were_integrated():
    recipe = read_recipe(VARIED, "test")
    dataset = recipe.make(0, 4)
    names = ("stiffness", "mass", "damping_factor")
    values = {name: dataset[name].values.reshape(4, -1) for name in names}
    found, (integrated, _, _) = structures.structure_of(recipe, values), recipe.inputs(0, 4)
    for name, column in integrated.element_columns().items():
        np.testing.assert_allclose(found.element_columns()[name], column)
    np.testing.assert_allclose(found.mass, integrated.mass)
    np.testing.assert_allclose(found.damping, integrated.damping)


def test_what_is_not_given_is_nominal():
    recipe = read_recipe(VARIED, "test")
    nominal = structures.nominal_parameters(recipe)
    np.testing.assert_allclose(nominal["stiffness"], [30e3, 24e3, 30e3, 24e3, 30e3])
    np.testing.assert_allclose(nominal["mass"], [100.0, 80.0, 80.0, 80.0, 80.0])
    np.testing.assert_allclose(nominal["damping_factor"], [1.0])
    assert set(nominal) == {
        "stiffness",
        "mass",
        "damping_factor",
    }  # the motion is not the structure
    assert structures.structure_of(recipe, {}).records is None
    softer = structures.structure_of(recipe, {"stiffness": 0.5 * nominal["stiffness"][None]})
    assert softer.records == 1
    np.testing.assert_allclose(softer.record(0).mass, recipe.nominal.mass)
    assert (softer.record(0).frequencies < recipe.nominal.frequencies).all()


def test_without_a_recipe_of_responses_there_is_no_structure():
    assert structures.duration_of(load_recipe("radial").to_yaml()) is None
    with pytest.raises(ValueError, match="the training data of this surrogate had no recipe"):
        structures.recipe_of("")
    with pytest.raises(ValueError, match="describes a function"):
        structures.recipe_of(load_recipe("radial").to_yaml())


def test_the_recipe_of_a_checkpoint_reads_no_file_and_names_no_class(tmp_path, monkeypatch):
    """Its records lie on another machine; its folder may be any, such as /."""

    def refuse(*_):
        raise AssertionError("a folder is read")

    monkeypatch.setattr("datasets.recipes.recorded.find", refuse)
    text = read_recipe(VARIED, "test").to_yaml()
    content = yaml.safe_load(text)
    recorded = {"process": "Recorded", "folder": "/", "duration": 7.0, "interval": 0.02}
    told = yaml.safe_dump(content | {"motion": recorded})
    assert structures.duration_of(told) == 7.0
    assert structures.recipe_of(told).nominal.frequencies == pytest.approx(
        structures.recipe_of(text).nominal.frequencies
    )
    named = yaml.safe_dump(content | {"simulator": {"class_path": "os.system"}})
    with pytest.raises(ValueError, match="names a class of its own"):
        structures.recipe_of(named)


def test_a_recipe_that_unfolds_without_end_is_refused():
    levels = [f"a{n + 1}: &a{n + 1} [{', '.join([f'*a{n}'] * 9)}]" for n in range(9)]
    bomb = "\n".join(["a0: &a0 [x, x]", *levels])
    with pytest.raises(ValueError, match="unfold"):
        structures.recipe_of(bomb)


def test_joined_recipes_of_one_structure_have_it():
    other = VARIED.replace("square: 2.0, duration: 1.0", "square: 5.0, duration: 3.0")
    text = recipe_texts.joined([VARIED, other])
    assert structures.recipe_of(text) == structures.recipe_of(VARIED)
    assert structures.duration_of(text) == 3.0  # of the longest records


@pytest.mark.parametrize("change", [("high: 1.2, each", "high: 1.3, each"), ("five_", "two_")])
def test_joined_recipes_of_different_structures_have_none(change):
    text = recipe_texts.joined([VARIED, VARIED.replace(*change)])
    with pytest.raises(ValueError, match="joined from datasets of different structures"):
        structures.recipe_of(text)
