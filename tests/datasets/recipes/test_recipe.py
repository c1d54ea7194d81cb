"""Recipes: what is written is read back, overrides reach their key, and every mistake is one
line.
"""

import json

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from datasets.recipes import catalogue
from datasets.recipes.catalogue import load_recipe, read_recipe
from datasets.recipes.recipe import override
from datasets.recipes.structures import preset_structures

SHEAR = {
    "mass": [2.0, 1.0],
    "damping_ratio": 0.05,
    "laws": [{"law": "Elastic", "stiffness": [100.0, 80.0]}],
}
MISTAKES = {
    "recods=3": "five_storey: recods is not a key here: choose from records, seed, split",
    "records=0": "five_storey: records: must be greater than or equal to 1, got 0",
    "records=many": "records: must be a whole number, got 'many'",
    "seed=-1": "seed: must be greater than or equal to 0, got -1",
    "motion.duration=20.01": "duration must be a whole multiple of the interval 0.02 s, got 20.01",
    "motion.interval=0": "motion.interval: must be greater than 0, got 0",
    "motion.low_frequency=9": r"low_frequency must be in \[0, 5.0\) Hz, got 9",
    "motion.high_frequency=30": "high_frequency must be at most 25 Hz, got 30",
    "motion.peak=1": "give exactly one of root_mean_square and peak",
    "motion.process=Rain": "motion.process must be one of 'BandLimitedNoise'.*'Recorded', got 'Rain'",
    "motion.colour=red": "motion: colour is not a key here: choose from duration, interval,.*low_frequency",
    "structure=six_storey": "must be the name of a preset .*five_storey.* or a structure in full, got 'six_storey'",
    "structure={mass: [1, -2], laws: [{law: Elastic, stiffness: [1, 2]}]}": "mass = -2 kg: must be > 0",
    "structure={mass: [1], laws: [{law: Rubber, stiffness: 1}]}": "laws.0.law must be one of 'Elastic'.*got 'Rubber'",
    "structure={mass: [1], laws: [{law: Elastic}]}": "structure.laws.0.stiffness is missing",
    "structure={mass: [1], laws: [{law: Elastic, stiffness: -3}]}": "stiffness = -3: must be >= 0",
    "structure={mass: [[1]], damping: [[0]], incidence: [[1]], laws: [{law: Elastic, stiffness: [1, 2]}]}": "incidence",
    "outputs=[drift,happiness]": "outputs.1: must be 'displacement'.*got 'happiness'",
    "outputs=[]": r"outputs: must hold at least 1, got \[\]",
    "method=Euler": "method: must be one of batch, DOP853.*got 'Euler'",
    "tolerance=2": "tolerance: must be less than 1, got 2",
    "split.train=0.9": "split: shares must be >= 0 and add up to 1",
    "split={my part: 1.0}": "split: parts are named by one word each",
    "compression=zip": "compression: must be 'none', 'lzf' or 'gzip', got 'zip'",
    "sampling=grid": "sampling: must be 'independent', 'latin_hypercube' or 'sobol', got 'grid'",
    "vary={laws.softness: {distribution: uniform, low: 1, high: 2}}": "vary.laws.softness is not a parameter",
    "vary={laws.9.stiffness: {distribution: uniform, low: 1, high: 2}}": "vary.laws.9.stiffness is not a parameter",
    "vary={motion.duration: {distribution: uniform, low: 1, high: 2}}": "vary.motion.duration is not a number",
    "vary={mass: {distribution: gamma, mean: 1}}": "mass.distribution must be one of 'uniform', .*got 'gamma'",
    "vary={mass: {distribution: normal, mean: 1}}": "vary.mass.standard_deviation is missing",
    "vary={mass: {distribution: normal, mean: 1, standard_deviation: 0.2}}": "vary.mass: normal, mean 1, standard deviation 0.2, can draw -0.64.*: a factor must be positive.*; distribution: truncated_normal keeps",
    "vary={damping: {distribution: normal, mean: 1, standard_deviation: 0.3}}": "vary.damping: normal, .* can draw -1.46.*truncated_normal",
    "vary={laws.stiffness: {distribution: normal, mean: 1, standard_deviation: 0.3, each: part}}": "vary.laws.stiffness: .*stiffness = -.*must be > 0; distribution: truncated_normal",
    "vary={motion.root_mean_square: {distribution: normal, mean: 1, standard_deviation: 1}}": "vary.motion.root_mean_square: .*must be a positive",
    "vary={mass: {distribution: uniform, low: -0.1, high: 2}}": "vary.mass: uniform from -0.1 to 2, can draw -0.1: a factor must be positive.*; choose other bounds",
    "vary={mass: {distribution: truncated_normal, mean: 1, standard_deviation: 0.2}}": "vary.mass: give low, high or both",
    "vary={mass: {distribution: truncated_normal, mean: 1, standard_deviation: 0.2, low: 2, high: 1}}": "low must be less than high = 1, got 2",
    "vary={mass: {distribution: truncated_lognormal, median: 1, sigma: 0.2, low: -2}}": "vary.mass: low must be greater than 0, got -2",
    "vary={damping_ratio: {distribution: uniform, low: 0.9, high: 1.1}}": "vary.damping_ratio is not a parameter of the structure: choose from mass, damping",
    "vary={mass: {distribution: uniform, low: 2, high: 1}}": "low must be at most high = 1.0, got 2.0",
    "vary={mass: {distribution: uniform, low: -2, high: -1}}": "vary.mass: a factor must be positive, -1.* was drawn",
    "vary={mass: {distribution: uniform, low: 1, high: 2, as: value}}": "vary.mass: a matrix varies by a factor",
    "vary={mass: {distribution: lognormal, median: -1, sigma: 0}}": "median: must be greater than 0",
    "vary={laws.exponent: {distribution: choice, values: []}}": "values: must hold at least 1",
    "vary={laws.exponent: {distribution: choice, values: [0.5], as: value}}": "exponent = 0.5: must be >= 1",
    "vary={mass: {distribution: uniform, low: 1, hig: 2}}": "vary.mass: hig is not a key here: choose from as, .*high",
    "vary={mass: {distribution: uniform, low: 1}}": "five_storey: vary.mass.high is missing",
    "vary={mass: {low: 1}}": "five_storey: vary.mass.distribution is missing",
    "motion=3": "five_storey: motion: must be a mapping, KEY: VALUE, got 3",
    "motion.envelope={kind: Bell}": "motion.envelope.kind must be one of 'JenningsHousnerTsai',.* got 'Bell'",
    "outputs=3": "outputs: must be a list, got 3",
    "records=null": "records: must be a whole number, got None",
    "structure={mass: [1], laws: [{law: Elastic, stiffness: [1, a]}]}": "laws.0.stiffness.1: must be a number, got 'a'",
    "structure={mass: [1], laws: [{law: Elastic, stiffness: a}]}": "stiffness: must be a number or a list, got 'a'",
    "structure.mass=3": "'five_storey' in this recipe has no part mass",
    "motion": "'motion' is not an override: write KEY=VALUE",
    "motion..duration=3": "is not an override",
    "motion={": "is not YAML",
}


