"""Responses: a record depends on the recipe and its number only; parameters vary as the recipe
says.
"""

import numpy as np
import pytest
import xarray as xr
from scipy import stats

from datasets.contract.schema import validate
from datasets.recipes.catalogue import load_recipe, read_recipe
from datasets.recipes.variation import design_points
from simulators.excitation.motion import BaseMotion
from simulators.solvers.solve import solve
from simulators.structures.presets import five_storey
from simulators.structures.structure import Structure

SHORT = ["motion.duration=4", "records=40"]


def varied(sampling="independent", **changes):
    vary = {
        "laws.stiffness": {
            "distribution": "lognormal",
            "median": 1.0,
            "sigma": 0.2,
            "each": "part",
        },
        "mass": {"distribution": "uniform", "low": 0.5, "high": 2.0},
        "motion.scale": {"distribution": "uniform", "low": 0.5, "high": 3.0},
    }
    recipe = load_recipe("five_storey", SHORT)
    content = recipe.model_dump(mode="json") | {"vary": vary, "sampling": sampling} | changes
    return type(recipe).model_validate(content)


def test_blocks_make_no_difference():
    recipe = varied()
    whole = recipe.make(0, 40)
    pieces = xr.concat(
        [recipe.make(0, 1), recipe.make(1, 22), recipe.make(23, 17)], "record", data_vars="minimal"
    )
    xr.testing.assert_identical(pieces, whole)
    validate(whole)


@pytest.mark.parametrize("sampling", ["latin_hypercube", "sobol"])
def test_a_design_does_not_depend_on_blocks(sampling):
    whole = design_points(sampling, 3, 100, 0, 100, 4)
    pieces = [
        design_points(sampling, 3, 100, first, count, 4)
        for first, count in ((0, 1), (1, 62), (63, 37))
    ]
    np.testing.assert_array_equal(np.concatenate(pieces), whole)
    assert np.all((whole > 0) & (whole < 1))


def test_a_latin_hypercube_has_one_record_in_each_slice():
    points = design_points("latin_hypercube", 0, 200, 0, 200, 3)
    assert np.all(np.sort((points * 200).astype(int), axis=0) == np.arange(200)[:, None])


def test_sobol_fills_the_cube_more_evenly_than_chance():
    points = design_points("sobol", 0, 256, 0, 256, 2)
    assert stats.qmc.discrepancy(points) < 0.2 * stats.qmc.discrepancy(
        np.random.default_rng(0).random((256, 2))
    )


def test_a_seed_changes_every_record():
    first, second = (
        load_recipe("five_storey", [*SHORT, f"seed={seed}"]).make(0, 5) for seed in (0, 1)
    )
    correlation = [
        np.corrcoef(a, b)[0, 1]
        for a, b in zip(first["base_acceleration"], second["base_acceleration"], strict=True)
    ]
    assert np.all(np.abs(correlation) < 0.5)


def test_records_differ():
    motions = load_recipe("five_storey", SHORT).make(0, 40)["base_acceleration"].values
    assert np.abs(np.corrcoef(motions) - np.eye(40)).max() < 0.6


def test_what_is_stored_is_what_was_integrated():
    made = load_recipe("five_storey", SHORT).make(0, 3)
    motions = [BaseMotion(row, 0.02) for row in made["base_acceleration"].values]
    again = solve(five_storey(), motions, outputs=("drift",), dtype=np.float32)
    np.testing.assert_array_equal(again["drift"], made["drift"])


