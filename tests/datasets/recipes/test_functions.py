"""Samples of functions: values, blocks, designs."""

import numpy as np
import pytest
import xarray as xr

from datasets.contract import partition
from datasets.contract.schema import validate
from datasets.recipes import classification
from datasets.recipes.catalogue import load_recipe
from simulators.functions.radial import RadialFunction
from surrogate.cli.main import main


@pytest.mark.parametrize("sampling", ["uniform", "latin_hypercube", "sobol", "importance"])
def test_radial_samples_are_the_function_whatever_the_blocks(sampling):
    recipe = load_recipe("radial", ["records=300", f"function.sampling={sampling}"])
    whole = recipe.make(0, 300)
    validate(whole)
    x = whole["x"].values
    np.testing.assert_allclose(whole["y"].values[:, 0], RadialFunction(2, 0.2)(x), atol=1e-6)
    assert np.abs(x).max() <= 10
    pieces = xr.concat(
        [recipe.make(0, 7), recipe.make(7, 200), recipe.make(207, 93)],
        "sample",
        data_vars="minimal",
    )
    xr.testing.assert_identical(pieces, whole)
    assert ("weight" in whole) == (sampling == "importance")


def test_any_dimension():
    made = load_recipe(
        "radial", ["records=50", "function.dimension=5", "function.radius=null"]
    ).make(0, 50)
    assert made["x"].shape == (50, 5)


def test_exclusive_or_is_that_of_the_nearest_corners():
    made = load_recipe("radial", ["records=400", "function={name: xor, noise: 0.05}"]).make(0, 400)
    nearest = made["x"].values > 0.5
    np.testing.assert_array_equal(made["label"].values, nearest[:, 0] != nearest[:, 1])


def test_the_exponential_has_the_noise_it_states():
    words = [
        "records=4000",
        "function={name: exponential, amplitude: 2.0, rate: 0.5, noise: 0.1, low: 0, high: 3}",
    ]
    made = load_recipe("radial", words).make(0, 4000)
    x, y = made["x"].values[:, 0], made["y"].values[:, 0]
    residual = y - 2 * np.exp(0.5 * x)
    assert abs(residual.mean()) < 0.01
    assert residual.std() == pytest.approx(0.1, rel=0.05)


@pytest.mark.parametrize(("name", "inputs", "classes"), [("iris", 4, 3), ("digits", 64, 10)])
def test_the_sets_of_scikit_learn_are_taken_as_they_are(name, inputs, classes):
    shipped = pytest.importorskip("sklearn.datasets")
    recipe = load_recipe(name)
    made = xr.concat(
        [recipe.make(0, 100), recipe.make(100, recipe.records - 100)], "sample", data_vars="minimal"
    )
    validate(made)
    x, target = getattr(shipped, f"load_{name}")(return_X_y=True)
    assert made["x"].shape == (len(x), inputs)
    np.testing.assert_array_equal(made["x"], x.astype(np.float32))
    np.testing.assert_array_equal(made["label"], target)
    assert made["label"].dtype == np.int8
    np.testing.assert_array_equal(made["label"].attrs["flag_values"], np.arange(classes))
    assert len(made["label"].attrs["flag_meanings"].split()) == classes
    parts = {name: len(partition.members(made, name)) for name in partition.PARTS}
    assert parts["train"] == round(0.7 * len(x))
    assert min(parts.values()) > 0
    with pytest.raises(
        ValueError, match=f"records must be {len(x)}, the size of the set {name}, got 7"
    ):
        load_recipe(name, ["records=7"])


def test_digits_are_images_of_the_same_pixels():
    pytest.importorskip("sklearn")
    points, images = (
        load_recipe("digits", [f"function.layout={layout}"]).make(0, 50)
        for layout in ("points", "image")
    )
    validate(images)
    assert images["image"].dims == ("sample", "channel", "height", "width")
    assert images["image"].shape == (50, 1, 8, 8)
    np.testing.assert_array_equal(images["image"].values.reshape(50, 64), points["x"].values)


def test_every_function_has_the_parts_that_a_training_asks_for():
    for name in ("radial", "exponential", "xor"):
        made = load_recipe(name, ["records=40"]).make(0, 40)
        assert all(len(partition.members(made, part)) > 0 for part in partition.PARTS)


def test_a_set_of_scikit_learn_without_it_is_refused(monkeypatch):
    monkeypatch.setattr(classification, "find_spec", lambda name: None)
    with pytest.raises(ValueError, match=r"function: .* not installed: pip install scikit-learn"):
        load_recipe("iris")


def test_the_offset_of_the_exponential_is_added():
    words = "function={name: exponential, amplitude: 2.0, noise: 0.1, offset: %s}"
    plain, raised = (load_recipe("exponential", [words % offset]) for offset in (0.0, 14.5))
    difference = raised.make(0, 200).y - plain.make(0, 200).y
    np.testing.assert_allclose(difference, 14.5, rtol=1e-6)


@pytest.mark.parametrize("name", ["radial", "exponential", "xor", "iris", "digits"])
def test_every_function_has_a_file_a_card_and_a_picture(tmp_path, name):
    if name in ("iris", "digits"):
        pytest.importorskip("sklearn")
    out = tmp_path / f"{name}.h5"
    words = [] if name in ("iris", "digits") else ["records=50"]
    assert main(["generate", name, *words, "--out", str(out), "--workers", "1"]) == 0
    assert main(["check", str(out)]) == 0
    assert (tmp_path / f"{name}.card.png").read_bytes().startswith(b"\x89PNG")
    assert name in (tmp_path / f"{name}.card.md").read_text()


@pytest.mark.parametrize(
    ("word", "message"),
    [
        (
            "function.name=cubic",
            "function.name must be one of 'radial', 'exponential', 'xor',.* got 'cubic'",
        ),
        ("function.dimension=0", "dimension: must be greater than or equal to 1"),
        ("function.radius=-1", "radius: must be greater than 0"),
        ("function={name: exponential, low: 3, high: 2}", "low must be below high = 2.0, got 3.0"),
        ("motion.duration=3", "motion is not a key here: choose from records,.* function"),
    ],
)
def test_mistakes_are_named(word, message):
    with pytest.raises(ValueError, match=message):
        load_recipe("radial", [word])
