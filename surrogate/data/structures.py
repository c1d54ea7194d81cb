"""The structures behind a dataset: the nominal structure of its recipe, with the parameters that
each record has.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import xarray as xr
import yaml

import datasets
from datasets.contract import recipe_texts
from datasets.recipes.catalogue import read_recipe
from datasets.recipes.family import parameter, parts, varied
from datasets.recipes.recipe import parse_yaml
from datasets.recipes.responses import ResponseRecipe
from simulators.structures.structure import Structure

SOURCE = "recipe of the checkpoint"
"""What errors call the text of a recipe."""


def recipe_of(text: str) -> ResponseRecipe:
    """Recipe of responses from its YAML text; ValueError where there is none or it is of another
    kind.

    Of the recipes of a joined dataset it is the first, where all have one structure.
    """
    if not text:
        raise ValueError(
            "the structure is not known: the training data of this surrogate had no recipe"
        )
    texts = recipe_texts.separate(text) or [text]
    structural = [recipe_texts.structural(parse_yaml(each, SOURCE)) for each in texts]
    if any(other != structural[0] for other in structural):
        raise ValueError(
            "the structure is not known: the training data are joined from datasets of different "
            "structures"
        )
    recipe = read_recipe(_closed(texts[0]), SOURCE)
    if not isinstance(recipe, ResponseRecipe):
        raise ValueError(
            "the structure is not known: the recipe of the training data describes a function"
        )
    if recipe.storeys:
        raise ValueError(
            "the structure is not known: the buildings of the training data differ in their number "
            "of storeys"
        )
    return recipe


def _closed(text: str) -> str:
    """The recipe of a checkpoint, which reads no file and runs no class: a checkpoint is data.

    Recorded motions lie on another machine, or elsewhere; the structure does not depend on them, so
    that a process of the same duration and interval stands in for them.
    """
    content = parse_yaml(text, SOURCE)
    if _names_a_class(content):
        raise ValueError(
            "the structure is not known: the recipe of the training data names a class of its own"
        )
    motion = content.get("motion")
    if not isinstance(motion, dict) or motion.get("process") != "Recorded":
        return text
    interval = motion.get("interval")
    # Records that keep their own lengths state no duration, and any other will do.
    any_other = 100 * interval if isinstance(interval, float) else None
    duration = motion.get("duration") or any_other
    stand_in = {"process": "KanaiTajimi", "peak": 1.0, "duration": duration, "interval": interval}
    return yaml.safe_dump(content | {"motion": stand_in})


def _names_a_class(value: object) -> bool:
    if isinstance(value, dict):
        return "class_path" in value or any(map(_names_a_class, value.values()))
    return isinstance(value, list) and any(map(_names_a_class, value))


def duration_of(text: str) -> float | None:
    """Length of the records of a recipe in YAML (s); None where there is none, or it is of another
    kind, or the records have their own lengths.

    Of several recipes it is that of the longest records.
    """
    lengths = [_duration_of(each) for each in recipe_texts.separate(text)]
    known = [length for length in lengths if length is not None]
    return max(known) if lengths and len(known) == len(lengths) else None


def _duration_of(text: str) -> float | None:
    try:
        recipe = recipe_of(text)
    except ValueError:
        return None
    motion = parse_yaml(text, SOURCE)["motion"]
    return recipe.motion.duration if motion.get("duration") else None


def nominal_parameters(recipe: ResponseRecipe) -> dict[str, np.ndarray]:
    """Structural parameters that vary in the recipe, by their names in the files, at their nominal
    values (component,).
    """
    return {name: values for name, (_, values) in _varied(recipe).items()}


def structure_of(recipe: ResponseRecipe, parameters: Mapping[str, np.ndarray]) -> Structure:
    """Structure of a recipe with given values of its varied parameters.

    Parameters
    ----------
    recipe : ResponseRecipe
    parameters : mapping of str to ndarray, shape (record, component)
        By their names in the files; one that is left out has its nominal value. Without any, the
        structure has no record axis.
    """
    structure = recipe.nominal
    for name, (key, nominal) in _varied(recipe).items():
        if name in parameters:
            values = np.asarray(parameters[name], dtype=float)
            own = key.startswith("laws.")  # the others vary by factors, since they are matrices
            structure = varied(structure, key, values if own else values / nominal, replaces=own)
    return structure


def structure_of_records(
    path: str | Path, number: np.ndarray, recipes: Sequence[str]
) -> Structure | None:
    """Structure of the records with these numbers in a dataset, by the first of the recipes (YAML)
    that is not empty.

    None where there is no such recipe: measured data, a function, recorded motions that are not on
    this machine.
    """
    return structure_of_dataset(datasets.open_dataset(path), number, recipes)


def structure_of_dataset(
    dataset: xr.Dataset, number: np.ndarray, recipes: Sequence[str]
) -> Structure | None:
    """Structure of the records at these places of a dataset that is open."""
    try:
        recipe = recipe_of(next(filter(None, recipes), ""))
    except ValueError:
        return None
    names = [name for name in nominal_parameters(recipe) if name in dataset]
    values = {
        name: dataset[name].isel(record=number).values.reshape(len(number), -1) for name in names
    }
    return structure_of(recipe, values)


def _varied(recipe: ResponseRecipe) -> dict[str, tuple[str, np.ndarray]]:
    """Key in the recipe and nominal values of each varied parameter of the structure, by its name
    in the files.
    """
    found = {}
    for key in recipe.vary:
        if not key.startswith("motion."):
            ones = np.ones((1, parts(recipe.nominal, key)))
            name, variable = parameter(varied(recipe.nominal, key, ones, replaces=False), key, ones)
            found[name] = (key, variable.values[0] if variable.ndim == 2 else variable.values)
    return found