@pytest.mark.parametrize("sampling", ["independent", "latin_hypercube", "sobol"])
def test_parameters_follow_their_distributions(sampling):
    recipe = varied(sampling, records=256)
    _, _, parameters = recipe.inputs(0, 256)
    factor = parameters["stiffness"].values / recipe.nominal.laws[0].stiffness
    assert stats.kstest(np.log(factor).ravel(), stats.norm(0, 0.2).cdf).pvalue > 1e-3
    assert (
        stats.kstest(parameters["mass"].values[:, 0] / 100, stats.uniform(0.5, 1.5).cdf).pvalue
        > 1e-3
    )
    assert (
        stats.kstest(parameters["motion_scale"].values, stats.uniform(0.5, 2.5).cdf).pvalue > 1e-3
    )
    np.testing.assert_allclose(
        parameters["mass"].values[:, 0], 1.25 * parameters["mass"].values[:, 1]
    )
    assert np.abs(np.corrcoef(factor.T) - np.eye(5)).max() < 0.3


def test_varied_structures_give_their_own_responses():
    recipe = varied()
    made = recipe.make(0, 4)
    for record in range(4):
        building = load_recipe("five_storey", SHORT).nominal.to_dict()
        building["laws"][0]["stiffness"] = made["stiffness"][record].values.tolist()
        building["mass"] = np.diag(made["mass"][record].values).tolist()
        factor = made["mass"][record, 0].item() / 100
        alone = solve(
            Structure.from_dict(building),
            BaseMotion(made["base_acceleration"][record].values, 0.02),
            outputs=("drift",),
        )
        np.testing.assert_allclose(made["drift"][record], alone["drift"][0], rtol=1e-4, atol=1e-7)
        assert 0.5 <= factor <= 2.0


def test_parameters_of_the_motion_vary():
    vary = {
        "motion.root_mean_square": {"distribution": "choice", "values": [1.0, 4.0], "as": "value"}
    }
    made = varied(vary=vary).make(0, 40)
    strength = made["base_acceleration"].std("time")
    np.testing.assert_allclose(strength, made["motion_root_mean_square"], rtol=0.35)
    assert set(made["motion_root_mean_square"].values) == {1.0, 4.0}
    assert made["motion_root_mean_square"].attrs["units"] == "m s-2"


def test_a_parameter_of_one_law_has_its_own_name():
    laws = [{"law": "Elastic", "stiffness": [90.0]}, {"law": "Elastic", "stiffness": [80.0, 70.0]}]
    vary = {"laws.1.stiffness": {"distribution": "uniform", "low": 1, "high": 2, "each": "part"}}
    recipe = varied(
        vary=vary, structure={"mass": [1.0, 1.0, 1.0], "damping_ratio": 0.05, "laws": laws}
    )
    made = recipe.make(0, 3)
    validate(made)
    assert made["stiffness_1"].shape == (3, 2)
    assert np.all(made["stiffness_1"].values >= [80.0, 70.0])


def test_an_external_force_is_an_input():
    made = load_recipe(
        "benchmark_oscillator", ["motion.duration=1.0", "motion.interval=0.001", "records=2"]
    ).make(0, 2)
    validate(made)
    assert made["force"].attrs["units"] == "N"
    assert made["displacement"].shape == (2, 1001, 1)


def test_recorded_motions_are_used_in_turn(shared_data):
    motion = {
        "process": "Recorded",
        "folder": str(shared_data / "records"),
        "duration": 20.0,
        "interval": 0.02,
        "peak": 3.0,
    }
    recipe = varied(
        vary={"motion.scale": {"distribution": "uniform", "low": 0.5, "high": 2.0}}, motion=motion
    )
    made = recipe.make(0, 8)
    peaks = np.abs(made["base_acceleration"]).max("time")
    np.testing.assert_allclose(peaks, 3.0 * made["motion_scale"], rtol=1e-5)
    np.testing.assert_allclose(
        made["base_acceleration"][0] / made["motion_scale"][0],
        made["base_acceleration"][4] / made["motion_scale"][4],
        atol=1e-5,
    )
    assert len(recipe.motion.digest) == 64


