"""CIFAR-10 (Krizhevsky 2009, "Learning multiple layers of features from tiny images"): 60000 colour
photographs of 32 x 32 pixels in ten classes.

The set is read from its binary archive, whose bytes are compared with the checksum that its
authors publish. It is never part of this package: a copy lies where the recipe says, or is
downloaded there.
"""

import hashlib
import tarfile
import urllib.request
from http.client import HTTPException
from pathlib import Path
from typing import Literal
from urllib.error import URLError

import numpy as np
import xarray as xr
from pydantic import ValidationInfo, model_validator

from datasets.contract import labels, partition
from datasets.files.disk import new_file
from datasets.recipes.classification import LabelledSet
from datasets.recipes.recipe import Recipe
from datasets.recipes.simulators import trusted

SOURCE = "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz"
MD5 = "c32a1d4ab5d03f1284b67883e8d87530"
"""Of the archive, by the table of downloads on its authors' page (cifar.html beside it, "CIFAR-10
binary version"). The page could not be reached: read in three stored copies of it, and in the
loader of the package dataeval.
"""
CLASSES = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]
FILES = [*(f"data_batch_{number}.bin" for number in range(1, 6)), "test_batch.bin"]
IN_FILE = 10_000  # images
SHAPE = (3, 32, 32)
ROW = 1 + 3 * 32 * 32  # bytes: a label, then the pixels channel by channel and row by row
TRAINING = 50_000
TIMEOUT = 60.0  # s


class Cifar10(LabelledSet):
    """The images in the order of the archive; the last 10000 are the published test part.

    Parameters
    ----------
    archive : str
        Where the binary archive lies.
    download : bool
        Fetch it from its authors' page where it is not there.

    The shares of the recipe's split divide the 50000 training images.
    """

    name: Literal["cifar10"]
    archive: str = "data/cifar-10-binary.tar.gz"
    download: bool = False
    samples = TRAINING + IN_FILE

    @model_validator(mode="after")
    def _check(self, info: ValidationInfo) -> "Cifar10":
        # The recipe of a file of data says how it was made, and reads nothing.
        if trusted(info) and not self.download and not Path(self.archive).is_file():
            raise ValueError(
                f"archive {self.archive} does not exist: copy {SOURCE} there, or set "
                "function.download=true"
            )
        return self

    def evaluate(self, recipe: Recipe, first: int, count: int) -> dict[str, xr.Variable]:
        """Return the variables of a block of samples."""
        if not Path(self.archive).is_file():
            fetch(Path(self.archive))
        rows = read(Path(self.archive), first, count)
        attrs = {"units": "1", "long_name": "brightness of red, green and blue, 0 to 255"}
        pixels = rows[:, 1:].reshape(-1, *SHAPE)
        return {
            "image": xr.Variable(("sample", "channel", "height", "width"), pixels, attrs),
            labels.LABEL: labels.variable(rows[:, 0], CLASSES),
        }

    def require(self, recipe: Recipe) -> None:
        """Raise ValueError for another number of images, or another test part."""
        super().require(recipe)
        if "test" in recipe.split:
            raise ValueError(
                "split of cifar10 divides its 50000 training images alone, its test part is "
                "published: leave test out"
            )

    def parts(self, recipe: Recipe) -> xr.DataArray:
        """Return the variable ``split``: the published test part, and the rest by the shares."""
        names = [*recipe.split, "test"]
        drawn = partition.draw(TRAINING, recipe.split, recipe.seed)
        test = np.full(IN_FILE, len(recipe.split), dtype=np.int8)
        return partition.label(np.concatenate([drawn, test]), names, dim="sample")


def read(archive: Path, first: int, count: int) -> np.ndarray:
    """Return rows of the archive, uint8 of shape (count, 3073).

    Raises
    ------
    ValueError
        Where the archive is not the published one.
    """
    require_published(archive)
    blocks = []
    with tarfile.open(archive, "r:gz") as tar:
        for number in range(first // IN_FILE, (first + count - 1) // IN_FILE + 1):
            file = tar.extractfile(f"cifar-10-batches-bin/{FILES[number]}")
            if file is None:
                raise ValueError(f"{archive} has no file {FILES[number]}")
            blocks.append(np.frombuffer(file.read(), dtype=np.uint8).reshape(-1, ROW))
    before = first // IN_FILE * IN_FILE
    return np.concatenate(blocks)[first - before : first - before + count]


def require_published(archive: Path) -> None:
    """Raise ValueError for a file whose MD5 is not the published one."""
    with archive.open("rb") as file:
        found = hashlib.file_digest(file, "md5").hexdigest()
    if found != MD5:
        raise ValueError(
            f"{archive} has the MD5 {found}, the published one is {MD5}: it is damaged or another "
            "file, remove it"
        )


def fetch(archive: Path) -> None:
    """Download the archive; it takes its name once its checksum has been compared.

    Raises
    ------
    ValueError
        Where the page cannot be reached, or sends something else.
    """
    archive.parent.mkdir(parents=True, exist_ok=True)
    try:
        with (
            new_file(archive) as temporary,
            urllib.request.urlopen(SOURCE, timeout=TIMEOUT) as answer,
        ):
            with temporary.open("wb") as file:
                while block := answer.read(2**20):
                    file.write(block)
            require_published(temporary)
    except (URLError, TimeoutError, HTTPException, ConnectionError) as error:
        reason = getattr(error, "reason", error)
        raise ValueError(
            f"{SOURCE} cannot be reached ({reason}): copy the file to {archive}"
        ) from None
