"""What is said of a dataset is in the dataset: table, picture, card, check."""

import numpy as np
import pytest
import xarray as xr

import datasets
from datasets.files.store import shard_name
from datasets.inspection import figure
from datasets.inspection.card import write_card
from datasets.inspection.checking import findings
from datasets.inspection.summary import describe, spread, variable_rows
from simulators.solvers.energy_balance import TERMS
from surrogate.cli.main import main

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def path(tmp_path, small_dataset):
    datasets.write_dataset(
        small_dataset(10).assign_attrs(seed=7, recipe="records: 10"), tmp_path / "small.h5"
    )
    return tmp_path / "small.h5"


@pytest.fixture
def folder(tmp_path, small_dataset):
    whole = small_dataset(6)
    (tmp_path / "data").mkdir()
    for number in range(3):
        part = whole.isel(record=slice(2 * number, 2 * number + 2))
        datasets.write_dataset(part, tmp_path / "data" / shard_name(number, 3))
    return tmp_path / "data"


def test_the_table_tells_names_units_and_ranges(path, small_dataset):
    text = describe(path)
    drift = small_dataset(10)["drift"]
    row = next(line.split() for line in text.splitlines() if line.startswith("drift"))
    assert row[:6] == ["drift", "record,", "time,", "storey", "float32", "m"]
    assert [float(cell) for cell in row[6:8]] == pytest.approx(
        [float(drift.min()), float(drift.max())], rel=1e-3
    )
    assert "0 to 0.98 s every 0.02 s (50 Hz)" in text
    assert "split           train 6, validation 2, test 2" in text
    assert "seed            7" in text
    assert "  records: 10" in text


def test_distributions_of_the_parameters_are_told(tmp_path, small_dataset):
    vary = "{mass: {distribution: truncated_normal, mean: 1, standard_deviation: 0.2, low: 0.5}}"
    recipe = f"motion: {{process: Recorded, folder: /}}\nvary: {vary}\n"
    path = tmp_path / "varied.h5"
    datasets.write_dataset(small_dataset(4).assign_attrs(recipe=recipe), path)
    told = "mass: normal, mean 1, standard deviation 0.2, cut off to the values from 0.5; factor on"
    assert f"varied          {told}" in describe(path)
    assert f"- varied: {told}" in write_card(path).read_text()


@pytest.mark.parametrize("vary", ["3", "{mass: 3}", "{mass: {distribution: cauchy, scale: 1}}"])
def test_a_recipe_of_another_version_is_shown_as_it_stands(tmp_path, small_dataset, vary):
    path = tmp_path / "later.h5"
    datasets.write_dataset(small_dataset(4).assign_attrs(recipe=f"vary: {vary}"), path)
    assert f"  vary: {vary}" in describe(path)
    assert "varied  " not in describe(path)


def test_ranges_of_a_large_dataset_come_from_records_spread_over_it(small_dataset):
    dataset = xr.concat([small_dataset(10)] * 150, "record", data_vars="minimal")
    assert spread(dataset, 1000).sizes["record"] == 1000
    assert variable_rows(dataset)[0][4] == "least (of 1000 records)"


def test_the_picture_shows_the_weakest_the_median_and_the_strongest(small_dataset):
    dataset = small_dataset(9)
    strength = np.array([3, 9, 1, 5, 4, 2, 8, 7, 6], dtype=np.float32)
    dataset["base_acceleration"].values[:] = 0.01
    dataset["base_acceleration"].values[:, 20] = strength
    assert figure.typical(dataset, "base_acceleration") == {
        2: "weakest",
        3: "median",
        1: "strongest",
    }
    drawn = figure.draw_records(dataset, "title")
    assert len(drawn.axes) == 9
    loop = drawn.axes[2].lines[-1]
    np.testing.assert_allclose(loop.get_ydata(), dataset["restoring_force"][2, :, 0], rtol=1e-6)


@pytest.mark.parametrize("records", [1, 2, 3])
@pytest.mark.parametrize(
    "dropped", [[], ["restoring_force"], ["drift", "restoring_force"], ["base_acceleration"]]
)
def test_any_dataset_has_a_picture(tmp_path, small_dataset, records, dropped):
    figure.save(small_dataset(records).drop_vars(dropped), tmp_path / "picture.png", "title")
    assert (tmp_path / "picture.png").read_bytes().startswith(PNG)


@pytest.mark.parametrize("inputs", [1, 2, 5])
def test_functions_have_pictures(tmp_path, inputs):
    x = np.random.default_rng(0).random((50, inputs))
    attrs = {"units": "1", "long_name": "value"}
    dataset = xr.Dataset(
        {"x": (("sample", "input"), x, attrs), "y": (("sample", "output"), x[:, :1], attrs)}
    )
    figure.save(dataset, tmp_path / "picture.png", "title")
    assert (tmp_path / "picture.png").read_bytes().startswith(PNG)


def test_values_are_drawn_in_units_that_are_read_easily():
    def unit(value, units):
        return figure._readable(xr.DataArray([value], attrs={"units": units}))

    assert unit(0.02, "m") == (1e3, "mm")
    assert unit(2e-5, "m") == (1e6, "µm")
    assert unit(2.0, "m") == (1.0, "m")
    assert unit(5e3, "N") == (1e-3, "kN")
    assert unit(1.0, "m s-2") == (1.0, "m/s²")


def test_inspect_prints_and_draws(path, capsys):
    assert main(["inspect", str(path)]) == 0
    assert "base_acceleration" in capsys.readouterr().out
    picture = path.with_suffix(".png")
    assert picture.read_bytes().startswith(PNG)
    picture.write_text("mine")
    assert main(["inspect", str(path)]) == 0
    assert "was there" in capsys.readouterr().out
    assert picture.read_text() == "mine"
    assert main(["inspect", str(path), "--picture", str(picture)]) == 2
    assert "exists" in capsys.readouterr().err
    assert main(["inspect", str(path), "--overwrite"]) == 0
    assert picture.read_bytes().startswith(PNG)