def test_other_records_are_another_recipe(tmp_path, shared_data):
    source = (shared_data / "records" / "loma_prieta_1989_0111a.smc").read_bytes()
    motion = {"process": "Recorded", "folder": str(tmp_path), "duration": 20.0, "interval": 0.02}
    (tmp_path / "a.smc").write_bytes(source)
    one = varied(vary={}, motion=motion)
    (tmp_path / "b.smc").write_bytes(source)
    assert varied(vary={}, motion=motion).hash != one.hash
    (tmp_path / "a.smc").write_bytes(source + b"\n")
    with pytest.raises(ValueError, match="are not those of the recipe"):
        read_recipe(one.to_yaml(), "recipe")
    with pytest.raises(ValueError, match=r"folder .*absent does not exist"):
        varied(vary={}, motion=motion | {"folder": str(tmp_path / "absent")})


def test_files_keep_every_so_many_th_sample_of_the_finer_response():
    fine = load_recipe("five_storey", [*SHORT, "motion.interval=0.005"])
    kept = fine.model_copy(update={"keep_every": 4}).make(0, 3)
    whole = fine.make(0, 3)
    xr.testing.assert_identical(kept, whole.isel(time=slice(0, None, 4)))
    validate(kept)
    assert kept.time.values[1] == pytest.approx(0.02)


def test_storey_heights_are_written_and_no_response_depends_on_them():
    plain = load_recipe("five_storey", ["motion.duration=2", "records=3"])
    stated = load_recipe("five_storey", ["motion.duration=2", "records=3", "heights=[4,3,3,3,3]"])
    made = stated.make(0, 3)
    validate(made)
    np.testing.assert_array_equal(made["height"], [4.0, 3.0, 3.0, 3.0, 3.0])
    assert made["height"].attrs["units"] == "m"
    xr.testing.assert_identical(made.drop_vars("height"), plain.make(0, 3))


def test_a_recipe_without_heights_has_the_text_and_the_hash_that_it_had():
    """Datasets of earlier versions are not made anew."""
    recipe = load_recipe("five_storey")
    assert recipe.hash == "ed21d96ea66c627fbc8c3791c8a3438f00897294a95085426e07eff86012fd92"
    assert "heights" not in recipe.to_yaml()
    stated = load_recipe("five_storey", ["heights=3"])
    assert stated.hash != recipe.hash
    assert read_recipe(stated.to_yaml(), "again").hash == stated.hash


@pytest.mark.parametrize(
    ("heights", "words"),
    [
        ("[3, 3]", "heights has 2 numbers, must have 5"),
        ("0", "heights: must be greater than 0"),
        ("3200", "heights = 3200: must lie between 0.01 and 100 m"),
        ("[3, 3, 3, 3, 320]", "heights = 320: .* not in mm or cm"),
        ("[3, 3, 3, 3, -1]", r"heights.4: must be greater than 0, got -1"),
    ],
)
def test_heights_that_fit_no_building_are_refused(heights, words):
    with pytest.raises(ValueError, match=words):
        load_recipe("five_storey", [f"heights={heights}"])


def test_chosen_records_are_those_of_the_whole_recipe():
    words = ["motion.duration=2", "vary={laws.stiffness: {distribution: uniform, low: 1, high: 2}}"]
    whole = load_recipe("five_storey", [*words, "records=9"]).make(0, 9)
    recipe = load_recipe("five_storey", [*words, "records=3", "chosen=[7, 2, 4]"])
    made = recipe.make(0, 3)
    for name in ("base_acceleration", "drift", "stiffness"):
        np.testing.assert_array_equal(made[name], whole[name][[7, 2, 4]])
    xr.testing.assert_identical(recipe.make(1, 1), made.isel(record=slice(1, 2)))


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["chosen=[1, 2]"], "chosen has 2 records, records = 3: must be as many"),
        (["chosen=[1, 2, 1]"], "chosen names a record twice"),
        (["chosen=[1, 2, -1]"], "chosen.2: must be greater than or equal to 0"),
        (["chosen=[1, 2, 3]", "sampling=sobol"], "chosen: sampling must be independent"),
    ],
)
def test_a_choice_of_no_records_is_refused(words, message):
    with pytest.raises(ValueError, match=message):
        load_recipe("five_storey", ["records=3", *words])
