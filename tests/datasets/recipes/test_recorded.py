"""Recorded motions of a recipe: scaling, use in turn, pairs of components, parts by earthquake."""

import numpy as np
import pytest
import yaml

from datasets.contract import partition
from datasets.files.store import write_dataset
from datasets.inspection.summary import describe
from datasets.recipes.catalogue import read_recipe
from datasets.recipes.motions import Recorded
from simulators.excitation.motion import BaseMotion

OSCILLATOR = {
    "class_path": "simulators.external.FunctionSimulator",
    "init_args": {
        "function": "tests.helpers.foreign_simulators.oscillate",
        "outputs": {"roof_displacement": {"units": "m"}},
    },
}
BOTH_WAYS = {"class_path": "tests.helpers.foreign_simulators.BothWays"}
P695 = {
    "table": {"NGA_no_829_*": "CAPE_MENDOCINO"},
    "pattern": r"^RSN\d+_([^_]+)_",
}
THIRDS = {"train": 0.34, "validation": 0.33, "test": 0.33}
BY_FIRST_LETTER = {"pattern": "^([a-z])"}


@pytest.fixture
def folder(tmp_path):
    """Six accelerograms of three earthquakes, a, b and c, two components each, in g."""
    generator = np.random.default_rng(0)
    records = tmp_path / "records"
    records.mkdir()
    time = 0.02 * np.arange(200)
    for name in ("a1", "a2", "b1", "b2", "c1", "c2"):
        values = generator.standard_normal(len(time))
        rows = [f"{t:.2f} {value:.6f}" for t, value in zip(time, values, strict=True)]
        (records / f"{name}.txt").write_text("\n".join(rows) + "\n")
    return records


def motion(folder, **changes):
    content = {"process": "Recorded", "folder": str(folder), "unit": "g"}
    return content | {"duration": 3.98, "interval": 0.02} | changes


def recipe(folder, records=18, simulator=OSCILLATOR, **changes):
    content = {"simulator": simulator, "motion": motion(folder, **changes), "records": records}
    content["split"] = THIRDS
    return read_recipe(yaml.safe_dump(content), "recipe.yaml", trust=True)


def drawn(folder, record, **changes):
    described = Recorded.model_validate(motion(folder, **changes))
    return described.sample(np.random.default_rng(0), record)


def test_records_have_the_spectral_acceleration_that_is_asked_for(folder):
    intensity = {"spectral_acceleration": 3.0, "period": 0.5, "damping": 0.02}
    for record, factor in ((0, 1.0), (5, 1.0), (6, 0.5), (13, 2.0)):
        one = drawn(folder, record, intensity=intensity, factors=[1.0, 0.5, 2.0])
        level = one.response_spectrum([0.5], 0.02)["pseudo_acceleration"].item()
        assert level == pytest.approx(3.0 * factor, rel=1e-5)


def test_every_file_is_used_with_every_factor(folder):
    made = recipe(folder, factors=[1.0, 3.0], earthquake=BY_FIRST_LETTER, records=12).make(0, 12)
    first = made["base_acceleration"].values[:6]
    np.testing.assert_allclose(made["base_acceleration"].values[6:], 3.0 * first, rtol=1e-6)
    assert made["source_file"].values.tolist() == [*range(6), *range(6)]
    assert made["source_file"].attrs["flag_meanings"].startswith("a1.txt a2.txt b1.txt")


def test_the_file_states_the_intensity_of_each_record(folder):
    intensity = {"spectral_acceleration": 3.0, "period": 0.5}
    one = recipe(folder, intensity=intensity, factors=[1.0, 0.5], scale=2.0)
    made = one.make(4, 4)
    np.testing.assert_allclose(made["spectral_acceleration"], [6.0, 6.0, 3.0, 3.0])
    stored = BaseMotion(made["base_acceleration"].values[3], 0.02)
    level = stored.response_spectrum([0.5])["pseudo_acceleration"].item()
    assert level == pytest.approx(3.0, rel=1e-5)


def test_an_earthquake_lies_in_one_part_only(folder):
    made = recipe(folder, factors=[1.0, 2.0, 3.0], earthquake=BY_FIRST_LETTER).make(0, 18)
    quakes = [set(made["earthquake"].values[partition.members(made, part)]) for part in THIRDS]
    assert sorted(map(len, quakes)) == [1, 1, 1]
    assert set.union(*quakes) == {0, 1, 2}


def test_no_earthquake_of_the_p695_set_lies_in_two_parts(shared_data):
    folder = shared_data / "p695"
    for seed in range(20):
        described = Recorded.model_validate(
            motion(folder, duration=20.0, earthquake=P695, factors=[0.5, 1.0, 2.0])
        )
        groups = described.groups(132)
        assert len(set(groups)) == 14
        shares = {"train": 0.7, "validation": 0.15, "test": 0.15}
        parts = partition.draw_groups(groups, shares, seed)
        pairs = set(zip(groups, parts.tolist(), strict=True))
        assert len(pairs) == 14
        counts = np.bincount(parts, minlength=3) / 132
        assert np.abs(counts - [0.7, 0.15, 0.15]).max() < 0.1


