"""What records are asked for, how strong they are, and answers that are kept."""

import numpy as np
import pytest
import xarray as xr

from datasets.recipes.catalogue import load_recipe
from simulators.excitation import intensity
from simulators.excitation.load import BaseMotions
from surrogate.risk.asking.asked import asked, asked_at, blocks, events, recipe_to_ask
from surrogate.risk.asking.kept import claim, held
from surrogate.risk.asking.measure import Measure
from surrogate.risk.asking.quantity import Quantity
from surrogate.risk.asking.simulated import Simulated

WORDS = ["records=6", "motion.duration=2", "heights=[4, 3, 3, 3, 3]"]
VARIED = "vary={laws.stiffness: {distribution: uniform, low: 0.5, high: 1.5, each: part}}"


def test_records_are_asked_with_the_motions_and_structures_of_the_recipe():
    recipe = recipe_to_ask("five_storey", [*WORDS, VARIED])
    made = recipe.make(0, 6)
    own = asked(recipe, 2, 3)
    np.testing.assert_array_equal(own.motions.acceleration, made["base_acceleration"][2:5])
    np.testing.assert_array_equal(own.parameters["stiffness"], made["stiffness"][2:5])
    expected = (np.abs(made["drift"]).max("time") / made["height"]).max("storey")
    found = Simulated(Quantity(), None)(own)
    np.testing.assert_allclose(found, expected[2:5], rtol=1e-6)
    singles = np.concatenate([Simulated(Quantity(), None)(one) for one in asked_at(recipe, [4, 2])])
    np.testing.assert_allclose(singles, expected[[4, 2]], rtol=1e-6)
    np.testing.assert_allclose(
        Simulated(Quantity(), None)(own.take(np.array([2, 0]))), expected[[4, 2]], rtol=1e-6
    )


def test_blocks_are_all_records_once():
    recipe = load_recipe("five_storey", ["records=2500"])
    found = blocks(recipe)
    assert [first for first, _ in found] == [0, *np.cumsum([count for _, count in found])[:-1]]
    assert sum(count for _, count in found) == 2500


def test_earthquakes_of_recorded_motions_are_events(tmp_path):
    for name in ("kobe_1", "kobe_2", "imperial_1"):
        lines = ["time (s),acceleration (m s-2)", *(f"{0.02 * i:.2f},{i % 3}" for i in range(60))]
        (tmp_path / f"{name}.csv").write_text("\n".join(lines))
    words = ["heights=3", "motion.earthquake.pattern=^([a-z]+)_"]
    recipe = recipe_to_ask("five_storey", words, tmp_path)
    assert recipe.records == 3
    assert sorted(events(recipe)) == ["imperial", "kobe", "kobe"]
    assert events(load_recipe("five_storey")) is None


def test_measures_are_those_of_the_simulators_in_the_units_of_openquake():
    motions = BaseMotions(np.random.default_rng(0).standard_normal((3, 400)), 0.02)
    gravity = 9.80665
    peak = intensity.peak_ground_acceleration(motions.acceleration)
    np.testing.assert_allclose(Measure.read("PGA").of(motions), peak / gravity)
    velocity = intensity.peak_ground_velocity(motions.acceleration, 0.02)
    np.testing.assert_allclose(Measure.read("PGV").of(motions), 100.0 * velocity)
    spectral = intensity.spectral_acceleration(motions.acceleration, 0.02, 0.8, 0.02)
    np.testing.assert_allclose(Measure.read("SA(0.8)", 0.02).of(motions), spectral / gravity)
    average = Measure.read("AvgSA(0.5)")
    assert average.openquake == "AvgSA"
    assert average.label == "AvgSA(0.5) (g)"
    assert Measure.read("PGV").label == "PGV (cm/s)"


@pytest.mark.parametrize("word", ["SA", "SA(0)", "SA(-1)", "PGA(1)", "sa(1)", ""])
def test_a_word_that_is_no_measure_is_refused(word):
    with pytest.raises(ValueError, match="expected PGA, PGV, SA"):
        Measure.read(word)


def test_padding_enters_no_peak():
    values = np.array([[1.0, -2.0, np.nan], [0.5, 0.5, 3.0]])[..., None]
    attrs = {"units": "m", "long_name": "drift"}
    responses = xr.Dataset(
        {
            "drift": (("record", "time", "storey"), values, attrs),
            "samples": ("record", np.array([2, 3], np.int32)),
        }
    )
    np.testing.assert_array_equal(Quantity("drift").of(responses), [2.0, 3.0])


def test_a_block_is_computed_once(tmp_path):
    kept = claim(tmp_path / "run", {"seed": 1})
    calls = []

    def compute():
        calls.append(1)
        return np.arange(3.0)

    for _ in range(2):
        np.testing.assert_array_equal(kept.block("one", compute), np.arange(3.0))
    assert len(calls) == 1
    assert kept.has("one")
    assert claim(tmp_path / "run", {"seed": 1}).has("one")


def test_what_is_no_run_of_the_setup_is_refused(tmp_path):
    claim(tmp_path / "run", {"seed": 1, "levels": [0.1]})
    with pytest.raises(FileExistsError, match="another setup, which differs in seed: choose"):
        claim(tmp_path / "run", {"seed": 2, "levels": [0.1]})
    (tmp_path / "other").mkdir()
    (tmp_path / "other/data.txt").write_text("mine")
    with pytest.raises(FileExistsError, match="holds other things than a run"):
        claim(tmp_path / "other", {"seed": 1}, overwrite=True)
    with pytest.raises(FileExistsError, match="is a file: name a folder"):
        claim(tmp_path / "other/data.txt", {"seed": 1})
    assert not claim(tmp_path / "run", {"seed": 2}, overwrite=True).has("one")


def test_a_folder_is_of_one_process_at_a_time(tmp_path):
    folder = tmp_path / "run"
    with held(folder, {"seed": 1}) as kept:
        kept.block("one", lambda: np.ones(2))
        for setup, overwrite in (({"seed": 1}, False), ({"seed": 2}, True)):
            refused = pytest.raises(FileExistsError, match=f"another process works in {folder}")
            with refused, held(folder, setup, overwrite):
                pytest.fail("two at once")
        assert kept.has("one")
    with held(folder, {"seed": 2}, overwrite=True) as anew:
        assert not anew.has("one")


def test_a_file_is_no_folder_of_a_run(tmp_path):
    (tmp_path / "file").write_text("mine")
    with (
        pytest.raises(FileExistsError, match="is a file: name a folder"),
        held(tmp_path / "file", {}),
    ):
        pytest.fail("a file was taken")
    assert (tmp_path / "file").read_text() == "mine"


def test_a_function_has_no_demands():
    with pytest.raises(ValueError, match="describes a function: demands are asked of structures"):
        recipe_to_ask("radial")
