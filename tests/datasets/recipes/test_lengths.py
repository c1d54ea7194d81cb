"""Recorded motions that keep their own lengths: each record is what it is alone."""

import numpy as np
import pytest
import xarray as xr
import yaml

import datasets
from datasets.contract import lengths
from datasets.recipes.catalogue import read_recipe
from datasets.recipes.recorded import Recorded
from simulators import BaseMotion, solve
from simulators.structures import presets
from surrogate.data import structures
from tests.helpers.foreign_simulators import oscillate

SAMPLES = {"a1": 120, "a2": 90, "b1": 200}
INTERVAL = 0.02


@pytest.fixture
def folder(tmp_path):
    """Three accelerograms of different lengths, in m/s2; a1 and a2 are of one station."""
    generator = np.random.default_rng(0)
    records = tmp_path / "records"
    records.mkdir()
    for name, count in SAMPLES.items():
        values = 2.0 * generator.standard_normal(count)
        rows = [f"{INTERVAL * i:.2f} {value:.6f}" for i, value in enumerate(values)]
        (records / f"{name}.txt").write_text("\n".join(rows) + "\n")
    return records


def recipe(folder, **changes):
    motion = {"process": "Recorded", "folder": str(folder), "unit": "m/s2", "interval": INTERVAL}
    content = {"structure": "five_storey", "motion": motion, "records": 7}
    content["outputs"] = ["drift", "acceleration"]
    return read_recipe(yaml.safe_dump(content | changes), "recipe.yaml", trust=True)


def test_every_record_is_the_response_to_its_own_motion_alone(folder):
    made = recipe(folder, split={"train": 1.0}).make(0, 7)
    wanted = list(SAMPLES.values())
    assert made["samples"].values.tolist() == [*wanted, *wanted, wanted[0]]
    for record in range(7):
        one = lengths.trimmed(made.isel(record=record))
        motion = BaseMotion(one["base_acceleration"].values, INTERVAL)
        alone = solve(presets.five_storey(), motion, outputs=("drift",), dtype=np.float32)
        np.testing.assert_array_equal(one["drift"], alone["drift"].isel(record=0))
        behind = made["drift"].isel(record=record).values[int(made["samples"][record]) :]
        assert np.isnan(behind).all()


def test_shards_hold_records_of_any_length_and_fit_together(tmp_path, folder):
    small = recipe(folder, records_per_shard=2)
    opened = datasets.generate(small, tmp_path / "shards").load()
    assert datasets.check(tmp_path / "shards") == {}
    whole = recipe(folder).make(0, 7)
    for name in ("base_acceleration", "drift", "acceleration", "samples"):
        xr.testing.assert_equal(opened[name], whole[name])
    assert opened.sizes["time"] == max(SAMPLES.values())


def test_files_keep_every_so_many_th_sample_of_each_record(folder):
    kept = recipe(folder, keep_every=7).make(0, 3)
    assert kept["samples"].values.tolist() == [-(-n // 7) for n in SAMPLES.values()]
    whole = recipe(folder).make(0, 3)
    np.testing.assert_array_equal(kept["drift"], whole["drift"][:, ::7])
    datasets.validate(kept)


def test_a_stated_duration_makes_one_length(folder):
    content = yaml.safe_load(recipe(folder).to_yaml())
    content["motion"]["duration"] = 2.0
    made = read_recipe(yaml.safe_dump(content), "recipe.yaml").make(0, 3)
    assert "samples" not in made
    assert made.sizes["time"] == 101


def test_both_components_of_a_station_have_the_longer_one_s_length(folder):
    (folder / "b1.txt").unlink()
    content = yaml.safe_load(recipe(folder).to_yaml())["motion"]
    content |= {"digest": "", "pair": "^([a-z])"}
    both = Recorded.model_validate(content).sample_directions(np.random.default_rng(0), 0, 2)
    assert [motion.acceleration.size for motion in both] == [120, 120]
    assert not both[1].acceleration[90:].any()


def test_the_structure_is_known_from_a_recipe_that_states_no_duration(folder):
    text = recipe(folder).to_yaml()
    assert structures.recipe_of(text).nominal.floors == 5
    assert structures.duration_of(text) is None


def test_drawn_motions_have_a_duration():
    motion = {"process": "KanaiTajimi", "peak": 3.0, "interval": 0.02}
    content = {"structure": "five_storey", "motion": motion, "records": 7}
    with pytest.raises(ValueError, match=r"motion\.duration is missing"):
        read_recipe(yaml.safe_dump(content), "recipe.yaml")


OSCILLATOR = {
    "class_path": "simulators.external.FunctionSimulator",
    "init_args": {
        "function": "tests.helpers.foreign_simulators.oscillate",
        "outputs": {"roof_displacement": {"units": "m"}},
    },
}
OWN_LENGTH = {"class_path": "tests.helpers.foreign_simulators.OwnLength"}


def simulated(folder, **changes):
    motion = {"process": "Recorded", "folder": str(folder), "unit": "m/s2", "interval": INTERVAL}
    content = {"simulator": OSCILLATOR, "motion": motion, "records": 5} | changes
    return read_recipe(yaml.safe_dump(content), "recipe.yaml", trust=True)


def test_a_simulator_answers_motions_of_any_length(tmp_path, folder):
    opened = datasets.generate(simulated(folder), tmp_path / "shards").load()
    assert datasets.check(tmp_path / "shards") == {}
    counts = list(SAMPLES.values())
    assert opened["samples"].values.tolist() == [*counts, *counts[:2]]
    for record in range(5):
        one = lengths.trimmed(opened.isel(record=record))
        motion = one["base_acceleration"].values.astype(float)
        alone = oscillate(motion, INTERVAL).astype(np.float32)
        np.testing.assert_allclose(one["roof_displacement"], alone, rtol=1e-5)


def test_a_simulator_may_end_early_go_on_or_fail(tmp_path, folder):
    ends = {"distribution": "choice", "values": [40.0, 1000.0, 0.0], "as": "value"}
    made = simulated(
        folder,
        simulator=OWN_LENGTH,
        vary={"ends": ends},
        records=12,
        failures={"allowed": 0.9},
    )
    opened = datasets.generate(made, tmp_path / "shards").load()
    assert datasets.check(tmp_path / "shards") == {}
    assert opened.sizes["time"] == max(SAMPLES.values()) + 30
    of_file = np.resize(list(SAMPLES.values()), 12)
    wanted = {40.0: np.full(12, 40), 1000.0: of_file + 30, 0.0: of_file}
    for record, ended in enumerate(opened["ends"].values):
        assert opened["samples"][record] == wanted[ended][record]
        one = lengths.trimmed(opened.isel(record=record))
        motion = one["base_acceleration"].values
        assert not motion[of_file[record] :].any()
        assert np.isnan(one["drift"]).all() == (ended == 0.0)
        if ended:
            own = min(len(motion), of_file[record])
            np.testing.assert_array_equal(one["drift"][:own, 0], motion[:own])
            assert (one["drift"][own:] == 7.0).all()
    assert set(opened["ends"].values) == {40.0, 1000.0, 0.0}


def test_a_simulator_of_motions_of_one_length_may_end_early(tmp_path):
    motion = {"process": "KanaiTajimi", "peak": 3.0, "duration": 4.0, "interval": INTERVAL}
    content = {"simulator": OWN_LENGTH, "motion": motion, "records": 2, "split": {"train": 1.0}}
    made = read_recipe(yaml.safe_dump(content), "recipe.yaml", trust=True).make(0, 2)
    assert made["samples"].values.tolist() == [231, 231]
    datasets.validate(made)