def test_the_card_of_a_file_and_of_a_folder(path, folder):
    card = write_card(path)
    assert card.name == "small.card.md"
    text = card.read_text()
    assert "![A few records](small.card.png)" in text
    assert "| drift | record, time, storey | float32 | m |" in text
    assert "parts: 6 train, 2 validation, 2 test" in text
    assert path.with_name("small.card.png").exists()
    assert write_card(folder) == folder / "README.md"
    assert (folder / "records.png").exists()
    assert datasets.open_dataset(folder).sizes["record"] == 6


def test_a_sound_dataset_has_no_findings(path, folder, capsys):
    assert list(findings(path)) == [(path, "")]
    assert [problem for _, problem in findings(folder)] == ["", "", ""]
    assert main(["check", str(folder)]) == 0
    assert "3 of 3 files are sound" in capsys.readouterr().out


@pytest.mark.parametrize("seed", range(6))
def test_check_names_the_shard_with_a_flipped_byte(folder, capsys, seed):
    generator = np.random.default_rng(seed)
    shard = folder / shard_name(int(generator.integers(3)), 3)
    content = bytearray(shard.read_bytes())
    values = datasets.open_dataset(shard)["drift"].values.tobytes()
    place = content.find(values[: len(values) // 2]) + int(generator.integers(len(values) // 2))
    content[place] ^= 1 << int(generator.integers(8))
    shard.write_bytes(content)
    assert main(["check", str(folder)]) == 2
    captured = capsys.readouterr()
    assert f"{shard} is damaged" in captured.err
    assert len(captured.err.splitlines()) == 1
    assert "2 of 3 files are sound" in captured.out


def test_join_makes_one_file_of_sound_shards_only(folder, tmp_path, capsys):
    assert main(["join", str(folder), "--out", str(tmp_path / "one.h5")]) == 0
    xr.testing.assert_equal(
        datasets.open_dataset(tmp_path / "one.h5").load(), datasets.open_dataset(folder).load()
    )
    shard = folder / shard_name(1, 3)
    content = bytearray(shard.read_bytes())
    content[-200] ^= 1  # anywhere: HDF5 itself may not notice
    shard.write_bytes(content)
    assert main(["join", str(folder), "--out", str(tmp_path / "two.h5")]) == 2
    assert f"{shard} is damaged" in capsys.readouterr().err
    assert not (tmp_path / "two.h5").exists()


def test_check_names_every_finding(folder, small_dataset, capsys):
    (folder / shard_name(0, 3)).write_text("nothing")
    with xr.open_dataset(folder / shard_name(2, 3), engine="h5netcdf") as dataset:
        altered = dataset.load()
    altered["drift"].values[1, 3, 2] = np.inf
    altered.to_netcdf(folder / shard_name(2, 3), engine="h5netcdf")
    assert main(["check", str(folder)]) == 2
    errors = capsys.readouterr().err.splitlines()
    assert [
        name in line for name, line in zip(("shard-00000", "shard-00002"), errors, strict=True)
    ] == [True, True]


def test_check_sees_an_integration_that_missed_its_tolerance(tmp_path, small_dataset):
    dataset = small_dataset(3).assign_attrs(tolerance=1e-4)
    dataset["error_estimate"] = (
        "record",
        np.array([1e-5, 2e-3, 0.0]),
        {"units": "1", "long_name": "error"},
    )
    datasets.write_dataset(dataset, tmp_path / "one.h5")
    ((_, problem),) = findings(tmp_path / "one.h5")
    assert problem.endswith("error_estimate reaches 0.002, the tolerance is 0.0001")


def test_check_sees_a_violated_energy_balance(tmp_path, small_dataset):
    dataset = small_dataset(2)
    for term in TERMS:
        value = {"input_energy": 3.0, "kinetic_energy": 1.9}.get(term, 0.5)
        dataset[term] = (
            ("record", "time"),
            np.full((2, 50), value, np.float32),
            {"units": "J", "long_name": term},
        )
    datasets.write_dataset(dataset, tmp_path / "one.h5")
    ((_, problem),) = findings(tmp_path / "one.h5")
    assert "energy balance is violated by 0.0333333" in problem


def test_join_makes_one_file(folder, tmp_path, capsys):
    assert main(["join", str(folder), "--out", str(tmp_path / "one.h5")]) == 0
    assert (
        datasets.open_dataset(tmp_path / "one.h5")
        .load()
        .equals(datasets.open_dataset(folder).load())
    )
    assert main(["join", str(folder), "--out", str(tmp_path / "one.h5")]) == 2
    (folder / shard_name(1, 3)).unlink()
    assert main(["join", str(folder), "--out", str(tmp_path / "two.h5")]) == 2
    assert f"{shard_name(1, 3)} is missing" in capsys.readouterr().err
    assert not (tmp_path / "two.h5").exists()


def test_a_card_shows_what_a_file_says_and_obeys_none_of_it(tmp_path, small_dataset):
    dataset = small_dataset(2).assign_attrs(
        source="<script>alert(1)</script> | \x1b[2J", recipe="a: 1\n```\n<b>not code</b>\n"
    )
    datasets.write_dataset(dataset, tmp_path / "one.h5")
    text = write_card(tmp_path / "one.h5").read_text()
    assert "<script>" not in text
    assert "&lt;script&gt;" in text
    assert "\x1b" not in text
    opening = text.index("````yaml")
    assert opening < text.index("<b>not code</b>") < text.index("````", opening + 4)