def test_inspect_says_which_earthquakes_a_part_has(folder, tmp_path):
    one = recipe(folder, factors=[1.0, 2.0, 3.0], earthquake=BY_FIRST_LETTER)
    out = tmp_path / "some.h5"
    write_dataset(one.make(0, 18), out)
    lines = [line for line in describe(out).splitlines() if line.startswith("earthquakes")]
    assert len(lines) == 3
    assert sorted(line.split()[-1] for line in lines) == ["a", "b", "c"]


def test_inspect_warns_where_one_file_has_records_in_several_parts(folder, tmp_path):
    out = tmp_path / "some.h5"
    write_dataset(recipe(folder, factors=[1.0, 2.0, 3.0]).make(0, 18), out)
    assert "of the same file lie in different parts" in describe(out)


def test_two_components_of_a_station_are_scaled_alike(folder):
    intensity = {"spectral_acceleration": 3.0, "period": 0.5}
    one = recipe(
        folder, records=6, simulator=BOTH_WAYS, pair="^([a-z])", intensity=intensity,
        factors=[1.0, 2.0], earthquake=BY_FIRST_LETTER,
    )  # fmt: skip
    made = one.make(0, 6)
    names = made["source_file"].attrs["flag_meanings"].split()
    assert [names[i] for i in made["source_file"].values[:3]] == ["a1.txt", "b1.txt", "c1.txt"]
    assert [names[i] for i in made["source_file_y"].values[:3]] == ["a2.txt", "b2.txt", "c2.txt"]
    for record, level in ((0, 3.0), (4, 6.0)):
        both = [made[name].values[record] for name in ("base_acceleration", "base_acceleration_y")]
        spectra = [BaseMotion(one, 0.02).response_spectrum([0.5]) for one in both]
        levels = [spectrum["pseudo_acceleration"].item() for spectrum in spectra]
        assert np.sqrt(np.prod(levels)) == pytest.approx(level, rel=1e-5)
    np.testing.assert_array_equal(made["roof_x"], made["base_acceleration"])
    np.testing.assert_array_equal(made["roof_y"], made["base_acceleration_y"])


def test_two_drawn_directions_are_independent():
    content = {"simulator": BOTH_WAYS, "records": 4}
    content["motion"] = {"process": "KanaiTajimi", "peak": 2.0, "duration": 20.0, "interval": 0.02}
    made = read_recipe(yaml.safe_dump(content), "recipe.yaml", trust=True).make(0, 4)
    x = made["base_acceleration"].values
    y = made["base_acceleration_y"].values
    correlation = [np.corrcoef(x[i], y[i])[0, 1] for i in range(4)]
    assert np.abs(correlation).max() < 0.5
    assert len({row.tobytes() for row in [*x, *y]}) == 8


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"earthquake": {"pattern": "^(b)"}}, "knows the file a1.txt: add it to the table"),
        ({"earthquake": {}}, "give a pattern, or a table of files and their earthquakes"),
        ({"earthquake": {"pattern": "^[a-z]"}}, "has 0 groups: put what is meant into one pair of"),
        ({"earthquake": {"pattern": "("}}, "is not a regular expression"),
        ({"earthquake": {"table": {"*": "Loma Prieta"}}}, "named by one word each, not 'Loma"),
        ({"factors": [1.0, -1.0]}, "factors: got -1, must be greater than 0"),
        ({"factors": []}, "factors: must hold at least 1"),
        ({"peak": 1.0, "intensity": {"spectral_acceleration": 1, "period": 1}}, "give one of them"),
        ({"intensity": {"spectral_acceleration": 1}}, "motion.intensity.period is missing"),
        ({"pair": "([a-z]1)"}, "pair: .* does not fit the file a2.txt"),
        ({"pair": "([0-9])"}, "pair: 1 has 3 files .a1.txt, b1.txt, c1.txt., must have two"),
        ({"unit": None}, "states no unit of acceleration"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_in_one_line(folder, changes, message):
    with pytest.raises(ValueError, match=message) as caught:
        recipe(folder, **changes)
    assert "\n" not in str(caught.value)


def test_a_simulator_of_two_directions_needs_pairs(folder):
    with pytest.raises(ValueError, match="pair is missing: the simulator takes two base motions"):
        recipe(folder, simulator=BOTH_WAYS)


def test_fewer_earthquakes_than_parts_are_refused():
    shares = {"train": 0.7, "validation": 0.15, "test": 0.15}
    with pytest.raises(ValueError, match="2 earthquakes leave no record for the part"):
        partition.draw_groups(["a", "a", "b", "b"], shares, 0)