@pytest.mark.parametrize("word", MISTAKES)
def test_a_mistake_is_one_line_that_names_it(word):
    with pytest.raises(ValueError, match=MISTAKES[word]) as caught:
        load_recipe("five_storey", [word])
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize("name", catalogue.names())
def test_packaged_recipes_survive_the_round_trip(name):
    # Without a copy of its archive at hand, this one must say that it downloads.
    recipe = load_recipe(name, ["function.download=true"] if name == "cifar10" else [])
    again = read_recipe(recipe.to_yaml(), "text")
    assert again == recipe
    assert again.hash == recipe.hash
    assert again.to_yaml() == recipe.to_yaml()


def test_recipes_are_found_by_name_and_by_path(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text(load_recipe("five_storey").to_yaml())
    assert load_recipe(path) == load_recipe("five_storey")
    with pytest.raises(
        FileNotFoundError, match=r"six_storey is neither a file nor a packaged recipe .*five_storey"
    ):
        load_recipe("six_storey")


def test_a_structure_can_be_written_in_full():
    recipe = load_recipe("five_storey", [f"structure={json.dumps(SHEAR)}"])
    assert recipe.nominal.floors == 2
    assert recipe.nominal.damping_ratios == pytest.approx([0.05, 0.05])
    assert read_recipe(recipe.to_yaml(), "text") == recipe


@pytest.mark.parametrize("name", preset_structures())
def test_a_preset_written_in_full_is_the_same_structure(name):
    description = preset_structures()[name]().to_dict()
    recipe = load_recipe("five_storey", [f"structure={json.dumps(description)}"])
    assert recipe.nominal.to_dict() == description


def test_overrides_reach_their_key():
    recipe = load_recipe(
        "five_storey",
        ["motion.duration=20", "records=1000", "motion.envelope.kind=JenningsHousnerTsai"],
    )
    assert (recipe.motion.duration, recipe.records, recipe.motion.interval) == (20.0, 1000, 0.02)
    assert recipe.motion.envelope.kind == "JenningsHousnerTsai"


def test_overrides_reach_keys_that_hold_dots():
    recipe = load_recipe("five_storey_varied", ["vary.laws.stiffness.sigma=0.3"])
    assert recipe.vary["laws.stiffness"].sigma == 0.3


def test_overrides_reach_into_lists_and_leave_the_original():
    content = {"laws": [{"stiffness": [1, 2]}]}
    assert override(content, ["laws.0.stiffness.1=5"]) == {"laws": [{"stiffness": [1, 5]}]}
    assert content == {"laws": [{"stiffness": [1, 2]}]}


@given(st.integers(1, 10**9), st.integers(0, 2**63 - 1))
def test_every_change_changes_the_hash(records, seed):
    base = load_recipe("five_storey")
    other = base.model_copy(update={"records": records, "seed": seed})
    assert (other.hash == base.hash) == (other == base)


def test_recipes_are_frozen():
    with pytest.raises(ValidationError, match="frozen"):
        load_recipe("five_storey").records = 3


def test_shards_cover_the_records_once():
    recipe = load_recipe("five_storey", ["records=1001", "records_per_shard=100"])
    bounds = [recipe.bounds(shard) for shard in range(recipe.shards)]
    covered = [record for first, count in bounds for record in range(first, first + count)]
    assert covered == list(range(1001))


@pytest.mark.parametrize(
    "text", ["", "just words", "- a\n- b", "records: [", "1: 2", "a: b: c", "\t- x", "records: 3"]
)
def test_what_is_no_recipe_is_refused_in_one_line(tmp_path, text):
    path = tmp_path / "broken.yaml"
    path.write_text(text)
    with pytest.raises(ValueError, match=r"broken\.yaml") as caught:
        load_recipe(path)
    assert "\n" not in str(caught.value)


def test_the_json_schema_knows_the_keys():
    schema = json.loads(catalogue.json_schema())
    known = schema["$defs"]
    assert {"structure", "motion", "vary", "records"} <= set(known["ResponseRecipe"]["properties"])
    assert {"low_frequency", "high_frequency", "duration"} <= set(
        known["BandLimitedNoise"]["properties"]
    )
    assert known["Preset"]["enum"] == sorted(preset_structures())


def test_packaged_recipes_say_what_they_are():
    for name in catalogue.names():
        assert catalogue._text(name).startswith("# ")
        assert isinstance(yaml.safe_load(catalogue._text(name)), dict)
