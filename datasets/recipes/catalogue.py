"""Where recipes come from: a YAML file, or the package's own by name, with overrides from the
command line.
"""

import json
from collections.abc import Iterable, Sequence
from importlib import resources
from pathlib import Path
from typing import Any, TypeVar, cast

import numpy as np
from pydantic import TypeAdapter, ValidationError

from datasets.contract.renamed import warn_of_meaning
from datasets.recipes.explaining import explain
from datasets.recipes.functions import FunctionRecipe
from datasets.recipes.recipe import Recipe, override, parse_yaml
from datasets.recipes.responses import ResponseRecipe
from datasets.recipes.simulated import SimulatorRecipe
from datasets.recipes.simulators import TRUSTED

Chooser = TypeVar("Chooser", bound=ResponseRecipe | SimulatorRecipe)


def names() -> list[str]:
    """Return the names of the packaged recipes."""
    return sorted(
        file.name.removesuffix(".yaml")
        for file in _folder().iterdir()
        if file.name.endswith(".yaml")
    )


def load_recipe(source: str | Path, overrides: Iterable[str] = ()) -> Recipe:
    """Read and check a recipe.

    Parameters
    ----------
    source : str or Path
        A YAML file, or the name of a packaged recipe.
    overrides : iterable of str
        ``KEY=VALUE`` words with dotted keys, e.g. ``motion.duration=20``.

    Raises
    ------
    FileNotFoundError
        When there is no such file and no such packaged recipe.
    ValueError
        One line that names the key, its value and what is allowed.
    """
    recipe = read_recipe(_text(source), str(source), overrides, trust=True)
    if isinstance(recipe, ResponseRecipe):
        warn_of_meaning(f"outputs of {source}", recipe.outputs)
    return recipe


def read_recipe(
    text: str, source: str, overrides: Iterable[str] = (), trust: bool = False
) -> Recipe:
    """Check a recipe given as YAML text; `source` names it in errors.

    With `trust` the class of a simulator that it names is imported and asked; a recipe out of a
    file of data is read without.
    """
    content = override(parse_yaml(text, source), overrides)
    try:
        return _kind(content).model_validate(content, context={TRUSTED: trust})
    except ValidationError as error:
        raise ValueError(explain(error, content, source)) from None


def of_places(recipe: Chooser, places: Sequence[int] | np.ndarray, **changes: object) -> Chooser:
    """Return the recipe of some of the records that a recipe draws.

    Parameters
    ----------
    recipe : ResponseRecipe or SimulatorRecipe
    places : sequence of int
        Numbers of the records.
    **changes
        Further fields that differ.

    Raises
    ------
    ValueError
        For a recipe whose records cannot be chosen from (`datasets.recipes.chosen`).
    """
    own = {"records": len(places), "chosen": [int(one) for one in places]}
    content = recipe.model_dump(mode="json") | own | changes
    try:
        made = type(recipe).model_validate(content, context={TRUSTED: True})
    except ValidationError as error:
        raise ValueError(explain(error, content, "the recipe of the records chosen")) from None
    return cast(Chooser, made)


def json_schema() -> str:
    """Return the JSON schema of all recipes, for editors that complete and check YAML."""
    kinds = ResponseRecipe | FunctionRecipe | SimulatorRecipe
    return json.dumps(TypeAdapter(kinds).json_schema(), indent=2)


def _kind(content: dict[str, Any]) -> type[Recipe]:
    if "simulator" in content:
        return SimulatorRecipe
    return FunctionRecipe if "function" in content else ResponseRecipe


def _text(source: str | Path) -> str:
    path = Path(source)
    if str(source) in names():
        return (_folder() / f"{source}.yaml").read_text(encoding="utf-8")
    if not path.is_file():
        raise FileNotFoundError(
            f"{source} is neither a file nor a packaged recipe ({', '.join(names())})"
        )
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise ValueError(f"{path} is not a text file") from None


def _folder() -> resources.abc.Traversable:
    return resources.files("datasets.recipes") / "packaged"
