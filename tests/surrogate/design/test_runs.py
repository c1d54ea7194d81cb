"""True runs of a loop, by a program that is not ours: datasets, demands, and one file of all."""

import numpy as np
import pytest

import datasets
from datasets.contract import failures, partition
from datasets.recipes.catalogue import load_recipe
from surrogate.design.runs import Runs
from surrogate.risk.asking.quantity import Quantity

RECIPE = """
simulator: {{class_path: tests.helpers.foreign_simulators.Misbehaves}}
motion: {{process: KanaiTajimi, peak: 2.0, duration: 2.0, interval: 0.02}}
vary: {{way: {{distribution: choice, values: [0, {way}], as: value}}}}
failures: {{allowed: 1.0}}
timeout: 60
records: 60
seed: 3
"""


def runs_of(tmp_path, way):
    path = tmp_path / "recipe.yaml"
    path.write_text(RECIPE.format(way=way))
    return Runs(load_recipe(path), Quantity("drift"), tmp_path / "loop")


def test_what_did_not_converge_exceeds_and_no_training_reads_it(tmp_path):
    runs = runs_of(tmp_path, way=1)  # stops without convergence
    stages = [np.arange(8), np.array([20, 33, 41, 59])]
    demands = [runs.make(number, places) for number, places in enumerate(stages)]
    path, validation = runs.training(2, stages)
    whole = datasets.open_dataset(path).load()
    assert whole.sizes["record"] == 12
    collapsed = np.isinf(np.concatenate(demands))
    assert 0 < collapsed.sum() < 12
    np.testing.assert_array_equal(whole["failed"].values != 0, collapsed)
    np.testing.assert_array_equal(
        partition.members(whole, failures.PART), np.flatnonzero(collapsed)
    )
    places = np.concatenate(stages)
    assert set(validation) == set(places[partition.members(whole, "validation")])
    recipe = datasets.load_recipe(_written(tmp_path, whole.attrs["recipe"]))
    assert recipe.chosen == tuple(places)


def test_a_run_that_the_machine_lost_says_nothing_and_is_made_again(tmp_path):
    runs = runs_of(tmp_path, way=2)  # crashes
    for _ in range(2):
        with pytest.raises(ValueError, match="failed by the machine's fault, which says nothing"):
            runs.make(0, np.arange(6))


def test_a_recipe_that_is_a_choice_is_refused(tmp_path):
    runs = runs_of(tmp_path, way=1)
    with pytest.raises(ValueError, match="chosen: records are chosen from a recipe that draws"):
        Runs(runs.chosen([1, 2, 3]), Quantity("drift"), tmp_path / "loop")


def _written(tmp_path, text):
    path = tmp_path / "chosen.yaml"
    path.write_text(text)
    return path
