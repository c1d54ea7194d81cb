"""Names that had another meaning before version 2.0 of the contract, and how they are read today.

Until 1.x ``hysteretic_force`` was the whole force of an element: elastic, viscous and hysteretic.
This is now its ``restoring_force``, and ``hysteretic_force`` is the hysteretic share alone. A file,
a recipe within it or a checkpoint of then is presented with the names of today; no number changes.
"""

import re
import warnings
from collections.abc import Iterable

import xarray as xr

from simulators.moved import MovedName

OLD_NAME = "hysteretic_force"
NEW_NAME = "restoring_force"
FIRST_VERSION = 2
"""Major version of the contract that has the names of today."""


class RenamedVariable(MovedName):
    """A name was used whose meaning has changed."""


def is_old(version: object) -> bool:
    """Tell whether a schema version is one of those before the names of today."""
    major = str(version).partition(".")[0]
    return major.isdigit() and int(major) < FIRST_VERSION


def present(dataset: xr.Dataset) -> xr.Dataset:
    """Return an opened dataset with the names of today, its recipe included.

    The attributes ``schema_version`` and ``recipe_hash`` stay those of the file.
    """
    if not is_old(dataset.attrs.get("schema_version")):
        return dataset
    if "recipe" in dataset.attrs:
        dataset = dataset.assign_attrs(recipe=present_recipe(dataset.attrs["recipe"]))
    if OLD_NAME not in dataset or NEW_NAME in dataset:
        return dataset
    dataset = dataset.rename({OLD_NAME: NEW_NAME})
    attrs = dataset[NEW_NAME].attrs
    attrs["long_name"] = present_words(attrs.get("long_name", ""))
    return dataset


def present_words(long_name: str) -> str:
    """Return the name in words of the renamed variable, as it is called today."""
    return long_name.replace(OLD_NAME.replace("_", " "), NEW_NAME.replace("_", " "))


def present_recipe(text: str) -> str:
    """Return the YAML text of a recipe of an old file or checkpoint with the names of today."""
    return re.sub(rf"\b{OLD_NAME}\b", NEW_NAME, text)


def past_text(text: str) -> str:
    """Return a text in which `present_recipe` and `present_words` are undone."""
    words = text.replace(NEW_NAME.replace("_", " "), OLD_NAME.replace("_", " "))
    return re.sub(rf"\b{NEW_NAME}\b", OLD_NAME, words)


def stored_name(dataset: xr.Dataset, name: str) -> str:
    """Return the name that a variable of a presented dataset has in its files."""
    return OLD_NAME if name == NEW_NAME and is_old(dataset.attrs.get("schema_version")) else name


def asked_names(names: Iterable[str], dataset: xr.Dataset) -> list[str]:
    """Return variable names that a user asks of a presented dataset, brought to those of today.

    Warns where an old dataset is asked for the old name.
    """
    names = list(names)
    if OLD_NAME not in names or not is_old(dataset.attrs.get("schema_version")):
        return names
    version = dataset.attrs["schema_version"]
    _warn(f"{OLD_NAME} of a dataset of version {version} is now called {NEW_NAME}: use that name")
    return [NEW_NAME if name == OLD_NAME else name for name in names]


def hint(name: str, dataset: xr.Dataset) -> str:
    """Return the end of a message that a dataset lacks a variable, where it may be meant by its old
    name.
    """
    if name != OLD_NAME or NEW_NAME not in dataset:
        return ""
    return f"; what was called {OLD_NAME} before version 0.2 is {NEW_NAME}"


def warn_of_meaning(place: str, names: Iterable[str]) -> None:
    """Warn of the changed meaning where a user names the old variable without the new one.

    Parameters
    ----------
    place : str
        Where the name stands, for the message.
    names : iterable of str
        All names that stand there; whoever names both knows the difference.
    """
    names = set(names)
    if OLD_NAME in names and NEW_NAME not in names:
        _warn(
            f"{place}: {OLD_NAME} is the hysteretic share alone since version 0.2; the whole force "
            f"of an element, which it was before, is {NEW_NAME}"
        )


def _warn(message: str) -> None:
    warnings.warn(message, RenamedVariable, stacklevel=3)
