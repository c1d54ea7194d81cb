"""A place for a dataset: looked at, locked, and only then made one recipe's own.

Of two runs at one place the second is refused before it has touched a file, whatever its options.
The lock ends with the process, however it ends.
"""

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path

from datasets.contract import failures
from datasets.contract.schema import leading_dim
from datasets.files import costs
from datasets.files.disk import (
    check_above,
    check_destination,
    make_folder,
    new_file,
    refuse_to_overwrite,
    sweep,
)
from datasets.files.locking import exclusive
from datasets.files.seal import verify_seal
from datasets.files.store import SUFFIXES, open_dataset
from datasets.generation import pieces
from datasets.recipes.catalogue import read_recipe
from datasets.recipes.recipe import Recipe

RECIPE_NAME = "recipe.yaml"


@contextlib.contextmanager
def claimed(
    out: str | Path, recipe: Recipe, overwrite: bool, retry_failed: bool = False
) -> Iterator[Path | None]:
    """Yield the folder for the shards of a recipe, locked and made its own.

    Parameters
    ----------
    out : str or Path
        A folder for shards, or a single file when the name ends in .h5, .hdf5 or .nc.
    recipe : Recipe
        What is to be made there.
    overwrite : bool
        Replace a complete file, or a dataset of another recipe.
    retry_failed : bool
        Claim a complete single file, too, if records of it failed.

    Yields
    ------
    Path or None
        `out`, or ``NAME.parts`` beside a single file; None when a single file is complete and there
        is nothing to do.

    Raises
    ------
    FileExistsError
        When `out` is something else than an unfinished dataset of this recipe, and `overwrite` is
        false; when another run is writing there.
    ValueError
        When nothing can be written there.
    """
    out = Path(out)
    again = False
    if is_complete(out, recipe) and not overwrite:
        again = retry_failed and bool(failures.mask(open_dataset(out)).any())
        if not again:
            yield None
            return
    folder = shard_folder(out)
    _check(out, folder, recipe, overwrite or again)
    with _locked(folder):
        try:
            _check(out, folder, recipe, overwrite or again)  # another run may have ended meanwhile
            _take(folder, recipe)
        except BaseException:
            _remove_if_empty(folder)
            raise
        yield folder


def is_complete(out: Path, recipe: Recipe) -> bool:
    """Tell whether a single file holds the whole dataset of the recipe, undamaged."""
    if out.suffix not in SUFFIXES or not out.is_file() or _parts(out).exists():
        return False
    try:
        dataset = open_dataset(out) if verify_seal(out) else None
    except (ValueError, FileNotFoundError):
        return False
    if dataset is None or dataset.attrs.get("recipe_hash") != recipe.hash:
        return False
    return dataset.sizes[leading_dim(dataset)] == recipe.records


def shard_folder(out: Path) -> Path:
    """Return the folder in which the shards of `out` are made: `out`, or one beside a single file.

    Raises
    ------
    ValueError
        When the name looks like a file of another kind.
    """
    if out.suffix in SUFFIXES:
        return _parts(out)
    if re.fullmatch(r"\.[A-Za-z]\w*", out.suffix) and not out.is_dir():
        raise ValueError(
            f"{out}: a dataset is one file that ends in {', '.join(SUFFIXES)}, or a folder, named "
            f"without {out.suffix}"
        )
    return out


def _check(out: Path, folder: Path, recipe: Recipe, overwrite: bool) -> None:
    """Raise for a place that cannot be this recipe's; nothing is changed."""
    description = folder / RECIPE_NAME
    if folder != out:
        check_destination(out, overwrite or description.is_file())
    elif not folder.exists():
        check_above(folder)
    if folder.exists() and not folder.is_dir():
        raise FileExistsError(
            f"{folder} is a file, a dataset in shards needs a folder (or a name ending in .h5)"
        )
    if not folder.is_dir() or not any(_lasting(folder)):
        return
    if not description.is_file():
        raise FileExistsError(f"{folder} holds other files than a dataset: choose another --out")
    if not _states(description, recipe) and any(_made(folder)):
        refuse_to_overwrite(folder, overwrite)


def _take(folder: Path, recipe: Recipe) -> None:
    """Write the recipe into the folder, in which shards of another recipe are removed."""
    sweep(folder, f".{RECIPE_NAME}.")  # of a run that was killed before it could claim the folder
    description = folder / RECIPE_NAME
    if description.is_file():
        if description.read_text(encoding="utf-8") == recipe.to_yaml():
            return
        if not _states(description, recipe):
            for path in _made(folder):
                path.unlink()
        description.unlink()
    with new_file(description) as temporary:
        temporary.write_text(recipe.to_yaml(), encoding="utf-8")


def _states(description: Path, recipe: Recipe) -> bool:
    """Tell whether a file holds a recipe, its conditions of a run left aside."""
    text = description.read_text(encoding="utf-8")
    if text == recipe.to_yaml():
        return True
    try:
        return read_recipe(text, str(description)).hash == recipe.hash
    except ValueError:
        return False


def _made(folder: Path) -> list[Path]:
    """Return what a run has made in a folder: shards, records, the table of their costs."""
    found = [*folder.glob("shard-*.h5"), *folder.glob(f"{pieces.FOLDER}/record-*.h5")]
    return [*found, folder / costs.NAME] if (folder / costs.NAME).exists() else found


def _lasting(folder: Path) -> Iterator[Path]:
    """Yield what is in a folder but for the recipe that a killed run has not finished writing."""
    doomed = set(folder.glob(f".{RECIPE_NAME}.*"))
    return (path for path in folder.iterdir() if path not in doomed)


def _parts(out: Path) -> Path:
    return out.with_name(f"{out.name}.parts")


def _remove_if_empty(folder: Path) -> None:
    with contextlib.suppress(OSError):
        folder.rmdir()


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Keep a second run out of the folder, which is made if it is missing."""
    refusal = f"{folder} is being written by another run"
    while True:
        make_folder(folder)
        with contextlib.ExitStack() as lock:
            try:
                lock.enter_context(exclusive(folder, refusal))
            except FileNotFoundError:  # the other run has just removed it
                continue
            yield
            return
